import type { SavedSearch } from '@perennial/contract/perennial.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { queryClient } from '../api/query.ts';

/** The saved searches of all lists: one's own, and those that colleagues share. */
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

/** Changes an own view; absent fields stay. */
export async function updateView(oid: number, change: SavedSearch): Promise<void> {
  await call('updateSavedSearch', { params: { saved_search_oid: oid }, body: change });
  await forget();
}

/** Replaces a view of the person's own. An absent sort or absent columns are removed. */
export const replaceView = (oid: number, search: SavedSearch): Promise<void> =>
  updateView(oid, { ...({ sort: null, columns: null } as object), ...search });

/** Deletes an own view. */
export async function deleteView(oid: number): Promise<void> {
  await call('deleteSavedSearch', { params: { saved_search_oid: oid } });
  await forget();
}

const forget = (): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: savedSearchesQuery.queryKey });
