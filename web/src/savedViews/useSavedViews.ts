import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useCan, useSession } from '../shell/session.tsx';
import { lists } from './lists.ts';
import { savedSearchesQuery } from './queries.ts';
import { type SavedView, savedViewsOf } from './savedViews.ts';

/** The saved views of all lists that the person may see; none until they are loaded. */
export function useSavedViews(): readonly SavedView[] {
  const { user } = useSession();
  const isAllowed = useCan(Object.values(lists).map(({ needs }) => needs));
  const { data } = useQuery({ ...savedSearchesQuery, enabled: isAllowed });
  return useMemo(() => savedViewsOf(data ?? [], user.id), [data, user.id]);
}
