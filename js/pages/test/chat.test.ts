// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { tellAway } from '../src/away.ts';
import {
  type Action,
  type Frame,
  TYPING_ENDS,
  type View,
  begin,
  due,
  reduce,
  since,
  tellTyping,
} from '../src/chat/model.ts';

const ADA = { id: 'u1', email: 'ada@example.org' };
const GRACE = { id: 'u2', email: 'grace@example.org' };
const time = (second: number): string => new Date(second * 1000).toISOString();
const frame = (said: Frame, second = 0): Action => ({ kind: 'frame', frame: said, now: second * 1000 });
const said = (content: string, second: number, user = GRACE) => ({ content, user, timestamp: time(second) });
const chat = (content: string, second: number): Action => frame({ type: 'chat_message', ...said(content, second) });
const history = (messages: ReturnType<typeof said>[], second: number, complete = true): Action =>
  frame({ type: 'history', messages, complete }, second);
const say = (content: string, second = 0): Action => ({ kind: 'said', content, now: second * 1000 });
const after = (...actions: Action[]): View => actions.reduce(reduce, begin(ADA));
const contents = (view: View): string[] =>
  view.lines.map((line) => (line.kind === 'message' ? line.content : line.text));
const send = (view: View): View => due(view).reduce((next, { id }) => reduce(next, { kind: 'sent', id }), view);

describe('the lobby', () => {
  it('lists who is here by e-mail, and tells who comes and goes', () => {
    const view = after(
      frame({ type: 'user_list', users: [GRACE, ADA] }),
      frame({ type: 'user_left', user: GRACE }),
      frame({ type: 'user_joined', user: GRACE }),
      frame({ type: 'user_joined', user: GRACE }),
    );
    expect(view.people.map(({ email }) => email)).toEqual([ADA.email, GRACE.email]);
    expect(contents(view)).toEqual(['grace@example.org left', 'grace@example.org came in']);
  });

  it('shows who types until they stop, say something, or are silent for long', () => {
    const typing = frame({ type: 'typing', isTyping: true, user: GRACE });
    const view = after(typing);
    expect(tellTyping(view)).toBe('grace@example.org is typing…');
    expect(tellTyping(reduce(view, frame({ type: 'typing', isTyping: false, user: GRACE })))).toBe('');
    expect(tellTyping(reduce(view, chat('hello', 1)))).toBe('');
    expect(tellTyping(reduce(view, { kind: 'ticked', now: TYPING_ENDS }))).toBe('');
    expect(tellTyping(after(frame({ type: 'typing', isTyping: true, user: ADA })))).toBe('');
  });

  it('shows what was missed once, and says how much it was', () => {
    const view = after(
      history([said('before', 1)], 1),
      { kind: 'lost', now: 2_000 },
      chat('live already', 11),
      history([said('before', 1), said('missed', 5), said('live already', 11)], 10),
    );
    expect(contents(view)).toEqual(['before', 'live already', 'missed']);
    expect(view.lines.map((line) => line.kind === 'message' && line.missed)).toEqual([false, false, true]);
    expect(tellAway(view.away, { one: 'message', many: 'messages' })).toBe('Back after 8 s: 1 message caught up.');
  });

  it('sends what was written while cut off when the history has come, after what was said meanwhile', () => {
    const cut = after(history([], 0), { kind: 'lost', now: 1_000 }, say('later', 2));
    expect(due(cut)).toEqual([]);
    const back = reduce(cut, history([said('meanwhile', 3)], 4));
    expect(due(back).map(({ content }) => content)).toEqual(['later']);
    expect(contents(back)).toEqual(['meanwhile', 'later']);
    expect(due(send(back))).toEqual([]);
  });

  it('sends again what did not arrive, and not what did', () => {
    const sent = send(after(history([], 0), chat('first', 1), say('arrived', 2), say('lost', 2)));
    expect(since(sent)).toBe(time(1));
    const back = [{ kind: 'lost', now: 3_000 } as const, history([said('arrived', 2.5, ADA)], 5)].reduce(reduce, sent);
    expect(due(back).map(({ content }) => content)).toEqual(['lost']);
    expect(contents(back)).toEqual(['first', 'arrived', 'lost']);
  });

  it('knows that a message has arrived by the second heartbeat that is answered after it', () => {
    const sent = send(after(history([], 0), say('hello', 1), chat('hi', 2)));
    const once = reduce(sent, frame({ type: 'pong' }));
    expect(since(once)).toBeUndefined();
    expect(since(reduce(once, frame({ type: 'pong' })))).toBe(time(2));
  });

  it('says when something is not kept any more', () => {
    const view = after(history([said('before', 1)], 1), { kind: 'lost', now: 2_000 }, history([], 9, false));
    expect(contents(view).at(-1)).toBe('Some of what was said meanwhile is not kept any more.');
    expect(contents(after(history([], 0, false)))).toEqual([]);
  });
});
