import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { type StockUse, shortUse, stockUses } from '../items/stock.ts';
import { countSold, lockStock } from '../items/stockOperations.ts';
import { catalogKey, findSoldItems } from '../items/store.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { soldOutFault, soldOutWarning } from './newOrderCheck.ts';
import type { OrderRecord } from './order.ts';
import { soldLines } from './shipping.ts';

/*
 * Takes stock for orders and puts it back. Each function runs last in its transaction, because auto
 * orders and orders are locked before items.
 */

/**
 * Takes the stock for an order that was paid elsewhere, or for lines that were added to a paid
 * order.
 */
export async function countOrder(context: Context, order: OrderRecord): Promise<void> {
  await countSold(context, await usesOf(context, order));
}

/**
 * Takes the stock for an order before its card is charged, and refuses the order if there is not
 * enough. Of two concurrent orders for the last piece, only one is charged.
 */
export async function reserveOrder(context: Context, order: OrderRecord): Promise<void> {
  const uses = await usesOf(context, order);
  if (uses.length === 0) return;
  const stock = await lockStock(context, uses);
  const short = shortUse(uses, stock.left);
  if (short !== undefined) refuseSoldOut(order, short, stock.left(short)?.available ?? 0);
  stock.take(uses);
  await stock.save();
}

/** Puts back what {@link reserveOrder} took, after the card was declined. */
export async function returnOrder(context: Context, order: OrderRecord): Promise<void> {
  await countSold(context, await usesOf(context, order), true);
}

/**
 * Takes the stock for an order that is paid after it was stored. A rebill took its stock when it
 * was claimed, unless its card was declined: then it is `isOpenRebill`.
 */
export async function countPaidLater(
  context: Context,
  order: OrderRecord,
  isOpenRebill: boolean,
): Promise<void> {
  if (order.rebillNumber === undefined || order.rebillNumber === 0 || isOpenRebill)
    await countOrder(context, order);
}

/**
 * Puts back the stock of an order that is rejected now, except for shipped pieces. An order takes
 * stock when it is paid, and an invoiced rebill when it is made. If an open rebill was declined,
 * its stock was already put back, whatever its payment method is now.
 */
export async function returnRejected(
  context: Context,
  before: OrderRecord,
  after: OrderRecord,
  isOpenRebill: boolean,
): Promise<void> {
  if (!isRejected(after) || isRejected(before) || !hasTaken(before, isOpenRebill)) return;
  await returnPieces(context, before, unshipped(before, after));
}

/**
 * Takes again the stock that {@link returnRejected} put back, when the rejection is undone. It
 * refuses nothing, because the order is already sold.
 */
export async function retakeRejected(
  context: Context,
  before: OrderRecord,
  after: OrderRecord,
  isOpenRebill: boolean,
): Promise<void> {
  if (!isRejected(before) || isRejected(after) || !hasTaken(before, isOpenRebill)) return;
  const taken = piecesOf(before, unshipped(before, before));
  if (taken !== undefined) await countOrder(context, taken);
}

const isRejected = ({ document }: OrderRecord): boolean => document.current_stage === 'Rejected';

const hasTaken = ({ paidAt, rebillNumber = 0 }: OrderRecord, isOpenRebill: boolean): boolean =>
  paidAt !== undefined || (rebillNumber > 0 && !isOpenRebill);

/** Returns the quantity of each line that has not shipped and that no refund has put back. */
const unshipped = ({ document }: OrderRecord, { restocked }: OrderRecord): number[] =>
  (document.items ?? []).map(({ shipped_dts, quantity = 1 }, place) =>
    shipped_dts === undefined ? Math.max(0, quantity - (restocked?.[place] ?? 0)) : 0,
  );

/** Puts back some pieces of each line of an order that had taken them. */
export async function returnPieces(
  context: Context,
  order: OrderRecord,
  quantities: readonly number[],
): Promise<void> {
  const pieces = piecesOf(order, quantities);
  if (pieces !== undefined) await returnOrder(context, pieces);
}

/** Returns the order with only these pieces of its lines, or undefined if there are none. */
function piecesOf(order: OrderRecord, quantities: readonly number[]): OrderRecord | undefined {
  const { document } = order;
  const items = (document.items ?? []).flatMap((line, place) => {
    const quantity = quantities[place] ?? 0;
    return quantity > 0 ? [{ ...line, quantity, quantity_refunded: 0 }] : [];
  });
  return items.length > 0 ? { ...order, document: { ...document, items } } : undefined;
}

function refuseSoldOut({ document }: OrderRecord, { itemId }: StockUse, left: number): never {
  const isShort = ({ merchant_item_id: id = '' }: OrderItem) => fold(id) === fold(itemId);
  const place = document.items?.findIndex(isShort);
  // The components of a kit have no line.
  const field = place === undefined || place < 0 ? 'items' : `items[${place}].merchant_item_id`;
  return refuse('invalid_field', soldOutFault(soldOutWarning(field, itemId, left)));
}

/** Returns the uses of counted items. Lines that another system billed were counted there. */
async function usesOf(context: Context, { document }: OrderRecord): Promise<StockUse[]> {
  const { db, merchant } = context;
  const lines = soldLines(document)
    .filter((line) => line.auto_order_last_rebill_dts === undefined)
    .map(({ merchant_item_id: itemId = '', quantity = 1 }) => ({ itemId, quantity }));
  const known = await findSoldItems(
    db,
    merchant.merchantId,
    lines.map(({ itemId }) => itemId),
  );
  return stockUses(lines, (itemId) => known.get(catalogKey(itemId)));
}
