import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useCan, useSession } from '../shell/session.tsx';
import { savedSearchesQuery } from './queries.ts';
import { type SavedView, savedViewsOf } from './savedViews.ts';

/** The saved views of all lists that the person may see; none until they were read. */
export function useSavedViews(): readonly SavedView[] {
  const { user } = useSession();
  const isAllowed = useCan(['auto_order_read', 'order_read', 'customer_read']);
  const { data } = useQuery({ ...savedSearchesQuery, enabled: isAllowed });
  return useMemo(() => savedViewsOf(data ?? [], user.id), [data, user.id]);
}
