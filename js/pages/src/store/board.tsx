// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { Badge, Button } from '../design/index.ts';
import { column, following, goods, STATUSES, type Order, type View } from './model.ts';

const TITLES: Record<string, string> = {
  pending: 'Pending',
  preparing: 'Preparing',
  ready: 'Ready',
  delivered: 'Delivered',
};
/** More than these are counted and not shown. */
const SHOWN = 20;

interface BoardProps {
  readonly view: View;
  readonly order: () => void;
  readonly advance: (orderNumber: string, status: string) => void;
}

/** The orders, in a column for each status. */
export function Board({ view, order, advance }: BoardProps): ReactNode {
  const other = column(view, undefined);
  return (
    <section className="stack" aria-labelledby="orders-title">
      <div className="row apart">
        <h2 id="orders-title">Orders</h2>
        <Button id="order" look="primary" onClick={order}>
          Place an order
        </Button>
      </div>
      <div id="orders" className="board">
        {STATUSES.map((status) => (
          <Column
            key={status}
            title={TITLES[status]!}
            status={status}
            orders={column(view, status)}
            advance={advance}
          />
        ))}
        {other.length > 0 ? <Column title="Other" status="other" orders={other} advance={advance} /> : null}
      </div>
    </section>
  );
}

interface ColumnProps {
  readonly title: string;
  readonly status: string;
  readonly orders: readonly Order[];
  readonly advance: BoardProps['advance'];
}

function Column({ title, status, orders, advance }: ColumnProps): ReactNode {
  return (
    <section className="column" data-status={status} aria-label={`${title}: ${orders.length}`}>
      <h3>
        {title} <span className="soft figures">{orders.length}</span>
      </h3>
      <ol>
        {orders.slice(0, SHOWN).map((order) => (
          <Ticket key={order.orderNumber} order={order} advance={advance} />
        ))}
      </ol>
      {orders.length > SHOWN ? <p className="small soft">and {orders.length - SHOWN} more</p> : null}
    </section>
  );
}

function Ticket({ order, advance }: { readonly order: Order; readonly advance: BoardProps['advance'] }): ReactNode {
  const { orderNumber, status, items, changed, missed } = order;
  const next = following(status);
  return (
    // Another key is another element: what has changed lights up again.
    <li key={changed} className="ticket fresh" data-order={orderNumber}>
      <div className="row apart">
        <b className="figures">{orderNumber}</b>
        <span className="status small soft">{status}</span>
      </div>
      <p>{goods(items)}</p>
      {missed ? <Badge tone="busy">while you were away</Badge> : null}
      {next === undefined ? null : (
        <Button
          look="quiet"
          aria-label={`Mark order ${orderNumber} as ${next}`}
          onClick={() => advance(orderNumber, next)}
        >
          Mark as {next}
        </Button>
      )}
    </li>
  );
}
