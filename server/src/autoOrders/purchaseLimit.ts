import type { CatalogItem } from '../items/item.ts';
import { tierLimits, tierQuantityFault } from '../items/tierLimit.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import { wireDate } from '../kernel/calendar.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { sum } from '../kernel/money.ts';
import { countedItems, type OnceItem } from '../orders/onceItem.ts';
import { companionFaults, type Purchase } from '../orders/purchaseRule.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { EditRules } from './editItem.ts';
import { futureRebills, type PlannedRebill } from './futureRebills.ts';

/*
 * Which limits of purchases an update of an auto order meets: those of its items for the pricing
 * tiers of the customer refuse it, as an insert would be refused. Limits of whole orders warn,
 * because dates decide what ships together.
 */

/** An item that an update adds, or whose quantity it changes. */
export interface AddedItem {
  readonly itemOid: number;
  /** What ships. */
  readonly itemId: string;
  readonly quantity: number;
  /** The field of the update that has the quantity. */
  readonly field: string;
  /** Whether the auto order did not ship this item before. */
  readonly isNew: boolean;
}

const decisive = [
  'originalItemId',
  'arbitraryItemId',
  'originalQuantity',
  'arbitraryQuantity',
] as const satisfies readonly (keyof AutoOrderItem)[];

/** Returns what an update adds, or changes the quantity of. */
export function addedItems(before: AutoOrder, after: AutoOrder): AddedItem[] {
  const old = new Map(before.items.map((item) => [item.itemOid, item]));
  return after.items.flatMap((item, index): AddedItem[] => {
    const was = old.get(item.itemOid);
    if (decisive.every((name) => was?.[name] === item[name])) return [];
    const name = item.arbitraryQuantity === undefined ? 'original_quantity' : 'arbitrary_quantity';
    const itemId = shippedId(item);
    return [
      {
        itemOid: item.itemOid,
        itemId,
        quantity: item.arbitraryQuantity ?? item.originalQuantity,
        field: `items[${index}].${name}`,
        isNew: before.items.every((each) => shippedId(each) !== itemId),
      },
    ];
  });
}

/** Returns what ships of an item of an auto order. */
export const shippedId = (item: AutoOrderItem): string =>
  item.arbitraryItemId ?? item.originalItemId;

/** Returns why a pricing tier of the customer does not allow one of these quantities. */
export const tierFault = (
  added: readonly AddedItem[],
  find: (itemId: string) => CatalogItem | undefined,
  tiers: readonly CustomerTier[],
): FieldFault | undefined =>
  added
    .flatMap(({ itemId, quantity, field }) =>
      tierLimits(find(itemId), tiers).flatMap((limit) => {
        const fault = tierQuantityFault(itemId, quantity, limit);
        return fault ? [{ field, ...fault }] : [];
      }),
    )
    .at(0);

/** Returns those of which a customer may buy one, or a number, over all orders. */
export const countedOver = (
  added: readonly AddedItem[],
  find: (itemId: string) => CatalogItem | undefined,
  tiers: readonly CustomerTier[],
): OnceItem[] =>
  added.flatMap(({ itemId, quantity, field, isNew }): OnceItem[] => {
    const item = find(itemId);
    if (item === undefined) return [];
    return [
      ...(isNew && item.limits?.onePerCustomer === true
        ? [{ field, itemId, isBoughtOnce: true } as const]
        : []),
      ...countedItems(item, tiers, quantity, field),
    ];
  });

/**
 * Returns a sentence about the limits of orders that the first rebill with such an item does not
 * keep; none if it keeps them, or if nothing ships.
 */
export function limitWords(
  after: AutoOrder,
  added: readonly AddedItem[],
  rules: EditRules,
  { tiers, limits }: Pick<Purchase, 'tiers' | 'limits'>,
): string[] {
  const rebill = firstWith(added, after, rules, tiers);
  if (rebill === undefined) return [];
  const faults = companionFaults({
    items: rebill.lines.map(({ shipment: { itemId, quantity } }) => ({
      merchant_item_id: itemId,
      quantity,
    })),
    find: rules.catalog,
    subtotal: sum(rebill.lines.map(({ shipment }) => shipment.price.amount)),
    currency: rules.currency,
    limits,
    tiers,
  });
  if (faults.length === 0) return [];
  const reasons = faults.map(({ field, reason }) =>
    field === 'items' ? `items ${reason}` : reason,
  );
  const day = wireDate(rebill.at, rules.zone).slice(0, 10);
  return [
    `items: the rebill of ${day} does not keep the limits of orders, which do not stop it: ` +
      `${reasons.join('; ')}.`,
  ];
}

// An item that ships later than this is bought alone.
const rebillsMax = 12;

function firstWith(
  added: readonly AddedItem[],
  autoOrder: AutoOrder,
  rules: EditRules,
  tiers: readonly CustomerTier[],
): PlannedRebill | undefined {
  const oids = new Set(added.map(({ itemOid }) => itemOid));
  let count = 0;
  for (const rebill of futureRebills(autoOrder.items, rules.catalog, {
    ...rules,
    autoOrder,
    tiers,
  })) {
    if (rebill.lines.some(({ item }) => oids.has(item.itemOid))) return rebill;
    if (++count >= rebillsMax) return undefined;
  }
  return undefined;
}
