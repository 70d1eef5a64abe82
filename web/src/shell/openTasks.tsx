import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Icon } from '../kit/icons.tsx';
import { formatCount } from '../kit/money.ts';
import { routeSearch } from '../kit/routeSearch.ts';
import { paths } from '../paths.ts';
import classes from './frame.module.css';
import { followOpenCount, openCountQuery } from './openCount.ts';
import { useCan } from './session.tsx';

/** The number of open tasks of the person and their groups, as a link to them. */
export function OpenTasks() {
  const isAllowed = useCan(['workflow_read']);
  const { data: count } = useQuery({ ...openCountQuery, enabled: isAllowed });
  useEffect(() => (isAllowed ? followOpenCount() : undefined), [isAllowed]);
  if (!isAllowed || count === undefined) return null;
  return (
    <Link
      to={paths.tasks}
      search={routeSearch({ status: ['open'], who: ['us'], sort: 'due_dts' })}
      className={classes['openTasks']}
      title="Open tasks of yours and your groups"
      aria-label={`${formatCount(count)} open tasks of yours and your groups`}
    >
      <Icon name="tasks" size={18} />
      {formatCount(count)}
    </Link>
  );
}
