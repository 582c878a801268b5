// SPDX-License-Identifier: Apache-2.0
import { useMemo, type ReactNode } from 'react';
import { Badge, Card } from '../design/index.ts';
import { draw, HEIGHT, WIDTH } from './chart.ts';
import { amount, type View } from './model.ts';

/** The latest price, and where it came from. */
export function Price({ view }: { readonly view: View }): ReactNode {
  const { prices, cuts, token } = view;
  const drawing = useMemo(() => draw(prices, cuts), [prices, cuts]);
  const latest = prices.at(-1)?.price;
  const change = drawing?.change ?? 0;
  return (
    <Card className="price" aria-labelledby="price-title">
      <div className="row apart">
        <h2 id="price-title">{token} in USD</h2>
        <Badge className="figures" tone={change < 0 ? 'bad' : change > 0 ? 'good' : 'plain'}>
          {drawing === undefined
            ? '–'
            : `${change < 0 ? '−' : change > 0 ? '+' : ''}${Math.abs(change * 100).toFixed(2)} %`}
        </Badge>
      </div>
      <p className="sum figures">
        <span id="price">{amount(latest)}</span> <small>USD</small>
      </p>
      <figure className="chart">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={
            drawing === undefined
              ? 'No price yet'
              : `Between ${amount(drawing.low)} and ${amount(drawing.high)} USD in the last two minutes`
          }
        >
          {drawing?.cuts.map(({ x, width }) => (
            <rect key={x} className="hole" x={x} y="0" width={width} height={HEIGHT} />
          ))}
          {drawing?.areas.map((area) => (
            <path key={area} className="area" d={area} />
          ))}
          {drawing?.lines.map((line) => (
            <path key={line} className="line" d={line} />
          ))}
        </svg>
        <figcaption className="row apart small soft figures">
          <span>
            {drawing === undefined
              ? 'Waiting for the first price'
              : `Low ${amount(drawing.low)} · High ${amount(drawing.high)}`}
          </span>
          <span>{cuts.length > 0 ? 'Shaded: you were away' : 'The last two minutes'}</span>
        </figcaption>
      </figure>
    </Card>
  );
}
