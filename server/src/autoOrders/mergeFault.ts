import type { CatalogItem } from '../items/item.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { AddOn, AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { Rules } from './calculated.ts';
import { isChargingCancelFee } from './cancelFee.ts';
import { isSameSecond } from './formAge.ts';
import { type FutureSchedule, futureSchedules } from './futureSchedules.ts';
import { type Catalog, planNext } from './steps.ts';

/** The inputs of a merge besides the records. */
export interface MergeRules extends Rules {
  readonly catalog: Catalog;
  /** Auto orders with a rebill that is not settled: a charge in progress, or a declined one. */
  readonly open: ReadonlyMap<number, OpenRebill>;
  /**
   * The codes of the coupons that the rebills of an auto order use, by auto order. They come from
   * its original order.
   */
  readonly coupons: ReadonlyMap<number, readonly string[]>;
  /** What the lines of the original orders say about their rebills, by auto order. */
  readonly lines: ReadonlyMap<number, OriginalLines>;
}

/** What the lines of an original order say about its rebills, by case-folded item id. */
export type OriginalLines = ReadonlyMap<string, LineTerms>;

/** The fields of a line that its rebills use if the catalogue does not set them. */
export type LineTerms = { readonly [Field in LineTerm]?: string };
type LineTerm = keyof typeof saidByCatalogue;

/** The state of a rebill that is not settled. */
export type OpenRebill = 'charging' | 'unknown' | 'declined';

/** Why auto orders cannot be merged. */
export interface MergeFault {
  /** The auto order that prevents the merge. */
  readonly oid: number;
  /** Continues a sentence that begins with "Auto order 7". */
  readonly reason: string;
  readonly fix: string;
}

/** Returns the first fault of a merge: something that would be lost or change its meaning. */
export function mergeFault(
  target: AutoOrder,
  sources: readonly AutoOrder[],
  rules: MergeRules,
): MergeFault | undefined {
  const properties = new Map(target.properties.map(({ name, value }) => [name, value]));
  for (const autoOrder of [target, ...sources]) {
    const words = stateFault(autoOrder, target, rules) ?? endFault(autoOrder, rules);
    if (words !== undefined) return { oid: autoOrder.autoOrderOid, ...words };
  }
  for (const source of sources) {
    const words =
      termsFault(source, target) ??
      couponsFault(source, target, rules) ??
      addOnsFault(source, rules) ??
      propertyFault(source, properties) ??
      lineFault(source, target, rules) ??
      itemFault(source, target, rules);
    if (words !== undefined) return { oid: source.autoOrderOid, ...words };
    for (const { name, value } of source.properties) properties.set(name, value);
  }
  return undefined;
}

type Words = Omit<MergeFault, 'oid'>;

function stateFault(
  autoOrder: AutoOrder,
  target: AutoOrder,
  { catalog, open }: MergeRules,
): Words | undefined {
  if (isChargingCancelFee(autoOrder, catalog))
    return {
      reason: 'was canceled and is about to charge its cancel fee',
      fix: 'Merge after the fee is charged, or cancel it again to waive the fee',
    };
  const rebill = open.get(autoOrder.autoOrderOid);
  if (rebill === 'declined')
    return {
      reason: 'has a declined rebill that is not settled',
      fix: 'Merge after a retry succeeds, or after its order is paid or rejected',
    };
  // The target may have a charge in progress, because its items do not change. A source may not.
  return rebill !== undefined && autoOrder !== target
    ? {
        reason: 'has a charge under way whose result is not known yet',
        fix: 'Merge after the charge is settled',
      }
    : undefined;
}

/**
 * Checks the end of an auto order after N orders. Items that each end after N shipments replace it
 * only if all of them ship together.
 */
function endFault(autoOrder: AutoOrder, rules: MergeRules): Words | undefined {
  const left = autoOrder.cancelAfterNextXOrders;
  if (left === undefined || shipTogether(autoOrder, left, rules)) return undefined;
  return {
    reason: `ends after ${left} more orders (cancel_after_next_x_orders), and its items do not ship together`,
    fix: 'Set remaining_repeat_count or no_order_after_dts of its items instead, and clear cancel_after_next_x_orders',
  };
}

function addOnsFault(source: AutoOrder, rules: MergeRules): Words | undefined {
  if (source.addOns.length === 0) return undefined;
  if (source.items.length > 0 && shipTogether(source, ordersWith(source.addOns), rules))
    return undefined;
  return {
    reason: 'has add_ons for all its orders, but no item that is part of all of them',
    fix: 'Move the add_ons to an item, or remove them',
  };
}

const ordersWith = (addOns: readonly AddOn[]): number =>
  Math.max(...addOns.map(({ nextXOrders }) => nextXOrders ?? ordersCompared));

/**
 * Checks the terms that apply to every order of an auto order, because the merged one can have only
 * one value of each.
 */
function termsFault(source: AutoOrder, target: AutoOrder): Words | undefined {
  for (const [field, name] of orderTerms) {
    const [its, other] = [source[field], target[field]];
    if (its === other) continue;
    const show = (value: number | string | undefined) => (value === undefined ? 'none' : value);
    return {
      reason: `has the ${name} ${show(its)}, and auto order ${target.autoOrderOid} has ${show(other)}`,
      fix: `Give both the same ${name}, or clear it in both`,
    };
  }
  return undefined;
}

const orderTerms = [
  ['overrideAffiliateId', 'override_affiliate_id'],
  ['rotatingTransactionGatewayCode', 'rotating_transaction_gateway_code'],
] as const;

/**
 * Checks the coupons. Those of the target's original order count for all items, and those of a
 * source's original order are lost.
 */
function couponsFault(
  source: AutoOrder,
  target: AutoOrder,
  { coupons }: MergeRules,
): Words | undefined {
  const codesOf = ({ autoOrderOid }: AutoOrder) =>
    [...new Set(coupons.get(autoOrderOid))].toSorted().join(', ') || 'no coupon';
  const [its, other] = [codesOf(source), codesOf(target)];
  if (its === other) return undefined;
  return {
    reason:
      `has ${its} of its original order on its rebills, and auto order ` +
      `${target.autoOrderOid} has ${other}`,
    fix: 'Take the coupons off the original orders, or merge auto orders with the same ones',
  };
}

const saidByCatalogue = {
  tax_free: (item: CatalogItem) => item.taxFree || item.taxExemptions !== undefined,
  taxable_cost: (item: CatalogItem) => item.taxableCost !== undefined,
  tax_product_type: (item: CatalogItem) => item.productType !== undefined,
  weight: (item: CatalogItem) => item.grams !== undefined,
  exclude_coupon: (item: CatalogItem) => item.excludesCoupons === true,
  weight_change: () => false,
} as const;

/**
 * Checks the terms of order lines. An item that moves follows the original order of the target, so
 * terms that only the source's original order has would be lost.
 */
function lineFault(
  source: AutoOrder,
  target: AutoOrder,
  { catalog, lines }: MergeRules,
): Words | undefined {
  const ids = source.items.flatMap(({ originalItemId, arbitraryItemId }) => [
    originalItemId,
    ...(arbitraryItemId === undefined ? [] : [arbitraryItemId]),
  ]);
  for (const id of ids) {
    const [its, other] = [source, target].map(
      ({ autoOrderOid }) => lines.get(autoOrderOid)?.get(fold(id)) ?? {},
    );
    const item = catalog(id);
    for (const field of Object.keys(saidByCatalogue) as LineTerm[]) {
      if (!isLost(field, its, other, item)) continue;
      return {
        reason:
          `has ${id} with the ${field} ${its?.[field] ?? 'none'} in its original order, and that of ` +
          `auto order ${target.autoOrderOid} has ${other?.[field] ?? 'none'}`,
        fix: lineFix(field),
      };
    }
  }
  return undefined;
}

const isLost = (
  field: LineTerm,
  its: LineTerms = {},
  other: LineTerms = {},
  item: CatalogItem | undefined,
): boolean =>
  its[field] !== other[field] &&
  !(item && saidByCatalogue[field](item)) &&
  // Options of the target change nothing for an item that has none of them.
  (field !== 'weight_change' || its[field] !== undefined);

const lineFix = (field: LineTerm): string =>
  field === 'weight_change'
    ? 'Do not merge them: only the original order says what an option weighs'
    : `Set the ${field} of the item in the catalogue, so that it applies to both`;

function propertyFault(source: AutoOrder, known: ReadonlyMap<string, string>): Words | undefined {
  const other = source.properties.find(
    ({ name, value }) => known.has(name) && known.get(name) !== value,
  );
  return (
    other && {
      reason: `has a different value for the property ${other.name} than the other auto orders`,
      fix: 'Give the property the same value in all of them, or remove it',
    }
  );
}

/**
 * Checks the items. An item that cannot rebill would park the target. An item with another price in
 * the target is not the same purchase.
 */
function itemFault(source: AutoOrder, target: AutoOrder, rules: MergeRules): Words | undefined {
  for (const item of source.items) {
    const plan = planNext({ ...item, paused: false }, rules.catalog, {
      ...rules,
      autoOrder: source,
    });
    if (plan.kind === 'broken')
      return {
        reason: `has the item ${item.originalItemId}, which cannot be billed: ${plan.itemId}: ${plan.why}`,
        fix: 'Fix the item first',
      };
    const { signedUpAt } = target;
    const before = futureOf(item, source, rules);
    const after = futureOf(item, { ...source, signedUpAt }, rules);
    if (before.some(({ unitCost }, index) => unitCost !== after[index]?.unitCost))
      return {
        reason: `has a price for ${item.originalItemId} that depends on its sign-up date`,
        fix: 'Set arbitrary_unit_cost of the item to keep its price',
      };
  }
  return undefined;
}

/**
 * Whether all items that still ship are part of each of the next `orders` orders. It checks 24
 * orders at most.
 */
function shipTogether(autoOrder: AutoOrder, orders: number, rules: MergeRules): boolean {
  const [first, ...others] = autoOrder.items.filter(isRunning);
  if (first === undefined || others.length === 0) return true;
  const count = Math.min(orders, ordersCompared);
  const dates = futureOf(first, autoOrder, rules, count);
  return (
    dates.length > 0 &&
    others.every((item) => {
      if (item.paused !== first.paused) return false;
      const its = futureOf(item, autoOrder, rules, count);
      return (
        its.length === dates.length && its.every(({ at }, i) => isSameSecond(at, dates[i]?.at))
      );
    })
  );
}

const ordersCompared = 24;

const futureOf = (
  item: AutoOrderItem,
  autoOrder: AutoOrder,
  rules: MergeRules,
  count = ordersCompared,
): FutureSchedule[] =>
  futureSchedules({ ...item, paused: false }, rules.catalog, { ...rules, autoOrder }, count);

/** Whether an item still ships. */
export const isRunning = (item: AutoOrderItem): boolean => item.nextShipmentAt !== undefined;
