import { Link } from '@tanstack/react-router';
import { Icon } from '../kit/icons.tsx';
import { routeSearch } from '../kit/routeSearch.ts';
import { lists } from './lists.ts';
import classes from './savedViews.module.css';
import { useSavedViews } from './useSavedViews.ts';

/** The most views in the navigation; the others are in the tabs of their list. */
const shownMax = 6;

/** The saved views of a list, below its entry in the navigation. */
export function NavViews({ path }: { readonly path: string }) {
  const views = useSavedViews().filter(({ kind }) => lists[kind].path === path);
  if (views.length === 0) return null;
  return (
    <ul className={classes['nav']}>
      {views.slice(0, shownMax).map((view) => (
        <li key={view.id}>
          <Link to={path} search={routeSearch(view.state)} title={view.label}>
            {view.isForeign && <Icon name="people" size={13} />}
            <span>{view.label}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
