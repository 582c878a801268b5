// SPDX-License-Identifier: Apache-2.0

/**
 * How long to wait before the next attempt: random between nothing and a bound that doubles, so that many clients that
 * were cut off together do not come back together.
 */
export class Backoff {
  #attempt = 0;

  constructor(first = 500, most = 20_000) {
    this.first = first;
    this.most = most;
  }

  get attempts() {
    return this.#attempt;
  }

  next() {
    const bound = Math.min(this.most, this.first * 2 ** this.#attempt);
    this.#attempt += 1;
    return Math.round(bound / 4 + Math.random() * bound * 0.75);
  }

  reset() {
    this.#attempt = 0;
  }
}

/** The address of a socket beside this page: `wss:` where the page came by `https:`. */
export function socketAddress(path) {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${location.host}${path}`;
}
