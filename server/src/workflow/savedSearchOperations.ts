import {
  type SavedSearch,
  savedSearchKinds,
  WorkflowTaskSearch,
} from '@perennial/contract/perennial.ts';
import { parseSort, sortings } from '@perennial/contract/sorting.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { lockQuota, type Quotas, refuseOverQuota } from '../platform/tenancy/quotas.ts';
import { taskCallerOf } from './people.ts';
import {
  countSavedSearches,
  deleteSavedSearch,
  listSavedSearches,
  lockSavedSearch,
  type SavedSearchKind,
  type StoredSearch,
  saveSearch,
  wireSavedSearch,
} from './savedSearchStore.ts';

/**
 * Lists the caller's searches and the shared ones of others: of one kind, or of all kinds that the
 * caller may read.
 */
export async function getSavedSearches(
  context: Context,
  kind?: SavedSearchKind,
): Promise<SavedSearch[]> {
  const { merchantId, timeZone } = context.merchant;
  if (kind !== undefined) checkKind(context, kind);
  const kinds = kind === undefined ? savedSearchKinds.filter(mayRead(context)) : [kind];
  const found = await listSavedSearches(context.db, merchantId, ownerOf(context), kinds);
  return found.map((search) => wireSavedSearch(search, timeZone));
}

/** Saves a search of the caller under a name. */
export async function insertSavedSearch(
  context: Context,
  quotas: Quotas,
  body: SavedSearch,
): Promise<SavedSearch> {
  const { merchantId, timeZone } = context.merchant;
  const kind = body.kind ?? 'tasks';
  checkKind(context, kind);
  const savedSearchOid = await takeNumbers(context.db, merchantId, 'saved_search', 1);
  const blank: StoredSearch = {
    savedSearchOid,
    owner: ownerOf(context),
    createdBy: await taskCallerOf(context),
    name: '',
    kind,
    search: {},
    shared: false,
    createdAt: context.now,
  };
  const search = changed(blank, body, timeZone);
  await inTransaction(context, async (context) => {
    await lockQuota(context, 'savedSearches');
    refuseOverQuota(quotas, 'savedSearches', await countSavedSearches(context.db, merchantId));
    await saveSearch(context.db, merchantId, search);
  });
  return wireSavedSearch(search, timeZone);
}

/** Changes one of the caller's searches; an absent field does not change. */
export function updateSavedSearch(
  context: Context,
  oid: number,
  body: SavedSearch,
): Promise<SavedSearch> {
  return inTransaction(context, async ({ db, merchant: { merchantId, timeZone } }) => {
    const stored =
      (await lockSavedSearch(db, merchantId, ownerOf(context), oid)) ?? refuseUnknown(oid);
    checkKind(context, stored.kind);
    if (body.kind && body.kind !== stored.kind)
      refuse('invalid_field', {
        field: 'kind',
        reason: `is ${stored.kind} and cannot change`,
        fix: 'Insert another saved search',
      });
    const search = changed(stored, body, timeZone);
    await saveSearch(db, merchantId, search);
    return wireSavedSearch(search, timeZone);
  });
}

/** Deletes a saved search of the caller. */
export async function removeSavedSearch(context: Context, oid: number): Promise<void> {
  if (!(await deleteSavedSearch(context.db, context.merchant.merchantId, ownerOf(context), oid)))
    refuseUnknown(oid);
}

const ownerOf = ({ actor }: Context): string =>
  actor.userId === undefined ? (actor.applicationId ?? actor.name) : `user:${actor.userId}`;

const permissionOf: Readonly<Record<SavedSearchKind, string>> = {
  tasks: 'workflow_read',
  auto_orders: 'auto_order_read',
  orders: 'order_read',
  customers: 'customer_read',
  items: 'item_read',
  events: 'webhook_read',
  deliveries: 'configuration_read',
  mails: 'auto_order_read',
  coupons: 'coupon_read',
  audit_log: 'configuration_read',
};

const mayRead =
  ({ actor }: Context) =>
  (kind: SavedSearchKind): boolean =>
    actor.permissions.has(permissionOf[kind]);

function checkKind(context: Context, kind: SavedSearchKind): void {
  if (!mayRead(context)(kind))
    refuse('missing_permission', { needed: [permissionOf[kind]], what: `views of ${kind}` });
}

const filterBytesMax = 16_384;
const columnsMax = 50;

/** Refuses fields that the kind does not use, and values that are too large. */
function checkParts(kind: SavedSearchKind, { search, filters, columns }: SavedSearch): void {
  const [field, other] = kind === 'tasks' ? ['filters', 'search'] : ['search', 'filters'];
  if (kind === 'tasks' ? filters : search)
    refuse('invalid_field', {
      field,
      reason: `does not apply to a view of ${kind}`,
      fix: `Send ${other}`,
    });
  if (filters && Buffer.byteLength(JSON.stringify(filters)) > filterBytesMax)
    refuse('invalid_field', {
      field: 'filters',
      reason: `is larger than ${filterBytesMax} bytes as JSON`,
      fix: 'Send fewer filters',
    });
  if (columns && columns.length > columnsMax)
    refuse('too_many_elements', { field: 'columns', max: columnsMax });
}

/** Tasks are sorted by their fields; the other lists check their `_sort` when they are read. */
function checkSort(kind: SavedSearchKind, sort: string | null | undefined): void {
  if (kind !== 'tasks') return;
  const parsed = parseSort(sort ?? undefined, sortings.workflow_task);
  if (!parsed.ok) refuse('unknown_sort', { field: parsed.field, allowed: parsed.allowed });
}

function changed(stored: StoredSearch, body: SavedSearch, zone: string): StoredSearch {
  const { name, search, filters, columns, sort, shared } = body;
  checkParts(stored.kind, body);
  checkSort(stored.kind, sort);
  const named = (name ?? stored.name).trim();
  if (named === '') refuse('missing_field', { field: 'name' });
  return {
    ...stored,
    filters: filters === undefined ? stored.filters : merged({}, filters ?? {}),
    columns: columns === undefined ? stored.columns : (columns ?? undefined),
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
