import type { Order } from '@perennial/contract/order.ts';
import type { CatalogItem } from '../items/item.ts';
import { tierLimits } from '../items/tierLimit.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { OrderLine } from './newOrderLine.ts';
import { unitsOf } from './purchaseRule.ts';

/**
 * A line of a new order with an item that each customer may have once, or a limited number of
 * times.
 */
export interface OnceItem {
  readonly field: string;
  readonly itemId: string;
  /** Whether each customer may buy it only once. */
  readonly isBoughtOnce?: true;
  /**
   * The units in the order, and the number that a customer of the pricing tier may buy in all. If
   * this and `isBoughtOnce` are absent, a customer may have it in one auto order at a time.
   */
  readonly counted?: { readonly units: number; readonly max: number; readonly tierName: string };
}

/** Whether the limit is one auto order with the item at a time. */
export const isInAutoOrders = ({ isBoughtOnce, counted }: OnceItem): boolean =>
  isBoughtOnce !== true && counted === undefined;

/** The parts of a new order on which these limits depend. */
export interface OnceOrder {
  readonly order: Order;
  /** The catalogue items of its lines and of their kits, by lower-case id. */
  readonly catalog: ReadonlyMap<string, CatalogItem>;
  readonly tiers?: readonly CustomerTier[] | undefined;
}

/**
 * Returns the lines of an order with an item that each customer may have once, or a limited number
 * of times.
 */
export const onceItemsOf = (order: OnceOrder, lines: readonly OrderLine[]): OnceItem[] => [
  ...lines.flatMap(({ onceItemId: itemId }, index): OnceItem[] =>
    itemId === undefined ? [] : [{ field: fieldOf(index), itemId }],
  ),
  ...boughtItems(order),
];

/** Returns the items of which a customer may buy only one, or a limited number, over all orders. */
export const boughtItems = ({
  order: { items = [] },
  catalog,
  tiers = [],
}: OnceOrder): OnceItem[] =>
  items.flatMap((line, index): OnceItem[] => {
    const item = catalog.get(fold(line.merchant_item_id ?? ''));
    // An item that continues was bought before.
    if (item === undefined || line.auto_order_last_rebill_dts !== undefined) return [];
    const { itemId, limits } = item;
    const field = fieldOf(index);
    return [
      ...(limits?.onePerCustomer === true ? [{ field, itemId, isBoughtOnce: true } as const] : []),
      ...countedItems(item, tiers, unitsOf(items, itemId), field),
    ];
  });

const fieldOf = (index: number): string => `items[${index}].merchant_item_id`;

/** Returns the limits of an item over all orders of a customer, for a number of units. */
export const countedItems = (
  item: CatalogItem,
  tiers: readonly CustomerTier[],
  units: number,
  field: string,
): OnceItem[] =>
  tierLimits(item, tiers).flatMap(({ unitsMax: max, tierName }) =>
    max === undefined ? [] : [{ field, itemId: item.itemId, counted: { units, max, tierName } }],
  );
