import type { ItemRow } from '@perennial/contract/screens.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';

/** The number of suggested items. */
const proposed = 20;

/** The catalogue items that a text may name: by the beginning of an id or a description. */
export const itemsLikeQuery = (text: string) =>
  queryOptions<readonly ItemRow[]>({
    queryKey: ['items like', text],
    queryFn: async ({ signal }) => {
      const query = { _limit: proposed, ...(text !== '' && { q: text }) };
      return (await call('searchItems', { query, signal })).items ?? [];
    },
    placeholderData: keepPreviousData,
  });
