// SPDX-License-Identifier: Apache-2.0
import type { ReactNode, SyntheticEvent } from 'react';
import { Badge, Button, Card, Field } from '../design/index.ts';
import type { View } from './model.ts';

interface SideProps {
  readonly view: View;
  readonly addCustomer: (name: string) => void;
  readonly saveProfile: (firstName: string) => void;
}

/** What happened, who buys here, and who one is oneself. */
export function Side({ view, addCustomer, saveProfile }: SideProps): ReactNode {
  const customers = [...view.customers.values()];
  return (
    <div className="side">
      <Card aria-labelledby="events-title">
        <h2 id="events-title">What happened</h2>
        {view.events.length === 0 ? <p className="empty">Nothing yet. Place an order.</p> : null}
        <ol id="events" className="events" aria-live="polite" aria-labelledby="events-title" tabIndex={0}>
          {view.events.map(({ id, type, text, time, missed }) => (
            <li key={id}>
              <span className="said">{text}</span>
              {missed ? <Badge tone="busy">while you were away</Badge> : null}
              <span className="row small soft">
                <time className="figures" dateTime={new Date(time).toISOString()}>
                  {new Date(time).toLocaleTimeString('en-GB')}
                </time>
                <code>{type}</code>
              </span>
            </li>
          ))}
        </ol>
      </Card>
      <div className="stack">
        <Card className="stack" aria-labelledby="customers-title">
          <h2 id="customers-title">
            Customers <span className="soft figures">{customers.length}</span>
          </h2>
          {customers.length === 0 ? <p className="soft">None yet.</p> : null}
          <ul className="customers">
            {customers.slice(-8).map(({ customerId, customerName }) => (
              <li key={customerId}>{customerName}</li>
            ))}
          </ul>
          <Line
            label="New customer"
            id="customer"
            placeholder="John Doe"
            action="Add"
            most={200}
            submit={addCustomer}
          />
        </Card>
        <Card aria-label="Your profile">
          <Line
            label="Your first name"
            id="first-name"
            placeholder="Ada"
            action="Save"
            most={60}
            submit={saveProfile}
          />
        </Card>
      </div>
    </div>
  );
}

interface LineProps {
  readonly label: string;
  readonly id: string;
  readonly placeholder: string;
  readonly action: string;
  readonly most: number;
  readonly submit: (text: string) => void;
}

/** One field, and what is done with it. */
function Line({ label, id, placeholder, action, most, submit }: LineProps): ReactNode {
  const submitted = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = (new FormData(event.currentTarget).get(id) as string).trim();
    if (text !== '') {
      submit(text);
      event.currentTarget.reset();
    }
  };
  return (
    <form className="line" onSubmit={submitted}>
      <Field label={label} id={id} name={id} placeholder={placeholder} maxLength={most} />
      <Button type="submit">{action}</Button>
    </form>
  );
}
