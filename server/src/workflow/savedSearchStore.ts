import type { SavedSearch, WorkflowTaskSearch } from '@perennial/contract/perennial.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import type { Database } from '../platform/storage/database.ts';
import type { ChangeAuthor } from './task.ts';

/** The list that a saved search filters. */
export type SavedSearchKind = NonNullable<SavedSearch['kind']>;

/** A stored search; `owner` is a user, or a key without a user. */
export interface StoredSearch {
  readonly savedSearchOid: number;
  readonly owner: string;
  readonly createdBy: ChangeAuthor;
  readonly name: string;
  readonly kind: SavedSearchKind;
  readonly search: WorkflowTaskSearch;
  /** The search of a kind other than tasks, in the client's form. */
  readonly filters?: Readonly<Record<string, unknown>> | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly sort?: string | undefined;
  readonly shared: boolean;
  readonly createdAt: Temporal.Instant;
}

/** Counts the saved searches of all users of a merchant. */
export async function countSavedSearches(db: Database, merchantId: string): Promise<number> {
  const row = await db.row<{ count: number }>(
    'select count(*)::int as count from saved_search where merchant_id = $1',
    [merchantId],
  );
  return row!.count;
}

/**
 * Lists the searches of these kinds that this owner may see, by name: their own and the shared
 * ones.
 */
export async function listSavedSearches(
  db: Database,
  merchantId: string,
  owner: string,
  kinds: readonly SavedSearchKind[],
): Promise<StoredSearch[]> {
  const rows = await db.rows<Row>(
    `select ${columns} from saved_search where merchant_id = $1 and (owner = $2 or shared)
       and kind = any($3::text[])
     order by name, saved_search_oid`,
    [merchantId, owner, kinds],
  );
  return rows.map(fromRow);
}

/**
 * Reads and locks a search of this owner; undefined when it does not exist or belongs to another
 * owner.
 */
export async function lockSavedSearch(
  tx: Database,
  merchantId: string,
  owner: string,
  oid: number,
): Promise<StoredSearch | undefined> {
  const row = await tx.row<Row>(
    `select ${columns} from saved_search
     where merchant_id = $1 and owner = $2 and saved_search_oid = $3 for update`,
    [merchantId, owner, oid],
  );
  return row && fromRow(row);
}

/** Stores a search. */
export async function saveSearch(
  db: Database,
  merchantId: string,
  search: StoredSearch,
): Promise<void> {
  await db.run(
    `insert into saved_search (merchant_id, ${columns})
     values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12::jsonb, $13)
     on conflict (merchant_id, saved_search_oid) do update
       set name = excluded.name, search = excluded.search, sort = excluded.sort,
         shared = excluded.shared, filters = excluded.filters, columns = excluded.columns`,
    [
      merchantId,
      search.savedSearchOid,
      search.owner,
      search.createdBy.userId,
      search.createdBy.name,
      search.name,
      JSON.stringify(search.search),
      search.sort,
      search.shared,
      search.createdAt,
      search.kind,
      search.filters && JSON.stringify(search.filters),
      search.columns,
    ],
  );
}

/** Deletes a search of this owner; returns false when the owner has no such search. */
export async function deleteSavedSearch(
  db: Database,
  merchantId: string,
  owner: string,
  oid: number,
): Promise<boolean> {
  return (
    (await db.run(
      'delete from saved_search where merchant_id = $1 and owner = $2 and saved_search_oid = $3',
      [merchantId, owner, oid],
    )) === 1
  );
}

/** Returns a saved search in the wire format. */
export function wireSavedSearch(stored: StoredSearch, zone: string): SavedSearch {
  const { savedSearchOid, name, kind, search, filters, columns, sort, shared } = stored;
  const { createdBy, createdAt } = stored;
  return {
    saved_search_oid: savedSearchOid,
    name,
    kind,
    ...(kind === 'tasks' ? { search } : { filters: { ...filters } }),
    ...(columns === undefined ? {} : { columns: [...columns] }),
    shared,
    created_dts: wireDate(createdAt, zone),
    ...(sort === undefined ? {} : { sort }),
    created_by: {
      user: createdBy.name,
      ...(createdBy.userId === undefined ? {} : { user_id: createdBy.userId }),
    },
  };
}

interface Row {
  saved_search_oid: number;
  owner: string;
  owner_user_id: number | null;
  owner_name: string;
  name: string;
  kind: SavedSearchKind;
  search: WorkflowTaskSearch;
  filters: Record<string, unknown> | null;
  columns: string[] | null;
  sort: string | null;
  shared: boolean;
  created_at: Temporal.Instant;
}

const columns =
  'saved_search_oid, owner, owner_user_id, owner_name, name, search, sort, shared, created_at, ' +
  'kind, filters, columns';

function fromRow(row: Row): StoredSearch {
  return {
    savedSearchOid: row.saved_search_oid,
    owner: row.owner,
    createdBy: { userId: row.owner_user_id ?? undefined, name: row.owner_name },
    name: row.name,
    kind: row.kind,
    search: row.search,
    filters: row.filters ?? undefined,
    columns: row.columns ?? undefined,
    sort: row.sort ?? undefined,
    shared: row.shared,
    createdAt: row.created_at,
  };
}
