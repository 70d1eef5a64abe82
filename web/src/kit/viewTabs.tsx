import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Icon } from './icons.tsx';
import { routeSearch } from './routeSearch.ts';
import type { UrlState } from './urlCodec.ts';
import { isSameView, type View } from './views.ts';
import classes from './viewTabs.module.css';

/** The views of a list: each is a link to its filters. */
export function ViewTabs({
  views,
  path,
  state,
}: {
  readonly views: readonly View[];
  readonly path: string;
  readonly state: UrlState;
}) {
  const tabs = useRef<HTMLElement>(null);
  const current = views.find((view) => isSameView(view.state, state));
  const name = current?.id ?? current?.label;
  useEffect(() => {
    // On a narrow screen the tabs are wider than the page.
    tabs.current
      ?.querySelector('[aria-current]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [name]);
  return (
    <nav ref={tabs} aria-label="Views" className={classes['tabs']}>
      {views.map((view) => (
        <Link
          key={view.id ?? view.label}
          to={path}
          search={routeSearch(view.state)}
          activeOptions={{ exact: true }}
          {...(isSameView(view.state, state) && { 'aria-current': 'true' as const })}
        >
          {view.isForeign && <Icon name="people" size={14} />}
          {view.label}
          {view.isForeign && <span className="visually-hidden">, of a colleague</span>}
        </Link>
      ))}
    </nav>
  );
}
