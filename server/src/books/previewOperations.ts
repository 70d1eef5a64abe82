import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { loadCatalog } from '../autoOrders/catalogReader.ts';
import { editAutoOrder } from '../autoOrders/edit.ts';
import type { EditRules } from '../autoOrders/editItem.ts';
import { noAutoOrder } from '../autoOrders/readOperations.ts';
import { editRules } from '../autoOrders/rules.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { required } from '../kernel/assert.ts';
import type { Minor } from '../kernel/money.ts';
import { sumQuantities } from '../kernel/quantity.ts';
import { readCustomerTerms } from '../orders/customerTermsReader.ts';
import { findOrders } from '../orders/store.ts';
import { loadTaxTerms } from '../orders/taxReader.ts';
import { noTaxRates } from '../orders/taxTerms.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { inHalves, mayBeOfRecord } from '../platform/storage/unreadable.ts';
import { loadCoupons } from '../rebill/couponReader.ts';
import { readCredit } from '../rebill/creditOperations.ts';
import type { DecisionInput } from '../rebill/plan.ts';
import { rebillPolicy } from '../rebill/policy.ts';
import type { RebillLine } from '../rebill/rebillOrder.ts';
import { findEarlierAttempts } from '../rebill/store.ts';
import { type Preview, previewRebills } from './preview.ts';

const countMax = 100;

/** The number of rebills in a preview if the request does not set it. */
export const countDefault = 12;

/** Refuses a number of rebills that is out of range for a preview. */
export function refuseCount(count: number): void {
  if (count < 1 || count > countMax)
    refuse('out_of_range', { field: 'count', min: 1, max: countMax });
}

/**
 * Returns the next rebills as they will be ordered if every charge succeeds and nothing changes. If
 * a part of the auto order cannot be read, returns `unreadable` and logs the error.
 */
export async function previewAutoOrder(
  context: Context,
  autoOrderOid: number,
  count: number = countDefault,
  isResumed = false,
): Promise<Preview | 'unreadable'> {
  refuseCount(count);
  try {
    return await readPreview(context, autoOrderOid, count, isResumed);
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    context.log.error({ err: error, autoOrderOid }, 'an auto order cannot be previewed');
    return 'unreadable';
  }
}

/** Returns the preview of an auto order; throws if a part of it cannot be read. */
export async function readPreview(
  context: Context,
  autoOrderOid: number,
  count: number,
  isResumed = false,
): Promise<Preview> {
  const [autoOrder] = await loadAutoOrders(context.db, context.merchant.merchantId, [autoOrderOid]);
  if (autoOrder === undefined) return noAutoOrder({ oid: autoOrderOid });
  const input = await decisionInput(context, autoOrder);
  if (!isResumed) return previewRebills(input, count);
  const rules = editRules(context, input.catalog);
  return previewRebills({ ...input, autoOrder: resumed(autoOrder, rules) }, count);
}

/** Reads the data on which the engine's decision about this record depends. */
export async function decisionInput(
  context: Context,
  autoOrder: AutoOrder,
): Promise<DecisionInput> {
  const [input] = await decisionInputs(context, [autoOrder]);
  return required(input, 'input');
}

/** Reads the data on which the engine's decisions about these records depend, in a few queries. */
async function decisionInputs(
  context: Context,
  autoOrders: readonly AutoOrder[],
): Promise<DecisionInput[]> {
  const { db, now, merchant } = context;
  const { merchantId, timeZone: zone } = merchant;
  const policy = rebillPolicy(merchant);
  const earlier = await findEarlierAttempts(
    db,
    merchantId,
    autoOrders.map(({ autoOrderOid, rebillCount }) => ({
      autoOrderOid,
      rebillNumber: rebillCount + 1,
    })),
  );
  const orders = await findOrders(db, merchantId, [
    ...autoOrders.map(({ originalOrderId }) => originalOrderId),
    ...[...earlier.values()].map(({ orderId }) => orderId),
  ]);
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  const catalog = await loadCatalog(db, merchantId, autoOrders);
  const termsOf = await readCustomerTerms(context, orders, { agreed: true });
  const coupons = await loadCoupons(context, orders, termsOf);
  const taxOf = await loadTaxTerms(db, merchant, orders, termsOf);
  const creditOf = await readCredit(context, orders);
  return autoOrders.map((autoOrder) => {
    const before = earlier.get(autoOrder.autoOrderOid);
    const order = before && byId.get(before.orderId);
    const original = byId.get(autoOrder.originalOrderId);
    return {
      autoOrder,
      policy,
      zone,
      at: now,
      original,
      terms: termsOf(original),
      credit: creditOf(original),
      tax: original === undefined ? noTaxRates : taxOf(original),
      catalog,
      coupons,
      firstDeclinedAt: before?.firstDeclinedAt,
      kept: order && { order, editedFields: before.editedFields },
    };
  });
}

/** A summary of the next rebill of an auto order. */
export interface NextRebill {
  readonly autoOrderOid: number;
  readonly at: Temporal.Instant;
  readonly total: Minor;
  readonly currency: string;
  /** The quantities that ship. */
  readonly units: number;
}

/**
 * Returns the next rebill of each of these auto orders, as its preview shows it. Auto orders that
 * have none or cannot be read are left out.
 */
export function readNextRebills(context: Context, oids: readonly number[]): Promise<NextRebill[]> {
  return inHalves(
    oids,
    async (some) => {
      const autoOrders = await loadAutoOrders(context.db, context.merchant.merchantId, some);
      const inputs = await decisionInputs(context, autoOrders);
      return inputs.flatMap((input) =>
        previewRebills(input, 1).rebills.map(({ at, order, currency }) => ({
          autoOrderOid: input.autoOrder.autoOrderOid,
          at,
          total: order.total,
          currency,
          units: unitsOf(order.lines),
        })),
      );
    },
    async () => [],
  );
}

const unitsOf = (lines: readonly RebillLine[]): number =>
  sumQuantities(lines.map(({ kind, quantity }) => (kind === 'cancel fee' ? 0 : quantity)));

/**
 * Returns the auto order after an update that enables it and resumes its items. Unchanged if that
 * update would be refused.
 */
function resumed(autoOrder: AutoOrder, rules: EditRules): AutoOrder {
  const items = autoOrder.items.map(({ itemOid }) => ({
    auto_order_item_oid: itemOid,
    paused: false,
  }));
  const edited = editAutoOrder(autoOrder, { enabled: true, items }, rules, []);
  return edited.ok ? edited.value : autoOrder;
}
