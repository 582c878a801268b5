// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';

/**
 * How long a page was cut off, and what came when it was back: for the sentence that tells people nothing is missing.
 *
 * The clocks of the server and of this machine may differ by any amount, so they are never compared: how long it was is told
 * by this machine's, and what was missed by when it comes and by the server's own times.
 */
export interface Away {
  /** Whether the page has been connected at all: before that, nothing can be missed. */
  readonly been: boolean;
  /** While it lasts: since when, by this machine's clock, and how much has come before the page was told everything. */
  readonly lost?: { readonly at: number; readonly missed: number };
  /** The last time. */
  readonly last?: {
    /** In milliseconds. */
    readonly lasted: number;
    /** When it was over, by the server's clock: what happened until then was missed, however late it comes. */
    readonly until: number;
    readonly missed: number;
    /** Whether the server refused to tell when it was over: then more may have been missed than was counted. */
    readonly uncertain?: boolean;
  };
}

export const NEVER_AWAY: Away = { been: false };

/** The connection is gone. Only the first of several failures in a row counts. */
export function lost(away: Away, now: number): Away {
  return away.been && away.lost === undefined ? { been: true, lost: { at: now, missed: 0 } } : away;
}

/**
 * The page hears everything, for the first time or again. `until` is the server's time of that; it is not needed where
 * what was missed has come before, or is told otherwise.
 */
export function back(away: Away, now: number, until = -Infinity): Away {
  const { been, lost } = away;
  if (lost === undefined) {
    return been ? away : { been: true };
  }
  return { been, last: { lasted: now - lost.at, until, missed: lost.missed } };
}

/**
 * The page hears everything again, but the server refuses to tell its time of that. What has come before the refusal counts
 * as missed, and nothing after it.
 */
export function backUncertain(away: Away, now: number): Away {
  const { been, last } = back(away, now);
  return away.lost === undefined || last === undefined ? away : { been, last: { ...last, uncertain: true } };
}

/** Whether something was missed that has come now, and happened at `time` by the server's clock. */
export function whileAway(away: Away, time: number): boolean {
  return away.lost !== undefined || (away.last !== undefined && time <= away.last.until);
}

/** One more of what was missed has arrived. */
export function caughtUp({ been, lost, last }: Away): Away {
  const more = <T extends { readonly missed: number }>(some: T): T => ({ ...some, missed: some.missed + 1 });
  return { been, ...(lost && { lost: more(lost) }), ...(last && { last: more(last) }) };
}

/** The sentence, or nothing where the connection was never lost. */
export function tellAway({ last }: Away, noun: { one: string; many: string }): string {
  if (last === undefined) {
    return '';
  }
  const seconds = Math.max(1, Math.round(last.lasted / 1000));
  const span = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `Back after ${span}: ${told(last, noun)}.`;
}

function told({ missed, uncertain }: NonNullable<Away['last']>, noun: { one: string; many: string }): string {
  const counted = `${missed} ${missed === 1 ? noun.one : noun.many} caught up`;
  if (uncertain) {
    return missed === 0 ? `the server does not say which ${noun.many} were missed` : `at least ${counted}`;
  }
  return missed === 0 ? 'nothing was missed' : counted;
}

/** What was missed follows a return at once, in milliseconds: before that, nobody can say that it is nothing. */
const SETTLES = 1_000;

/** The sentence, as soon as it is true. */
export function useReturned(away: Away, noun: { one: string; many: string }): string {
  const { last } = away;
  const [settled, settle] = useState<Away['last']>();
  useEffect(() => {
    if (last === undefined) {
      return undefined;
    }
    const timer = setTimeout(() => settle(last), SETTLES);
    return () => clearTimeout(timer);
  }, [last]);
  return last !== undefined && (last.missed > 0 || settled === last) ? tellAway(away, noun) : '';
}
