import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { loadCatalog } from '../autoOrders/catalogReader.ts';
import { findDueUntil } from '../autoOrders/dueStore.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { readCustomerTerms } from '../orders/customerTermsReader.ts';
import { findOrders } from '../orders/store.ts';
import { loadTaxTerms } from '../orders/taxReader.ts';
import { noTaxRates } from '../orders/taxTerms.ts';
import type { Context } from '../platform/context.ts';
import { mayBeOfRecord } from '../platform/storage/unreadable.ts';
import { loadCoupons } from '../rebill/couponReader.ts';
import { readCredit } from '../rebill/creditOperations.ts';
import { rebillPolicy } from '../rebill/policy.ts';
import { findEarlierAttempts } from '../rebill/store.ts';
import { loadAuditedAttempts } from './auditStore.ts';
import { type Expected, expectedOutcomes } from './duePreview.ts';
import { type PreviewedRebill, previewRebills } from './preview.ts';

/** A rebill that falls due before a moment, with its auto order. */
export interface DueRebill extends Pick<PreviewedRebill, 'rebillNumber' | 'at' | 'currency'> {
  readonly autoOrderOid: number;
  readonly autoOrderCode: string;
  readonly totalMinor: PreviewedRebill['order']['total'];
  readonly expected?: Expected | undefined;
}

const batchSize = 100;
const rebillsMax = 100;

/**
 * Previews the rebills until a moment, of the auto orders that are due first, earliest first.
 * `hasTestCards`: the merchant's cards are test cards, so their outcome is known. An auto order
 * that cannot be read has no rebills.
 */
export async function previewDue(
  context: Context,
  until: Temporal.Instant,
  limit: number,
  hasTestCards: boolean,
): Promise<{ readonly previewedCount: number; readonly rebills: readonly DueRebill[] }> {
  const oids = await findDueUntil(context.db, context.merchant.merchantId, until, limit);
  const rebills: DueRebill[] = [];
  for (let start = 0; start < oids.length; start += batchSize)
    rebills.push(
      ...(await previewReadable(
        context,
        until,
        oids.slice(start, start + batchSize),
        hasTestCards,
      )),
    );
  return {
    previewedCount: oids.length,
    rebills: rebills.sort((one, other) => one.at.epochMilliseconds - other.at.epochMilliseconds),
  };
}

/** Previews a batch. If a batch fails, halves it until each bad record is alone. */
async function previewReadable(
  context: Context,
  until: Temporal.Instant,
  oids: readonly number[],
  hasTestCards: boolean,
): Promise<DueRebill[]> {
  try {
    return await previewBatch(context, until, oids, hasTestCards);
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    if (oids.length === 1) {
      context.log.error({ err: error, autoOrderOid: oids[0] }, 'an auto order cannot be previewed');
      return [];
    }
    const middle = oids.length >> 1;
    return [
      ...(await previewReadable(context, until, oids.slice(0, middle), hasTestCards)),
      ...(await previewReadable(context, until, oids.slice(middle), hasTestCards)),
    ];
  }
}

async function previewBatch(
  context: Context,
  until: Temporal.Instant,
  oids: readonly number[],
  hasTestCards: boolean,
): Promise<DueRebill[]> {
  const read = await readBatch(context, oids);
  return read.autoOrders.flatMap((autoOrder) => {
    const { autoOrderOid, autoOrderCode, creditCardAttempt: attempts } = autoOrder;
    const { rebills } = previewRebills(inputOf(context, autoOrder, read), rebillsMax, until);
    const outcomes = hasTestCards
      ? expectedOutcomes(rebills, {
          merchantId: context.merchant.merchantId,
          autoOrderOid,
          attempts,
          declines: read.declines.get(autoOrderOid) ?? 0,
        })
      : [];
    return rebills.map(({ rebillNumber, at, currency, order }, index) => ({
      autoOrderOid,
      autoOrderCode,
      rebillNumber,
      at,
      currency,
      totalMinor: order.total,
      expected: outcomes[index],
    }));
  });
}

type ReadBatch = Awaited<ReturnType<typeof readBatch>>;

async function readBatch(context: Context, oids: readonly number[]) {
  const { db, merchant } = context;
  const { merchantId } = merchant;
  const autoOrders = await loadAutoOrders(db, merchantId, oids);
  const earlier = await findEarlierAttempts(
    db,
    merchantId,
    autoOrders.map(({ autoOrderOid, rebillCount }) => ({
      autoOrderOid,
      rebillNumber: rebillCount + 1,
    })),
  );
  const orderIds = [
    ...autoOrders.map(({ originalOrderId }) => originalOrderId),
    ...[...earlier.values()].map(({ orderId }) => orderId),
  ];
  const orders = new Map(
    (await findOrders(db, merchantId, orderIds)).map((order) => [order.orderId, order]),
  );
  const declines = new Map<number, number>();
  for (const attempt of await loadAuditedAttempts(db, merchantId, oids))
    declines.set(
      attempt.autoOrderOid,
      (declines.get(attempt.autoOrderOid) ?? 0) + attempt.declines,
    );
  const termsOf = await readCustomerTerms(context, [...orders.values()], { agreed: true });
  return {
    autoOrders,
    earlier,
    orders,
    termsOf,
    declines,
    catalog: await loadCatalog(db, merchantId, autoOrders),
    coupons: await loadCoupons(context, orders.values(), termsOf),
    taxOf: await loadTaxTerms(db, merchant, [...orders.values()], termsOf),
    creditOf: await readCredit(context, orders.values()),
  };
}

function inputOf(
  { merchant, now }: Context,
  autoOrder: AutoOrder,
  { earlier, orders, termsOf, catalog, coupons, taxOf, creditOf }: ReadBatch,
) {
  const before = earlier.get(autoOrder.autoOrderOid);
  const kept = before && orders.get(before.orderId);
  const original = orders.get(autoOrder.originalOrderId);
  return {
    autoOrder,
    policy: rebillPolicy(merchant),
    zone: merchant.timeZone,
    at: now,
    original,
    terms: termsOf(original),
    credit: creditOf(original),
    tax: original === undefined ? noTaxRates : taxOf(original),
    catalog,
    coupons,
    firstDeclinedAt: before?.firstDeclinedAt,
    kept: kept && { order: kept, editedFields: before.editedFields },
  };
}
