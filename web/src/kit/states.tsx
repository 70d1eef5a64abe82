import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { Refused } from '../api/refused.ts';
import { Boundary, messageOf } from './boundary.tsx';
import { CopyButton } from './copyButton.tsx';
import type { IconName } from './iconPaths.ts';
import { Icon } from './icons.tsx';
import { Sentence } from './sentence.tsx';
import classes from './states.module.css';

/** Placeholder rows of the right height. They appear after 120 ms, so a quick read does not flash. */
export function Waiting({ rows = 8, what }: { readonly rows?: number; readonly what: string }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 120);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes['waiting']} aria-busy="true">
      <span className="visually-hidden">Loading {what} …</span>
      {isShown &&
        Array.from({ length: rows }, (_, index) => (
          // The rows are equal and never move.
          <div key={index} className={classes['bone']} />
        ))}
    </div>
  );
}

/** The empty state of a list: one sentence, and the action that adds the first record. */
export function Empty({
  icon = 'box',
  title,
  children,
  action,
}: {
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={classes['state']}>
      <Icon name={icon} size={28} />
      <p className={classes['title']}>{title}</p>
      {children && <div className={classes['words']}>{children}</div>}
      {action}
    </div>
  );
}

/** No row matches the filters: names them, and offers to clear them. */
export function EmptyByFilter({
  filters,
  onClear,
}: {
  /** The texts of the chips. */
  readonly filters: readonly string[];
  onClear(): void;
}) {
  return (
    <Empty
      icon="filter"
      title="Nothing matches"
      action={
        <Button variant="default" onClick={onClear}>
          Clear the filters
        </Button>
      }
    >
      {filters.join(' · ')}
    </Empty>
  );
}

/** A failed read. Shows the server's words, or which permission is missing, and offers a retry. */
export function NotShown({
  refused,
  onRetry,
}: {
  readonly refused: Refused;
  readonly onRetry?: (() => void) | undefined;
}) {
  if (refused.code === 'missing_permission') return <Forbidden message={refused.message} />;
  return (
    <div className={classes['state']} role="alert" data-tone="bad">
      <Icon name="alert" size={28} />
      <p className={classes['title']}>{titleOf(refused)}</p>
      <p className={classes['words']}>
        <Sentence text={refused.message} />
      </p>
      {refused.requestId && (
        <p className={classes['words']}>
          Request <code>{refused.requestId}</code>{' '}
          <CopyButton text={refused.requestId} what="the request id" />
        </p>
      )}
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

function titleOf({ status, code }: Refused): string {
  if (code === 'offline') return 'The server cannot be reached';
  if (status === 404) return 'Not found';
  if (status === 429) return 'Too many requests';
  return status >= 500 ? 'The server failed' : 'The server refused this';
}

/** A part of a page. If it cannot be drawn, it shows a message, and the rest of the page stays. */
export function Contained({ children }: { readonly children: ReactNode }) {
  return <Boundary fallback={notDrawn}>{children}</Boundary>;
}

const notDrawn = (error: unknown) => (
  <p className={classes['odd']} role="alert">
    <Icon name="alert" size={16} /> This part cannot be shown: {messageOf(error)}
  </p>
);

/** A missing permission: which one, and who can give it. */
export function Forbidden({ message }: { readonly message: string }) {
  return (
    <Empty icon="lock" title="You may not see this">
      {message} Someone with the permission <code>user_write</code> can give it.
    </Empty>
  );
}
