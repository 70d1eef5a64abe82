import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import type { PlannedLine, PlannedRebill } from '../autoOrders/futureRebills.ts';
import { skippedOnce } from '../autoOrders/skips.ts';
import type { Catalog } from '../autoOrders/steps.ts';
import { type StockUse, stockUses } from '../items/stock.ts';
import { localDate } from '../kernel/calendar.ts';
import { earlier } from '../kernel/moments.ts';
import type { RebillNote } from './note.ts';

/**
 * Handles a rebill with sold-out items (settings, sold_out_rebills). `hold`: all of it waits.
 * `skip`: the rest is billed, and sold-out items skip this shipment. `split`: the rest is billed,
 * and sold-out items are billed when they are in stock again.
 */
export type SoldOutPolicy = 'hold' | 'skip' | 'split';

/** A rebill without one of its sold-out lines. */
export interface Reduced {
  readonly line: PlannedLine;
  /** Absent: nothing else is due. */
  readonly rest?: PlannedRebill | undefined;
}

/**
 * Returns the rebill without its last line that takes an item with too little stock. Undefined when
 * no line takes it, because an add-on does.
 */
export function withoutShort(
  { lines }: PlannedRebill,
  { itemOid }: StockUse,
  catalog: Catalog,
): Reduced | undefined {
  const takes = ({ shipment: { itemId } }: PlannedLine) =>
    stockUses([{ itemId, quantity: 1 }], catalog).some((use) => use.itemOid === itemOid);
  const line = lines.findLast(takes);
  if (line === undefined) return undefined;
  const others = lines.filter((each) => each !== line);
  if (others.length === 0) return { line };
  const at = others.map(({ shipment }) => shipment.at).reduce((a, b) => earlier(a, b));
  return { line, rest: { at, lines: others } };
}

/**
 * Returns the auto order after a sold-out item skipped its shipment, with the note about it;
 * undefined when its schedule has no other date.
 */
export function skippedSoldOut(
  autoOrder: AutoOrder,
  { item, shipment }: PlannedLine,
  { itemId }: StockUse,
  rules: { readonly catalog: Catalog; readonly zone: string },
): { readonly autoOrder: AutoOrder; readonly note: RebillNote } | undefined {
  const moved = skippedOnce(item, rules);
  if (moved === undefined) return undefined;
  const days = [shipment.at, moved.nextShipmentAt!].map((at) => localDate(at, rules.zone));
  return {
    autoOrder: {
      ...autoOrder,
      items: autoOrder.items.map((each) => (each.itemOid === item.itemOid ? moved : each)),
    },
    note: {
      message:
        `${itemId} is sold out: ${item.originalItemId} skips its shipment of ${days[0]} and ` +
        `ships next on ${days[1]}.`,
      event: {
        name: 'auto_order_update',
        data: { reason: 'sold out', item_oid: item.itemOid, item_id: itemId },
      },
    },
  };
}
