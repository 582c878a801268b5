// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import type { Tone } from './connectionbar.tsx';
import { Button } from './parts.tsx';

export interface Toast {
  readonly key: number;
  readonly tone: Tone;
  readonly text: string;
}

const SHOWN = 4;
const STAYS = 8_000;

/**
 * Sentences that come up at the edge and go by themselves; the same one is not shown twice at once. What `say` returns
 * takes the sentence away before that.
 */
export function useToasts(): {
  readonly toasts: readonly Toast[];
  readonly say: (text: string, tone?: Tone) => () => void;
  readonly dismiss: (toast: Toast) => void;
} {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const say = useCallback((text: string, tone: Tone = 'bad') => {
    setToasts((before) => {
      const others = before.filter((toast) => toast.text !== text);
      return [...others, { key: Math.max(0, ...before.map(({ key }) => key)) + 1, tone, text }].slice(-SHOWN);
    });
    return () => setToasts((before) => before.filter((toast) => toast.text !== text));
  }, []);
  const dismiss = useCallback((gone: Toast) => setToasts((before) => before.filter((toast) => toast !== gone)), []);
  return { toasts, say, dismiss };
}

interface ToastsProps {
  readonly toasts: readonly Toast[];
  readonly dismiss: (toast: Toast) => void;
}

export function Toasts({ toasts, dismiss }: ToastsProps): ReactNode {
  return (
    <div className="toasts" id="toasts" role="status">
      {toasts.map((toast) => (
        <Shown key={toast.key} toast={toast} dismiss={dismiss} />
      ))}
    </div>
  );
}

function Shown({ toast, dismiss }: { readonly toast: Toast; readonly dismiss: (toast: Toast) => void }): ReactNode {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(toast), STAYS);
    return () => clearTimeout(timer);
  }, [toast, dismiss]);
  return (
    <div className="toast" data-tone={toast.tone}>
      {toast.text}
      <Button look="quiet" aria-label={`Dismiss: ${toast.text}`} onClick={() => dismiss(toast)}>
        OK
      </Button>
    </div>
  );
}
