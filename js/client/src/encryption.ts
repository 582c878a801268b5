// SPDX-License-Identifier: Apache-2.0
// End-to-end encryption: protocol/SPEC.md, section 14.

/** A key: 32 bytes, or the same in base64url. */
export type KeyMaterial = Uint8Array | string;

/** What is in `data` in place of what was published. */
export interface Envelope {
  readonly enc: 'A256GCM';
  readonly kid: string;
  readonly iv: string;
  readonly ct: string;
}

const ENC = 'A256GCM';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const MAX_KID = 128;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/**
 * The keys of a channel, by their ids. All of them open; the current one seals, which is the one that was added last
 * unless `use` says otherwise.
 *
 * To change a key: `add` the new one everywhere first, with `use(old)` in force, then `use(new)` everywhere. A client
 * that meets an id it does not have fails that publication, visibly, and goes on.
 */
export class Keyring {
  readonly #keys = new Map<string, Promise<CryptoKey>>();
  #current: string | undefined;

  /** @throws TypeError when a key or an id is not as long as it must be */
  constructor(keys: Readonly<Record<string, KeyMaterial>> = {}) {
    for (const [kid, key] of Object.entries(keys)) {
      this.add(kid, key);
    }
  }

  /** A new random key, in base64url, to be kept and shared by the program's own means. */
  static generate(): string {
    return encode(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  }

  /** The id of the key that seals. */
  get current(): string | undefined {
    return this.#current;
  }

  /**
   * Another key, which seals from now on. A key that is known by this id is replaced.
   *
   * @throws TypeError when the key or the id is not as long as it must be
   */
  add(kid: string, key: KeyMaterial): this {
    if (kid.length === 0 || kid.length > MAX_KID) {
      throw new TypeError(`The id of a key has 1 to ${MAX_KID} characters, this one ${kid.length}.`);
    }
    const bytes = typeof key === 'string' ? decode(key) : key.slice();
    if (bytes?.length !== KEY_BYTES) {
      throw new TypeError(`A key has ${KEY_BYTES} bytes, or is their base64url; "${kid}" is neither.`);
    }
    const imported = crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
    this.#keys.set(kid, imported);
    this.#current = kid;
    return this;
  }

  /**
   * Seals with another of the keys.
   *
   * @throws TypeError when there is none of this id
   */
  use(kid: string): this {
    if (!this.#keys.has(kid)) {
      throw new TypeError(`There is no key "${kid}".`);
    }
    this.#current = kid;
    return this;
  }

  /** Forgets a key: what it sealed does not open any more. */
  remove(kid: string): this {
    this.#keys.delete(kid);
    if (this.#current === kid) {
      this.#current = [...this.#keys.keys()].at(-1);
    }
    return this;
  }

  /** Rejects when there is no key, and for what has no JSON. */
  async seal(channel: string, event: string | undefined, data: unknown): Promise<Envelope> {
    const kid = this.#current;
    const key = kid === undefined ? undefined : this.#keys.get(kid);
    if (kid === undefined || key === undefined) {
      throw new TypeError('There is no key to encrypt with.');
    }
    const text = JSON.stringify(data) as string | undefined;
    if (text === undefined) {
      throw new TypeError('The data has no JSON.');
    }
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const sealed = await crypto.subtle.encrypt(algorithm(channel, event, iv), await key, utf8(text));
    return { enc: ENC, kid, iv: encode(iv), ct: encode(new Uint8Array(sealed)) };
  }

  /** Rejects, saying why, when the data is no envelope, is of a key that is not here, or is not as it was sealed. */
  async open(channel: string, event: string | undefined, sealed: unknown): Promise<unknown> {
    const envelope = read(sealed);
    const key = this.#keys.get(envelope.kid);
    if (key === undefined) {
      throw new Error(`The data is encrypted with the key "${envelope.kid}", which is not here.`);
    }
    const { iv, ct } = envelope;
    const opened = await crypto.subtle.decrypt(algorithm(channel, event, iv), await key, ct).catch((cause: unknown) => {
      throw new Error('The data was not encrypted for this channel and event with this key, or was changed.', {
        cause,
      });
    });
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(opened));
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

function algorithm(channel: string, event: string | undefined, iv: Bytes): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: utf8(`${channel}\n${event ?? ''}`), tagLength: 8 * TAG_BYTES };
}

function read(data: unknown): { kid: string; iv: Bytes; ct: Bytes } {
  if (typeof data === 'object' && data !== null) {
    const { enc, kid, iv, ct, ...others } = data as Record<string, unknown>;
    const [ivBytes, ctBytes] = [decode(iv), decode(ct)];
    if (
      enc === ENC &&
      typeof kid === 'string' &&
      kid.length > 0 &&
      kid.length <= MAX_KID &&
      ivBytes?.length === IV_BYTES &&
      ctBytes !== undefined &&
      ctBytes.length >= TAG_BYTES &&
      Object.keys(others).length === 0
    ) {
      return { kid, iv: ivBytes, ct: ctBytes };
    }
  }
  throw new Error('The data is not encrypted, or in a way that is not known here.');
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Base64url without padding (RFC 4648, 5). */
function encode(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function decode(text: unknown): Bytes | undefined {
  if (typeof text !== 'string' || !BASE64URL.test(text) || text.length % 4 === 1) {
    return undefined;
  }
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0));
}
