// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button, Card, mount, Shell } from '../design/index.ts';
import './connect.css';
import { invited, scan } from './session.ts';

type Answer = 'none' | 'sending' | 'accepted' | 'declined' | 'failed';

const SAID: Record<Answer, [headline: string, sentence: string]> = {
  none: [
    'Connect to this service?',
    'What you choose goes to the server as a signed webhook, and the other tab follows.',
  ],
  sending: ['Connect to this service?', 'Sending ...'],
  accepted: ['Connected', 'Look at the other tab. You can close this one.'],
  declined: ['Declined', 'The other tab knows. You can close this one.'],
  failed: ['That did not work', 'The session is gone, or the server cannot be reached.'],
};

/** Stands in for the wallet on a phone. */
function Wallet({ sessionId }: { readonly sessionId: string | undefined }): ReactNode {
  const [answer, setAnswer] = useState<Answer>('none');
  const headline = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The buttons have gone, and one of them had the focus.
    if (answer === 'accepted' || answer === 'declined') {
      headline.current?.focus();
    }
  }, [answer]);
  const choose = async (status: string, then: Answer): Promise<void> => {
    setAnswer('sending');
    setAnswer((await scan(fetch, sessionId ?? '', status)) ? then : 'failed');
  };
  const [title, sentence] =
    sessionId === undefined ? ['No invitation', 'Open this page by the link beside the code.'] : SAID[answer];
  return (
    <Shell app="connect" title="The phone" lead="This page stands in for the wallet that has scanned the code.">
      <Card className="stack phone">
        <h2 id="headline" ref={headline} tabIndex={-1}>
          {title}
        </h2>
        <p role="status" className="soft">
          {sentence}
        </p>
        {sessionId === undefined || answer === 'accepted' || answer === 'declined' ? null : (
          <div className="row">
            <Button
              id="accept"
              look="primary"
              disabled={answer === 'sending'}
              onClick={() => void choose('active', 'accepted')}
            >
              Accept
            </Button>
            <Button id="decline" disabled={answer === 'sending'} onClick={() => void choose('error', 'declined')}>
              Decline
            </Button>
          </div>
        )}
      </Card>
    </Shell>
  );
}

mount(<Wallet sessionId={invited(location.search)} />);
