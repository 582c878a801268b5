// SPDX-License-Identifier: Apache-2.0

/** A session as the server began it. */
export interface Session {
  readonly sessionId: string;
  readonly invitationUrl: string;
  readonly token: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** Whether the server plays the wallet where it is asked to. */
  readonly demo?: boolean;
}

export type Outcome = 'connected' | 'failed';

/** What a status comes to in the end; undefined while it may still change. */
export function outcomeOf(status: string): Outcome | undefined {
  switch (status) {
    case 'active':
    case 'completed':
      return 'connected';
    case 'abandoned':
    case 'error':
      return 'failed';
    default:
      return undefined;
  }
}

export async function begin(ask: typeof fetch): Promise<Session> {
  const answer = await ask('/api/connections/session', { method: 'POST' });
  if (!answer.ok) {
    throw new Error(`the server answered ${answer.status}`);
  }
  return (await answer.json()) as Session;
}

/** The invitation as an SVG's path data and size. */
export async function code(ask: typeof fetch, { sessionId, token }: Session): Promise<{ size: number; dark: string }> {
  const answer = await ask(`/api/connections/session/${encodeURIComponent(sessionId)}/qr.svg`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  if (!answer.ok) {
    throw new Error(`the server answered ${answer.status}`);
  }
  const svg = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml').documentElement;
  const size = Number(svg.getAttribute('viewBox')?.split(' ')[2]);
  return { size, dark: [...svg.querySelectorAll('path')].at(-1)?.getAttribute('d') ?? '' };
}

/** Plays the wallet that has scanned the code: the server signs a webhook and hands it to itself. */
export async function scan(ask: typeof fetch, sessionId: string, status: string): Promise<boolean> {
  const answer = await ask('/api/demo/scan', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ sessionId, status }),
  }).catch(() => undefined);
  return answer?.ok ?? false;
}

/** The session of an out-of-band invitation, as it is in the query of its address. */
export function invited(query: string): string | undefined {
  try {
    const text = new URLSearchParams(query).get('oob') ?? '';
    const { id } = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/'))) as { id?: unknown };
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}
