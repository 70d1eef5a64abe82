import type { Temporal } from 'temporal-polyfill';
import type { SearchedWords } from '../platform/privacy/searchedWords.ts';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';

/** The progress of a search for an erased person. */
export interface SearchProgress extends SearchedWords {
  readonly pass: number;
  /** The table being searched, and the key of its last row; null: at the beginning. */
  readonly place: string | null;
  readonly afterKey: readonly string[] | null;
  /** True when this pass redacted something. */
  readonly hasFound: boolean;
  /** The number of redacted rows or files of each table. */
  readonly counts: Readonly<Record<string, number>>;
  /** The number of rows that could not be redacted. */
  readonly failures: number;
}

/** A search of other customers' records for an erased customer. */
export interface MentionSearch extends SearchProgress {
  readonly customerOid: number;
  readonly begunAt: Temporal.Instant;
  readonly endedAt: Temporal.Instant | null;
}

const columns = `customer_profile_oid as "customerOid", emails, names, begun_at as "begunAt", pass, place,
  after_key as "afterKey", has_found as "hasFound", table_counts as counts, failures,
  ended_at as "endedAt"`;

/** Begins a search, in the transaction of the erasure. */
export async function beginSearch(
  tx: Database,
  merchantId: string,
  customerOid: number,
  { emails, names }: SearchedWords,
): Promise<void> {
  await tx.run(
    `insert into mention_search (merchant_id, customer_profile_oid, emails, names, begun_at)
     values ($1, $2, $3, $4, statement_timestamp())`,
    [merchantId, customerOid, emails, names],
  );
}

/** Returns the search for an erased customer, even if it has ended. */
export const findSearch = (
  db: Database,
  merchantId: string,
  customerOid: number,
): Promise<MentionSearch | undefined> =>
  db.row(
    `select ${columns} from mention_search where merchant_id = $1 and customer_profile_oid = $2`,
    [merchantId, customerOid],
  );

/** Returns the merchants with a search that no process is running. */
export async function merchantsSearching(db: Database): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} exists (select from mention_search s where ${only('s')}
       s.merchant_id = m.merchant_id and s.ended_at is null
       and (s.lease_until is null or s.lease_until <= statement_timestamp()))
     order by m.merchant_id`,
  );
  return rows.map((row) => row.merchant_id);
}

/**
 * Claims a merchant's oldest search that no process is running, for the length of a lease. If two
 * processes run the same search, the work is only done twice.
 */
export function takeSearch(
  db: Database,
  merchantId: string,
  leaseMs: number,
): Promise<MentionSearch | undefined> {
  return db.row(
    `update mention_search set lease_until = statement_timestamp() + $2 * interval '1 millisecond'
     where merchant_id = $1 and customer_profile_oid = (
       select s.customer_profile_oid from mention_search s
       where s.merchant_id = $1 and s.ended_at is null
         and (s.lease_until is null or s.lease_until <= statement_timestamp())
       order by s.begun_at, s.customer_profile_oid limit 1 for update skip locked)
     returning ${columns}`,
    [merchantId, leaseMs],
  );
}

/** Stores the progress of a search and puts it back into the queue. */
export async function saveMentionSearch(
  db: Database,
  merchantId: string,
  customerOid: number,
  { emails, names, pass, place, afterKey, hasFound, counts, failures }: SearchProgress,
): Promise<void> {
  await db.run(
    `update mention_search set emails = $3, names = $4, pass = $5, place = $6, after_key = $7,
       has_found = $8, table_counts = $9::json, failures = $10, lease_until = null
     where merchant_id = $1 and customer_profile_oid = $2 and ended_at is null`,
    [
      merchantId,
      customerOid,
      emails,
      names,
      pass,
      place,
      afterKey,
      hasFound,
      JSON.stringify(counts),
      failures,
    ],
  );
}

/** Ends a search and deletes its words. Returns false when another process has ended it. */
export async function endSearch(
  tx: Database,
  merchantId: string,
  customerOid: number,
  { counts, failures, pass }: SearchProgress,
): Promise<boolean> {
  const ended = await tx.run(
    `update mention_search set emails = '{}', names = '{}', place = null, after_key = null,
       pass = $3, table_counts = $4::json, failures = $5, lease_until = null,
       ended_at = statement_timestamp()
     where merchant_id = $1 and customer_profile_oid = $2 and ended_at is null`,
    [merchantId, customerOid, pass, JSON.stringify(counts), failures],
  );
  return ended > 0;
}
