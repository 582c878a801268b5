// SPDX-License-Identifier: Apache-2.0
import type { State } from '@fanfare/client';
import { pageSocket, useSocket } from '@fanfare/react';
import { useEffect, useRef, useState, type SyntheticEvent, type ReactNode } from 'react';
import { Badge, Button, cable, Card, ConnectionBar, Field, FramesDrawer, Shell, Toasts } from '../design/index.ts';
import { useFrames, useToasts } from '../design/index.ts';
import { changed, LEVELS, stepOf, take, updateFor, watch, type KycFrame, type People, type Person } from './model.ts';

/** Whether the server believes the user that a client names, or wants a token. */
export type Identity = 'claimed' | 'verified';

const SEEDED = ['alice', 'bob', 'carol'].map((user): Person => ({ user, changes: 0 }));
const TONES = { verified: 'good', pending: 'busy', rejected: 'bad' } as const;
/** Statuses follow the answer to a subscription at once; then the return is over. */
const SETTLED_AFTER = 1_000;
/** The wire has no ping: to ask for a status again is answered, and changes nothing. */
const HEARTBEAT = { every: 25_000, within: 35_000 };

/** Where a board begins: another token is another connection. */
interface Beginning {
  readonly token: string;
  readonly people: People;
}

export function Kyc({ identity }: { readonly identity: Identity }): ReactNode {
  const [beginning, begin] = useState<Beginning>({ token: '', people: identity === 'claimed' ? SEEDED : [] });
  return <Board key={beginning.token} identity={identity} beginning={beginning} begin={begin} />;
}

interface BoardProps {
  readonly identity: Identity;
  readonly beginning: Beginning;
  readonly begin: (beginning: Beginning) => void;
}

function Board({ identity, beginning, begin }: BoardProps): ReactNode {
  const { token } = beginning;
  const [people, setPeople] = useState(beginning.people);
  const [chosen, setChosen] = useState(token === '' ? 'alice' : people.at(-1)!.user);
  const [frames, note] = useFrames();
  const { toasts, say, dismiss } = useToasts();
  const { recovered, moved } = useReturn(people);
  /** The heartbeat of somebody without a status has the same trouble each time. */
  const trouble = useRef('');

  const waits = identity === 'verified' && token === '';
  const url = waits ? null : pageSocket('/live');
  const { state, send } = useSocket<KycFrame>(url, {
    ...cable.parts,
    ...(token === '' ? {} : { protocols: ['kyc', `bearer.${token}`] }),
    heartbeat: { ...HEARTBEAT, frame: { type: 'subscribe', userId: chosen } },
    onState: (next) => {
      moved(next);
      if (next.name === 'connected') {
        people.forEach(({ user }) => ask(user));
      }
    },
    onMessage: (frame) => {
      note('in', frame);
      if (frame.type === 'kyc_status') {
        setPeople((before) => take(before, frame.data));
      } else if (frame.message !== trouble.current) {
        trouble.current = frame.message;
        say(frame.message);
      }
    },
  });

  function ask(user: string): void {
    const frame = { type: 'subscribe', userId: user };
    if (send(frame)) {
      note('out', frame);
    }
  }

  function add(user: string, shown: string): void {
    trouble.current = '';
    if (shown === token) {
      setPeople((before) => watch(before, user));
      setChosen(user);
      ask(user);
    } else {
      begin({ token: shown, people: watch(people, user) });
    }
  }

  const person = people.find(({ user }) => user === chosen) ?? { user: chosen, changes: 0 };
  return (
    <Shell
      app="kyc"
      title="Verification, as the database has it"
      lead="Each card follows one row of a Postgres table. Change the row with any SQL client, and the card is right a moment later."
      connection={
        <ConnectionBar
          state={state}
          recovered={recovered}
          instead={waits ? { tone: 'busy', text: 'Needs a token' } : undefined}
        />
      }
    >
      <ul id="people" className="people grid" aria-live="polite">
        {people.map((each) => (
          <Progress key={each.user} person={each} />
        ))}
      </ul>
      <WatchForm identity={identity} add={add} />
      <Card className="stack">
        <h2>Change it yourself</h2>
        <p className="soft">
          With psql, or anything that speaks SQL. The demo says at its start where its Postgres is; on its usual port:
        </p>
        <pre className="sql" tabIndex={0}>
          <code id="sql">{`psql postgresql://fanfare@127.0.0.1:5433/fanfare -c "${updateFor(person)}"`}</code>
        </pre>
        <p className="soft small">
          The change comes here through Postgres's logical replication, and by no other way. Cut the network, change a
          row, and restore it: the card catches up.
        </p>
      </Card>
      <FramesDrawer frames={frames} />
      <Toasts toasts={toasts} dismiss={dismiss} />
    </Shell>
  );
}

function Progress({ person: { user, status, changes } }: { readonly person: Person }): ReactNode {
  return (
    <li key={changes} className={`card person ${changes > 0 ? 'fresh' : ''}`} data-user={user}>
      <div className="row apart">
        <h2>{user}</h2>
        <Badge className="status" tone={status ? TONES[status.status] : 'plain'}>
          {status?.status ?? 'No status yet'}
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
      <p className="soft small figures">
        {status ? `Since ${new Date(status.timestamp).toLocaleTimeString()}` : '\u00a0'}
      </p>
    </li>
  );
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
        label="Watch somebody else"
        placeholder="A user's id, such as dave"
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

/** What had changed when the connection came back, in a sentence. */
function useReturn(people: People): { recovered: string; moved: (state: State) => void } {
  const latest = useRef(people);
  useEffect(() => {
    latest.current = people;
  });
  const left = useRef<{ at: number; people: People } | undefined>(undefined);
  const [recovered, setRecovered] = useState('');
  const moved = (state: State): void => {
    const gone = left.current;
    if (state.name === 'waiting') {
      left.current ??= { at: Date.now(), people: latest.current };
    } else if (state.name === 'connected' && gone) {
      left.current = undefined;
      const seconds = Math.max(1, Math.round((Date.now() - gone.at) / 1000));
      setTimeout(() => {
        const count = changed(gone.people, latest.current);
        const what = count === 0 ? 'nothing had changed' : `${count} ${count === 1 ? 'status' : 'statuses'} caught up`;
        setRecovered(`Back after ${seconds} s: ${what}.`);
      }, SETTLED_AFTER);
    }
  };
  return { recovered, moved };
}
