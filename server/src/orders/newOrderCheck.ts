import type { Order } from '@perennial/contract/order.ts';
import type { OrderChannelPartner } from '@perennial/contract/orderCheckout.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { CustomerPolicy } from '../customers/customerPolicy.ts';
import type { CatalogItem, ItemStock } from '../items/item.ts';
import { oneAtOnce, quantityFault } from '../items/quantityLimit.ts';
import { type StockUse, shortUse, stockUses } from '../items/stock.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import type { Minor } from '../kernel/money.ts';
import { exactQuantity } from '../kernel/quantity.ts';
import { type CardPolicy, unacceptedCard } from './cardPolicy.ts';
import { purchaseTestAmount } from './cardTestAmount.ts';
import type { LineWarning, OrderLine } from './newOrderLine.ts';
import type { Occasion } from './occasion.ts';
import { paymentMethodOf } from './paymentDetails.ts';
import { purchaseFaults } from './purchaseRule.ts';
import { soldLines } from './shipping.ts';

/* Decides whether a new order may be placed: limits of purchases, cards and stock. */

/** A new order, as these checks see it. */
export interface CheckedOrder {
  readonly order: Order;
  readonly channelPartner: OrderChannelPartner;
  /** The catalogue items of its lines and of their kits, by lower-case id. */
  readonly catalog: ReadonlyMap<string, CatalogItem>;
  readonly customer?: CustomerPolicy | undefined;
  readonly tiers?: readonly CustomerTier[] | undefined;
  readonly cardPolicy?: CardPolicy | undefined;
  readonly testAmount?: Minor | undefined;
  readonly currency: string;
  readonly now: Occasion;
}

/** Returns the amount of the card's test if the order costs nothing and a line of it recurs. */
export function testAmountOf(
  { order, catalog, testAmount }: CheckedOrder,
  lines: readonly OrderLine[],
): Minor | undefined {
  if (!order.payment?.credit_card?.card_number_token) return undefined;
  const recurring = (order.items ?? [])
    .filter((_, place) => lines[place]?.recurs)
    .map(({ merchant_item_id: id }) => catalog.get(fold(id ?? '')));
  return purchaseTestAmount(recurring, testAmount);
}

/** Returns why the limits of items, customer and merchant do not allow the order. */
export const purchaseRules = (
  { order, catalog, currency, customer, tiers = [] }: CheckedOrder,
  subtotal: Minor,
): FieldFault[] =>
  purchaseFaults({
    items: order.items ?? [],
    find: (itemId) => catalog.get(fold(itemId)),
    subtotal,
    currency,
    limits: customer?.limits ?? {},
    tiers,
    ...(order.payment && { paymentMethod: paymentMethodOf(order.payment) }),
  });

/**
 * Returns faults of items that a customer may have in only one auto order at a time. An order may
 * contain such an item in one line only, and only once.
 */
export const twiceFaults = (lines: readonly OrderLine[]): FieldFault[] => {
  const ids = lines.map(({ onceItemId }) => onceItemId);
  return lines.flatMap(({ onceItemId: itemId, quantity }, index): FieldFault[] => {
    if (itemId === undefined) return [];
    const isAgain = ids.indexOf(itemId) !== index;
    if (isAgain)
      return [
        {
          field: `items[${index}].merchant_item_id`,
          reason: `${itemId} is sold once to each customer, and an earlier line has it`,
          fix: 'Leave the line out',
        },
      ];
    const several = quantityFault(itemId, quantity, oneAtOnce);
    return several ? [{ field: `items[${index}].quantity`, ...several }] : [];
  });
};

/**
 * Whether the order must keep the limits of purchases. An order that was paid elsewhere was also
 * sold elsewhere.
 */
export const keepsLimits = ({ channelPartner }: CheckedOrder): boolean =>
  channelPartner.skip_payment_processing !== true;

/**
 * Returns why the card cannot pay for recurring items. An order without recurring items accepts any
 * card.
 */
export function unacceptedFault(
  { order, catalog, cardPolicy, now }: CheckedOrder,
  lines: readonly OrderLine[],
): FieldFault | undefined {
  const card = order.payment?.credit_card;
  if (!card || !cardPolicy || !lines.some(({ recurs }) => recurs)) return undefined;
  const wanted = (order.items ?? [])
    .filter((_, place) => lines[place]?.recurs)
    .map(({ merchant_item_id: id }) => catalog.get(fold(id ?? ''))?.autoOrder)
    .map((autoOrder) => autoOrder?.prohibitExpiringCardsMonths ?? 0);
  const policy = { ...cardPolicy, monthsMin: Math.max(cardPolicy.monthsMin, ...wanted) };
  return unacceptedCard(card, policy, now, 'payment.credit_card.');
}

/**
 * Returns only a warning about a card that is not accepted, because the order may have been paid
 * elsewhere.
 */
export const unacceptedWarnings = (fault: FieldFault | undefined): LineWarning[] =>
  fault ? [{ code: 'card_not_accepted', field: fault.field, reason: fault.reason }] : [];

/**
 * Warns of lines that need more than the remaining stock, in an order that is not charged here. The
 * pieces that earlier lines take do not remain for later ones.
 */
export function soldOutLines({ order: { items = [] }, catalog }: CheckedOrder): LineWarning[] {
  const find = (itemId: string) => catalog.get(fold(itemId));
  const taken = new Map<number, number>();
  const left = ({ itemId, itemOid }: StockUse): ItemStock | undefined => {
    const stock = find(itemId)?.stock;
    const available = exactQuantity((stock?.available ?? 0) - (taken.get(itemOid) ?? 0));
    return stock && { ...stock, available };
  };
  const isKit = ({ kit, merchant_item_id: id = '' }: OrderItem) => kit === true || find(id)?.kit;
  const lines = items.map((line, index) => ({
    ...line,
    item_index: index + 1,
    kit: isKit(line) === true,
  }));
  return soldLines({ items: lines }).flatMap((line) => {
    if (line.auto_order_last_rebill_dts !== undefined) return [];
    const { merchant_item_id: itemId = '', quantity = 1 } = line;
    const uses = stockUses([{ itemId, quantity }], find);
    const short = shortUse(uses, left);
    const available = short && left(short)?.available;
    for (const use of uses)
      taken.set(use.itemOid, exactQuantity((taken.get(use.itemOid) ?? 0) + use.quantity));
    const field = `items[${line.item_index - 1}].merchant_item_id`;
    return short ? [soldOutWarning(field, short.itemId, Math.max(0, available ?? 0))] : [];
  });
}

/** Returns the warning that less of an item is left than a line needs. */
export const soldOutWarning = (field: string, itemId: string, left: number): LineWarning => ({
  code: 'sold_out',
  field,
  reason: `only ${left} of ${itemId} are left`,
});

/** Returns the fault for the same reason, for an order that would be charged. */
export const soldOutFault = ({ field, reason }: LineWarning): FieldFault => ({
  field,
  reason: `is refused because ${reason}`,
  fix: 'Lower the quantity, or set allow_back_order of the item',
});
