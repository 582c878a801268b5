// SPDX-License-Identifier: Apache-2.0
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { Button, Card, Field } from '../design/index.ts';
import { amount, type View, type Wallet } from './model.ts';

/** What the wallet holds. */
export function Holdings({ wallet, view }: { readonly wallet: Wallet | undefined; readonly view: View }): ReactNode {
  return (
    <Card className="holdings" aria-labelledby="holdings-title">
      <h2 id="holdings-title">Balance</h2>
      <p className="sum figures">
        <span id="balance">{amount(view.balance)}</span> <small>FAN</small>
      </p>
      <p id="address" className="address small soft" title={wallet?.address}>
        {wallet?.address ? shortened(wallet.address) : ' '}
      </p>
      <dl className="small figures">
        <div>
          <dt>Staking rewards</dt>
          <dd>
            <span id="rewards">{amount(view.rewards)}</span> FAN
          </dd>
        </div>
        <div>
          <dt>Collectibles received here</dt>
          <dd id="collected">{view.collected}</dd>
        </div>
        <div>
          <dt>Position</dt>
          <dd>{wallet?.position ?? '–'}</dd>
        </div>
      </dl>
    </Card>
  );
}

function shortened(address: string): string {
  return address.length > 20 ? `${address.slice(0, 10)}…${address.slice(-8)}` : address;
}

interface SignInProps {
  readonly wallet: Wallet | undefined;
  readonly bring: (token: string) => boolean;
  readonly renew: () => void;
}

/** Who is signed in, and how to be somebody else. */
export function SignIn({ wallet, bring, renew }: SignInProps): ReactNode {
  const [wrong, setWrong] = useState(false);
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get('token');
    setWrong(!bring(typeof token === 'string' ? token : ''));
  };
  return (
    <details className="drawer" id="sign-in">
      <summary>
        Signed in as <b id="user">{wallet?.user ?? '…'}</b>
      </summary>
      <form className="stack" onSubmit={submit}>
        <Field
          label="Token"
          name="token"
          id="token"
          required
          spellCheck={false}
          hint={`./fanfare token --user ada --claim wallets='["0xabc"]'`}
          aria-invalid={wrong}
        />
        <p role="alert" className={wrong ? 'notice small' : 'unseen'}>
          {wrong ? 'That is no token: it must have three parts, and name a user.' : ''}
        </p>
        <div className="row">
          <Button type="submit" look="primary">
            Sign in
          </Button>
          <Button onClick={renew}>Be a new guest</Button>
        </div>
      </form>
    </details>
  );
}
