import type { Order } from '@perennial/contract/order.ts';
import type { CatalogItem } from '../items/item.ts';
import { tierLimits } from '../items/tierLimit.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { OrderLine } from './newOrderLine.ts';
import { unitsOf } from './purchaseRule.ts';

/** A line of a new order whose item each customer may have once, or a number of times. */
export interface OnceItem {
  readonly field: string;
  readonly itemId: string;
  /** Each customer buys it once. */
  readonly isBoughtOnce?: true;
  /**
   * The units in the order, and how many a customer of the pricing tier may buy in all. Absent, as
   * `isBoughtOnce`: a customer has it in one auto order at a time.
   */
  readonly counted?: { readonly units: number; readonly max: number; readonly tierName: string };
}

/** Whether a customer has the item in one auto order at a time. */
export const isInAutoOrders = ({ isBoughtOnce, counted }: OnceItem): boolean =>
  isBoughtOnce !== true && counted === undefined;

/** The part of a new order that decides on them. */
export interface OnceOrder {
  readonly order: Order;
  /** The catalogue items of its lines and of their kits, by lower-case id. */
  readonly catalog: ReadonlyMap<string, CatalogItem>;
  readonly tiers?: readonly CustomerTier[] | undefined;
}

/** Returns the lines of an order whose item each customer may have once, or a number of times. */
export const onceItemsOf = (order: OnceOrder, lines: readonly OrderLine[]): OnceItem[] => [
  ...lines.flatMap(({ onceItemId: itemId }, index): OnceItem[] =>
    itemId === undefined ? [] : [{ field: fieldOf(index), itemId }],
  ),
  ...boughtItems(order),
];

/** Returns those of which a customer may buy one, or a number, over all orders. */
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

/** Returns what an item's limits over all orders of a customer say about a number of units. */
export const countedItems = (
  item: CatalogItem,
  tiers: readonly CustomerTier[],
  units: number,
  field: string,
): OnceItem[] =>
  tierLimits(item, tiers).flatMap(({ unitsMax: max, tierName }) =>
    max === undefined ? [] : [{ field, itemId: item.itemId, counted: { units, max, tierName } }],
  );
