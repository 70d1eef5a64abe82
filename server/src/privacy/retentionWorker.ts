import type { Temporal } from 'temporal-polyfill';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { PersonKeeper } from '../platform/privacy/person.ts';
import { removedBefore } from '../platform/privacy/retention.ts';
import type { Database } from '../platform/storage/database.ts';
import { holdOf } from '../platform/tenancy/hold.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { type ErasedTogether, eraseOldOrders } from './retentionOperations.ts';

/**
 * Processes a batch of records from before a moment, after the last record of the previous batch.
 */
type Batch<Found, Place> = (
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
  after: Place | undefined,
) => Promise<Found & { readonly next: Place | undefined }>;

/** The dependencies of the retention of mails and of people in orders. */
export interface RetentionParts<Mail, Order> extends MerchantRounds {
  readonly clock: SystemClock;
  readonly people: readonly PersonKeeper[];
  readonly forgetMails: Batch<{ readonly removed: number }, Mail>;
  readonly findOldOrders: Batch<{ readonly units: readonly ErasedTogether[] }, Order>;
}

const betweenMs = 3_600_000;

/** The position of each retention of a merchant. */
interface Progress<Mail, Order> {
  readonly mail?: Mail | undefined;
  readonly areMailsDone: boolean;
  readonly order?: Order | undefined;
}

/**
 * Removes, once an hour, the mails and the people of finished orders that are older than the
 * merchant's retention on its clock. Each run does one batch of each merchant, so a merchant with
 * many records does not delay another. Skips a merchant that is held after a restore.
 */
export function personRetentionWorker<Mail, Order>(parts: RetentionParts<Mail, Order>): Worker {
  const each = eachMerchant(parts.log, 'retention');
  const doneAtMs = new Map<string, number>();
  const underWay = new Map<string, Progress<Mail, Order>>();
  return {
    name: 'retention',
    async runOnce() {
      const nowMs = parts.clock.monotonicMs();
      return each(await reachableMerchantIds(parts.db), async (merchantId) => {
        if (nowMs - (doneAtMs.get(merchantId) ?? -Infinity) < betweenMs) return 0;
        const before = underWay.get(merchantId) ?? { areMailsDone: false };
        // After a failure, the next hour starts from the beginning.
        underWay.delete(merchantId);
        doneAtMs.set(merchantId, nowMs);
        const after = await sweepOnce(parts, merchantId, before);
        if (after === undefined) return 0;
        underWay.set(merchantId, after);
        doneAtMs.delete(merchantId);
        return 1;
      });
    },
  };
}

/** Processes the next batch of a merchant. Returns the next position; undefined at the end. */
async function sweepOnce<Mail, Order>(
  { contextFor, db, people, forgetMails, findOldOrders }: RetentionParts<Mail, Order>,
  merchantId: string,
  { mail, areMailsDone, order }: Progress<Mail, Order>,
): Promise<Progress<Mail, Order> | undefined> {
  const context = await contextFor(merchantId);
  const { merchant, now } = context;
  if (holdOf(merchant) !== undefined) return undefined;
  if (!areMailsDone) {
    const before = removedBefore(merchant, 'mail_days', now);
    const next = before && (await forgetMails(db, merchantId, before, mail)).next;
    return { mail: next, areMailsDone: next === undefined };
  }
  const before = removedBefore(merchant, 'order_days', now);
  if (before === undefined) return undefined;
  const { units, next } = await findOldOrders(db, merchantId, before, order);
  await eraseOldOrders(context, people, units);
  return next && { areMailsDone, order: next };
}
