// SPDX-License-Identifier: Apache-2.0
import { cable } from './design/index.ts';

type Note = (way: 'in' | 'out', frame: unknown) => void;

/** The page's cable, with every frame that goes over it noted. */
export function tapped(note: Note): { WebSocket: typeof cable.WebSocket; network: typeof cable } {
  const connect = function (url: string, protocols?: string | string[]): WebSocket {
    const socket = new cable.WebSocket(url, protocols);
    const send = socket.send.bind(socket);
    socket.send = (data) => {
      note('out', data);
      send(data);
    };
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!cable.cut) {
        note('in', data);
      }
    });
    return socket;
  };
  return { WebSocket: connect as unknown as typeof cable.WebSocket, network: cable };
}
