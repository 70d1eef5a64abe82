import type { Logger } from 'pino';
import type { Temporal } from 'temporal-polyfill';
import type { SystemClock } from '../clock/systemClock.ts';
import { eachMerchant } from '../jobs/eachMerchant.ts';
import type { Worker } from '../jobs/loop.ts';
import type { Database } from '../storage/database.ts';
import { reachableMerchantIds } from '../tenancy/merchantStore.ts';
import { appendEntry } from './auditLog.ts';
import { installationLog, removalAct } from './entry.ts';

/** The settings of the audit log's retention. */
export interface AuditRetention {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly log: Logger;
  /** How many days an entry is kept. Absent: for ever. */
  readonly auditLogDays?: number | undefined;
}

const betweenMs = 24 * 3_600_000;

/** Removes, once a day, the entries of each log that are older than the retention. */
export function auditRetentionWorker({ db, clock, log, auditLogDays }: AuditRetention): Worker {
  const each = eachMerchant(log, 'audit log retention');
  let doneAtMs = -Infinity;
  return {
    name: 'audit log retention',
    async runOnce() {
      if (auditLogDays === undefined || clock.monotonicMs() - doneAtMs < betweenMs) return 0;
      doneAtMs = clock.monotonicMs();
      const before = clock.now().subtract({ hours: auditLogDays * 24 });
      const logs = [installationLog, ...(await reachableMerchantIds(db))];
      return each(logs, (merchantId) => removeEntries(db, merchantId, before));
    },
  };
}

interface Last {
  readonly entryNumber: number;
  readonly hash: Buffer;
  readonly count: number;
  readonly isWorthIt: boolean;
}

/**
 * Removes the entries of one log from before a moment, the oldest first and a batch at a time.
 * Returns their number. An entry of the log states each removal, so the chain can still be checked.
 */
export async function removeEntries(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  for (let removed = 0; ; ) {
    const count = await db.transaction((tx) => removeBatch(tx, merchantId, before));
    removed += count;
    if (count < batchSize) return removed;
  }
}

const batchSize = 5_000;

async function removeBatch(
  tx: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  await tx.run('select from audit_head where merchant_id = $1 for update', [merchantId]);
  const last = await findLast(tx, merchantId, before);
  if (!last?.isWorthIt) return 0;
  const { entryNumber, hash, count } = last;
  await tx.run('delete from audit_entry where merchant_id = $1 and entry_number <= $2', [
    merchantId,
    entryNumber,
  ]);
  await tx.run(
    `update audit_head set removed_number = $2, removed_hash = $3 where merchant_id = $1`,
    [merchantId, entryNumber, hash],
  );
  await appendEntry(
    tx,
    merchantId,
    { kind: 'system', name: 'audit log retention' },
    {
      act: removalAct,
      objectType: 'audit log',
      objectId: merchantId,
      after: { through_entry: entryNumber, hash: hash.toString('hex'), count },
    },
  );
  return count;
}

/**
 * Finds the last entry of the next batch. The batch ends before the first entry that is too new, so
 * nothing is removed from the middle. Returns undefined if the batch contains only records of
 * earlier removals, because removing them would only add another record.
 */
async function findLast(
  tx: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<Last | undefined> {
  const rows = await tx.rows<{ number: number; hash: Buffer; act: string; is_old: boolean }>(
    `select entry_number::int as number, hash, act, at < $2 as is_old from audit_entry
     where merchant_id = $1 order by entry_number limit ${batchSize}`,
    [merchantId, before],
  );
  const kept = rows.findIndex((row) => !row.is_old);
  const old = kept < 0 ? rows : rows.slice(0, kept);
  const last = old.at(-1);
  return (
    last && {
      entryNumber: last.number,
      hash: last.hash,
      count: old.length,
      isWorthIt: old.some(({ act }) => act !== removalAct),
    }
  );
}
