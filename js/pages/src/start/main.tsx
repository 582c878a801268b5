// SPDX-License-Identifier: Apache-2.0
import { Fanfare } from '@fanfare/client';
import { FanfareProvider } from '@fanfare/react';
import { cable, mount, type Ports } from '../design/index.ts';
import './start.css';
import { Start } from './start.tsx';

interface Guest {
  readonly user: string;
  readonly token: string;
}

/** A token is good for an hour; whoever comes back after it is given another name. */
async function token(): Promise<string> {
  const answer = await cable.fetch('/demo/guest', { method: 'POST' });
  return ((await answer.json()) as Guest).token;
}

const ports = (await (await fetch('/demo.json')).json()) as Ports;
const client = new Fanfare('/ws', { token, ...cable.parts });
mount(
  <FanfareProvider client={client}>
    <Start ports={{ start: Number(location.port || 80), ...ports }} />
  </FanfareProvider>,
);
