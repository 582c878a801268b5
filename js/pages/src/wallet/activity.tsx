// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { Badge, Button, Card } from '../design/index.ts';
import type { Happening } from './guest.ts';
import type { Kind, View } from './model.ts';

const HAPPENINGS: readonly { kind: Happening; label: string }[] = [
  { kind: 'transfer', label: 'Transfer' },
  { kind: 'nft', label: 'Collectible' },
  { kind: 'reward', label: 'Reward' },
  { kind: 'notification', label: 'Message' },
];
const SIGNS: Record<Kind, string> = { balance: '↓', nft: '◆', staking: '%', notification: '!', notice: 'i' };

interface ActivityProps {
  readonly view: View;
  /** Whether the demo may let something happen here. */
  readonly able: boolean;
  readonly make: (kind: Happening) => void;
}

/** What has happened, the latest first; and how to let something happen. */
export function Activity({ view, able, make }: ActivityProps): ReactNode {
  return (
    <Card className="happened stack" aria-labelledby="activity-title">
      <h2 id="activity-title">Activity</h2>
      <div className="happenings" role="group" aria-labelledby="happenings-title">
        <span id="happenings-title" className="soft">
          Receive
        </span>
        {HAPPENINGS.map(({ kind, label }, i) => (
          <Button
            key={kind}
            look={i === 0 ? 'primary' : 'plain'}
            data-kind={kind}
            disabled={!able}
            onClick={() => make(kind)}
          >
            {label}
          </Button>
        ))}
      </div>
      {view.entries.length === 0 ? (
        <p className="empty">Nothing has happened yet. The server publishes what you press.</p>
      ) : null}
      <ol id="activity" className="activity" aria-live="polite" aria-labelledby="activity-title">
        {view.entries.map(({ id, kind, text, time, missed }) => (
          <li key={id} className="fresh" data-missed={missed}>
            <span className="sign" aria-hidden="true">
              {SIGNS[kind]}
            </span>
            <span className="what">{text}</span>
            {missed ? <Badge tone="busy">While you were away</Badge> : null}
            <time className="small soft figures" dateTime={new Date(time).toISOString()}>
              {new Date(time).toLocaleTimeString('en-GB')}
            </time>
          </li>
        ))}
      </ol>
    </Card>
  );
}
