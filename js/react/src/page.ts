// SPDX-License-Identifier: Apache-2.0

/** As much of `window.location` as says where the page is from. */
export interface Origin {
  readonly protocol: string;
  readonly host: string;
}

/** A path of the page's own server, as a WebSocket: `wss:` when the page is `https:`. */
export function pageSocket(path: string, page: Origin = location): string {
  return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}${path}`;
}
