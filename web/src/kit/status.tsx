import type { ReactNode } from 'react';
import classes from './status.module.css';
import type { Tone } from './tone.ts';

/** A state, shown by a word and a shape; the colour only repeats it. */
export function Status({
  tone,
  title,
  children,
}: {
  readonly tone: Tone;
  readonly title?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <span className={classes['status']} data-tone={tone} title={title}>
      <svg width="9" height="9" viewBox="0 0 10 10" aria-hidden="true">
        <path d={shapes[tone]} />
      </svg>
      {children}
    </span>
  );
}

const shapes: Record<Tone, string> = {
  good: 'M5 0a5 5 0 1 0 0 10A5 5 0 0 0 5 0Z',
  note: 'M0 0h3.6v10H0ZM6.4 0H10v10H6.4Z',
  warn: 'M5 0 10 10H0Z',
  bad: 'M0 0h10v10H0Z',
  quiet: 'M5 0a5 5 0 1 0 0 10A5 5 0 0 0 5 0Zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z',
};
