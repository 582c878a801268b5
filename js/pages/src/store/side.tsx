// SPDX-License-Identifier: Apache-2.0
import type { ReactNode, SyntheticEvent } from 'react';
import { Badge, Button, Card, Field } from '../design/index.ts';
import type { View } from './model.ts';

/** More customers than these are counted and not shown. */
const SHOWN = 8;

/** How people are changed from here. */
export interface People {
  readonly add: (name: string) => void;
  readonly rename: (firstName: string) => void;
}

interface SideProps {
  readonly view: View;
  /** Undefined where only who has the API key changes anything. */
  readonly people: People | undefined;
}

/** What happened, who buys here, and who one is oneself. */
export function Side({ view, people }: SideProps): ReactNode {
  const customers = [...view.customers.values()].reverse();
  return (
    <div className="side">
      <Card className="stack happened" aria-labelledby="events-title">
        <h2 id="events-title">What happened</h2>
        {view.events.length === 0 ? <p className="empty">Nothing yet.{people ? ' Place an order.' : ''}</p> : null}
        <ol id="events" className="events" aria-live="polite" aria-labelledby="events-title" tabIndex={0}>
          {view.events.map(({ id, type, text, time, missed }) => (
            <li key={id}>
              <span className="said">
                {text}
                <code className="small soft">{type}</code>
              </span>
              {missed ? <Badge tone="busy">While you were away</Badge> : null}
              <time className="small soft figures" dateTime={new Date(time).toISOString()}>
                {new Date(time).toLocaleTimeString('en-GB')}
              </time>
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
            {customers.slice(0, SHOWN).map(({ customerId, customerName }) => (
              <li key={customerId}>{customerName}</li>
            ))}
            {customers.length > SHOWN ? <li className="more">and {customers.length - SHOWN} more</li> : null}
          </ul>
          {people ? (
            <Line
              label="New customer"
              id="customer"
              placeholder="John Doe"
              action="Add"
              most={200}
              submit={people.add}
            />
          ) : null}
        </Card>
        {people ? (
          <Card aria-label="Your profile">
            <Line
              label="Your first name"
              id="first-name"
              placeholder="Ada"
              action="Save"
              most={60}
              submit={people.rename}
            />
          </Card>
        ) : null}
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
