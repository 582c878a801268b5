// SPDX-License-Identifier: Apache-2.0
import { Fanfare, type FanfareOptions } from '@fanfare/client';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { Hold } from './hold.ts';

const Context = createContext<Fanfare | undefined>(undefined);

export type FanfareProviderProps = {
  readonly children?: ReactNode;
} & (
  | { readonly client: Fanfare; readonly url?: never; readonly options?: never }
  | { readonly url: string | URL; readonly options?: FanfareOptions; readonly client?: never }
);

/**
 * Gives the components below a connection, and connects it. A `client` is yours: it is not closed here. With a `url` the
 * provider makes its own, and closes it when it leaves; `options` are read when it is made, and another `url` makes another.
 */
export function FanfareProvider(props: FanfareProviderProps): ReactNode {
  return props.client ? (
    <Given client={props.client}>{props.children}</Given>
  ) : (
    <Made key={String(props.url)} url={props.url} options={props.options}>
      {props.children}
    </Made>
  );
}

function Given({ client, children }: { readonly client: Fanfare; readonly children: ReactNode }): ReactNode {
  useEffect(() => client.connect(), [client]);
  return <Context.Provider value={client}>{children}</Context.Provider>;
}

interface MadeProps {
  readonly url: string | URL;
  readonly options: FanfareOptions | undefined;
  readonly children: ReactNode;
}

function Made({ url, options, children }: MadeProps): ReactNode {
  const [{ client, hold }] = useState(() => make(url, options));
  useEffect(() => hold.take(), [hold]);
  return <Context.Provider value={client}>{children}</Context.Provider>;
}

function make(url: string | URL, options: FanfareOptions | undefined): { client: Fanfare; hold: Hold } {
  const client = new Fanfare(url, options);
  const hold = new Hold(
    () => client.connect(),
    () => client.close(),
  );
  return { client, hold };
}

/** The provider's connection. Throws outside of a `FanfareProvider`. */
export function useFanfare(): Fanfare {
  const client = useContext(Context);
  if (!client) {
    throw new Error('no FanfareProvider above this component');
  }
  return client;
}
