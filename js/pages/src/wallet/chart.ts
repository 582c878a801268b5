// SPDX-License-Identifier: Apache-2.0
import { type Cut, type Price, SHOWN } from './model.ts';

/** A chart in a box of `WIDTH` by `HEIGHT`, to be stretched: paths of the line and of the area under it. */
export interface Drawing {
  readonly lines: readonly string[];
  readonly areas: readonly string[];
  readonly cuts: readonly { readonly x: number; readonly width: number }[];
  readonly low: number;
  readonly high: number;
  /** The change over what is shown, as a fraction. */
  readonly change: number;
}

export const WIDTH = 600;
export const HEIGHT = 160;
const MARGIN = 10;
/** While there are few prices, the chart is this long a time wide. */
const LEAST = 30_000;

/**
 * Draws the latest prices by the time they were told. Where the connection was cut there is no line, since nothing is
 * known of it.
 */
export function draw(prices: readonly Price[], cuts: readonly Cut[]): Drawing | undefined {
  const latest = prices.at(-1);
  if (latest === undefined) {
    return undefined;
  }
  const shown = prices.filter(({ time }) => time >= latest.time - SHOWN);
  const first = shown[0]!;
  const span = Math.min(SHOWN, Math.max(LEAST, latest.time - first.time));
  const begin = latest.time - span;
  const low = Math.min(...shown.map(({ price }) => price));
  const high = Math.max(...shown.map(({ price }) => price));
  const x = (time: number): number => clamp(((time - begin) / span) * WIDTH);
  const y = (price: number): number =>
    high === low ? HEIGHT / 2 : HEIGHT - MARGIN - ((price - low) / (high - low)) * (HEIGHT - 2 * MARGIN);
  const point = ({ time, price }: Price): string => `${x(time).toFixed(1)},${y(price).toFixed(1)}`;
  const runs = split(shown, cuts);
  return {
    low,
    high,
    change: latest.price / first.price - 1,
    lines: runs.map((run) => `M${run.map(point).join('L')}`),
    areas: runs.map(
      (run) =>
        `M${x(run[0]!.time).toFixed(1)},${HEIGHT}L${run.map(point).join('L')}L${x(run.at(-1)!.time).toFixed(1)},${HEIGHT}Z`,
    ),
    cuts: cuts
      .filter(({ to }) => to > begin)
      .map(({ from, to }) => ({
        from,
        to: Math.min(to, ...shown.map(({ time }) => time).filter((time) => time > from)),
      }))
      .map(({ from, to }) => ({ x: x(from), width: Math.max(2, x(to) - x(from)) })),
  };
}

/** The prices in runs between which the connection was cut. */
function split(prices: readonly Price[], cuts: readonly Cut[]): Price[][] {
  const runs: Price[][] = [];
  let before: Price | undefined;
  for (const price of prices) {
    const since = before;
    if (since === undefined || cuts.some(({ from }) => from >= since.time && from < price.time)) {
      runs.push([]);
    }
    runs.at(-1)!.push(price);
    before = price;
  }
  return runs;
}

function clamp(x: number): number {
  return Math.max(0, Math.min(WIDTH, x));
}
