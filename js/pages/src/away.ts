// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';

/**
 * How long a page was cut off, and what came when it was back: for the sentence that tells people nothing is missing.
 * Times are milliseconds since 1970, by this machine's clock.
 */
export interface Away {
  /** When the connection was lost; absent while it is there. */
  readonly lostAt?: number;
  /** The last time it was lost and came back. */
  readonly last?: { readonly from: number; readonly to: number; readonly missed: number };
}

/** Clocks of server and browser are a little apart. */
const SKEW = 250;

export const NEVER_AWAY: Away = {};

/** The connection is gone. Only the first of several failures in a row counts. */
export function lost(away: Away, now: number): Away {
  return away.lostAt === undefined ? { ...away, lostAt: now } : away;
}

/** The connection is back, and so is everything that follows from it. */
export function back(away: Away, now: number): Away {
  return away.lostAt === undefined ? away : { last: { from: away.lostAt, to: now, missed: 0 } };
}

/** Whether something that happened at `time` happened while we were away. */
export function whileAway(away: Away, time: number): boolean {
  return away.last !== undefined && time >= away.last.from - SKEW && time < away.last.to;
}

/** One more of what was missed has arrived. */
export function caughtUp(away: Away): Away {
  return away.last === undefined ? away : { ...away, last: { ...away.last, missed: away.last.missed + 1 } };
}

/** The sentence, or nothing where the connection was never lost. */
export function tellAway(away: Away, noun: { one: string; many: string }): string {
  if (away.lostAt !== undefined || away.last === undefined) {
    return '';
  }
  const { from, to, missed } = away.last;
  const seconds = Math.max(1, Math.round((to - from) / 1000));
  const span = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  const what = missed === 0 ? 'nothing was missed' : `${missed} ${missed === 1 ? noun.one : noun.many} caught up`;
  return `Back after ${span}: ${what}.`;
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
