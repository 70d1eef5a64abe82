import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import type { CatalogItem } from '../items/item.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { type Minor, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { shownCurrency, wireCurrency } from './money.ts';
import { orderLine } from './newOrderLine.ts';
import type { OrderRecord } from './order.ts';

const nothing = { amount: zero, withDiscount: zero, unitWithDiscount: zero };

/**
 * Returns lines that are added to a paid order and cost nothing, or the first fault. Each names an
 * item of the catalogue and a quantity.
 */
export function freeLines(
  order: OrderRecord,
  items: readonly OrderItem[],
  catalog: ReadonlyMap<string, CatalogItem>,
  at: Temporal.Instant,
): Outcome<OrderItem[], FieldFault> {
  const shown = shownCurrency(order);
  const money = (amount: Minor) => wireCurrency(amount, shown);
  const before = Math.max(0, ...(order.document.items ?? []).map((line) => line.item_index ?? 0));
  const lines: OrderItem[] = [];
  for (const [index, given] of items.entries()) {
    const item = catalog.get(fold(given.merchant_item_id ?? ''));
    const { currency } = order;
    const wire = freeWire(given);
    const find = (itemId: string) => catalog.get(fold(itemId));
    const line = orderLine({ wire, index, item, find, currency, exemptTypes: [], at });
    if (!line.ok) return line;
    if (item === undefined)
      return failure({
        field: `items[${index}].merchant_item_id`,
        reason: `${given.merchant_item_id} is not in the catalogue`,
        fix: 'Send the id of an item',
      });
    lines.push(line.value.document(nothing, before + index + 1, money));
  }
  return success(lines);
}

const freeWire = (given: OrderItem): OrderItem =>
  fromLoose<OrderItem>({
    merchant_item_id: given.merchant_item_id,
    quantity: given.quantity,
    description: given.description || undefined,
    distribution_center_code: given.distribution_center_code || undefined,
    arbitrary_unit_cost: { value: 0 },
  });
