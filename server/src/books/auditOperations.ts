import type { AuditDifference } from '@perennial/contract/perennial.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import type { Context } from '../platform/context.ts';
import type { Answer } from '../platform/http/answer.ts';
import { payload } from '../platform/http/answer.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { Difference } from './audit.ts';
import { differencesOf, unreadable } from './audit.ts';
import { findBookedCharges } from './auditCaptureStore.ts';
import type { BookedCharge, Capture } from './auditCaptures.ts';
import { captureDifferences, subjectOf } from './auditCaptures.ts';
import {
  findOids,
  findOrphans,
  inSavepoint,
  loadAuditedAttempts,
  loadAuditedOrders,
  loadMarks,
  loadMergedSources,
  useOneSnapshot,
} from './auditStore.ts';

/** What an audit looked at and found. */
export interface Audit {
  readonly autoOrderCount: number;
  readonly orderCount: number;
  readonly attemptCount: number;
  readonly differenceCount: number;
  /** The first thousand. */
  readonly differences: readonly Difference[];
}

const shownMax = 1000;
const batchSize = 500;

/** What the simulated gateways captured for a merchant, by their own books; undefined when they cannot be read. */
export type ReadCaptures = (merchantId: string) => Promise<readonly Capture[] | undefined>;

/** The audit of the caller's merchant, with what the simulator captured for it. */
export async function getAudit(
  { db, merchant, log }: Context,
  readCaptures: ReadCaptures,
): Promise<Answer> {
  // Read before our books: what was captured by then was written down before it was asked for.
  const captures = await readCaptures(merchant.merchantId);
  if (captures === undefined)
    log.warn({ merchantId: merchant.merchantId }, 'audit without captures: no simulator answered');
  const audit = combined(
    await auditMerchant(db, merchant),
    await auditCaptures(db, merchant.merchantId, captures ?? []),
  );
  return payload(audit.differences.map(wireDifference), {
    beside: {
      auto_order_count: audit.autoOrderCount,
      order_count: audit.orderCount,
      attempt_count: audit.attemptCount,
      difference_count: audit.differenceCount,
    },
  });
}

const capturesAtOnce = 5000;

/** Holds captures against the charges that they are for. */
export async function auditCaptures(
  db: Database,
  merchantId: string,
  captures: readonly Capture[],
): Promise<Audit> {
  const charges: BookedCharge[] = [];
  const subjects = [...new Set(captures.map(({ key }) => subjectOf(key)))];
  for (let start = 0; start < subjects.length; start += capturesAtOnce)
    charges.push(
      ...(await findBookedCharges(db, merchantId, subjects.slice(start, start + capturesAtOnce))),
    );
  return auditOf(captureDifferences(captures, charges));
}

/**
 * Recomputes the books of a merchant as they are at one moment, whatever is billed meanwhile. A
 * record that cannot be read is a finding of its own. `onProgress` hears how many auto orders are
 * done.
 */
export function auditMerchant(
  db: Database,
  merchant: Merchant,
  onProgress?: (autoOrders: number) => void,
): Promise<Audit> {
  return db.transaction(async (tx) => {
    await useOneSnapshot(tx);
    const sources = await loadMergedSources(tx, merchant.merchantId);
    let [afterOid, all] = [0, await orphanFindings(tx, merchant.merchantId)];
    for (;;) {
      const oids = await findOids(tx, merchant.merchantId, afterOid, batchSize);
      if (oids.length === 0) break;
      afterOid = oids.at(-1)!;
      all = combined(all, await auditReadable(tx, merchant, oids, sources));
      onProgress?.(all.autoOrderCount);
    }
    return all;
  });
}

const nothing: Audit = {
  autoOrderCount: 0,
  orderCount: 0,
  attemptCount: 0,
  differenceCount: 0,
  differences: [],
};

const combined = (one: Audit, other: Audit): Audit => ({
  autoOrderCount: one.autoOrderCount + other.autoOrderCount,
  orderCount: one.orderCount + other.orderCount,
  attemptCount: one.attemptCount + other.attemptCount,
  differenceCount: one.differenceCount + other.differenceCount,
  differences: [...one.differences, ...other.differences].slice(0, shownMax),
});

const auditOf = (differences: readonly Difference[]): Audit => ({
  ...nothing,
  differences,
  differenceCount: differences.length,
});

async function orphanFindings(tx: Database, merchantId: string): Promise<Audit> {
  return auditOf(
    (await findOrphans(tx, merchantId, shownMax)).map(({ kind, id, field, stored }) => ({
      objectType: kind,
      objectId: id,
      field,
      stored,
      recomputed: 'none',
    })),
  );
}

/** Audits a batch. One that fails is halved until the records that make it fail stand alone. */
async function auditReadable(
  tx: Database,
  merchant: Merchant,
  oids: readonly number[],
  sources: ReadonlyMap<number, readonly number[]>,
): Promise<Audit> {
  const batch = await inSavepoint(tx, () => auditBatch(tx, merchant, oids, sources));
  if ('value' in batch) return batch.value;
  if (oids.length === 1) {
    const { error } = batch;
    const reason = error instanceof Error ? error.message : String(error);
    return { ...auditOf([unreadable(oids[0]!, reason)]), autoOrderCount: 1 };
  }
  const middle = oids.length >> 1;
  return combined(
    await auditReadable(tx, merchant, oids.slice(0, middle), sources),
    await auditReadable(tx, merchant, oids.slice(middle), sources),
  );
}

async function auditBatch(
  tx: Database,
  { merchantId, timeZone: zone }: Merchant,
  oids: readonly number[],
  sources: ReadonlyMap<number, readonly number[]>,
): Promise<Audit> {
  const familyOf = new Map(oids.map((oid) => [oid, mergedInto(oid, sources)]));
  const all = [...new Set([...oids, ...[...familyOf.values()].flat()])];
  const autoOrders = await loadAutoOrders(tx, merchantId, oids);
  const marks = await loadMarks(tx, merchantId, oids);
  const attempts = Map.groupBy(
    await loadAuditedAttempts(tx, merchantId, all),
    (attempt) => attempt.autoOrderOid,
  );
  const orders = Map.groupBy(
    await loadAuditedOrders(tx, merchantId, all),
    (order) => order.autoOrderOid,
  );
  const booksOf = (oid: number) => ({
    attempts: attempts.get(oid) ?? [],
    orders: orders.get(oid) ?? [],
  });
  const own = oids.map(booksOf);
  const differences = autoOrders.flatMap((autoOrder) => {
    const oid = autoOrder.autoOrderOid;
    return differencesOf({
      autoOrder,
      marks: marks.get(oid) ?? {},
      ...booksOf(oid),
      merged: (familyOf.get(oid) ?? []).map(booksOf),
      zone,
    });
  });
  return {
    ...auditOf(differences),
    autoOrderCount: oids.length,
    orderCount: own.reduce((sum, books) => sum + books.orders.length, 0),
    attemptCount: own
      .flatMap((books) => books.attempts)
      .reduce((sum, { attempt }) => sum + attempt, 0),
  };
}

/** Everything that was merged into it, at once or by way of others. */
function mergedInto(
  oid: number,
  sources: ReadonlyMap<number, readonly number[]>,
  seen: ReadonlySet<number> = new Set([oid]),
): number[] {
  const direct = (sources.get(oid) ?? []).filter((source) => !seen.has(source));
  const all = new Set([...seen, ...direct]);
  return [...direct, ...direct.flatMap((source) => mergedInto(source, sources, all))];
}

const wireDifference = ({
  objectType,
  objectId,
  field,
  stored,
  recomputed,
}: Difference): AuditDifference => ({
  object_type: objectType,
  object_id: objectId,
  field,
  stored,
  recomputed,
});
