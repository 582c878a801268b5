// SPDX-License-Identifier: Apache-2.0
import type { ReactNode, SyntheticEvent } from 'react';
import { Button, Card, Field } from '../design/index.ts';
import type { Setup } from './api.ts';

/** Who one is, and in which store: what `authenticate` says. */
export interface Visitor {
  readonly userId: string;
  readonly storeId: string;
  readonly token?: string;
}

interface DoorProps {
  readonly notice: string;
  readonly setup: Setup | undefined;
  readonly enter: (visitor: Visitor) => void;
}

export function Door({ notice, setup, enter }: DoorProps): ReactNode {
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => (form.get(name) as string | null)?.trim() ?? '';
    const visitor = { userId: text('user'), storeId: text('store') };
    sessionStorage.setItem('user', visitor.userId);
    sessionStorage.setItem('store', visitor.storeId);
    enter(setup?.token ? { ...visitor, token: text('token') } : visitor);
  };
  return (
    <Card className="door" aria-labelledby="door-title">
      <form id="enter" className="stack" onSubmit={submit}>
        <h2 id="door-title">Step into a store</h2>
        <p id="door-notice" role="alert" className={notice ? 'notice' : 'unseen'}>
          {notice}
        </p>
        <Field
          label="User"
          id="user"
          name="user"
          autoComplete="username"
          defaultValue={sessionStorage.getItem('user') ?? 'ada'}
          maxLength={100}
          required
        />
        <Field
          label="Store"
          id="store"
          name="store"
          defaultValue={sessionStorage.getItem('store') ?? 'bakery'}
          maxLength={100}
          required
        />
        {setup?.token ? (
          <Field label="Token" id="token" name="token" spellCheck={false} hint="./fanfare token --user ada" required />
        ) : null}
        <Button type="submit" look="primary">
          Enter
        </Button>
      </form>
    </Card>
  );
}
