import { Temporal } from 'temporal-polyfill';
import { required } from '../../kernel/assert.ts';
import type { Context } from '../context.ts';
import { mentionsIn } from '../privacy/person.ts';
import type { Redaction } from '../privacy/redaction.ts';
import type { Database } from '../storage/database.ts';
import {
  type AuditAct,
  type AuditActor,
  type AuditEntry,
  ChainCheck,
  type ChainFault,
  changedFields,
  hashOf,
  noHash,
  type Redacted,
  type RedactedEntry,
} from './entry.ts';

/**
 * Records an act of the caller in the caller's transaction, after its writes. So the log contains
 * exactly the committed acts. Each act of a merchant waits here until the one before it has
 * committed.
 */
export function recordAct(context: Context, act: AuditAct): Promise<void> {
  const { kind, name, userId, applicationId, address } = context.actor;
  const { requestId } = context;
  const actor = { kind, name, userId, applicationId, address, requestId };
  return appendEntry(context.db, context.merchant.merchantId, actor, act);
}

/** Appends an entry to a merchant's log, in the transaction of `tx`. */
export async function appendEntry(
  tx: Database,
  merchantId: string,
  actor: AuditActor,
  { act, objectType, objectId, ...change }: AuditAct,
): Promise<void> {
  const { before, after } = changedFields(change.before, change.after);
  const head = required(await lockHead(tx, merchantId), 'head of the log');
  const entry: AuditEntry = {
    merchantId,
    entryNumber: head.entryNumber + 1,
    at: await machineTime(tx),
    actor,
    act,
    objectType,
    objectId,
    before,
    after,
    previousHash: head.hash,
  };
  const hash = hashOf(entry);
  await insertEntry(tx, entry, hash);
  await tx.run('update audit_head set entry_number = $2, hash = $3 where merchant_id = $1', [
    merchantId,
    entry.entryNumber,
    hash,
  ]);
}

interface Head {
  readonly entryNumber: number;
  readonly hash: Buffer;
}

/** Locks and returns the last entry of the merchant. Creates the row to lock at the first call. */
function lockHead(tx: Database, merchantId: string): Promise<Head | undefined> {
  return tx.row<Head>(
    `insert into audit_head as h (merchant_id, entry_number, hash) values ($1, 0, $2)
     on conflict (merchant_id) do update set entry_number = h.entry_number
     returning entry_number::int as "entryNumber", hash`,
    [merchantId, noHash],
  );
}

/** The time of PostgreSQL's machine, because a merchant's test clock may be stopped. */
async function machineTime(tx: Database): Promise<Temporal.Instant> {
  const row = await tx.row<{ at: Temporal.Instant }>('select clock_timestamp() as at', []);
  const { at } = required(row, 'the time');
  return Temporal.Instant.fromEpochMilliseconds(at.epochMilliseconds);
}

async function insertEntry(tx: Database, entry: AuditEntry, hash: Buffer): Promise<void> {
  const { actor } = entry;
  await tx.run(
    `insert into audit_entry (merchant_id, entry_number, at, actor_kind, actor_name, user_id,
      application_id, address, request_id, act, object_type, object_id, before, after,
      previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::json, $14::json, $15, $16)`,
    [
      entry.merchantId,
      entry.entryNumber,
      entry.at,
      actor.kind,
      actor.name,
      actor.userId,
      actor.applicationId,
      actor.address,
      actor.requestId,
      entry.act,
      entry.objectType,
      entry.objectId,
      entry.before,
      entry.after,
      entry.previousHash,
      hash,
    ],
  );
}

/** Which entries a list contains. */
export interface AuditFilter {
  readonly objectTypes?: readonly string[] | undefined;
  readonly hiddenTypes: readonly string[];
  readonly objectId?: string | undefined;
  readonly userId?: number | undefined;
  readonly act?: string | undefined;
  /** Part of the actor's name, the act, the object's id or the address. */
  readonly text?: string | undefined;
  readonly since?: Temporal.Instant | undefined;
  /** Exclusive. */
  readonly until?: Temporal.Instant | undefined;
}

/** The page of a list of entries. */
export interface AuditPage {
  /** Only entries with a lower number. */
  readonly before?: number | undefined;
  /** Only entries with a higher number, the oldest first. */
  readonly after?: number | undefined;
  /** The moment at which the page begins; entries beyond it are left out. */
  readonly from?: Temporal.Instant | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** The conditions of a filter on the entries of the merchant `$1`, with its values. */
const isFound = `merchant_id = $1
      and ($2::text[] is null or object_type = any($2)) and object_type <> all($3::text[])
      and ($4::text is null or object_id = $4) and ($5::int is null or user_id = $5)
      and ($6::text is null or act = $6)
      and ($7::text is null or strpos(lower(concat_ws(' ', actor_name, act, object_id, address)),
        lower($7)) > 0)
      and ($8::timestamptz is null or at >= $8) and ($9::timestamptz is null or at < $9)`;
const filterValues = (merchantId: string, filter: AuditFilter) => [
  merchantId,
  filter.objectTypes,
  filter.hiddenTypes,
  filter.objectId,
  filter.userId,
  filter.act,
  filter.text,
  filter.since,
  filter.until,
];

/** Lists a merchant's entries: the newest first, or, after a given entry, the oldest first. */
export async function listEntries(
  db: Database,
  merchantId: string,
  filter: AuditFilter,
  { before, after, from, limit, offset }: AuditPage,
): Promise<AuditEntry[]> {
  const [direction, fromHere] = after === undefined ? ['desc', '<'] : ['asc', '>='];
  const rows = await db.rows<EntryRow>(
    `select ${columns} from audit_entry where ${isFound}
      and ($10::bigint is null or entry_number < $10)
      and ($11::bigint is null or entry_number > $11)
      and ($12::timestamptz is null or at ${fromHere} $12)
     order by entry_number ${direction} limit $13 offset $14`,
    [...filterValues(merchantId, filter), before, after, from, limit, offset],
  );
  return rows.map(entryFrom);
}

/** Counts a merchant's entries, up to `max`. */
export async function countEntries(
  db: Database,
  merchantId: string,
  filter: AuditFilter,
  max: number,
): Promise<number> {
  const row = await db.row<{ total: number }>(
    `select count(*)::int as total
     from (select 1 from audit_entry where ${isFound} limit $10) as found`,
    [...filterValues(merchantId, filter), max],
  );
  return required(row, 'count').total;
}

/** Returns whether such an act on an object, from an address, was recorded in the last hours. */
export async function hasEntrySince(
  db: Database,
  merchantId: string,
  entry: Pick<AuditAct, 'act' | 'objectType' | 'objectId'> & { readonly address: string },
  hours: number,
): Promise<boolean> {
  const row = await db.row(
    `select 1 as found from audit_entry where merchant_id = $1 and object_type = $2
       and object_id = $3 and act = $4 and address = $5
       and at > clock_timestamp() - make_interval(hours => $6) limit 1`,
    [merchantId, entry.objectType, entry.objectId, entry.act, entry.address, hours],
  );
  return row !== undefined;
}

/** The outcome of a check: how many entries were read, and where the chain breaks. */
export interface CheckedLog {
  readonly count: number;
  /** The number of older entries that were removed before. */
  readonly removed: number;
  readonly fault?: ChainFault | undefined;
}

interface CheckedHead extends Head {
  readonly removedNumber: number | null;
  readonly removedHash: Buffer | null;
}

/** Checks the whole chain of a merchant, as it is at one moment. */
export function checkLog(db: Database, merchantId: string): Promise<CheckedLog> {
  return db.transaction(async (tx) => {
    // Entries written during the check must not look like missing ones.
    const head = await tx.row<CheckedHead>(
      `select entry_number::int as "entryNumber", hash,
         removed_number::int as "removedNumber", removed_hash as "removedHash"
       from audit_head where merchant_id = $1 for update`,
      [merchantId],
    );
    const { removedNumber, removedHash } = head ?? {};
    const removed = removedNumber ?? 0;
    const anchor = removedHash ? { entryNumber: removed, hash: removedHash } : undefined;
    const check = new ChainCheck(await readRedacted(tx, merchantId), anchor);
    const outcome = (fault?: ChainFault) => ({ count: check.count, removed, fault });
    for (let after = removed; ; after += pageSize) {
      const rows = await tx.rows<EntryRow>(
        `select ${columns} from audit_entry where merchant_id = $1 and entry_number > $2
         order by entry_number limit ${pageSize}`,
        [merchantId, after],
      );
      for (const row of rows) {
        const fault = check.next(entryFrom(row), row.hash);
        if (fault) return outcome(fault);
      }
      if (rows.length < pageSize) return outcome(check.end(head));
    }
  });
}

/** Reads the new texts of redacted entries, as erasures recorded them; the last erasure counts. */
async function readRedacted(tx: Database, merchantId: string): Promise<Redacted> {
  const rows = await tx.rows<{ by: number; redacted: RedactedEntry[] }>(
    `select entry_number::int as by, after->'redacted_entries' as redacted from audit_entry
     where merchant_id = $1 and act = any($2::text[]) and after->'redacted_entries' is not null
     order by entry_number`,
    [merchantId, erasingActs],
  );
  return new Map(
    rows.flatMap(({ by, redacted }) =>
      redacted.map(({ entry_number: number, hash }) => [number, { hash, by }] as const),
    ),
  );
}

/** The acts whose entries state redacted ones. */
const erasingActs = ['eraseCustomer', 'eraseOldOrders'];

/**
 * Removes a person from the texts of a merchant's entries, except entries about users. The chain
 * stays valid: the caller records the result in the entry of the erasure, as `redacted_entries`.
 */
export async function redactEntries(
  tx: Database,
  merchantId: string,
  mentions: readonly string[],
  redaction: Redaction,
): Promise<RedactedEntry[]> {
  if (mentions.length === 0) return [];
  const rows = await tx.rows<EntryRow>(
    `select ${columns} from audit_entry where merchant_id = $1 and object_type <> 'user'
       and ${mentionsIn('object_id, before, after')} order by entry_number`,
    [merchantId, mentions],
  );
  const redacted: RedactedEntry[] = [];
  for (const row of rows) {
    const entry = entryFrom(row);
    const changed = {
      ...entry,
      objectId: redaction.text(entry.objectId),
      before: redactedJson(entry.before, redaction),
      after: redactedJson(entry.after, redaction),
    };
    const hash = hashOf(changed);
    if (hash.equals(hashOf(entry))) continue;
    await tx.run(
      `update audit_entry set object_id = $3, before = $4::json, after = $5::json
       where merchant_id = $1 and entry_number = $2`,
      [merchantId, entry.entryNumber, changed.objectId, changed.before, changed.after],
    );
    redacted.push({ entry_number: entry.entryNumber, hash: hash.toString('hex') });
  }
  return redacted;
}

const redactedJson = (text: string | undefined, redaction: Redaction): string | undefined =>
  text && JSON.stringify(redaction.json(JSON.parse(text)));

const pageSize = 1000;

/** Returns the ids that have entries in the log: merchants and the installation. */
export async function listLogs(db: Database): Promise<string[]> {
  const rows = await db.rows<{ merchant_id: string }>(
    'select merchant_id from audit_head order by merchant_id',
  );
  return rows.map((row) => row.merchant_id);
}

interface EntryRow {
  merchant_id: string;
  entry_number: number;
  at: Temporal.Instant;
  actor_kind: string;
  actor_name: string;
  user_id: number | null;
  application_id: string | null;
  address: string | null;
  request_id: string | null;
  act: string;
  object_type: string;
  object_id: string;
  before: string | null;
  after: string | null;
  previous_hash: Buffer;
  hash: Buffer;
}

const columns = `merchant_id, entry_number::int as entry_number, at, actor_kind, actor_name, user_id,
  application_id, address, request_id, act, object_type, object_id, before::text as before,
  after::text as after, previous_hash, hash`;

const entryFrom = (row: EntryRow): AuditEntry => ({
  merchantId: row.merchant_id,
  entryNumber: row.entry_number,
  at: row.at,
  actor: {
    kind: row.actor_kind,
    name: row.actor_name,
    userId: row.user_id ?? undefined,
    applicationId: row.application_id ?? undefined,
    address: row.address ?? undefined,
    requestId: row.request_id ?? undefined,
  },
  act: row.act,
  objectType: row.object_type,
  objectId: row.object_id,
  before: row.before ?? undefined,
  after: row.after ?? undefined,
  previousHash: row.previous_hash,
});
