import { loadOpenings } from '../autoOrders/openingStore.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import type { Context } from '../platform/context.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { type Difference, differencesOf, unreadable } from './audit.ts';
import {
  findBookedCharges,
  findBookedDisputes,
  findBookedRefunds,
  findReportedCharges,
} from './auditCaptureStore.ts';
import {
  auditedSubject,
  captureDifferences,
  disputeDifferences,
  type GatewayCapture,
  refundDifferences,
} from './auditCaptures.ts';
import { creditDifferences } from './auditCredit.ts';
import { findOverusedCredits, loadCreditOfOrders } from './auditCreditStore.ts';
import {
  findNextOids,
  findOrphans,
  inSavepoint,
  loadAuditedAttempts,
  loadAuditedOrders,
  loadMarks,
  loadMergedSources,
  useOneSnapshot,
} from './auditStore.ts';

/** The result of an audit, with the numbers of records that it read. */
export interface Audit {
  readonly autoOrderCount: number;
  readonly orderCount: number;
  readonly attemptCount: number;
  readonly differenceCount: number;
  /** The first {@link shownMax} of them. */
  readonly differences: readonly Difference[];
}

const shownMax = 1000;
const batchSize = 500;

/**
 * Returns a merchant's captures from the books of the simulated gateways; undefined if they cannot
 * be read.
 */
export type ReadCaptures = (merchantId: string) => Promise<readonly GatewayCapture[] | undefined>;

/** Audits the caller's merchant, including its captures in the simulator's books. */
export async function getAudit(
  { db, merchant, log }: Context,
  readCaptures: ReadCaptures,
  onProgress?: OnAudited,
): Promise<Audit> {
  // The captures are read first. Each charge is stored before it is sent, so our books then contain
  // every captured charge.
  const captures = await readCaptures(merchant.merchantId);
  if (captures === undefined)
    log.warn(
      { merchantId: merchant.merchantId },
      'the audit did not compare captures: the simulator did not respond',
    );
  return [
    await auditMerchant(db, merchant, onProgress),
    await auditCaptures(db, merchant.merchantId, captures ?? []),
    await auditReturns(db, merchant.merchantId, readCaptures, captures ?? []),
  ].reduce(combined);
}

/**
 * Audits refunds at the gateways and disputes. A change between the two reads looks like a
 * difference. So if there is one, both are read again, and only a difference that is found twice is
 * reported.
 */
async function auditReturns(
  db: Database,
  merchantId: string,
  readCaptures: ReadCaptures,
  captures: readonly GatewayCapture[],
): Promise<Audit> {
  const first = await returnDifferences(db, merchantId, captures);
  if (first.length === 0) return nothing;
  const keys = new Set(first.map(({ objectId }) => objectId));
  const again = (await readCaptures(merchantId)) ?? [];
  const suspects = again.filter(({ key }) => keys.has(key));
  return auditOf(await returnDifferences(db, merchantId, suspects));
}

/** Leaves out charges whose report is not recorded yet. */
async function returnDifferences(
  db: Database,
  merchantId: string,
  captures: readonly GatewayCapture[],
): Promise<Difference[]> {
  const reported = await findReportedCharges(db, merchantId);
  const settled = captures.filter(({ reference }) => !reported.has(reference));
  const references = [...new Set(settled.map(({ reference }) => reference))];
  const refunds = await inPieces(references, (some) => findBookedRefunds(db, merchantId, some));
  const disputes = await findBookedDisputes(db, merchantId);
  return [...refundDifferences(settled, refunds), ...disputeDifferences(settled, disputes)];
}

/** Receives the number of auto orders that were audited so far. */
export type OnAudited = (autoOrders: number) => Promise<void>;

const capturesAtOnce = 5000;

/** Compares captures with their charges. */
export async function auditCaptures(
  db: Database,
  merchantId: string,
  captures: readonly GatewayCapture[],
): Promise<Audit> {
  const charges = await inPieces(
    [...new Set(captures.map(({ key }) => auditedSubject(key)))],
    (some) => findBookedCharges(db, merchantId, some),
  );
  return auditOf(captureDifferences(captures, charges));
}

async function inPieces<Found>(
  names: readonly string[],
  find: (some: readonly string[]) => Promise<Found[]>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (let start = 0; start < names.length; start += capturesAtOnce)
    found.push(...(await find(names.slice(start, start + capturesAtOnce))));
  return found;
}

/**
 * Recomputes the books of a merchant at one moment, even if the engine bills meanwhile. A record
 * that cannot be read is also a difference. Calls `onProgress` with the number of audited auto
 * orders.
 */
export function auditMerchant(
  db: Database,
  merchant: Merchant,
  onProgress?: OnAudited,
): Promise<Audit> {
  return db.transaction(async (tx) => {
    await useOneSnapshot(tx);
    const sources = await loadMergedSources(tx, merchant.merchantId);
    let [afterOid, all] = [0, await orphanFindings(tx, merchant.merchantId)];
    all = combined(all, await auditCredit(tx, merchant.merchantId));
    for (;;) {
      const oids = await findNextOids(tx, merchant.merchantId, afterOid, batchSize);
      if (oids.length === 0) break;
      afterOid = oids.at(-1)!;
      all = combined(all, await auditReadable(tx, merchant, oids, sources));
      await onProgress?.(all.autoOrderCount);
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

/** Compares the ledger of store credit with the orders of the merchant. */
async function auditCredit(tx: Database, merchantId: string): Promise<Audit> {
  return auditOf(
    creditDifferences(
      await findOverusedCredits(tx, merchantId),
      await loadCreditOfOrders(tx, merchantId),
    ),
  );
}

/** Audits a batch. If a batch fails, halves it until each bad record is alone. */
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
  const itemOids = autoOrders.flatMap(({ items }) => items.map(({ itemOid }) => itemOid));
  const openings = await loadOpenings(tx, merchantId, itemOids);
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
      openings,
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

/** Returns all auto orders that were merged into this one, directly or through others. */
function mergedInto(
  oid: number,
  sources: ReadonlyMap<number, readonly number[]>,
  seen: ReadonlySet<number> = new Set([oid]),
): number[] {
  const direct = (sources.get(oid) ?? []).filter((source) => !seen.has(source));
  const all = new Set([...seen, ...direct]);
  return [...direct, ...direct.flatMap((source) => mergedInto(source, sources, all))];
}
