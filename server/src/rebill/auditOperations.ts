import type { AuditDifference } from '@perennial/contract/perennial.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import type { Context } from '../platform/context.ts';
import type { Answer } from '../platform/http/answer.ts';
import { payload } from '../platform/http/answer.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { Difference } from './audit.ts';
import { differencesOf } from './audit.ts';
import {
  auditedAttempts,
  auditedMarks,
  auditedOids,
  auditedOrders,
  mergedSources,
  seeOneMoment,
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

/** The audit of the caller's merchant. */
export async function getAudit({ db, merchant }: Context): Promise<Answer> {
  const { autoOrderCount, orderCount, attemptCount, differenceCount, differences } =
    await auditMerchant(db, merchant);
  return payload(differences.map(wireDifference), {
    beside: {
      auto_order_count: autoOrderCount,
      order_count: orderCount,
      attempt_count: attemptCount,
      difference_count: differenceCount,
    },
  });
}

/** Recomputes the books of a merchant as they are at one moment, whatever is billed meanwhile. `onProgress` hears how many auto orders are done. */
export function auditMerchant(
  db: Database,
  merchant: Merchant,
  onProgress?: (autoOrders: number) => void,
): Promise<Audit> {
  return db.transaction(async (tx) => {
    await seeOneMoment(tx);
    const sources = await mergedSources(tx, merchant.merchantId);
    let [afterOid, autoOrderCount, orderCount, attemptCount, differenceCount] = [0, 0, 0, 0, 0];
    const differences: Difference[] = [];
    for (;;) {
      const oids = await auditedOids(tx, merchant.merchantId, afterOid, batchSize);
      if (oids.length === 0) break;
      const batch = await auditBatch(tx, merchant, oids, sources);
      afterOid = oids.at(-1)!;
      autoOrderCount += oids.length;
      orderCount += batch.orderCount;
      attemptCount += batch.attemptCount;
      differenceCount += batch.differences.length;
      differences.push(...batch.differences.slice(0, shownMax - differences.length));
      onProgress?.(autoOrderCount);
    }
    return { autoOrderCount, orderCount, attemptCount, differenceCount, differences };
  });
}

async function auditBatch(
  tx: Database,
  { merchantId, timeZone: zone }: Merchant,
  oids: readonly number[],
  sources: ReadonlyMap<number, readonly number[]>,
) {
  const familyOf = new Map(oids.map((oid) => [oid, mergedInto(oid, sources)]));
  const all = [...new Set([...oids, ...[...familyOf.values()].flat()])];
  const autoOrders = await loadAutoOrders(tx, merchantId, oids);
  const marks = await auditedMarks(tx, merchantId, oids);
  const attempts = Map.groupBy(
    await auditedAttempts(tx, merchantId, all),
    (attempt) => attempt.autoOrderOid,
  );
  const orders = Map.groupBy(
    await auditedOrders(tx, merchantId, all),
    (order) => order.autoOrderOid,
  );
  const booksOf = (oid: number) => ({
    attempts: attempts.get(oid) ?? [],
    orders: orders.get(oid) ?? [],
  });
  const own = oids.map(booksOf);
  return {
    orderCount: own.reduce((sum, books) => sum + books.orders.length, 0),
    attemptCount: own
      .flatMap((books) => books.attempts)
      .reduce((sum, { attempt }) => sum + attempt, 0),
    differences: autoOrders.flatMap((autoOrder) => {
      const oid = autoOrder.autoOrderOid;
      return differencesOf({
        autoOrder,
        marks: marks.get(oid) ?? {},
        ...booksOf(oid),
        merged: (familyOf.get(oid) ?? []).map(booksOf),
        zone,
      });
    }),
  };
}

/** Everything that was merged into it, at once or by way of others. */
function mergedInto(oid: number, sources: ReadonlyMap<number, readonly number[]>): number[] {
  const direct = sources.get(oid) ?? [];
  return [...direct, ...direct.flatMap((source) => mergedInto(source, sources))];
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
