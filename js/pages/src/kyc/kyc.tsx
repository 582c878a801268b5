// SPDX-License-Identifier: Apache-2.0
import type { State } from '@fanfare/client';
import { pageSocket, useSocket } from '@fanfare/react';
import { useReducer, useRef, useState, type SyntheticEvent, type ReactNode } from 'react';
import { useReturned } from '../away.ts';
import { Badge, Button, cable, Card, ConnectionBar, Field, FramesDrawer, Shell, Toasts } from '../design/index.ts';
import { useFrames, useToasts } from '../design/index.ts';
import { boardOf, commandFor, hasEnded, insertFor, LEVELS, reduce, stepOf, updateFor } from './model.ts';
import type { Action, Board as Known, KycFrame, Person } from './model.ts';

/** Whether the server believes the user that a client names, or wants a token. */
export type Identity = 'claimed' | 'verified';

/** Where the database is, for who may know it. */
export interface Place {
  readonly identity: Identity;
  readonly address?: string | undefined;
}

const SEEDED = boardOf('alice', 'bob', 'carol');
const TONES = { verified: 'good', pending: 'busy', rejected: 'bad' } as const;
const STATUSES = { one: 'status', many: 'statuses' };
const TOKEN_ENDED = 4005;
/** Close codes from here on say not to come back. */
const FINAL = 4500;
/** The wire has no ping: to ask for a status again is answered, and changes nothing. */
const HEARTBEAT = { every: 25_000, within: 35_000 };

/** Where a board begins: another token is another connection. */
interface Beginning {
  readonly token: string;
  readonly board: Known;
}

export function Kyc(place: Place): ReactNode {
  const [beginning, begin] = useState<Beginning>({
    token: '',
    board: place.identity === 'claimed' ? SEEDED : boardOf(),
  });
  return <Board key={beginning.token} {...place} beginning={beginning} begin={begin} />;
}

interface BoardProps extends Place {
  readonly beginning: Beginning;
  readonly begin: (beginning: Beginning) => void;
}

function Board({ identity, address, beginning, begin }: BoardProps): ReactNode {
  const { token } = beginning;
  const [board, act] = useReducer(reduce, beginning.board);
  const { people, away, latest } = board;
  const [chosen, setChosen] = useState(people.length === 1 ? people[0]!.user : 'alice');
  const [ended, setEnded] = useState(false);
  const [frames, note] = useFrames();
  const { toasts, say, dismiss } = useToasts();
  const recovered = useReturned(away, STATUSES);
  /** The heartbeat of somebody without a status has the same trouble each time. */
  const trouble = useRef('');

  const waits = identity === 'verified' && token === '';
  const url = waits ? null : pageSocket('/live');
  const { state, send } = useSocket<KycFrame>(url, {
    ...cable.parts,
    ...(token === '' ? {} : { protocols: ['kyc', `bearer.${token}`] }),
    comesBack: (code) => code < FINAL && code !== TOKEN_ENDED && !hasEnded(token),
    heartbeat: { ...HEARTBEAT, frame: { type: 'subscribe', userId: chosen } },
    onState: moved,
    onMessage: (frame) => {
      note('in', frame);
      if (frame.type === 'kyc_status') {
        act({ kind: 'told', status: frame.data });
      } else if (frame.message !== trouble.current) {
        trouble.current = frame.message;
        say(frame.message);
      }
    },
  });

  function moved({ name }: State): void {
    setEnded(name === 'closed' && hasEnded(token));
    if (name === 'waiting' || name === 'closed') {
      act(moment('lost'));
    } else if (name === 'connected') {
      act(moment('back'));
      people.forEach(({ user }) => ask(user));
    }
  }

  function ask(user: string): void {
    const frame = { type: 'subscribe', userId: user };
    if (send(frame)) {
      note('out', frame);
    }
  }

  function add(user: string, shown: string): void {
    trouble.current = '';
    if (shown === token) {
      act({ kind: 'watched', user });
      setChosen(user);
      ask(user);
    } else {
      begin({ token: shown, board: boardOf(user) });
    }
  }

  const status = people.find(({ user }) => user === chosen)?.status;
  const absent = status === undefined && !SEEDED.people.some(({ user }) => user === chosen);
  const statement = absent ? insertFor(chosen) : updateFor(chosen, status);
  return (
    <Shell
      app="kyc"
      title="Verification, as the database has it"
      lead="Each card follows one row of a Postgres table. Change the row with any SQL client, and the card is right a moment later."
      connection={
        <ConnectionBar
          state={state}
          recovered={recovered}
          instead={
            waits
              ? { tone: 'busy', text: 'Needs a token' }
              : state.name === 'closed' && ended
                ? { tone: 'bad', text: 'The token has ended: show another' }
                : undefined
          }
        />
      }
    >
      {people.length === 0 ? (
        <p className="empty">Nobody is watched yet. Give a user below, and the token that `./fanfare token` prints.</p>
      ) : (
        <ul id="people" className="people grid">
          {people.map((each) => (
            <Progress key={each.user} person={each} />
          ))}
        </ul>
      )}
      <p className="unseen" role="status">
        {latest === undefined ? '' : `${latest.user_id} is ${latest.status} now, at ${latest.verification_level}`}
      </p>
      <WatchForm identity={identity} add={add} />
      <Card className="stack">
        <h2>Change it yourself</h2>
        <p className="soft">Run this, or say the same with anything that speaks SQL:</p>
        <pre className="sql" tabIndex={0} role="group" aria-label="What changes a row">
          <code id="sql">{commandFor(address, statement)}</code>
        </pre>
        <p className="soft small">
          The change comes here through Postgres&apos;s logical replication, and by no other way. Cut the network,
          change a row, and restore it: the card catches up.
        </p>
      </Card>
      <FramesDrawer frames={frames} />
      <Toasts toasts={toasts} dismiss={dismiss} />
    </Shell>
  );
}

function Progress({ person: { user, status, changes, stale } }: { readonly person: Person }): ReactNode {
  return (
    <li className="card person" data-user={user} data-stale={stale === true ? '' : undefined}>
      {changes > 0 ? <span key={changes} className="glow" aria-hidden="true" /> : null}
      <div className="row apart pinned">
        <h2>{user}</h2>
        <Badge className="status" tone={status ? TONES[status.status] : 'plain'}>
          {status?.status ?? (stale === true ? 'Unknown' : 'No status yet')}
        </Badge>
      </div>
      <ol className="steps" aria-label={`Steps of ${user}`}>
        {LEVELS.map((level) => (
          <li key={level} data-step={status ? stepOf(status, level) : 'ahead'}>
            {level}
            <span className="unseen">: {status ? stepOf(status, level) : 'unknown'}</span>
          </li>
        ))}
      </ol>
      <p className="soft small figures">{status ? since(status.timestamp, stale === true) : '\u00a0'}</p>
    </li>
  );
}

function since(timestamp: string, stale: boolean): string {
  const time = new Date(timestamp).toLocaleTimeString();
  return stale ? `Last known, of ${time}` : `Since ${time}`;
}

function moment(kind: 'lost' | 'back'): Action {
  return { kind, now: Date.now() };
}

interface WatchFormProps {
  readonly identity: Identity;
  readonly add: (user: string, token: string) => void;
}

function WatchForm({ identity, add }: WatchFormProps): ReactNode {
  const [user, setUser] = useState('');
  const [token, setToken] = useState('');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    add(user.trim(), token.trim());
    setUser('');
  };
  return (
    <form id="watch" className="watch" onSubmit={submit}>
      <Field
        id="user"
        label="Watch another user"
        placeholder="Such as dave"
        value={user}
        onChange={(event) => setUser(event.target.value)}
        maxLength={200}
        required
      />
      {identity === 'verified' ? (
        <Field
          id="token"
          label="Their token"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          required
        />
      ) : null}
      <Button type="submit" look="primary">
        Watch
      </Button>
    </form>
  );
}
