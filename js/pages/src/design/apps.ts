// SPDX-License-Identifier: Apache-2.0

export const APPS = ['start', 'kyc', 'wallet', 'chat', 'store', 'connect'] as const;
export type App = (typeof APPS)[number];
/** Where each of them listens; those that do not run are missing. */
export type Ports = Partial<Record<App, number>>;

export const TITLES: Record<App, string> = {
  start: 'Start',
  kyc: 'KYC',
  wallet: 'Wallet',
  chat: 'Chat',
  store: 'Store',
  connect: 'Connect',
};

const USUAL: Ports = { start: 8000, kyc: 3001, wallet: 3002, chat: 3003, store: 8001, connect: 3300 };
const KEY = 'fanfare.ports';

/**
 * Each app has a port of its own, and knows none of the others'. Who comes by a link of the demo brings them in the fragment;
 * they are kept for this tab. Without: the usual ones where this page is on its usual one, else none.
 */
export function knownPorts(app: App, page: Location = location): Ports {
  const brought = read(new URLSearchParams(page.hash.slice(1)).get('apps'));
  if (brought) {
    sessionStorage.setItem(KEY, write(brought));
    history.replaceState(history.state, '', page.pathname + page.search);
    return brought;
  }
  return read(sessionStorage.getItem(KEY)) ?? (Number(page.port) === USUAL[app] ? USUAL : {});
}

/** The address of an app's page, which tells that page of the others. */
export function address(app: App, ports: Ports, page: Location = location): string | undefined {
  const port = ports[app];
  return port === undefined ? undefined : `${page.protocol}//${page.hostname}:${port}/#apps=${write(ports)}`;
}

function write(ports: Ports): string {
  return APPS.map((app) => ports[app] ?? '').join('.');
}

function read(text: string | null): Ports | undefined {
  if (!text || !/^[\d.]+$/.test(text)) {
    return undefined;
  }
  const numbers = text.split('.').map(Number);
  return Object.fromEntries(APPS.map((app, i) => [app, numbers[i]] as const).filter(([, port]) => port));
}
