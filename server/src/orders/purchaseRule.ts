import type { Order } from '@perennial/contract/order.ts';
import type { OrderLimits } from '../customers/customerPolicy.ts';
import type { CatalogItem } from '../items/item.ts';
import { quantityFault } from '../items/quantityLimit.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromMinor, type Minor } from '../kernel/money.ts';

/** An order, as the limits of purchases see it. */
export interface Purchase {
  readonly items: NonNullable<Order['items']>;
  readonly find: (itemId: string) => CatalogItem | undefined;
  /** Before coupons. */
  readonly subtotal: Minor;
  readonly currency: string;
  readonly limits: OrderLimits;
}

/**
 * Returns why an order cannot be placed: the limits of its items (item reference, ItemRestriction),
 * of the customer and the merchant. Lines of the same item count together.
 */
export const purchaseFaults = (purchase: Purchase): FieldFault[] => [
  ...purchase.items.flatMap((_, index) => lineFaults(purchase, index)),
  ...limitFaults(purchase),
];

function lineFaults({ items, find }: Purchase, index: number): FieldFault[] {
  const itemId = items[index]?.merchant_item_id ?? '';
  const limits = find(itemId)?.limits;
  const ids = items.map(({ merchant_item_id: id }) => fold(id ?? ''));
  // The first line of an item speaks for all of them; what continues was bought before.
  if (limits === undefined || ids.indexOf(fold(itemId)) !== index) return [];
  if (items[index]?.auto_order_last_rebill_dts !== undefined) return [];
  const quantity = items.reduce(
    (sum, line, at) => sum + (ids[at] === fold(itemId) ? (line.quantity ?? 1) : 0),
    0,
  );
  const bounds = limits.onePerCustomer ? { ...limits, maximum: 1 } : limits;
  const wrong = quantityFault(itemId, quantity, bounds);
  return [
    ...(wrong ? [{ field: `items[${index}].quantity`, ...wrong }] : []),
    ...companyFaults(limits, itemId, index, ids),
  ];
}

/** What else may be in the order. */
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
  const count = items.reduce((sum, { quantity }) => sum + (quantity ?? 1), 0);
  const cost = fromMinor(subtotal, currency);
  const found: FieldFault[] = [];
  if (minimumSubtotal !== undefined && cost < minimumSubtotal)
    found.push({
      field: 'items',
      reason: `cost ${cost} ${currency}, and an order costs at least ${minimumSubtotal}`,
      fix: 'Add items',
    });
  if (minimumItems !== undefined && count < minimumItems)
    found.push({
      field: 'items',
      reason: `are ${count}, and an order holds at least ${minimumItems}`,
      fix: 'Add items',
    });
  if (maximumItems !== undefined && count > maximumItems)
    found.push({
      field: 'items',
      reason: `are ${count}, and an order holds at most ${maximumItems}`,
      fix: 'Send several orders',
    });
  return found;
}
