// SPDX-License-Identifier: Apache-2.0
import { useState, type ReactNode } from 'react';
import { address, APPS, knownPorts, TITLES, type App, type Ports } from './apps.ts';
import { choose, useTheme } from './theme.ts';

interface ShellProps {
  readonly app: App;
  /** The page's first heading. */
  readonly title: string;
  readonly lead?: ReactNode;
  /** A `ConnectionBar`, or several. */
  readonly connection?: ReactNode;
  /** Where the other apps are, for who knows it better than the page's address does. */
  readonly ports?: Ports | undefined;
  readonly children: ReactNode;
}

/** What is around every page: where one is, where one can go, and what the connection does. */
export function Shell({ app, title, lead, connection, ports, children }: ShellProps): ReactNode {
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <Masthead app={app} ports={ports} />
      <div>{connection}</div>
      <main id="main" className="page" tabIndex={-1}>
        <div className="page-head">
          <h1>{title}</h1>
          {lead === undefined ? null : <p className="lead">{lead}</p>}
        </div>
        {children}
      </main>
      <footer className="colophon">
        <p>
          A demo on this machine. Its keys and secrets are the same in every checkout: for this, and for nothing else.
        </p>
      </footer>
    </div>
  );
}

function Masthead({ app, ports }: { readonly app: App; readonly ports: Ports | undefined }): ReactNode {
  const [known] = useState(() => knownPorts(app));
  const all = ports ?? known;
  const links = APPS.map((each) => ({ each, href: address(each, all) })).filter(({ href }) => href !== undefined);
  return (
    <header className="masthead">
      <a className="brand" href={address('start', all) ?? '/'}>
        <Mark />
        Fanfare
      </a>
      {links.length > 1 ? (
        <nav className="apps-nav" aria-label="Apps">
          {links.map(({ each, href }) => (
            <a key={each} href={href} aria-current={each === app ? 'page' : undefined}>
              {TITLES[each]}
            </a>
          ))}
        </nav>
      ) : null}
      <ThemeSwitch />
    </header>
  );
}

export function Mark(): ReactNode {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="7" cy="16" r="3" />
      <path d="M14 10a8.5 8.5 0 0 1 0 12" />
      <path d="M19 6a14 14 0 0 1 0 20" />
      <path d="M24 2.5a20 20 0 0 1 0 27" />
    </svg>
  );
}

function ThemeSwitch(): ReactNode {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button className="theme" type="button" aria-label={`Use the ${other} theme`} onClick={() => choose(other)}>
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
        <circle cx="12" cy="12" r="8.5" />
        <path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor" />
      </svg>
    </button>
  );
}
