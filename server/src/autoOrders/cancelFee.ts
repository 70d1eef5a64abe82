import type { Temporal } from 'temporal-polyfill';
import type { CatalogItem, ItemAutoOrder } from '../items/item.ts';
import { fold } from '../kernel/caseFolding.ts';
import { type Minor, minor, multiply } from '../kernel/money.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { Catalog } from './steps.ts';

/**
 * Returns the auto order changed so that it charges the cancel item of each catalogue item once,
 * now, and is then canceled. Undefined when no item charges a fee or all fees are waived (item
 * reference, ItemAutoOrder: auto_order_cancel_item_id and the minimums). The caller has already set
 * the user and the reason of the cancelation.
 */
export function chargingCancelFee(
  autoOrder: AutoOrder,
  catalog: Catalog,
  now: Temporal.Instant,
): AutoOrder | undefined {
  const items = autoOrder.items.map((item) => feeItem(item, catalog, now));
  if (items.every((item) => item === undefined)) return undefined;
  return {
    ...autoOrder,
    cancelAfterNextXOrders: 1,
    nextAttemptAt: undefined,
    items: items.map((fee, index) => fee ?? stopped(autoOrder.items[index]!)),
  };
}

/** Whether the next order of the auto order charges a cancel item and is the last one. */
export const isChargingCancelFee = (autoOrder: AutoOrder, catalog: Catalog): boolean =>
  autoOrder.items.some((item) => isCancelFee(item, autoOrder, catalog));

/**
 * Whether the item charges the fee: its cancel item ships in its place, in the last order before
 * the cancelation.
 */
export function isCancelFee(
  item: AutoOrderItem,
  autoOrder: Pick<AutoOrder, 'cancelAfterNextXOrders'>,
  catalog: Catalog,
): boolean {
  const fee = catalog(item.originalItemId)?.autoOrder?.cancelItemId;
  return (
    fee !== undefined &&
    autoOrder.cancelAfterNextXOrders === 1 &&
    fold(item.arbitraryItemId ?? '') === fold(fee)
  );
}

/**
 * Returns the item changed to charge its cancelation fee. Undefined when there is no fee, or when
 * the item would not have shipped again anyway.
 */
function feeItem(
  item: AutoOrderItem,
  catalog: Catalog,
  now: Temporal.Instant,
): AutoOrderItem | undefined {
  const terms = catalog(item.originalItemId)?.autoOrder;
  const fee = terms?.cancelItemId === undefined ? undefined : catalog(terms.cancelItemId);
  if (
    terms === undefined ||
    fee === undefined ||
    item.nextShipmentAt === undefined ||
    isWaived(item, terms)
  )
    return undefined;
  const balance = terms.cancelChargeMinimumBalance
    ? remainingBalance(item, terms, catalog(item.originalItemId)!)
    : undefined;
  return {
    ...item,
    arbitraryItemId: fee.itemId,
    arbitraryQuantity: 1,
    arbitraryUnitCost: balance,
    arbitraryUnitCostRemainingOrders: balance === undefined ? undefined : 1,
    arbitraryPercentageDiscount: undefined,
    nextShipmentAt: now,
    // The fee is not a missed shipment, so it need not wait for a later day.
    missedUntil: undefined,
    nextPreshipmentNoticeAt: undefined,
    preshipmentNoticeSent: false,
    noOrderAfterAt: undefined,
    paused: false,
    addOns: [],
  };
}

/** Whether the customer has reached one of the minimums and therefore owes no fee. */
function isWaived(item: AutoOrderItem, terms: ItemAutoOrder): boolean {
  return minimums(item, terms).some(({ minimum, reached }) => reached >= minimum);
}

/**
 * Returns the amount missing to the nearest minimum. Missing orders count at the item's price, or
 * at its arbitrary price where that still applies.
 */
function remainingBalance(
  item: AutoOrderItem,
  terms: ItemAutoOrder,
  { pricing }: CatalogItem,
): Minor | undefined {
  const quantity = item.arbitraryQuantity ?? item.originalQuantity;
  const orderAt = (unitCost: Minor) => multiply(unitCost, quantity, 'half up');
  const order = orderAt(pricing.autoOrderCost ?? pricing.cost ?? minor(0));
  const { arbitraryUnitCost: own, arbitraryUnitCostRemainingOrders: ownLeft } = item;
  const costOf = (missing: number): number => {
    const atOwn = own === undefined ? 0 : Math.min(missing, ownLeft ?? missing);
    return atOwn * orderAt(own ?? minor(0)) + (missing - atOwn) * order;
  };
  const left = minimums(item, terms).map(({ minimum, reached, isCount }) =>
    isCount ? costOf(minimum - reached) : minimum - reached,
  );
  return left.length === 0 ? undefined : minor(Math.min(...left));
}

interface Minimum {
  readonly minimum: number;
  readonly reached: number;
  readonly isCount: boolean;
}

function minimums(item: AutoOrderItem, terms: ItemAutoOrder): Minimum[] {
  const all = [
    { minimum: terms.cancelMinimumRebillCount, reached: item.numberOfRebills, isCount: true },
    { minimum: terms.cancelMinimumRebillValue, reached: item.rebillValue, isCount: false },
    // The original purchase counts towards the lifetime value but is not a rebill.
    { minimum: terms.cancelMinimumLifeTimeCount, reached: item.numberOfRebills + 1, isCount: true },
    { minimum: terms.cancelMinimumLifeTimeValue, reached: item.lifeTimeValue, isCount: false },
  ];
  return all.filter((each): each is Minimum => each.minimum !== undefined && each.minimum > 0);
}

const stopped = (item: AutoOrderItem): AutoOrderItem => ({
  ...item,
  nextShipmentAt: undefined,
  nextPreshipmentNoticeAt: undefined,
  preshipmentNoticeSent: false,
});
