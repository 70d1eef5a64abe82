import type { SavedSearch } from '@perennial/contract/perennial.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { queryClient } from '../api/query.ts';

/** The saved searches of all lists: the person's own, and those that colleagues share. */
export const savedSearchesQuery = queryOptions<readonly SavedSearch[]>({
  queryKey: ['saved searches'],
  queryFn: async ({ signal }) => (await call('getSavedSearches', { signal })).saved_searches ?? [],
  staleTime: 60_000,
});

/** Saves a view, and returns it with its number. */
export async function insertView(search: SavedSearch): Promise<SavedSearch> {
  const { saved_search = {} } = await call('insertSavedSearch', { body: search });
  await forget();
  return saved_search;
}

/** Changes the person's own view; absent fields do not change. */
export async function updateView(oid: number, change: SavedSearch): Promise<void> {
  await call('updateSavedSearch', { params: { saved_search_oid: oid }, body: change });
  await forget();
}

/** Replaces the person's own view. Removes an absent sort or absent columns. */
export const replaceView = (oid: number, search: SavedSearch): Promise<void> =>
  updateView(oid, { ...({ sort: null, columns: null } as object), ...search });

/** Deletes the person's own view. */
export async function deleteView(oid: number): Promise<void> {
  await call('deleteSavedSearch', { params: { saved_search_oid: oid } });
  await forget();
}

const forget = (): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: savedSearchesQuery.queryKey });
