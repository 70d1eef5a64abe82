import type { SavedSearch, WorkflowTaskSearch } from '@perennial/contract/perennial.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Person } from './task.ts';

/** A stored search; `owner` is a user, or a key without a user. */
export interface StoredSearch {
  readonly savedSearchOid: number;
  readonly owner: string;
  readonly createdBy: Person;
  readonly name: string;
  readonly search: WorkflowTaskSearch;
  readonly sort?: string | undefined;
  readonly shared: boolean;
  readonly createdAt: Temporal.Instant;
}

/** Lists the searches that this owner may see, by name: their own and the shared ones. */
export async function listSavedSearches(
  db: Database,
  merchantId: string,
  owner: string,
): Promise<StoredSearch[]> {
  const rows = await db.rows<Row>(
    `select ${columns} from saved_search where merchant_id = $1 and (owner = $2 or shared)
     order by name, saved_search_oid`,
    [merchantId, owner],
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

export async function saveSearch(
  db: Database,
  merchantId: string,
  search: StoredSearch,
): Promise<void> {
  await db.run(
    `insert into saved_search (merchant_id, ${columns})
     values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10)
     on conflict (merchant_id, saved_search_oid) do update
       set name = excluded.name, search = excluded.search, sort = excluded.sort,
         shared = excluded.shared`,
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

/** Returns a saved search as the wire shows it. */
export function wireSavedSearch(
  { savedSearchOid, name, search, sort, shared, createdBy, createdAt }: StoredSearch,
  zone: string,
): SavedSearch {
  return {
    saved_search_oid: savedSearchOid,
    name,
    search,
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
  search: WorkflowTaskSearch;
  sort: string | null;
  shared: boolean;
  created_at: Temporal.Instant;
}

const columns =
  'saved_search_oid, owner, owner_user_id, owner_name, name, search, sort, shared, created_at';

function fromRow(row: Row): StoredSearch {
  return {
    savedSearchOid: row.saved_search_oid,
    owner: row.owner,
    createdBy: { userId: row.owner_user_id ?? undefined, name: row.owner_name },
    name: row.name,
    search: row.search,
    sort: row.sort ?? undefined,
    shared: row.shared,
    createdAt: row.created_at,
  };
}
