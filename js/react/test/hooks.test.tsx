// SPDX-License-Identifier: Apache-2.0
import { Fanfare } from '@fanfare/client';
import { Keyring } from '@fanfare/client/encryption';
import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode, useEffect, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FanfareProvider, useChannel, useConnection, usePresence } from '../src/index.ts';
import { ManualClock } from './clock.ts';
import { Native } from './native.ts';
import { eventually, NodeWebSocket } from './server.ts';

let native: Native;
beforeEach(async () => {
  native = await Native.start();
});
afterEach(async () => {
  cleanup();
  await native.server.stop();
});

const OPTIONS = { WebSocket: NodeWebSocket, transports: ['websocket'] } as const;

function App({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <FanfareProvider url={`${native.server.url}/ws`} options={OPTIONS}>
      {children}
    </FanfareProvider>
  );
}

function State(): ReactNode {
  return <p>{useConnection().name}</p>;
}

describe('FanfareProvider and useConnection', () => {
  it('make one connection in StrictMode, and close it when they leave', async () => {
    const { unmount } = render(
      <StrictMode>
        <App>
          <State />
        </App>
      </StrictMode>,
    );
    await screen.findByText('connected');
    expect(native.server.dialed).toBe(1);
    unmount();
    await eventually(() => expect(native.server.open).toHaveLength(0));
    expect(native.server.dialed).toBe(1);
  });

  it('connect a client that is given, and leave it to the program', async () => {
    const client = new Fanfare(`${native.server.url}/ws`, OPTIONS);
    const { unmount } = render(
      <FanfareProvider client={client}>
        <State />
      </FanfareProvider>,
    );
    await screen.findByText('connected');
    unmount();
    await Promise.resolve();
    expect(client.state.name).toBe('connected');
    client.close();
  });

  it('say so when the connection is lost', async () => {
    render(
      <App>
        <State />
      </App>,
    );
    await screen.findByText('connected');
    const seen: string[] = [];
    const watch = new MutationObserver(() => seen.push(document.body.textContent));
    watch.observe(document.body, { characterData: true, subtree: true });
    native.server.last.cut();
    await eventually(() => expect(seen).toContain('waiting'));
    await screen.findByText('connected');
    watch.disconnect();
  });
});

describe('useChannel', () => {
  it.each([
    ['key', true],
    ['filter, since and select', false],
  ])('takes a %s made while rendering as the same each time', async (_, sealed) => {
    const key = Keyring.generate();
    const made = (): Keyring => new Keyring({ k1: key });
    let renders = 0;
    function Notes(): ReactNode {
      renders++;
      const { value, status } = useChannel<number, number[]>('notes:1', {
        ...(sealed ? { key: made() } : { filter: { field: 'n', gt: 0 }, since: { epoch: 'e', offset: 0, tag: '' } }),
        select: ({ data }, old = []) => [...old, data],
      });
      return (
        <p>
          {status} {value?.join()}
        </p>
      );
    }
    render(
      <StrictMode>
        <App>
          <Notes />
        </App>
      </StrictMode>,
    );
    await screen.findByText('subscribed');
    for (let n = 1; n <= 5; n++) {
      native.publish('notes:1', sealed ? await made().seal('notes:1', undefined, n) : n);
    }
    await screen.findByText('subscribed 1,2,3,4,5');
    expect(native.commands('subscribe')).toHaveLength(1);
    expect(native.commands('unsubscribe')).toEqual([]);
    expect(renders).toBeLessThan(20);
  });

  it('opens and seals with the key of the latest rendering', async () => {
    const [old, next] = [Keyring.generate(), Keyring.generate()];
    const sealed = (kid: string, key: string, data: unknown): Promise<unknown> =>
      new Keyring({ [kid]: key }).seal('notes:1', undefined, data);
    let publish: ((data: number) => Promise<unknown>) | undefined;
    function Notes({ keys }: { readonly keys: Record<string, string> }): ReactNode {
      const channel = useChannel<number, number[]>('notes:1', {
        key: new Keyring(keys),
        select: ({ data }, before = []) => [...before, data],
      });
      useEffect(() => {
        publish = channel.publish;
      });
      return (
        <p>
          {channel.status} {channel.value?.join()}
        </p>
      );
    }
    const page = (keys: Record<string, string>): ReactNode => (
      <App>
        <Notes keys={keys} />
      </App>
    );
    const { rerender } = render(page({ old }));
    await screen.findByText('subscribed');
    native.publish('notes:1', await sealed('old', old, 1));
    await screen.findByText('subscribed 1');
    rerender(page({ old, next }));
    native.publish('notes:1', await sealed('next', next, 2));
    await screen.findByText('subscribed 1,2');
    await publish!(3);
    const { data } = native.commands('publish')[0]! as unknown as { data: { kid: string } };
    expect([data.kid, native.commands('subscribe').length]).toEqual(['next', 1]);
  });

  it('renders nothing for a message that nobody asked to render', async () => {
    let renders = 0;
    const heard: unknown[] = [];
    function Orders(): ReactNode {
      const { status } = useChannel('orders', { onPublication: ({ data }) => heard.push(data) });
      renders++;
      return <p>{status}</p>;
    }
    render(
      <App>
        <Orders />
      </App>,
    );
    await screen.findByText('subscribed');
    const before = renders;
    for (let i = 0; i < 100; i++) {
      native.publish('orders', i);
    }
    await eventually(() => expect(heard).toHaveLength(100));
    expect(heard).toEqual([...Array(100).keys()]);
    expect(renders).toBe(before);
  });

  it('renders when what is selected is another, and only then', async () => {
    let renders = 0;
    let heard = 0;
    function Price(): ReactNode {
      const { value, status } = useChannel<{ price: number }, number>('prices', {
        select: ({ data }) => data.price,
        onPublication: () => heard++,
      });
      renders++;
      return (
        <p>
          {status} {value}
        </p>
      );
    }
    render(
      <App>
        <Price />
      </App>,
    );
    await screen.findByText('subscribed');
    const before = renders;
    for (let i = 0; i < 50; i++) {
      native.publish('prices', { price: 7 });
    }
    await eventually(() => expect(heard).toBe(50));
    await screen.findByText('subscribed 7');
    expect(renders).toBe(before + 1);
    native.publish('prices', { price: 8 });
    await screen.findByText('subscribed 8');
  });

  it('renders once for all that came in the time of its throttle', async () => {
    const clock = new ManualClock();
    let renders = 0;
    let heard = 0;
    function Log(): ReactNode {
      const { publications, status } = useChannel<number>('log', {
        throttle: 200,
        onPublication: () => heard++,
        clock,
      });
      renders++;
      return (
        <p>
          {status} {publications.map(({ data }) => data).join(',')}
        </p>
      );
    }
    render(
      <App>
        <Log />
      </App>,
    );
    await screen.findByText('subscribed');
    const before = renders;
    for (let i = 1; i <= 5; i++) {
      native.publish('log', i);
    }
    await eventually(() => expect(heard).toBe(5));
    act(() => clock.move(199));
    expect(renders).toBe(before);
    act(() => clock.move(1));
    expect(document.body.textContent).toBe('subscribed 1,2,3,4,5');
    expect(renders).toBe(before + 1);
  });

  it('subscribes once for any number of components, and unsubscribes when the last is gone', async () => {
    function One(): ReactNode {
      return <p>{useChannel('orders').status}</p>;
    }
    const page = (many: number): ReactNode => (
      <StrictMode>
        <App>
          <State />
          {[...Array(many).keys()].map((key) => (
            <One key={key} />
          ))}
        </App>
      </StrictMode>
    );
    const { rerender } = render(page(3));
    await eventually(() => expect(screen.queryAllByText('subscribed')).toHaveLength(3));
    rerender(page(1));
    await eventually(() => expect(screen.queryAllByText('subscribed')).toHaveLength(1));
    expect(native.commands('unsubscribe')).toHaveLength(0);
    rerender(page(0));
    await eventually(() => expect(native.commands('unsubscribe')).toHaveLength(1));
    expect(native.commands('subscribe')).toHaveLength(1);
  });

  it('tells of a gap, and of a refusal', async () => {
    function Lost(): ReactNode {
      const { gap, status } = useChannel('orders');
      return <p>{gap ? `lost up to ${gap.to.offset}` : status}</p>;
    }
    function Secret(): ReactNode {
      const { error, status } = useChannel('secret');
      return (
        <p>
          {status} {error?.code}
        </p>
      );
    }
    render(
      <App>
        <Lost />
        <Secret />
      </App>,
    );
    await screen.findByText('subscribed');
    native.push({ type: 'gap', channel: 'orders', from: 0, to: { epoch: 'e', offset: 9, tag: 't' } });
    await screen.findByText('lost up to 9');
    await screen.findByText('refused permission_denied');
  });

  it('publishes', async () => {
    let published: Promise<unknown> | undefined;
    function Publisher(): ReactNode {
      const { publish } = useChannel<{ n: number }>('orders');
      return <button onClick={() => void (published = publish({ n: 1 }, { event: 'created' }))}>publish</button>;
    }
    render(
      <App>
        <Publisher />
      </App>,
    );
    screen.getByRole('button').click();
    await expect(published).resolves.toMatchObject({ epoch: 'e' });
    expect(native.commands('publish')[0]).toMatchObject({ channel: 'orders', event: 'created', data: { n: 1 } });
  });
});

describe('usePresence', () => {
  it('takes who comes and goes while the list is on its way for newer than the list', async () => {
    native.members = [{ user: 'ada' }, { user: 'bob' }];
    native.held = [];
    function Who(): ReactNode {
      const { members, known } = usePresence('lobby');
      return <p>{`${known ? 'known' : 'not known'} ${members.map(({ user }) => user).join(',')}`}</p>;
    }
    render(
      <App>
        <Who />
      </App>,
    );
    await eventually(() => expect(native.held).toHaveLength(1));
    native.push({ type: 'join', channel: 'lobby', member: { user: 'eve' } });
    native.push({ type: 'leave', channel: 'lobby', member: { user: 'ada' } });
    await screen.findByText('not known eve');
    native.held.forEach((answer) => answer());
    await screen.findByText('known bob,eve');
  });

  it('knows who is there, who comes and who goes', async () => {
    native.members = [{ user: 'ada' }, { user: 'bob' }];
    function Who(): ReactNode {
      const { members, known } = usePresence('lobby');
      return <p>{known ? members.map(({ user }) => user).join(',') : 'nobody knows'}</p>;
    }
    render(
      <StrictMode>
        <App>
          <Who />
        </App>
      </StrictMode>,
    );
    expect(document.body.textContent).toBe('nobody knows');
    await screen.findByText('ada,bob');
    native.push({ type: 'join', channel: 'lobby', member: { user: 'eve' } });
    await screen.findByText('ada,bob,eve');
    native.push({ type: 'leave', channel: 'lobby', member: { user: 'ada' } });
    await screen.findByText('bob,eve');
    native.members = [{ user: 'zoe' }];
    native.server.last.cut();
    await screen.findByText('zoe');
  });
});
