// SPDX-License-Identifier: Apache-2.0

/** What else is known of an error: protocol/SPEC.md, section 8. */
export interface ErrorDetails {
  readonly field?: string;
  readonly limit?: string;
  readonly retryAfter?: number;
  readonly offset?: number;
  readonly cause?: unknown;
}

/**
 * What went wrong. `code` is the server's (protocol/SPEC.md, section 8), or one of the client's own:
 *
 * - `closed`: the connection is closed for good, or the program closed it;
 * - `connection_lost`: it was lost before the reply; the command may have been executed;
 * - `buffer_full`: too much waits for a connection already; `limit` is `messages` or `bytes`;
 * - `unsubscribed`: the subscription ended before it was live;
 * - `token`: the program's callback gave none;
 * - `sealed`: a publication that the channel's keys do not open;
 * - `listener`: a listener of the program threw; `cause` is what.
 */
export class FanfareError extends Error {
  override readonly name = 'FanfareError';
  readonly code: string;
  readonly field: string | undefined;
  readonly limit: string | undefined;
  /** Milliseconds after which it may work. */
  readonly retryAfter: number | undefined;
  /** Where the publication is that is `sealed`. */
  readonly offset: number | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.field = details.field;
    this.limit = details.limit;
    this.retryAfter = details.retryAfter;
    this.offset = details.offset;
  }
}
