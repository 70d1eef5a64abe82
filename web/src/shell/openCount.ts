import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';

/** The number of open tasks assigned to the person or to one of their groups. */
export const openCountQuery = queryOptions<number>({
  queryKey: ['task open count'],
  queryFn: async ({ signal }) =>
    (await call('getWorkflowTaskOpenCount', { signal })).open_count ?? 0,
});

/** Updates the count as it changes, until the returned function is called. */
export const followOpenCount = (): (() => void) =>
  onFrame(({ event_type: type, event_open_count: count }) => {
    if (type === 'open count' && count !== undefined)
      queryClient.setQueryData(openCountQuery.queryKey, count);
  });
