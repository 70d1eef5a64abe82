import type { AutoOrder } from './autoOrder.ts';
import type { Catalog } from './steps.ts';

/**
 * Returns the longest card validity, in months, that an item of an auto order requires (item
 * reference, auto_order_prohibit_expiring_cards). Returns 0 when no item requires any.
 */
export function monthsForItems(autoOrder: Pick<AutoOrder, 'items'>, catalog: Catalog): number {
  const wanted = autoOrder.items.map(
    (item) => catalog(item.originalItemId)?.autoOrder?.prohibitExpiringCardsMonths ?? 0,
  );
  return Math.max(0, ...wanted);
}
