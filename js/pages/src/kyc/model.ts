// SPDX-License-Identifier: Apache-2.0

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
}

export type People = readonly Person[];

export function watch(people: People, user: string): People {
  return people.some((person) => person.user === user) ? people : [...people, { user, changes: 0 }];
}

/** The same status may be said again, at a return: then nothing has changed. */
export function take(people: People, status: KycStatus): People {
  return watch(people, status.user_id).map((person) =>
    person.user !== status.user_id || same(person.status, status)
      ? person
      : { user: person.user, status, changes: person.changes + (person.status ? 1 : 0) },
  );
}

/** How many of them say something else in `now` than in `before`. */
export function changed(before: People, now: People): number {
  return now.filter(({ user, status }) => {
    const known = before.find((person) => person.user === user)?.status;
    return known !== undefined && status !== undefined && !same(known, status);
  }).length;
}

function same(one: KycStatus | undefined, other: KycStatus): boolean {
  return (
    one?.status === other.status &&
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

/** What changes a row, for any SQL client. */
export function updateFor({ user, status }: Person): string {
  const done = status?.status === 'verified' && status.verification_level === 'advanced';
  const [next, level] = done ? ['pending', 'basic'] : ['verified', 'advanced'];
  return `update kyc_status set status = '${next}', verification_level = '${level}' where user_id = '${user.replaceAll("'", "''")}';`;
}
