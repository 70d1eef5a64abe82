import { Link } from '@tanstack/react-router';
import { formatCount } from '../kit/money.ts';
import { routeSearch } from '../kit/routeSearch.ts';
import { type Figure, isMore } from './figures.ts';
import classes from './today.module.css';

/** A number as a link to the rows that it counts. */
export function FigureLink({ figure: { label, count, to, search } }: { readonly figure: Figure }) {
  return (
    <Link
      to={to}
      search={routeSearch(search)}
      className={classes['figure']}
      data-zero={count === 0 || undefined}
      aria-label={`${formatCount(count, isMore(count))} ${label}`}
    >
      {formatCount(count, isMore(count))}
    </Link>
  );
}
