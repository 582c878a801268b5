// SPDX-License-Identifier: Apache-2.0
import type { State } from '@fanfare/client';
import { pageSocket, useSocket } from '@fanfare/react';
import { useEffect, useMemo, useReducer, type ReactNode } from 'react';
import { tellAway } from '../away.ts';
import { Button, cable, ConnectionBar, FramesDrawer, Shell, useFrames } from '../design/index.ts';
import { tapped } from '../tap.ts';
import { LEAD, session } from './chat.tsx';
import { Compose } from './compose.tsx';
import { Messages } from './messages.tsx';
import { begin, due, reduce, since, tellTyping, type Frame, type User } from './model.ts';

const MESSAGES = { one: 'message', many: 'messages' };
const SIGNED_OUT = 'You were signed out. Sign in again to go on.';
const HEARTBEAT = { every: 25_000, frame: { type: 'ping' }, within: 35_000 };
const REVOKED = 4500;
const TICK = 1_000;

interface LobbyProps {
  readonly me: User;
  readonly leave: (why: string) => void;
  readonly signOut: () => void;
}

export function Lobby({ me, leave, signOut }: LobbyProps): ReactNode {
  const [view, dispatch] = useReducer(reduce, me, begin);
  const [frames, note] = useFrames();
  const wire = useMemo(() => tapped(note), [note]);

  const moved = (state: State): void => {
    if (state.name === 'waiting' || state.name === 'closed') {
      dispatch({ kind: 'lost', now: Date.now() });
    }
    if (state.name === 'closed' && (state.reason.code ?? 0) >= REVOKED) {
      leave(SIGNED_OUT);
    } else if (state.name === 'waiting' && !cable.cut) {
      // A refused upgrade looks like a lost connection: ask whether the session is still there.
      session().then(
        (user) => {
          if (user === null) {
            leave(SIGNED_OUT);
          }
        },
        () => undefined,
      );
    }
  };
  const heard = (frame: Frame, reply: (message: object) => boolean): void => {
    dispatch({ kind: 'frame', frame, now: Date.now() });
    if (frame.type === 'user_list') {
      // From here on everything is heard: what was said before is asked for.
      reply({ type: 'history', since: since(view) });
    }
  };
  const { state, send } = useSocket<Frame>(pageSocket('/ws'), {
    ...wire,
    heartbeat: HEARTBEAT,
    onState: moved,
    onMessage: (frame) => heard(frame, send),
  });

  useEffect(() => {
    for (const message of due(view)) {
      if (send({ type: 'chat_message', content: message.content })) {
        dispatch({ kind: 'sent', id: message.id });
      }
    }
  }, [view, send]);

  const typists = view.typists.length > 0;
  useEffect(() => {
    if (typists) {
      const timer = setInterval(() => dispatch({ kind: 'ticked', now: Date.now() }), TICK);
      return () => clearInterval(timer);
    }
    return undefined;
  }, [typists]);

  return (
    <Shell
      app="chat"
      title="The lobby"
      lead={LEAD}
      connection={<ConnectionBar state={state} recovered={tellAway(view.away, MESSAGES)} />}
    >
      <div className="lobby">
        <People people={view.people} known={view.away.been} me={view.me} signOut={signOut} />
        <section className="card talk" aria-label="Messages">
          <Messages view={view} />
          <p id="typing" className="typing small soft" aria-live="polite">
            {tellTyping(view)}
          </p>
          <Compose
            connected={state.name === 'connected'}
            say={(content) => dispatch({ kind: 'said', content, now: Date.now() })}
            type={(isTyping) => void send({ type: 'typing', isTyping })}
          />
        </section>
      </div>
      <FramesDrawer frames={frames} />
    </Shell>
  );
}

interface PeopleProps {
  readonly people: readonly User[];
  /** Whether they have been told. */
  readonly known: boolean;
  readonly me: User;
  readonly signOut: () => void;
}

function People({ people, known, me, signOut }: PeopleProps): ReactNode {
  return (
    <aside className="card people" aria-labelledby="people-title">
      <div className="row apart">
        <h2 id="people-title">
          Here now <span className="soft figures">{known ? people.length : '–'}</span>
        </h2>
        <Button id="sign-out" look="quiet" onClick={signOut}>
          Sign out
        </Button>
      </div>
      <ul id="people">
        {people.map((user) => (
          <li key={user.id} title={user.email}>
            <Face user={user} />
            <span className="who">{user.email}</span>
            {user.id === me.id ? <span className="small soft">you</span> : null}
          </li>
        ))}
      </ul>
    </aside>
  );
}

/** A letter in a colour of the user's own. */
export function Face({ user }: { readonly user: User }): ReactNode {
  let hash = 0;
  for (const char of user.id) {
    hash = (hash * 31 + char.codePointAt(0)!) % 65_521;
  }
  return (
    <span className="face" data-hue={hash % 6} aria-hidden="true">
      {user.email.charAt(0).toUpperCase()}
    </span>
  );
}
