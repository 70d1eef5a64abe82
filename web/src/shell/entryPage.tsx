import { type ReactNode, useEffect } from 'react';
import { Brand } from './brand.tsx';
import classes from './entryPage.module.css';

interface EntryPageProps {
  readonly title: string;
  readonly isWide?: boolean;
  /** The part under the card. */
  readonly below: ReactNode;
  readonly children: ReactNode;
}

/** The frame of a page before the log-in: the logo, and one card. */
export function EntryPage({ title, isWide, below, children }: EntryPageProps) {
  useEffect(() => {
    document.title = `${title} · Perennial`;
  }, [title]);
  return (
    <main className={classes['page']} data-wide={isWide || undefined}>
      <Brand />
      <div className={`panel ${classes['card']}`}>
        <h1>{title}</h1>
        {children}
      </div>
      {below}
    </main>
  );
}
