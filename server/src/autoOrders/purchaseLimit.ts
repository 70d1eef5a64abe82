import type { Temporal } from 'temporal-polyfill';
import type { CatalogItem } from '../items/item.ts';
import { boundsOf, oneAtOnce, quantityFault } from '../items/quantityLimit.ts';
import { tierLimits, tierQuantityFault } from '../items/tierLimit.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isBefore } from '../kernel/moments.ts';
import { sum } from '../kernel/money.ts';
import { sumQuantities } from '../kernel/quantity.ts';
import { countedItems, type OnceItem } from '../orders/onceItem.ts';
import { companionFaults, type Purchase } from '../orders/purchaseRule.ts';
import type { AddOn, AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { type EditRules, hasEnded } from './editItem.ts';
import { futureRebills, type PlannedRebill } from './futureRebills.ts';

/*
 * Checks an update of an auto order against the limits of purchases. The limits of its items, in
 * general and for the customer's pricing tiers, refuse the update, as they refuse an insert. The
 * limits of whole orders only warn, because dates decide what ships together.
 */

/** An item whose quantity in the lines and add-ons of the auto order changes with an update. */
export interface AddedItem {
  /**
   * The lines with the item, or with an add-on of it. None for an add-on of the whole auto order.
   */
  readonly itemOids: readonly number[];
  /** The item that ships. */
  readonly itemId: string;
  /** Its quantity in all lines and add-ons together. */
  readonly quantity: number;
  /** The field of the update that has the quantity. */
  readonly field: string;
  /** Whether the auto order did not ship this item before. */
  readonly isNew: boolean;
}

/** A line or an add-on. */
interface Held {
  /** The item's line, or the add-on's. Absent for an add-on of the whole auto order. */
  readonly line?: AutoOrderItem;
  readonly itemId: string;
  readonly quantity: number;
  readonly field: string;
  /** The same before and after an update that leaves the line or add-on as it was. */
  readonly key: string;
}

/**
 * Returns the items whose quantity an update changes. Lines and add-ons of the same item count
 * together, as the lines of a new order do. Lines that have ended do not count. Two lines do not
 * count together if one ends before the other ships.
 */
export function addedItems(
  before: AutoOrder,
  after: AutoOrder,
  now: Temporal.Instant,
): AddedItem[] {
  const was = heldBy(before);
  const held = heldBy(after).filter(({ line }) => line === undefined || !hasEnded(line, now));
  const ids = new Set(held.map(({ itemId }) => fold(itemId)));
  return [...ids].flatMap((id): AddedItem[] => {
    const own = held.filter(({ itemId }) => fold(itemId) === id);
    const changed = own.find(({ key }) => timesIn(own, key) > timesIn(was, key));
    if (changed === undefined) return [];
    const { itemId, field } = changed;
    const together = own.filter((each) => mayShipTogether(each.line, changed.line));
    return [
      {
        itemOids: together.flatMap(({ line }) => line?.itemOid ?? []),
        itemId,
        quantity: sumQuantities(together.map(({ quantity }) => quantity)),
        field,
        isNew: was.every((each) => fold(each.itemId) !== id),
      },
    ];
  });
}

const timesIn = (held: readonly Held[], key: string): number =>
  held.filter((each) => each.key === key).length;

const mayShipTogether = (one: AutoOrderItem | undefined, other: AutoOrderItem | undefined) =>
  !endsBefore(one, other) && !endsBefore(other, one);

function endsBefore(one: AutoOrderItem | undefined, other: AutoOrderItem | undefined): boolean {
  const [end, next] = [one?.noOrderAfterAt, other?.nextShipmentAt];
  return end !== undefined && next !== undefined && isBefore(end, next);
}

const heldBy = ({ items, addOns }: AutoOrder): Held[] => [
  ...items.flatMap((line, index) => [
    lineHeld(line, index),
    ...addOnsHeld(line.addOns, `items[${index}].add_ons`, line),
  ]),
  ...addOnsHeld(addOns, 'add_ons'),
];

function lineHeld(line: AutoOrderItem, index: number): Held {
  const name = line.arbitraryQuantity === undefined ? 'original_quantity' : 'arbitrary_quantity';
  const itemId = shippedId(line);
  const quantity = line.arbitraryQuantity ?? line.originalQuantity;
  const key = `${line.itemOid} ${quantity} ${fold(itemId)}`;
  return { line, itemId, quantity, field: `items[${index}].${name}`, key };
}

const addOnsHeld = (addOns: readonly AddOn[], field: string, line?: AutoOrderItem): Held[] =>
  // Stored add-ons that cannot be read are left out here, so that an update can repair them.
  (Array.isArray(addOns) ? addOns : []).flatMap((addOn: Partial<AddOn> | null, index): Held[] =>
    typeof addOn?.itemId !== 'string' || typeof addOn.quantity !== 'number'
      ? []
      : [
          {
            ...(line && { line }),
            itemId: addOn.itemId,
            quantity: addOn.quantity,
            field: `${field}[${index}].quantity`,
            key: `add-on of ${line?.itemOid ?? 'all'} ${addOn.quantity} ${fold(addOn.itemId)}`,
          },
        ],
  );

/** Returns the id of the item that ships for an item of an auto order. */
export const shippedId = (item: AutoOrderItem): string =>
  item.arbitraryItemId ?? item.originalItemId;

/** Returns why an item, or a pricing tier of the customer, does not allow one of these quantities. */
export const limitFault = (
  added: readonly AddedItem[],
  find: (itemId: string) => CatalogItem | undefined,
  tiers: readonly CustomerTier[],
): FieldFault | undefined =>
  added
    .flatMap(({ itemId, quantity, field }) => {
      const item = find(itemId);
      const faults = [
        item?.limits && quantityFault(itemId, quantity, boundsOf(item.limits)),
        item?.autoOrder?.onePerCustomer ? quantityFault(itemId, quantity, oneAtOnce) : undefined,
        ...tierLimits(item, tiers).map((limit) => tierQuantityFault(itemId, quantity, limit)),
      ];
      return faults.flatMap((fault) => (fault ? [{ field, ...fault }] : []));
    })
    .at(0);

/** Returns the items of which a customer may buy only one, or a limited number, over all orders. */
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
 * Returns a sentence about the limits of orders that the first rebill with such an item exceeds.
 * Returns none if it exceeds no limit, or if nothing ships.
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
    `items: an order would be refused for what the rebill of ${day} contains ` +
      `(${reasons.join('; ')}). The limits of orders do not stop rebills.`,
  ];
}

// The number of rebills that are searched for an added item. An item that ships later is not
// checked against the limits of orders.
const rebillsMax = 12;

function firstWith(
  added: readonly AddedItem[],
  autoOrder: AutoOrder,
  rules: EditRules,
  tiers: readonly CustomerTier[],
): PlannedRebill | undefined {
  const oids = new Set(added.flatMap(({ itemOids }) => itemOids));
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
