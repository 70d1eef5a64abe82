import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { routeSearch } from '../kit/routeSearch.ts';
import { objectPage } from './objectPage.ts';

/** A link to an object of an event, by its type and id. An object without a page is its words. */
export function ObjectLink({
  type = '',
  id = '',
  onClick,
  children,
}: {
  readonly type: string | undefined;
  readonly id: string | undefined;
  onClick?(): void;
  readonly children: ReactNode;
}) {
  const page = objectPage(type, id);
  if (page === undefined) return <>{children}</>;
  const { to, params, search = {} } = page;
  return (
    <Link to={to as never} params={params as never} search={routeSearch(search)} onClick={onClick}>
      {children}
    </Link>
  );
}
