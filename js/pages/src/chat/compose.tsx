// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from '../design/index.ts';
import { TYPING_ENDS } from './model.ts';

/** How often it is said again that somebody types. */
const REPEATS = 2_000;

interface ComposeProps {
  readonly connected: boolean;
  readonly say: (content: string) => void;
  readonly type: (isTyping: boolean) => void;
}

export function Compose({ connected, say, type }: ComposeProps): ReactNode {
  const [text, setText] = useState('');
  const told = useRef(0);
  const stop = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(stop.current), []);

  const stopped = (): void => {
    if (told.current > 0) {
      told.current = 0;
      type(false);
    }
  };
  const changed = (value: string): void => {
    setText(value);
    clearTimeout(stop.current);
    if (value === '') {
      stopped();
      return;
    }
    const now = Date.now();
    if (now - told.current > REPEATS) {
      told.current = now;
      type(true);
    }
    stop.current = setTimeout(stopped, TYPING_ENDS - 500);
  };
  const submit = (): void => {
    const content = text.trim();
    if (content !== '') {
      clearTimeout(stop.current);
      told.current = 0;
      setText('');
      say(content);
    }
  };
  return (
    <form
      id="compose"
      className="compose"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label className="unseen" htmlFor="text">
        Message
      </label>
      <textarea
        id="text"
        className="input"
        rows={1}
        maxLength={4000}
        autoComplete="off"
        placeholder={connected ? 'Write a message' : 'Sent on return'}
        value={text}
        onChange={({ target }) => changed(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            submit();
          }
        }}
      />
      <Button type="submit" look="primary">
        Send
      </Button>
    </form>
  );
}
