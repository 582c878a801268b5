// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore, type ReactNode } from 'react';

export interface Toast {
  readonly id: number;
  readonly text: string;
}

const LIFE = 6000;
const AT_MOST = 3;
const NONE: readonly Toast[] = [];

let toasts: readonly Toast[] = NONE;
let last = 0;
const listeners = new Set<() => void>();

function become(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of [...listeners]) {
    listener();
  }
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Shows a line for six seconds, or until what is returned is called; the latest three are shown, and the same line once. */
export function showToast(text: string): () => void {
  const id = ++last;
  become([...toasts.filter((toast) => toast.text !== text), { id, text }].slice(-AT_MOST));
  const away = (): void => dismissToast(id);
  setTimeout(away, LIFE);
  return away;
}

export function dismissToast(id: number): void {
  become(toasts.filter((toast) => toast.id !== id));
}

/** Where toasts appear; read out by screen readers. It brings no style but its place: the class is `fanfare-toasts`. */
export function Toaster(): ReactNode {
  const shown = useSyncExternalStore(
    listen,
    () => toasts,
    () => NONE,
  );
  return (
    <div
      className="fanfare-toasts"
      role="status"
      aria-live="polite"
      style={{ position: 'fixed', insetInlineEnd: '1rem', insetBlockEnd: '1rem', zIndex: 1000 }}
    >
      {shown.map((toast) => (
        <div key={toast.id} className="fanfare-toast">
          {toast.text}{' '}
          <button type="button" aria-label="Dismiss" onClick={() => dismissToast(toast.id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
