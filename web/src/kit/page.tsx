import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react';
import classes from './page.module.css';

/** True until the first page was shown, because the browser sets the focus then. */
let isFirst = true;

const InPage = createContext(false);

/** True inside a page: the inner one is a dialog above it. */
export const useIsInPage = (): boolean => useContext(InPage);

/**
 * A page: its only h1, which gets the focus after a navigation so that a screen reader announces
 * it, the title of the tab, and the actions of the page.
 */
export function Page({
  title,
  heading,
  actions,
  children,
}: {
  /** The title of the tab, and of the page unless `heading` is given. */
  readonly title: string;
  readonly heading?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const h1 = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Perennial`;
  }, [title]);
  useEffect(() => {
    if (!isFirst) h1.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return (
    <InPage value={true}>
      <div className={classes['head']}>
        <h1 ref={h1} tabIndex={-1}>
          {heading ?? title}
        </h1>
        {actions && <div className={classes['actions']}>{actions}</div>}
      </div>
      {children}
    </InPage>
  );
}
