// SPDX-License-Identifier: Apache-2.0
import { useWebSocketContext, WebSocketProvider, type WebSocketMessage } from '@fanfare/react/store';
import { useCallback, useEffect, useMemo, useReducer, useRef, useState, type ReactNode } from 'react';
import { useReturned } from '../away.ts';
import {
  Button,
  ConnectionBar,
  FramesDrawer,
  Shell,
  Toasts,
  useCut,
  useFrames,
  useToasts,
  type Frame as Raw,
} from '../design/index.ts';
import { tapped } from '../tap.ts';
import { Api, setup, type Setup } from './api.ts';
import { Board } from './board.tsx';
import { Door, type Visitor } from './door.tsx';
import { begin, reduce, type Action, type Frame, type View } from './model.ts';
import { Side } from './side.tsx';

const EVENTS = { one: 'event', many: 'events' };
const LEAD =
  'Orders and customers change by HTTP, and everybody in the store sees it at once. Cut the network, change something in another tab, and come back.';
const TOKEN_EXPIRED = 'token_expired';

export function StorePage(): ReactNode {
  const [visitor, setVisitor] = useState<Visitor>();
  const [notice, setNotice] = useState('');
  const [known, setKnown] = useState<Setup>();
  useEffect(() => {
    setup().then(setKnown, () => setNotice('The server cannot be reached. Reload the page in a moment.'));
  }, []);
  const leave = useCallback((why: string) => {
    setNotice(why);
    setVisitor(undefined);
  }, []);
  const enter = useCallback((who: Visitor) => {
    setNotice('');
    setVisitor(who);
  }, []);
  // Who is quicker than the answer of how the store is set up is let in, or asked for a token, when that is there.
  if (visitor && known && (visitor.token !== undefined || !known.token)) {
    return <Store key={`${visitor.userId} ${visitor.storeId}`} visitor={visitor} setup={known} leave={leave} />;
  }
  return (
    <Shell app="store" title="The order board" lead={LEAD} connection={<ConnectionBar state={{ name: 'idle' }} />}>
      <Door notice={notice} setup={known} enter={enter} />
    </Shell>
  );
}

interface StoreProps {
  readonly visitor: Visitor;
  readonly setup: Setup;
  readonly leave: (why: string) => void;
}

/** The store's events, by the hooks of its document; what they do to the board is in the model. */
function Store({ visitor, setup: { socketPort, socketPath, token }, leave }: StoreProps): ReactNode {
  const [view, dispatch] = useReducer(reduce, undefined, begin);
  const [entered, setEntered] = useState(false);
  const [frames, note] = useFrames();
  const wire = useMemo(() => tapped(note), [note]);
  const { toasts, say, dismiss } = useToasts();
  const api = useMemo(() => new Api(visitor), [visitor]);
  const url = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.hostname}:${socketPort}${socketPath}`;

  const received = (message: WebSocketMessage): void => {
    if (message.type === 'error') {
      const said = message.message ?? 'The server refused that.';
      if (message.code === TOKEN_EXPIRED) {
        leave('Your token has ended. Enter with a new one.');
      } else if (entered) {
        say(said);
      } else {
        leave(said);
      }
    } else if ((message.data as { authenticated?: boolean } | undefined)?.authenticated) {
      setEntered(true);
      dispatch({ kind: 'entered', now: Date.now(), timestamp: message.timestamp });
      api.inventory().then(
        (inventory) => dispatch({ kind: 'listed', inventory }),
        () => say('What the store has could not be read.'),
      );
    } else if (message.type === 'general_notification' && message.sessionId !== undefined) {
      dispatch({ kind: 'welcomed', timestamp: message.timestamp });
    } else {
      dispatch({ kind: 'frame', frame: message as Frame });
    }
  };

  return (
    <WebSocketProvider url={url} socket={wire} onMessage={received} toast={say}>
      <Shop
        visitor={visitor}
        view={view}
        dispatch={dispatch}
        api={token ? undefined : api}
        frames={frames}
        leave={leave}
        say={say}
      />
      <Toasts toasts={toasts} dismiss={dismiss} />
    </WebSocketProvider>
  );
}

interface ShopProps {
  readonly visitor: Visitor;
  readonly view: View;
  readonly dispatch: (action: Action) => void;
  /** Undefined where a visitor's token changes nothing. */
  readonly api: Api | undefined;
  readonly frames: readonly Raw[];
  readonly leave: (why: string) => void;
  readonly say: (text: string) => void;
}

function Shop({ visitor, view, dispatch, api, frames, leave, say }: ShopProps): ReactNode {
  const { state, isConnected, sendMessage, connect } = useWebSocketContext();
  const cut = useCut();
  const recovered = useReturned(view.away, EVENTS);
  const latest = useRef(view.latest);
  useEffect(() => {
    latest.current = view.latest;
  });

  useEffect(() => {
    if (isConnected) {
      dispatch({ kind: 'connected' });
      sendMessage({ type: 'authenticate', data: { ...visitor, since: latest.current } });
    } else {
      dispatch({ kind: 'lost', now: Date.now() });
    }
  }, [isConnected, visitor, sendMessage, dispatch]);

  const given = state.name === 'closed';
  const restored = useRef(cut);
  useEffect(() => {
    // Who restores the network does not wait for the next attempt.
    if (restored.current && !cut) {
      connect();
    }
    restored.current = cut;
  }, [cut, connect]);

  const change = (work: Promise<unknown>): void => {
    work.catch((problem: unknown) => say(problem instanceof Error ? problem.message : String(problem)));
  };
  return (
    <Shell
      app="store"
      title="The order board"
      lead={LEAD}
      connection={<ConnectionBar state={state} recovered={recovered} />}
    >
      <div className="row apart" id="shop">
        <p id="who">
          <b>{visitor.userId}</b> in <b>{visitor.storeId}</b>
        </p>
        <div className="row">
          {given ? <Button onClick={connect}>Try again</Button> : null}
          <Button id="leave" look="quiet" onClick={() => leave('')}>
            Leave
          </Button>
        </div>
      </div>
      <Board
        view={view}
        orders={
          api && {
            place: () => change(api.order()),
            advance: (order, status) => change(api.advance(order, status)),
          }
        }
      />
      <Side
        view={view}
        people={
          api && {
            add: (name) => change(api.customer(name)),
            rename: (name) => change(api.profile(name)),
          }
        }
      />
      <FramesDrawer frames={frames} />
    </Shell>
  );
}
