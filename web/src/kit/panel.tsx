import { type ReactNode, useId } from 'react';
import classes from './panel.module.css';
import { Contained } from './states.tsx';

/** A part of a page with a heading and, at its right, its actions. */
export function Panel({
  title,
  actions,
  children,
}: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={`panel ${classes['panel']}`} aria-labelledby={id}>
      <div className={classes['head']}>
        <h2 id={id}>{title}</h2>
        {actions && <div className={classes['actions']}>{actions}</div>}
      </div>
      <Contained>{children}</Contained>
    </section>
  );
}

/** Panels below one another. */
export const Stacked = ({ children }: { readonly children: ReactNode }) => (
  <div className={classes['column']}>{children}</div>
);

/** The main column of a page and its side column, which is below it on a narrow screen. */
export function Beside({
  children,
  side,
}: {
  readonly children: ReactNode;
  readonly side: ReactNode;
}) {
  return (
    <div className={classes['beside']}>
      <div className={classes['column']}>{children}</div>
      <div className={classes['column']}>{side}</div>
    </div>
  );
}
