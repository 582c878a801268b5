// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { tellAway } from '../src/away.ts';
import { boardOf, commandFor, insertFor, reduce, stepOf, updateFor } from '../src/kyc/model.ts';
import type { Action, Board, KycStatus, Level, Status } from '../src/kyc/model.ts';

const told = (user: string, status: Status, level: Level = 'basic', second = 0): Action => ({
  kind: 'told',
  status: {
    user_id: user,
    status,
    verification_level: level,
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  },
});

const after = (board: Board, ...actions: Action[]): Board => actions.reduce(reduce, board);
const here = (...users: string[]): Board => after(boardOf(...users), { kind: 'back', now: 0 });
const missed = ({ away }: Board): string => tellAway(away, { one: 'status', many: 'statuses' });
const person = (board: Board, user: string) => board.people.find((each) => each.user === user)!;

describe('the board of kyc', () => {
  it('begins with people of whom nothing is known', () => {
    expect(boardOf('alice', 'bob').people).toEqual([
      { user: 'alice', changes: 0 },
      { user: 'bob', changes: 0 },
    ]);
  });

  it('takes the first status as it is, and counts what changes it', () => {
    const first = after(boardOf('alice', 'bob'), told('alice', 'pending'));
    expect(person(first, 'alice').status?.status).toBe('pending');
    expect(person(first, 'alice').changes).toBe(0);
    expect(first.latest).toBeUndefined();
    const second = after(first, told('alice', 'verified', 'basic', 1));
    expect(person(second, 'alice').changes).toBe(1);
    expect(second.latest?.status).toBe('verified');
    expect(person(second, 'bob')).toBe(person(first, 'bob'));
  });

  it('does not take the same status, said again, for a change', () => {
    const board = after(boardOf('alice'), told('alice', 'pending'), told('alice', 'pending'));
    expect(person(board, 'alice').changes).toBe(0);
  });

  it('takes a change of the level or of the time for one', () => {
    const board = after(
      boardOf('alice'),
      told('alice', 'pending'),
      told('alice', 'pending', 'advanced'),
      told('alice', 'pending', 'advanced', 1),
    );
    expect(person(board, 'alice').changes).toBe(2);
  });

  it('adds who is watched once, and who is told of without', () => {
    const board = after(
      boardOf('alice'),
      { kind: 'watched', user: 'dave' },
      { kind: 'watched', user: 'dave' },
      told('eve', 'rejected'),
    );
    expect(board.people.map(({ user }) => user)).toEqual(['alice', 'dave', 'eve']);
  });

  it('calls everybody stale when the connection is lost, until their status is told again', () => {
    const board = after(boardOf('alice', 'bob'), told('alice', 'pending'), told('bob', 'pending'), {
      kind: 'lost',
      now: 1_000,
    });
    expect(board.people.map(({ stale }) => stale)).toEqual([true, true]);
    const back = after(board, { kind: 'back', now: 5_000 }, told('alice', 'pending'));
    expect(back.people.map(({ stale }) => stale)).toEqual([undefined, true]);
  });

  it('counts as caught up who is another after a return, once', () => {
    const cut = after(here('alice', 'bob'), told('alice', 'pending'), told('bob', 'pending'), {
      kind: 'lost',
      now: 1_000,
    });
    const back = after(cut, { kind: 'back', now: 5_000 }, told('alice', 'verified'), told('bob', 'pending'));
    expect(missed(back)).toBe('Back after 4 s: 1 status caught up.');
    expect(missed(after(back, told('alice', 'rejected'), told('bob', 'rejected')))).toBe(missed(back));
  });

  it('does not call a status caught up that was never known', () => {
    const board = after(
      here('alice'),
      { kind: 'lost', now: 1_000 },
      { kind: 'back', now: 3_000 },
      told('alice', 'pending'),
    );
    expect(missed(board)).toBe('Back after 2 s: nothing was missed.');
  });
});

describe('the steps', () => {
  const at = (status: Status, level: Level): KycStatus => {
    const action = told('alice', status, level);
    return action.kind === 'told' ? action.status : expect.fail();
  };
  it('are done before the level, as the status says at it, and ahead after it', () => {
    const steps = (status: KycStatus) =>
      (['basic', 'intermediate', 'advanced'] as const).map((level) => stepOf(status, level));
    expect(steps(at('pending', 'intermediate'))).toEqual(['done', 'pending', 'ahead']);
    expect(steps(at('rejected', 'basic'))).toEqual(['rejected', 'ahead', 'ahead']);
    expect(steps(at('verified', 'advanced'))).toEqual(['done', 'done', 'done']);
  });
});

describe('the statement to run', () => {
  const { people } = after(boardOf('alice'), told('alice', 'verified', 'advanced'));
  it('verifies, and takes it back where that is done', () => {
    expect(updateFor('alice')).toContain(
      "status = 'verified', verification_level = 'advanced' where user_id = 'alice'",
    );
    expect(updateFor('alice', people[0]!.status)).toContain("status = 'pending', verification_level = 'basic'");
  });

  it('is quoted for SQL and for the shell', () => {
    expect(updateFor("o'hara")).toContain("user_id = 'o''hara'");
    expect(insertFor("o'hara")).toContain("values ('o''hara', 'pending', 'basic')");
    expect(commandFor('postgresql://fanfare@127.0.0.1:5433/fanfare', 'select "a$b`c\\"')).toBe(
      'psql postgresql://fanfare@127.0.0.1:5433/fanfare -c "select \\"a\\$b\\`c\\\\\\""',
    );
  });

  it('stands alone where the database may not be told', () => {
    expect(commandFor(undefined, 'select 1;')).toBe('select 1;');
  });
});
