// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useState, type ReactNode, type SyntheticEvent } from 'react';
import { Button, cable, Card, ConnectionBar, Field, Shell } from '../design/index.ts';
import { Lobby } from './lobby.tsx';
import type { User } from './model.ts';

const UNREACHABLE = 'The server cannot be reached. Try again in a moment.';
export const LEAD =
  'Everybody who signs in meets here. Cut the network: what you write waits, what others say arrives when you are back.';

export function ChatPage(): ReactNode {
  const [user, setUser] = useState<User | null>();
  const [notice, setNotice] = useState('');

  useEffect(() => {
    const gone = new AbortController();
    session(gone.signal).then(setUser, () => {
      if (!gone.signal.aborted) {
        setUser(null);
        setNotice(UNREACHABLE);
      }
    });
    return () => gone.abort();
  }, []);

  const leave = useCallback((why: string) => {
    setNotice(why);
    setUser(null);
  }, []);

  const signOut = useCallback(() => {
    cable.fetch('/api/auth/sign-out', { method: 'POST' }).then(
      () => leave(''),
      () => leave(UNREACHABLE),
    );
  }, [leave]);

  if (user) {
    return <Lobby key={user.id} me={user} leave={leave} signOut={signOut} />;
  }
  return (
    <Shell app="chat" title="The lobby" lead={LEAD} connection={<ConnectionBar state={{ name: 'idle' }} />}>
      {user === null ? <SignIn notice={notice} enter={setUser} say={setNotice} /> : null}
    </Shell>
  );
}

/** Who is signed in here; null for nobody. */
export async function session(signal?: AbortSignal): Promise<User | null> {
  const answer = await cable.fetch('/api/auth/session', signal ? { signal } : {});
  const { user } = (await answer.json()) as { user: User | null };
  return user;
}

interface SignInProps {
  readonly notice: string;
  readonly enter: (user: User) => void;
  readonly say: (notice: string) => void;
}

function SignIn({ notice, enter, say }: SignInProps): ReactNode {
  const [busy, setBusy] = useState(false);
  const submit = async (event: SyntheticEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const email = new FormData(event.currentTarget).get('email');
    setBusy(true);
    try {
      const answer = await cable.fetch('/api/auth/sign-in', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email }),
      });
      const body = (await answer.json()) as { user?: User; error?: { message: string } };
      if (body.user) {
        say('');
        enter(body.user);
      } else {
        say(body.error?.message ?? UNREACHABLE);
      }
    } catch {
      say(UNREACHABLE);
    }
    setBusy(false);
  };
  return (
    <Card className="door" aria-labelledby="sign-in-title">
      <form id="sign-in" className="stack" onSubmit={(event) => void submit(event)}>
        <h2 id="sign-in-title">Come in</h2>
        <p role="alert" className={notice ? 'notice' : 'unseen'}>
          {notice}
        </p>
        <Field
          label="E-mail"
          id="email"
          name="email"
          type="email"
          autoComplete="email"
          placeholder="ada@example.org"
          hint="Any will do. A private window makes you somebody else."
          maxLength={254}
          autoFocus
          required
        />
        <Button type="submit" look="primary" disabled={busy}>
          Sign in
        </Button>
      </form>
    </Card>
  );
}
