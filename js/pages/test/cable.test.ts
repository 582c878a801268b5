// SPDX-License-Identifier: Apache-2.0
// @vitest-environment jsdom
import { Socket } from '@fanfare/client/socket';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, Server } from '../../react/test/server.ts';
import { Cable } from '../src/design/cable.ts';

let server: Server;
let system: EventTarget;
let cable: Cable;
let told: string[];
beforeEach(async () => {
  server = await Server.start(() => undefined);
  server.welcome = (peer) => peer.send('welcome');
  server.http = (_, response) => response.end('answered');
  system = new EventTarget();
  cable = new Cable(system as Window);
  told = [];
  for (const type of ['online', 'offline', 'change']) {
    cable.addEventListener(type, () => told.push(type));
  }
});
afterEach(() => server.stop());

/** A WebSocket over the cable, and everything that its program is told. */
function dial(): { socket: WebSocket; said: string[] } {
  const socket = new cable.WebSocket(server.url);
  const said: string[] = [];
  socket.onopen = () => said.push('open');
  socket.onmessage = ({ data }) => said.push(String(data));
  socket.onclose = ({ code }) => said.push(`closed ${code}`);
  return { socket, said };
}

const get = (init?: RequestInit): Promise<Response> => cable.fetch(`http://${server.host}/`, init);

describe('the cable', () => {
  it('lets through what both sides say', async () => {
    const { socket, said } = dial();
    await eventually(() => expect(said).toEqual(['open', 'welcome']));
    socket.send('{"type":"ping"}');
    await eventually(() => expect(server.last.of('ping')).toHaveLength(1));
    expect(await (await get()).text()).toBe('answered');
    expect(cable.cut).toBe(false);
    expect(told).toEqual([]);
  });

  it('is a lost network to every open connection, at once, when it is pulled', async () => {
    const [first, second] = [dial(), dial()];
    await eventually(() => expect([first.said.length, second.said.length]).toEqual([2, 2]));
    cable.pull();
    expect(first.said.at(-1)).toBe('closed 1006');
    expect(second.said.at(-1)).toBe('closed 1006');
    await eventually(() => expect(server.open).toHaveLength(0));
    expect(first.said).toHaveLength(3);
    expect(told).toEqual(['offline', 'change']);
  });

  it('fails new connections a moment later, and never dials', async () => {
    cable.pull();
    const { socket, said } = dial();
    expect(socket.readyState).toBe(WebSocket.CONNECTING);
    expect(said).toEqual([]);
    await eventually(() => expect(said).toEqual(['closed 1006']));
    expect(server.upgrades).toBe(0);
  });

  it('gives up a request that is under way, and refuses new ones, until it is plugged in', async () => {
    let asked = 0;
    server.http = () => {
      asked++;
    };
    const under = expect(get()).rejects.toThrow('The network was cut.');
    await eventually(() => expect(asked).toBe(1));
    cable.pull();
    await under;
    await expect(get()).rejects.toThrow('The network was cut.');
    expect(asked).toBe(1);
    server.http = (_, response) => response.end('answered');
    cable.plug();
    expect((await get()).ok).toBe(true);
  });

  it("leaves a caller's own signal alone", async () => {
    server.http = () => undefined;
    const own = new AbortController();
    const under = expect(get({ signal: own.signal })).rejects.toThrow('enough');
    own.abort(new Error('enough'));
    await under;
  });

  it('tells of the network as the system does, but not that it is back while it is pulled itself', () => {
    system.dispatchEvent(new Event('offline'));
    system.dispatchEvent(new Event('online'));
    cable.pull();
    system.dispatchEvent(new Event('online'));
    cable.pull();
    cable.plug();
    cable.plug();
    expect(told).toEqual(['offline', 'online', 'offline', 'change', 'change', 'online']);
  });

  it('has a socket wait while it is pulled, and come back when it is plugged in', async () => {
    // By itself it would not come back before ten minutes are over.
    const socket = new Socket(server.url, {
      policy: { kind: 'exponential', base: 600_000, cap: 600_000 },
      random: () => (cable.cut ? 1 : 0),
      ...cable.parts,
    });
    try {
      socket.open();
      await eventually(() => expect(socket.state.name).toBe('connected'));
      cable.pull();
      expect(socket.state.name).toBe('waiting');
      cable.plug();
      await eventually(() => expect(socket.state.name).toBe('connected'));
      expect(server.upgrades).toBe(2);
    } finally {
      socket.close();
    }
  });
});
