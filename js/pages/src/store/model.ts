// SPDX-License-Identifier: Apache-2.0
import { type Away, NEVER_AWAY, back, caughtUp, lost, whileAway } from '../away.ts';

export interface Item {
  readonly sku: string;
  readonly quantity: number;
}

export interface Order {
  readonly orderNumber: string;
  readonly status: string;
  readonly items: readonly Item[];
  /** The page's count of changes when this one came: what is higher is newer. */
  readonly changed: number;
  readonly missed: boolean;
}

export interface Customer {
  readonly customerId: string;
  readonly customerName: string;
}

/** Everything that the server sends. */
export interface Frame {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly timestamp: string;
  readonly userId?: string;
  readonly storeId?: string;
}

export interface Event {
  readonly id: string;
  readonly type: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly missed: boolean;
}

export interface View {
  readonly orders: ReadonlyMap<string, Order>;
  /** The newest last. */
  readonly customers: ReadonlyMap<string, Customer>;
  /** The latest first. */
  readonly events: readonly Event[];
  /** The timestamp of the latest event of the store, or before there is one, of the welcome: a return goes on from there. */
  readonly latest?: string;
  readonly changes: number;
  /** The count of changes when the connection was made: what changed since is newer than any list that was asked for. */
  readonly connectedAt: number;
  readonly away: Away;
}

/** What the store has, as its HTTP API lists it: changed last first. */
export interface Inventory {
  readonly orders: readonly Omit<Order, 'changed' | 'missed'>[];
  readonly customers: readonly Customer[];
}

export type Action =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'welcomed'; readonly timestamp: string }
  | { readonly kind: 'listed'; readonly inventory: Inventory }
  | { readonly kind: 'lost'; readonly now: number }
  | { readonly kind: 'connected' }
  /** `timestamp` is the server's. */
  | { readonly kind: 'entered'; readonly now: number; readonly timestamp: string };

/** The columns of the board: an order goes from one to the next. */
export const STATUSES = ['pending', 'preparing', 'ready', 'delivered'] as const;
const MOST_EVENTS = 100;

export function begin(): View {
  return {
    orders: new Map(),
    customers: new Map(),
    events: [],
    changes: 0,
    connectedAt: 0,
    away: NEVER_AWAY,
  };
}

export function reduce(view: View, action: Action): View {
  switch (action.kind) {
    case 'frame':
      return received(view, action.frame);
    case 'welcomed':
      return view.latest === undefined ? { ...view, latest: action.timestamp } : view;
    case 'listed':
      return listed(view, action.inventory);
    case 'lost':
      return { ...view, away: lost(view.away, action.now) };
    case 'connected':
      return { ...view, connectedAt: view.changes };
    case 'entered':
      return { ...view, away: back(view.away, action.now, Date.parse(action.timestamp)) };
  }
}

/** Events are in the order of the database: what one has told since the connection was made is not older than a list. */
function listed(view: View, inventory: Inventory): View {
  const orders = new Map(view.orders);
  for (const order of inventory.orders) {
    const known = orders.get(order.orderNumber);
    if (known === undefined || known.changed <= view.connectedAt) {
      orders.set(order.orderNumber, { missed: false, ...known, ...order, changed: view.connectedAt });
    }
  }
  const customers = new Map([...inventory.customers].reverse().map((customer) => [customer.customerId, customer]));
  view.customers.forEach((customer, id) => customers.set(id, customer));
  return { ...view, orders, customers };
}

/** The events that a store keeps: a return is from the latest of them. Others are the user's own, or of the moment. */
const OF_THE_STORE = /^(order|customer|store|product|category)_/;
/** What is told to who is there, and to nobody later. */
const OF_THE_MOMENT = /^(user|general)_/;

function received(view: View, frame: Frame): View {
  const type = frame.type.toLowerCase();
  const time = Date.parse(frame.timestamp);
  const missed = !OF_THE_MOMENT.test(type) && whileAway(view.away, time);
  const text = tell(type, frame);
  const id = `${frame.timestamp} ${type} ${text ?? ''}`;
  const next: View = {
    ...applied(view, type, frame, missed),
    changes: view.changes + 1,
    ...(OF_THE_STORE.test(type) ? { latest: later(view.latest, frame.timestamp) } : {}),
  };
  if (text === undefined || view.events.some((event) => event.id === id)) {
    return next;
  }
  return {
    ...next,
    away: missed ? caughtUp(next.away) : next.away,
    events: [{ id, type, text, time, missed }, ...next.events].slice(0, MOST_EVENTS),
  };
}

function applied(view: View, type: string, frame: Frame, missed: boolean): View {
  const data = frame.data ?? {};
  switch (type) {
    case 'order_created':
    case 'order_updated': {
      const order = orderOf(data);
      return order === undefined
        ? view
        : {
            ...view,
            orders: new Map(view.orders).set(order.orderNumber, { ...order, changed: view.changes + 1, missed }),
          };
    }
    case 'customer_created':
    case 'customer_updated': {
      const { customerId, customerName } = data;
      return typeof customerId !== 'string' || typeof customerName !== 'string'
        ? view
        : { ...view, customers: new Map(view.customers).set(customerId, { customerId, customerName }) };
    }
    default:
      return view;
  }
}

/** An order as an event or a list has it; undefined for what is none. */
export function orderOf(data: Readonly<Record<string, unknown>>): Inventory['orders'][number] | undefined {
  const { orderNumber, status, items } = data;
  if (typeof orderNumber !== 'string' || typeof status !== 'string') {
    return undefined;
  }
  return { orderNumber, status, items: Array.isArray(items) ? (items as Item[]) : [] };
}

/** What an event says to people; undefined for one that says nothing new. */
function tell(type: string, { data = {}, userId }: Frame): string | undefined {
  const text = (name: string): string => (typeof data[name] === 'string' ? data[name] : '?');
  switch (type) {
    case 'order_created':
      return `Order ${text('orderNumber')}: ${goods((data.items ?? []) as Item[])}`;
    case 'order_status_changed':
      return `Order ${text('orderNumber')} is ${text('status')}`;
    case 'customer_created':
      return `${text('customerName')} is a customer now`;
    case 'customer_updated':
      return `${text('customerName')} has changed`;
    case 'profile_updated':
      return `Your profile has changed: ${Object.keys(data.updatedFields ?? {}).join(', ') || 'nothing'}`;
    case 'user_joined':
      return `${userId ?? '?'} came in`;
    case 'user_left':
      return `${userId ?? '?'} left`;
    case 'store_updated':
      return 'The store has changed';
    case 'product_updated':
      return `Product ${text('productId')} has changed`;
    case 'category_updated':
      return `Category ${text('categoryId')} has changed`;
    case 'general_notification':
      return typeof data.message === 'string' ? data.message : undefined;
    default:
      return undefined;
  }
}

/** `2 × bread, 1 × cake`. */
export function goods(items: readonly Item[]): string {
  return items.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ') || 'nothing';
}

/** The orders of a status, the newest first; of any that is no column where the status is `undefined`. */
export function column(view: View, status: string | undefined): readonly Order[] {
  return [...view.orders.values()]
    .filter((order) => (status === undefined ? !columned(order.status) : order.status === status))
    .sort((a, b) => Number(b.orderNumber) - Number(a.orderNumber));
}

/** Whether a status is a column of its own. */
export function columned(status: string): boolean {
  const columns: readonly string[] = STATUSES;
  return columns.includes(status);
}

/** What an order's status is to be next; undefined at the end. */
export function following(status: string): string | undefined {
  const columns: readonly string[] = STATUSES;
  const at = columns.indexOf(status);
  return at < 0 ? undefined : columns[at + 1];
}

function later(known: string | undefined, timestamp: string): string {
  return known === undefined || Date.parse(timestamp) > Date.parse(known) ? timestamp : known;
}
