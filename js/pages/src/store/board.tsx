// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, type MouseEvent, type ReactNode } from 'react';
import { Badge, Button } from '../design/index.ts';
import { column, columned, following, goods, STATUSES, type Order, type View } from './model.ts';

const TITLES: Record<string, string> = {
  pending: 'Pending',
  preparing: 'Preparing',
  ready: 'Ready',
  delivered: 'Delivered',
};
/** More than these are counted and not shown. */
const SHOWN = 20;

/** How orders are changed from here. */
export interface Orders {
  readonly place: () => void;
  readonly advance: (orderNumber: string, status: string) => void;
}

interface BoardProps {
  readonly view: View;
  /** Undefined where only who has the API key changes anything. */
  readonly orders: Orders | undefined;
}

/** Gives an order its next status. */
type Send = (orderNumber: string, status: string, event: MouseEvent) => void;

/** The orders, in a column for each status. */
export function Board({ view, orders }: BoardProps): ReactNode {
  const other = column(view, undefined);
  const board = useRef<HTMLDivElement>(null);
  const sent = useRef<string>(undefined);
  useEffect(() => {
    // The button that was pressed is gone: the keyboard goes on at the order's next one.
    if (sent.current !== undefined && document.activeElement === document.body) {
      const ticket = board.current?.querySelector<HTMLElement>(`[data-order="${CSS.escape(sent.current)}"]`);
      (ticket?.querySelector('button') ?? ticket)?.focus();
      sent.current = undefined;
    }
  }, [view.orders]);
  const send: Send | undefined =
    orders &&
    ((orderNumber, status, event) => {
      sent.current = event.detail === 0 ? orderNumber : undefined;
      orders.advance(orderNumber, status);
    });
  return (
    <section className="stack" aria-labelledby="orders-title">
      <div className="row apart">
        <h2 id="orders-title">Orders</h2>
        {orders ? (
          <Button id="order" look="primary" onClick={orders.place}>
            Place an order
          </Button>
        ) : (
          <p className="small soft">Changed by the store&rsquo;s backend, with its API key.</p>
        )}
      </div>
      <div id="orders" className="board" ref={board}>
        {STATUSES.map((status) => (
          <Column key={status} title={TITLES[status]!} status={status} orders={column(view, status)} send={send} />
        ))}
        {other.length > 0 ? <Column title="Other" status="other" orders={other} send={send} /> : null}
      </div>
    </section>
  );
}

interface ColumnProps {
  readonly title: string;
  readonly status: string;
  readonly orders: readonly Order[];
  readonly send: Send | undefined;
}

function Column({ title, status, orders, send }: ColumnProps): ReactNode {
  return (
    <section className="column" data-status={status} aria-label={`${title}: ${orders.length}`}>
      <h3>
        {title} <span className="soft figures">{orders.length}</span>
      </h3>
      <ol>
        {orders.slice(0, SHOWN).map((order) => (
          <Ticket key={order.orderNumber} order={order} send={send} />
        ))}
      </ol>
      {orders.length > SHOWN ? <p className="small soft">and {orders.length - SHOWN} more</p> : null}
    </section>
  );
}

function Ticket({ order, send }: { readonly order: Order; readonly send: Send | undefined }): ReactNode {
  const { orderNumber, status, items, changed, missed } = order;
  const next = following(status);
  return (
    // Another key is another element: what has changed lights up again.
    <li key={changed} className="ticket fresh" data-order={orderNumber} tabIndex={-1}>
      <div className="row apart">
        <b className="figures">{orderNumber}</b>
        {columned(status) ? null : <span className="small soft">{status}</span>}
      </div>
      <p>{goods(items)}</p>
      {missed ? <Badge tone="busy">While you were away</Badge> : null}
      {next === undefined || !send ? null : (
        <Button
          look="quiet"
          aria-label={`Mark as ${next}: order ${orderNumber}`}
          onClick={(event) => send(orderNumber, next, event)}
        >
          Mark as {next}
        </Button>
      )}
    </li>
  );
}
