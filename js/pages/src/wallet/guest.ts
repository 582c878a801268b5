// SPDX-License-Identifier: Apache-2.0
import { cable } from '../design/index.ts';
import type { Wallet } from './model.ts';

const KEPT = 'fanfare-wallet';

/** What the demo lets happen to a guest's wallet. */
export type Happening = 'transfer' | 'nft' | 'reward' | 'notification';

/** A user, a token and a wallet of our own; in every tab of this browser the same. */
export async function enter(signal: AbortSignal): Promise<Wallet> {
  const known = localStorage.getItem(KEPT);
  const answer = await cable.fetch('/api/demo/guest', {
    method: 'POST',
    headers: known === null ? {} : { Authorization: `Bearer ${known}` },
    signal,
  });
  if (!answer.ok) {
    throw new Error(`the server answered ${answer.status}`);
  }
  const wallet = (await answer.json()) as Wallet;
  localStorage.setItem(KEPT, wallet.token);
  return wallet;
}

/** The next guest is another. */
export function forget(): void {
  localStorage.removeItem(KEPT);
}

/** Lets something happen to a guest's wallet; what it is comes by its channel. */
export async function happen(token: string, kind: Happening): Promise<void> {
  const answer = await cable.fetch('/api/demo/events', {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ kind }),
  });
  if (!answer.ok) {
    throw new Error(`the server answered ${answer.status}`);
  }
}
