import type { Order } from '@perennial/contract/order.ts';
import type { OrderLimits } from '../customers/customerPolicy.ts';
import type { CatalogItem } from '../items/item.ts';
import { boundsOf, quantityFault } from '../items/quantityLimit.ts';
import { tierLimits, tierPaymentFault, tierQuantityFault } from '../items/tierLimit.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromMinor, type Minor } from '../kernel/money.ts';
import { sumQuantities } from '../kernel/quantity.ts';

/** An order as the limits of purchases see it. */
export interface Purchase {
  readonly items: NonNullable<Order['items']>;
  readonly find: (itemId: string) => CatalogItem | undefined;
  /** The subtotal before coupons. */
  readonly subtotal: Minor;
  readonly currency: string;
  readonly limits: OrderLimits;
  /** The pricing tiers of the customer. */
  readonly tiers: readonly CustomerTier[];
  /** Absent: the order names no payment method yet. */
  readonly paymentMethod?: string | undefined;
}

/**
 * Returns why an order cannot be placed: the limits of its items (item reference, ItemRestriction
 * and ItemPricingTierLimit), of the customer and of the merchant. Lines with the same item count
 * together.
 */
export const purchaseFaults = (purchase: Purchase): FieldFault[] => [
  ...purchase.items.flatMap((_, index) => lineFaults(purchase, index)),
  ...limitFaults(purchase),
];

/**
 * Returns the limits of whole orders that an order exceeds: those on other items in it, and those
 * of the customer and the merchant.
 */
export const companionFaults = (purchase: Purchase): FieldFault[] => {
  const ids = purchase.items.map(({ merchant_item_id: id }) => fold(id ?? ''));
  return [
    ...purchase.items.flatMap(({ merchant_item_id: itemId = '' }, index) => {
      const limits = purchase.find(itemId)?.limits;
      return limits ? companyFaults(limits, itemId, index, ids) : [];
    }),
    ...limitFaults(purchase),
  ];
};

function lineFaults(purchase: Purchase, index: number): FieldFault[] {
  const { items, find } = purchase;
  const itemId = items[index]?.merchant_item_id ?? '';
  const item = find(itemId);
  const ids = items.map(({ merchant_item_id: id }) => fold(id ?? ''));
  // The fault names the first line of an item. An item that continues was bought before, so it is
  // skipped.
  if (item === undefined || ids.indexOf(fold(itemId)) !== index) return [];
  if (items[index]?.auto_order_last_rebill_dts !== undefined) return [];
  const { limits } = item;
  const quantity = unitsOf(items, itemId);
  const wrong = limits && quantityFault(itemId, quantity, boundsOf(limits));
  return [
    ...(wrong ? [{ field: `items[${index}].quantity`, ...wrong }] : []),
    ...tierFaults(purchase, item, index, quantity),
    ...(limits ? companyFaults(limits, itemId, index, ids) : []),
  ];
}

/** Returns the units of an item in all lines of an order. */
export const unitsOf = (items: NonNullable<Order['items']>, itemId: string): number =>
  sumQuantities(
    items.flatMap(({ merchant_item_id: id, quantity = 1 }) =>
      fold(id ?? '') === fold(itemId) ? quantity : [],
    ),
  );

/** Returns the limits of the item for the pricing tiers of the customer. */
function tierFaults(
  { items, tiers, paymentMethod }: Purchase,
  item: CatalogItem,
  index: number,
  quantity: number,
): FieldFault[] {
  const itemId = items[index]?.merchant_item_id ?? '';
  return tierLimits(item, tiers).flatMap((limit) => {
    const wrong = tierQuantityFault(itemId, quantity, limit);
    const unpaid =
      paymentMethod === undefined ? undefined : tierPaymentFault(itemId, paymentMethod, limit);
    return [
      ...(wrong ? [{ field: `items[${index}].quantity`, ...wrong }] : []),
      ...(unpaid ? [{ field: 'payment.payment_method', ...unpaid }] : []),
    ];
  });
}

/** Returns the faults of an item that must not, or must, be with other items in the order. */
function companyFaults(
  { isSeparate, notWith, onlyWith }: NonNullable<CatalogItem['limits']>,
  itemId: string,
  index: number,
  ids: readonly string[],
): FieldFault[] {
  const field = `items[${index}].merchant_item_id`;
  const others = ids.filter((id) => id !== fold(itemId));
  const excluded = notWith.find((id) => others.includes(id));
  const found: FieldFault[] = [];
  if (isSeparate && others.length > 0)
    found.push({ field, reason: `${itemId} is sold alone`, fix: 'Order it separately' });
  if (excluded !== undefined)
    found.push({
      field,
      reason: `${itemId} is not sold together with ${excluded}`,
      fix: 'Order one of them separately',
    });
  if (onlyWith.length > 0 && !onlyWith.some((id) => others.includes(id)))
    found.push({
      field,
      reason: `${itemId} is sold only together with ${onlyWith.join(' or ')}`,
      fix: 'Add that item',
    });
  return found;
}

function limitFaults({ items, subtotal, currency, limits }: Purchase): FieldFault[] {
  const { minimumSubtotal, minimumItems, maximumItems } = limits;
  const count = sumQuantities(items.map(({ quantity }) => quantity ?? 1));
  const cost = fromMinor(subtotal, currency);
  const found: FieldFault[] = [];
  if (minimumSubtotal !== undefined && cost < minimumSubtotal)
    found.push({
      field: 'items',
      reason: `cost ${cost} ${currency}, but an order must cost at least ${minimumSubtotal}`,
      fix: 'Add items',
    });
  if (minimumItems !== undefined && count < minimumItems)
    found.push({
      field: 'items',
      reason: `are ${count}, but an order must contain at least ${minimumItems}`,
      fix: 'Add items',
    });
  if (maximumItems !== undefined && count > maximumItems)
    found.push({
      field: 'items',
      reason: `are ${count}, but an order may contain at most ${maximumItems}`,
      fix: 'Send several orders',
    });
  return found;
}
