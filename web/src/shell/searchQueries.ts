import type { FoundThing } from '@perennial/contract/screens.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { typesWithPage } from '../api/foundTypes.ts';

/** The records that match a text; an exact id comes first. A newer text aborts the request. */
export function anythingQuery(text: string) {
  return queryOptions<readonly FoundThing[]>({
    queryKey: ['search', text],
    queryFn: async ({ signal }) => {
      const query = { q: text, types: typesWithPage, _limit: 20 };
      return (await call('searchAnything', { query, signal })).results ?? [];
    },
    enabled: text !== '',
    ...(text !== '' && { placeholderData: keepPreviousData }),
    gcTime: 60_000,
  });
}
