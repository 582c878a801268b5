// SPDX-License-Identifier: Apache-2.0
import { useCallback, useId, useState, type ComponentProps, type ReactNode } from 'react';
import type { Tone } from './connectionbar.tsx';

export function Card({ className = '', ...rest }: ComponentProps<'section'>): ReactNode {
  return <section className={`card ${className}`} {...rest} />;
}

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'primary' | 'plain' | 'quiet';
}

export function Button({ look = 'plain', className = '', ...rest }: ButtonProps): ReactNode {
  return <button type="button" className={`button ${look} ${className}`} {...rest} />;
}

interface BadgeProps extends ComponentProps<'span'> {
  readonly tone?: Tone;
}

export function Badge({ tone = 'plain', className = '', ...rest }: BadgeProps): ReactNode {
  return <span className={`badge ${className}`} data-tone={tone} {...rest} />;
}

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: string;
}

/** An input with its label, and a hint that belongs to it. */
export function Field({ label, hint, id, ...rest }: FieldProps): ReactNode {
  const made = useId();
  const own = id ?? made;
  const hintId = hint === undefined ? undefined : `${own}-hint`;
  return (
    <div className="field">
      <label htmlFor={own}>{label}</label>
      <input className="input" id={own} aria-describedby={hintId} autoComplete="off" {...rest} />
      {hint === undefined ? null : <small id={hintId}>{hint}</small>}
    </div>
  );
}

/** A frame as it went over the wire. */
export interface Frame {
  readonly key: number;
  readonly way: 'in' | 'out';
  readonly text: string;
}

const FRAMES = 50;

/** The latest frames, newest first, and how to note another. */
export function useFrames(): [readonly Frame[], (way: Frame['way'], frame: unknown) => void] {
  const [frames, setFrames] = useState<readonly Frame[]>([]);
  const note = useCallback((way: Frame['way'], frame: unknown) => {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    setFrames((before) => [{ key: (before[0]?.key ?? 0) + 1, way, text }, ...before].slice(0, FRAMES));
  }, []);
  return [frames, note];
}

export function FramesDrawer({ frames }: { readonly frames: readonly Frame[] }): ReactNode {
  return (
    <details className="drawer" id="frames">
      <summary>Raw frames</summary>
      {frames.length === 0 ? (
        <p className="soft">Nothing has been said yet.</p>
      ) : (
        <ul className="frames" tabIndex={0} aria-label="Raw frames, newest first">
          {frames.map(({ key, way, text }) => (
            <li key={key} data-way={way}>
              <span aria-label={way === 'in' ? 'received' : 'sent'} role="img">
                {way === 'in' ? '↓' : '↑'}
              </span>
              <code>{text}</code>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
