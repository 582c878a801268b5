// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type Action, type View, begin, column, following, reduce } from '../src/store/model.ts';

const time = (second: number): string => new Date(second * 1000).toISOString();
const frame = (type: string, data: Record<string, unknown>, second = 1, userId?: string): Action => ({
  kind: 'frame',
  frame: { type, data, timestamp: time(second), storeId: 'bakery', ...(userId === undefined ? {} : { userId }) },
});
const order = (orderNumber: string, status = 'pending') => ({
  orderNumber,
  status,
  items: [{ sku: 'bread', quantity: 2 }],
});
const after = (...actions: Action[]): View => actions.reduce(reduce, begin());
const texts = (view: View): string[] => view.events.map(({ text }) => text);

describe('the order board', () => {
  it('moves an order to the column of its status, and tells of it once', () => {
    const view = after(
      frame('order_created', order('10001'), 1),
      frame('order_updated', order('10001', 'preparing'), 2),
      frame('order_status_changed', { orderNumber: '10001', status: 'preparing', previousStatus: 'pending' }, 3),
    );
    expect(column(view, 'pending')).toEqual([]);
    expect(column(view, 'preparing').map(({ orderNumber }) => orderNumber)).toEqual(['10001']);
    expect(texts(view)).toEqual(['Order 10001 is preparing', 'Order 10001: 2 × bread']);
    expect(following('preparing')).toBe('ready');
    expect(following('delivered')).toBeUndefined();
  });

  it('has a place for a status of its own', () => {
    expect(column(after(frame('order_created', order('1', 'lost'))), undefined)).toHaveLength(1);
  });

  it('understands types in upper case', () => {
    expect(column(after(frame('ORDER_CREATED', order('1'))), 'pending')).toHaveLength(1);
  });

  it('keeps what an event has told since the connection over a list that was asked for then', () => {
    const list = { orders: [order('1'), order('2')], customers: [{ customerId: 'c1', customerName: 'Old' }] };
    const view = after(
      frame('order_updated', order('2', 'preparing'), 1),
      { kind: 'lost', now: 2_000 },
      { kind: 'connected' },
      frame('order_updated', order('1', 'ready'), 4),
      { kind: 'listed', inventory: list },
    );
    expect(column(view, 'ready').map(({ orderNumber }) => orderNumber)).toEqual(['1']);
    expect(column(view, 'pending').map(({ orderNumber }) => orderNumber)).toEqual(['2']);
    expect([...view.customers.values()].map(({ customerName }) => customerName)).toEqual(['Old']);
  });

  it('goes on from the latest event of the store, and marks what was missed', () => {
    const view = after(
      { kind: 'entered', now: 0, timestamp: time(0) },
      frame('order_created', order('1'), 1),
      { kind: 'lost', now: 2_000 },
      { kind: 'connected' },
      { kind: 'entered', now: 9_000, timestamp: time(9) },
      frame('user_joined', {}, 10, 'bob'),
      frame('order_created', order('2'), 5),
      frame('general_notification', { message: 'Hello' }, 20),
    );
    expect(view.latest).toBe(time(5));
    expect(view.away.last?.missed).toBe(1);
    expect(column(view, 'pending').map(({ missed }) => missed)).toEqual([true, false]);
  });

  it('goes on from the welcome where the store had no event yet, and from the latest by the clock', () => {
    const welcomed: Action = { kind: 'welcomed', timestamp: time(1) };
    expect(after(welcomed, { kind: 'welcomed', timestamp: time(2) }).latest).toBe(time(1));
    const whole = '2026-01-01T00:00:00Z';
    const past = { type: 'store_updated', data: {}, timestamp: '2026-01-01T00:00:00.001Z' };
    const first = { ...past, timestamp: whole };
    expect(after(welcomed, { kind: 'frame', frame: first }).latest).toBe(whole);
    expect(after({ kind: 'frame', frame: first }, { kind: 'frame', frame: past }).latest).toBe(past.timestamp);
  });

  it('has the newest customers last, those it heard of after those of the list', () => {
    const listed = ['Cleo', 'Bob'].map((customerName) => ({ customerId: customerName, customerName }));
    const view = after(
      { kind: 'listed', inventory: { orders: [], customers: listed } },
      frame('customer_created', { customerId: 'c3', customerName: 'Dave' }, 1),
    );
    expect([...view.customers.values()].map(({ customerName }) => customerName)).toEqual(['Bob', 'Cleo', 'Dave']);
  });

  it('lists customers by their names', () => {
    const view = after(
      frame('customer_created', { customerId: 'c1', customerName: 'John' }, 1),
      frame('customer_updated', { customerId: 'c1', customerName: 'John Doe' }, 2),
    );
    expect([...view.customers.values()]).toEqual([{ customerId: 'c1', customerName: 'John Doe' }]);
    expect(texts(view)).toEqual(['John Doe has changed', 'John is a customer now']);
  });

  it('tells of a profile, of people, and of what the store sells', () => {
    const view = after(
      frame('profile_updated', { updatedFields: { firstName: true } }, 1),
      frame('user_joined', {}, 2, 'bob'),
      frame('user_left', {}, 3, 'bob'),
      frame('product_updated', { productId: 'p1' }, 4),
      frame('pong', {}, 5),
    );
    expect(texts(view)).toEqual([
      'Product p1 has changed',
      'bob left',
      'bob came in',
      'Your profile has changed: firstName',
    ]);
  });
});
