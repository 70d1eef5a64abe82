import type { ItemRow } from '@perennial/contract/screens.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';

/** How many items are proposed. */
const proposed = 20;

/** The items of the catalogue that a text could mean: the beginning of an id or a description. */
export const itemsLikeQuery = (text: string) =>
  queryOptions<readonly ItemRow[]>({
    queryKey: ['items like', text],
    queryFn: async ({ signal }) => {
      const query = { _limit: proposed, ...(text !== '' && { q: text }) };
      return (await call('searchItems', { query, signal })).items ?? [];
    },
    placeholderData: keepPreviousData,
  });
