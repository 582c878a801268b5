// SPDX-License-Identifier: Apache-2.0
import { back, caughtUp, lost, NEVER_AWAY, type Away } from '../away.ts';

export const LEVELS = ['basic', 'intermediate', 'advanced'] as const;
export type Level = (typeof LEVELS)[number];
export type Status = 'pending' | 'verified' | 'rejected';

/** What the server says of a user. */
export interface KycStatus {
  readonly user_id: string;
  readonly status: Status;
  readonly verification_level: Level;
  /** ISO 8601. */
  readonly timestamp: string;
}

export type KycFrame =
  { readonly type: 'kyc_status'; readonly data: KycStatus } | { readonly type: 'error'; readonly message: string };

/** A user who is watched, and how often their status was another than before. */
export interface Person {
  readonly user: string;
  readonly status?: KycStatus;
  readonly changes: number;
  /** The connection was lost since the status was told. */
  readonly stale?: boolean;
}

export type People = readonly Person[];

/** Everything that the page knows. */
export interface Board {
  readonly people: People;
  readonly away: Away;
  /** The last change of a status that was known before. */
  readonly latest?: KycStatus;
}

export type Action =
  | { readonly kind: 'watched'; readonly user: string }
  | { readonly kind: 'told'; readonly status: KycStatus }
  | { readonly kind: 'lost' | 'back'; readonly now: number };

export function boardOf(...users: string[]): Board {
  return { people: users.map((user) => ({ user, changes: 0 })), away: NEVER_AWAY };
}

export function reduce(board: Board, action: Action): Board {
  switch (action.kind) {
    case 'watched':
      return { ...board, people: watch(board.people, action.user) };
    case 'told':
      return take(board, action.status);
    case 'lost':
      return {
        ...board,
        people: board.people.map((person) => ({ ...person, stale: true })),
        away: lost(board.away, action.now),
      };
    case 'back':
      return { ...board, away: back(board.away, action.now) };
  }
}

function watch(people: People, user: string): People {
  return people.some((person) => person.user === user) ? people : [...people, { user, changes: 0 }];
}

/** At a return every status is said again: only one that is another than before was missed. */
function take(board: Board, status: KycStatus): Board {
  const people = watch(board.people, status.user_id);
  const before = people.find(({ user }) => user === status.user_id)!;
  const changed = before.status !== undefined && !same(before.status, status);
  const now = { user: before.user, status, changes: before.changes + (changed ? 1 : 0) };
  return {
    ...board,
    people: people.map((person) => (person === before ? now : person)),
    away: changed && before.stale === true ? caughtUp(board.away) : board.away,
    ...(changed ? { latest: status } : {}),
  };
}

function same(one: KycStatus, other: KycStatus): boolean {
  return (
    one.status === other.status &&
    one.verification_level === other.verification_level &&
    one.timestamp === other.timestamp
  );
}

/** How far along the levels a user has come: those before are done, this one is as the status says. */
export function stepOf(status: KycStatus, level: Level): 'done' | 'pending' | 'rejected' | 'ahead' {
  const at = LEVELS.indexOf(status.verification_level);
  const step = LEVELS.indexOf(level);
  if (step !== at) {
    return step < at ? 'done' : 'ahead';
  }
  return status.status === 'verified' ? 'done' : status.status;
}

/** What changes a user's row, for any SQL client. */
export function updateFor(user: string, status?: KycStatus): string {
  const done = status?.status === 'verified' && status.verification_level === 'advanced';
  const [next, level] = done ? ['pending', 'basic'] : ['verified', 'advanced'];
  return `update kyc_status set status = '${next}', verification_level = '${level}' where user_id = ${quoted(user)};`;
}

/** What gives a user who is in no row yet a first status. */
export function insertFor(user: string): string {
  return `insert into kyc_status (user_id, status, verification_level) values (${quoted(user)}, 'pending', 'basic');`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The same as one line of a shell, where the database is known. */
export function commandFor(address: string | undefined, statement: string): string {
  return address === undefined ? statement : `psql ${address} -c "${statement.replace(/[\\"$`]/g, '\\$&')}"`;
}

/** Whether a token's time is over, as far as its claims say: a server that refuses it at the door cannot say so. */
export function hasEnded(token: string, now = Date.now()): boolean {
  try {
    const body = token.split('.')[1] ?? '';
    const { exp } = JSON.parse(atob(body.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown };
    return typeof exp === 'number' && exp * 1000 <= now;
  } catch {
    return false;
  }
}
