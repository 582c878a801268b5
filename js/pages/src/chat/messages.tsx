// SPDX-License-Identifier: Apache-2.0
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { Face } from './lobby.tsx';
import type { Line, Message, View } from './model.ts';

/** Who is this near to the end, in pixels, follows what is new. */
const NEAR = 120;

export function Messages({ view }: { readonly view: View }): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    if (list.current && follows.current) {
      list.current.scrollTop = list.current.scrollHeight;
    }
  }, [view.lines]);
  return (
    <div
      id="messages"
      ref={list}
      className="messages"
      role="log"
      aria-live="polite"
      aria-label="Messages of the lobby"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < NEAR;
      }}
    >
      {view.lines.length === 0 ? (
        <div className="remark">
          {view.away.been
            ? 'Nothing has been said in the last ten minutes.'
            : 'What was said comes with the connection.'}
        </div>
      ) : null}
      {view.lines.map((line, i) =>
        line.kind === 'message' ? (
          <Bubble
            key={line.id}
            message={line}
            own={line.user.id === view.me.id}
            first={!sameAuthor(view.lines[i - 1], line)}
          />
        ) : (
          <div key={line.id} className="remark" data-kind={line.kind}>
            {line.text}
          </div>
        ),
      )}
    </div>
  );
}

function sameAuthor(before: Line | undefined, message: Message): boolean {
  return before?.kind === 'message' && before.user.id === message.user.id;
}

interface BubbleProps {
  readonly message: Message;
  readonly own: boolean;
  readonly first: boolean;
}

function Bubble({ message, own, first }: BubbleProps): ReactNode {
  const { user, content, time, progress, missed } = message;
  const clock = new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return (
    <div className={`message ${own ? 'own' : ''} ${first ? 'first' : ''}`} data-progress={progress}>
      {own ? null : <Face user={user} />}
      <div>
        <p className="byline small soft">
          <span className={first ? '' : 'unseen'}>{own ? 'You' : user.email}</span>
          {first ? ' · ' : ' '}
          <time dateTime={new Date(time).toISOString()} className={first ? '' : 'unseen'}>
            {clock}
          </time>
        </p>
        <p className="text">{content}</p>
        {progress === 'waiting' ? <p className="small soft">Waits for the network</p> : null}
        {missed ? <p className="small soft">said while you were away</p> : null}
      </div>
    </div>
  );
}
