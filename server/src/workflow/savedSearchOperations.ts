import { type SavedSearch, WorkflowTaskSearch } from '@perennial/contract/perennial.ts';
import { parseSort, sortings } from '@perennial/contract/sorting.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { callerOf } from './people.ts';
import {
  deleteSavedSearch,
  listSavedSearches,
  lockSavedSearch,
  type StoredSearch,
  saveSearch,
  wireSavedSearch,
} from './savedSearchStore.ts';

/** Lists the caller's searches and those that others share. */
export async function getSavedSearches(context: Context): Promise<SavedSearch[]> {
  const { merchantId, timeZone } = context.merchant;
  return (await listSavedSearches(context.db, merchantId, ownerOf(context))).map((search) =>
    wireSavedSearch(search, timeZone),
  );
}

export async function insertSavedSearch(context: Context, body: SavedSearch): Promise<SavedSearch> {
  const { merchantId, timeZone } = context.merchant;
  const savedSearchOid = await takeNumbers(context.db, merchantId, 'saved_search', 1);
  const blank: StoredSearch = {
    savedSearchOid,
    owner: ownerOf(context),
    createdBy: await callerOf(context),
    name: '',
    search: {},
    shared: false,
    createdAt: context.now,
  };
  const search = changed(blank, body, timeZone);
  await saveSearch(context.db, merchantId, search);
  return wireSavedSearch(search, timeZone);
}

/** Changes one of the caller's searches; an absent field stays. */
export function updateSavedSearch(
  context: Context,
  oid: number,
  body: SavedSearch,
): Promise<SavedSearch> {
  return inTransaction(context, async ({ db, merchant: { merchantId, timeZone } }) => {
    const stored =
      (await lockSavedSearch(db, merchantId, ownerOf(context), oid)) ?? refuseUnknown(oid);
    const search = changed(stored, body, timeZone);
    await saveSearch(db, merchantId, search);
    return wireSavedSearch(search, timeZone);
  });
}

export async function removeSavedSearch(context: Context, oid: number): Promise<void> {
  if (!(await deleteSavedSearch(context.db, context.merchant.merchantId, ownerOf(context), oid)))
    refuseUnknown(oid);
}

const ownerOf = ({ actor }: Context): string =>
  actor.userId === undefined ? (actor.applicationId ?? actor.name) : `user:${actor.userId}`;

function changed(
  stored: StoredSearch,
  { name, search, sort, shared }: SavedSearch,
  zone: string,
): StoredSearch {
  const named = (name ?? stored.name).trim();
  if (named === '') refuse('missing_field', { field: 'name' });
  const parsed = parseSort(sort ?? undefined, sortings.workflow_task);
  if (!parsed.ok) refuse('unknown_sort', { field: parsed.field, allowed: parsed.allowed });
  return {
    ...stored,
    name: named,
    shared: shared ?? stored.shared,
    sort: sort === undefined ? stored.sort : (sort ?? undefined),
    search:
      search === undefined
        ? stored.search
        : merged({}, writable(WorkflowTaskSearch, search ?? {}, zone)),
  };
}

function refuseUnknown(oid: number): never {
  return refuse('not_found', { what: 'saved search of yours', id: oid });
}
