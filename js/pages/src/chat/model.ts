// SPDX-License-Identifier: Apache-2.0
import { type Away, NEVER_AWAY, back, caughtUp, lost, whileAway } from '../away.ts';

export interface User {
  readonly id: string;
  readonly email: string;
}

/** A message as the server has it. Its timestamp names it. */
export interface Said {
  readonly content: string;
  readonly user: User;
  readonly timestamp: string;
}

/** What the server sends: flat, the rest depends on the type. */
export type Frame =
  | { readonly type: 'welcome'; readonly user: User }
  | { readonly type: 'user_list'; readonly users: readonly User[] }
  | { readonly type: 'user_joined' | 'user_left'; readonly user: User }
  | ({ readonly type: 'chat_message' } & Said)
  | { readonly type: 'history'; readonly messages: readonly Said[]; readonly complete: boolean }
  | { readonly type: 'typing'; readonly isTyping: boolean; readonly user: User }
  | { readonly type: 'announcement' | 'error'; readonly message: string }
  | { readonly type: 'pong' };

/**
 * How far a message has come: `waiting` for the connection, `sent` without the certainty that it arrived, `kept` by the
 * server.
 */
export type Progress = 'waiting' | 'sent' | 'kept';

export interface Message {
  readonly kind: 'message';
  readonly id: number;
  readonly user: User;
  readonly content: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly progress: Progress;
  /** The server's timestamp; of one's own there is none, unless it has come back with the history. */
  readonly timestamp?: string;
  /** Of one's own: the latest message that was known when this one was sent. */
  readonly after?: string;
  /** Heartbeats that were answered since it was sent. */
  readonly pongs: number;
  readonly missed: boolean;
}

/** Something that the page says, between messages. */
export interface Remark {
  readonly kind: 'came' | 'left' | 'announcement' | 'error';
  readonly id: number;
  readonly text: string;
}

export type Line = Message | Remark;

export interface View {
  readonly me: User;
  readonly people: readonly User[];
  readonly typists: readonly { readonly user: User; readonly until: number }[];
  /** The latest last. */
  readonly lines: readonly Line[];
  /** The timestamp of the latest message that is known. */
  readonly latest?: string;
  /** Whether the history has come since the connection was made: what waits may be sent. */
  readonly caught: boolean;
  readonly away: Away;
  readonly next: number;
}

export type Action =
  | { readonly kind: 'frame'; readonly frame: Frame; readonly now: number }
  | { readonly kind: 'said'; readonly content: string; readonly now: number }
  | { readonly kind: 'sent'; readonly id: number }
  | { readonly kind: 'lost'; readonly now: number }
  | { readonly kind: 'ticked'; readonly now: number };

/** Who has not said for this long that they type, does not. */
export const TYPING_ENDS = 4_000;
const MOST_LINES = 500;

export function begin(me: User): View {
  return { me, people: [], typists: [], lines: [], caught: false, away: NEVER_AWAY, next: 1 };
}

/** From where the history is asked for: before anything that may not have arrived. */
export function since(view: View): string | undefined {
  const unsure = view.lines.find((line) => line.kind === 'message' && line.progress === 'sent');
  return unsure?.kind === 'message' ? unsure.after : view.latest;
}

/** One's own messages that are to be sent now. */
export function due(view: View): readonly Message[] {
  return view.caught
    ? view.lines.filter((line): line is Message => line.kind === 'message' && line.progress === 'waiting')
    : [];
}

export function reduce(view: View, action: Action): View {
  switch (action.kind) {
    case 'frame':
      return received(view, action.frame, action.now);
    case 'said':
      return append(view, {
        ...own(view, action.content, action.now),
        ...(view.latest === undefined ? {} : { after: view.latest }),
      });
    case 'sent':
      return change(view, action.id, { progress: 'sent' });
    case 'lost':
      return { ...view, caught: false, typists: [], away: lost(view.away, action.now) };
    case 'ticked':
      return view.typists.some(({ until }) => until <= action.now)
        ? { ...view, typists: view.typists.filter(({ until }) => until > action.now) }
        : view;
  }
}

function received(view: View, frame: Frame, now: number): View {
  switch (frame.type) {
    case 'welcome':
      return { ...view, me: frame.user };
    case 'user_list':
      return { ...view, people: sorted(frame.users) };
    case 'user_joined': {
      const { user } = frame;
      return view.people.some(({ id }) => id === user.id)
        ? view
        : remark({ ...view, people: sorted([...view.people, user]) }, 'came', `${user.email} came in`);
    }
    case 'user_left': {
      const { user } = frame;
      const people = view.people.filter(({ id }) => id !== user.id);
      return remark({ ...quiet(view, user), people }, 'left', `${user.email} left`);
    }
    case 'chat_message':
      return heard(quiet(view, frame.user), frame, false);
    case 'history':
      return caught(view, frame, now);
    case 'typing':
      return typing(view, frame.user, frame.isTyping ? now + TYPING_ENDS : 0);
    case 'announcement':
    case 'error':
      return remark(view, frame.type, frame.message);
    case 'pong':
      return { ...view, lines: view.lines.map(answered) };
  }
}

/**
 * The first answer to a heartbeat after a message may have been on its way already; by the second the message has
 * arrived, for the server takes what it is sent in order.
 */
function answered(line: Line): Line {
  if (line.kind !== 'message' || line.progress !== 'sent') {
    return line;
  }
  return line.pongs === 0 ? { ...line, pongs: 1 } : { ...line, progress: 'kept' };
}

/** What was said meanwhile, each once; and one's own that has not arrived is to be sent again. */
function caught(view: View, history: { messages: readonly Said[]; complete: boolean }, now: number): View {
  const merged = history.messages.reduce((next, said) => heard(next, said, true), view);
  const lines = merged.lines.map((line) =>
    line.kind === 'message' && line.progress === 'sent' ? { ...line, progress: 'waiting' as const, pongs: 0 } : line,
  );
  const all = { ...merged, lines, caught: true, away: back(merged.away, now) };
  return history.complete || view.away.lost === undefined
    ? all
    : remark(all, 'error', 'Some of what was said meanwhile is not kept any more.');
}

function heard(view: View, said: Said, late: boolean): View {
  if (known(view, said)) {
    return view;
  }
  const time = Date.parse(said.timestamp);
  const latest = view.latest === undefined || time > Date.parse(view.latest) ? said.timestamp : view.latest;
  const mine = late ? unsure(view, said) : undefined;
  if (mine !== undefined) {
    return { ...change(view, mine.id, { progress: 'kept', timestamp: said.timestamp, time }), latest };
  }
  const missed = late && whileAway(view.away, time);
  const line: Message = {
    kind: 'message',
    id: view.next,
    user: said.user,
    content: said.content,
    time,
    progress: 'kept',
    timestamp: said.timestamp,
    pongs: 0,
    missed,
  };
  return { ...append(view, line), latest, away: missed ? caughtUp(view.away) : view.away };
}

function known(view: View, { user, timestamp }: Said): boolean {
  return view.lines.some((line) => line.kind === 'message' && line.timestamp === timestamp && line.user.id === user.id);
}

/** One's own message that the server may have: it is not sent back to who sent it, but it is in the history. */
function unsure(view: View, { user, content }: Said): Message | undefined {
  return view.lines.find(
    (line): line is Message =>
      line.kind === 'message' &&
      line.timestamp === undefined &&
      line.progress !== 'waiting' &&
      line.user.id === user.id &&
      line.content === content,
  );
}

function own(view: View, content: string, time: number): Message {
  return { kind: 'message', id: view.next, user: view.me, content, time, progress: 'waiting', pongs: 0, missed: false };
}

/** What waits stays last: it has not been said yet. */
function append(view: View, line: Line): View {
  const waits = (each: Line): boolean => each.kind === 'message' && each.progress === 'waiting';
  const first = waits(line) ? -1 : view.lines.findIndex(waits);
  const lines = first < 0 ? [...view.lines, line] : [...view.lines.slice(0, first), line, ...view.lines.slice(first)];
  return { ...view, lines: lines.slice(-MOST_LINES), next: view.next + 1 };
}

function remark(view: View, kind: Remark['kind'], text: string): View {
  return append(view, { kind, id: view.next, text });
}

function change(view: View, id: number, fields: Partial<Omit<Message, 'kind' | 'id'>>): View {
  return {
    ...view,
    lines: view.lines.map((line) => (line.id === id && line.kind === 'message' ? { ...line, ...fields } : line)),
  };
}

function typing(view: View, user: User, until: number): View {
  const others = view.typists.filter((each) => each.user.id !== user.id);
  return until === 0 || user.id === view.me.id
    ? { ...view, typists: others }
    : { ...view, typists: [...others, { user, until }] };
}

function quiet(view: View, user: User): View {
  return view.typists.some((each) => each.user.id === user.id) ? typing(view, user, 0) : view;
}

function sorted(users: readonly User[]): readonly User[] {
  return [...users].sort((a, b) => a.email.localeCompare(b.email));
}

/** Who types, as a sentence; empty when nobody does. */
export function tellTyping({ typists }: View): string {
  const names = typists.map(({ user }) => user.email);
  if (names.length > 2) {
    return `${names.length} people are typing…`;
  }
  return names.length === 0 ? '' : `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing…`;
}
