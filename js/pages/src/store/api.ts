// SPDX-License-Identifier: Apache-2.0
import { cable } from '../design/index.ts';
import { orderOf, type Customer, type Inventory, type Item } from './model.ts';
import type { Visitor } from './door.tsx';

/** How this server's store is set up. */
export interface Setup {
  readonly socketPort: number;
  readonly socketPath: string;
  /** Whether one must show who one is. */
  readonly token: boolean;
}

export async function setup(): Promise<Setup> {
  const answer = await cable.fetch('/store.json');
  return (await answer.json()) as Setup;
}

const GOODS = ['bread', 'croissant', 'espresso', 'cake', 'sandwich'];

/** The store's HTTP API. What a call changes comes back as an event, as to everybody else. */
export class Api {
  readonly #visitor: Visitor;

  constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  /** An order of something that the store has. */
  order(): Promise<unknown> {
    const some = (most: number): number => Math.floor(Math.random() * most);
    const items: Item[] = [{ sku: GOODS[some(GOODS.length)]!, quantity: 1 + some(4) }];
    return this.#ask('POST', `${this.#store()}/orders`, { items });
  }

  advance(orderNumber: string, status: string): Promise<unknown> {
    return this.#ask('PATCH', `${this.#store()}/orders/${encodeURIComponent(orderNumber)}`, { status });
  }

  customer(customerName: string): Promise<unknown> {
    return this.#ask('POST', `${this.#store()}/customers`, { customerName });
  }

  profile(firstName: string): Promise<unknown> {
    return this.#ask('PATCH', `/users/${encodeURIComponent(this.#visitor.userId)}/profile`, { firstName });
  }

  /** What the store has now. */
  async inventory(): Promise<Inventory> {
    const [orders, customers] = await Promise.all([
      this.#ask('GET', `${this.#store()}/orders`),
      this.#ask('GET', `${this.#store()}/customers`),
    ]);
    return {
      orders: (orders as Record<string, unknown>[]).map(orderOf).filter((order) => order !== undefined),
      customers: customers as Customer[],
    };
  }

  #store(): string {
    return `/stores/${encodeURIComponent(this.#visitor.storeId)}`;
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const { token } = this.#visitor;
    const answer = await cable
      .fetch(`/api/v1${path}`, {
        method,
        headers: {
          ...(body ? { 'Content-Type': 'application/json' } : {}),
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      .catch(() => {
        throw new Error('There is no network: nothing was changed.');
      });
    const { success, data, message } = (await answer.json()) as { success: boolean; data?: unknown; message: string };
    if (!success) {
      throw new Error(message);
    }
    return data;
  }
}
