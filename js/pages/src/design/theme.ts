// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

const KEY = 'fanfare.theme';
const preference = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return chosen === 'dark' || chosen === 'light' ? chosen : preference.matches ? 'dark' : 'light';
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  preference.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    preference.removeEventListener('change', listener);
  };
}

/** Kept for the next visit, where the browser keeps something. */
export function choose(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then it holds for this visit.
  }
  listeners.forEach((listener) => listener());
}

/** The system's preference, until somebody chooses. */
export function useTheme(): Theme {
  return useSyncExternalStore(listen, current, () => 'light');
}
