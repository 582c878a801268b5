// SPDX-License-Identifier: Apache-2.0
import type { Publication } from '@fanfare/client';
import { useChannel, useConnection, useFanfare, usePresence } from '@fanfare/react';
import { useEffect, useState, type SyntheticEvent, type ReactNode } from 'react';
import { back, backUncertain, caughtUp, lost, NEVER_AWAY, useReturned, whileAway } from '../away.ts';
import {
  address,
  Badge,
  Button,
  Card,
  ConnectionBar,
  Field,
  Shell,
  TITLES,
  type App,
  type Ports,
} from '../design/index.ts';

const CHANNEL = 'lobby';
const SHOWN = 50;

const SENTENCES: readonly (readonly [App, string])[] = [
  ['kyc', "The status of people's verification. Change a row with any SQL client, and whoever watches sees it."],
  ['wallet', 'Balances, transfers and the price, as they change. What was missed while offline comes on return.'],
  ['chat', 'People in a lobby who see who is there, who types, and what is said. Sign in with any e-mail.'],
  ['store', 'Orders, customers and profiles change by HTTP, and everybody in the store sees it at once.'],
  [
    'connect',
    'A page shows a QR code, a phone scans it, and the page flips. By polling where no WebSocket gets through.',
  ],
];

export function Start({ ports }: { readonly ports: Ports }): ReactNode {
  const state = useConnection();
  const { recovered, heard } = useRecovered();
  return (
    <Shell
      app="start"
      ports={ports}
      title="It runs. See it live."
      lead="One process on this machine: a hub, its own protocol, and five apps on top of it. Open this page in a second tab, and say something."
      connection={<ConnectionBar state={state} recovered={recovered} />}
    >
      <Lobby onPublication={heard} />
      <section className="stack" aria-labelledby="apps">
        <h2 id="apps">Five apps, each with a wire of its own</h2>
        <ul className="apps grid">
          {SENTENCES.map(([app, sentence]) => (
            <li key={app}>
              <AppCard app={app} sentence={sentence} ports={ports} />
            </li>
          ))}
          <li>
            <section className="card app">
              <h3>Yours</h3>
              <p>A page on any machine begins with the client that this server serves, and needs no build:</p>
              <code className="small">{`import { Fanfare } from '${location.origin}/client.js'`}</code>
            </section>
          </li>
        </ul>
      </section>
      <section className="stack" aria-labelledby="curl">
        <h2 id="curl">From a backend</h2>
        <p className="soft">One request publishes to everybody who listens. Run this, and look above.</p>
        <pre className="curl" tabIndex={0} role="group" aria-label="What publishes to the channel">
          <code>{`curl -H 'Authorization: Bearer demo-api-key' -d '{"channel":"${CHANNEL}","data":{"text":"hello from curl"}}' ${location.origin}/api/v1/publish`}</code>
        </pre>
        <p className="soft">
          <a href="/openapi.json">/openapi.json</a> has the rest of the API, <a href="/ready">/ready</a> says whether
          everything is up, and <a href="/metrics">/metrics</a> what it has done.
        </p>
      </section>
    </Shell>
  );
}

type Said = Publication<{ readonly text?: unknown } | null>;

function textOf({ data }: Said): string {
  return typeof data?.text === 'string' ? data.text : JSON.stringify(data);
}

/** A channel, live: what is said in it, who is there, and a line to say something. */
function Lobby({ onPublication }: { readonly onPublication: (publication: Publication) => void }): ReactNode {
  const state = useConnection();
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState('');
  const {
    value: heard = [],
    status,
    gap,
    publish,
  } = useChannel<Said['data'], readonly Said[]>(CHANNEL, {
    select: (publication, before = []) => [publication, ...before].slice(0, SHOWN),
    onPublication,
  });
  const { members, known } = usePresence(CHANNEL);

  const say = (event: SyntheticEvent): void => {
    event.preventDefault();
    setText('');
    publish({ text }).then(
      () => setTrouble(''),
      (error: unknown) => setTrouble(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <Card className="live" aria-labelledby="lobby">
      <div className="stack">
        <div className="row apart pinned">
          <h2 id="lobby">
            The channel <code>{CHANNEL}</code>
          </h2>
          <Badge id="presence" tone={known && state.name === 'connected' ? 'good' : 'plain'}>
            {known ? members.length : '–'} here
          </Badge>
        </div>
        <form onSubmit={say}>
          <Field
            id="say"
            label="Say something"
            value={text}
            maxLength={500}
            required
            onChange={(event) => setText(event.target.value)}
          />
          <Button id="publish" type="submit" look="primary">
            Publish
          </Button>
        </form>
        <dl className="facts small">
          <dt>Transport</dt>
          <dd id="transport">{state.name === 'connected' ? state.transport : '—'}</dd>
          <dt>Subscription</dt>
          <dd>{status}</dd>
          <dt>Last offset</dt>
          <dd>{heard[0]?.offset ?? '—'}</dd>
          <dt>Lost</dt>
          <dd>{gap === undefined ? 'nothing' : `what was before ${gap.to.offset}`}</dd>
        </dl>
        {trouble === '' ? null : (
          <p className="notice" role="alert">
            {trouble}
          </p>
        )}
      </div>
      <ol className="heard" id="heard" tabIndex={0} aria-label="What was published, newest last">
        {heard.length === 0 ? <li className="soft">Nothing yet.</li> : null}
        {heard.map((publication) => (
          <li key={`${publication.tag}-${publication.offset}`}>
            <span className="offset">{publication.offset}</span>
            <span>
              <b>{publication.publisher ?? 'backend'}</b> {textOf(publication)}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function AppCard({
  app,
  sentence,
  ports,
}: {
  readonly app: App;
  readonly sentence: string;
  readonly ports: Ports;
}): ReactNode {
  const href = address(app, ports);
  return (
    <a className="card app" data-app={app} href={href} aria-disabled={href === undefined ? true : undefined}>
      <h3>{TITLES[app]}</h3>
      <p>{sentence}</p>
      <span className="where">{href === undefined ? 'Not started' : `${location.hostname}:${ports[app]}`}</span>
    </a>
  );
}

const MESSAGES = { one: 'message', many: 'messages' };

/** What was published while the page was cut off, and has come since. */
function useRecovered(): { recovered: string; heard: (publication: Publication) => void } {
  const client = useFanfare();
  const [away, setAway] = useState(NEVER_AWAY);
  useEffect(
    () =>
      client.on('state', ({ name }) => {
        const now = Date.now();
        if (name === 'waiting' || name === 'closed') {
          setAway((before) => lost(before, now));
        } else if (name === 'connected') {
          // This wire tells no time of its own: what is the newest now is the last of what was missed.
          client
            .channel(CHANNEL)
            .history({ limit: 1, order: 'newest' })
            .then(
              ([newest]) => setAway((before) => back(before, now, newest?.time)),
              // Refused, unless the connection is lost again: then the next return tells of both.
              () => {
                if (client.state.name === 'connected') {
                  setAway((before) => backUncertain(before, now));
                }
              },
            );
        }
      }),
    [client],
  );
  const heard = ({ time }: Publication): void =>
    setAway((before) => (whileAway(before, time) ? caughtUp(before) : before));
  return { recovered: useReturned(away, MESSAGES), heard };
}
