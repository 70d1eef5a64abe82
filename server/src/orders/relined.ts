import type { Order } from '@perennial/contract/order.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { OrderPayment } from '@perennial/contract/orderPayment.ts';
import { fold } from '../kernel/caseFolding.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { captureTransactions } from './capture.ts';
import type { Merge } from './change.ts';
import type { OrderDocument, OrderRecord } from './order.ts';

/*
 * Changes the lines of a copy that is not paid at all (published sample, duplicateOrder: duplicate,
 * set items, update, processPayment). Its amounts are calculated as for a new order.
 */

/**
 * Whether the lines of an order may change: it is a copy, without a charge that was made or is
 * under way.
 */
export const canBeRelined = ({
  copiedFrom,
  paidAt,
  autoOrderOid,
  charging,
  document,
}: OrderRecord): boolean =>
  copiedFrom !== undefined &&
  paidAt === undefined &&
  autoOrderOid === undefined &&
  charging !== true &&
  document.current_stage !== 'Rejected' &&
  captureTransactions(document).length === 0;

/** A line of a change, and the stored line that it continues. */
interface Continued {
  readonly line: OrderItem;
  readonly before?: OrderItem | undefined;
}

/** Whether a change adds or removes lines, or changes their item, quantity or price. */
export function changesLines(stored: OrderRecord, items: readonly OrderItem[]): boolean {
  const { items: lines = [] } = stored.document;
  return (
    items.length !== lines.length ||
    continued(lines, items).some(
      ({ line, before }, place) =>
        before !== lines[place] ||
        namedCost(line, before) !== undefined ||
        (line.quantity !== undefined && line.quantity !== before?.quantity),
    )
  );
}

/**
 * Pairs lines with the stored lines that they continue: the one with their `item_index` and item,
 * or else the first remaining one with the same item.
 */
function continued(stored: readonly OrderItem[], items: readonly OrderItem[]): Continued[] {
  const left = new Set(stored);
  const take = (fits: (line: OrderItem) => boolean) => {
    const found = [...left].find(fits);
    if (found !== undefined) left.delete(found);
    return found;
  };
  const isSameItem = (a: OrderItem, b: OrderItem) =>
    fold(a.merchant_item_id ?? '') === fold(b.merchant_item_id ?? '');
  const named = items.map((line) =>
    take((each) => each.item_index === line.item_index && isSameItem(each, line)),
  );
  return items.map((line, place) => ({
    line,
    before: named[place] ?? take((each) => isSameItem(each, line)),
  }));
}

/** The unit cost in a change. Absent: the line keeps its cost, or gets the catalogue's. */
function namedCost(line: OrderItem, before: OrderItem | undefined): number | undefined {
  for (const name of ['arbitrary_unit_cost', 'cost'] as const) {
    const value = line[name]?.value;
    if (value !== undefined && value !== before?.[name]?.value) return value;
  }
  return undefined;
}

/**
 * Returns the insert of the order with the changed lines. A line that continues a stored one keeps
 * its price unless the change names another. A new line has the price that the change names, or
 * that of the catalogue. Shipping keeps its amount unless a method of the merchant sets it.
 */
export function relinedRequest(
  { document }: OrderRecord,
  items: readonly OrderItem[],
  { merge, hasMethod }: { readonly merge: Merge; readonly hasMethod: boolean },
): Order {
  const { billing, shipping, checkout, gift, taxes, coupons, payment, summary } = document;
  const { arbitrary_tax: tax, arbitrary_tax_rate: rate, tax_rate, ...otherTaxes } = taxes ?? {};
  const isNamed = tax !== undefined || rate !== undefined;
  return fromLoose<Order>({
    currency_code: document.currency_code,
    exchange_rate: document.exchange_rate,
    billing,
    shipping,
    checkout,
    gift,
    coupons,
    payment: fromLoose<OrderPayment>({ payment_method: payment?.payment_method }),
    taxes: isNamed ? { ...otherTaxes, arbitrary_tax_rate: tax_rate ?? 0 } : otherTaxes,
    summary: hasMethod
      ? undefined
      : {
          arbitrary_shipping_handling_total: {
            value: summary?.shipping_handling_total?.value ?? 0,
          },
        },
    items: continued(document.items ?? [], items).map((each) => requestLine(each, merge)),
  });
}

function requestLine({ line, before }: Continued, merge: Merge): OrderItem {
  const {
    arbitrary_unit_cost: _,
    auto_order_schedule: _1,
    cost: _2,
    discount: _3,
    item_index: _4,
    quantity_refunded: _5,
    total_refunded: _6,
    ...rest
  } = merge((before ?? {}) as OrderDocument, line) as OrderItem;
  const value = namedCost(line, before) ?? before?.cost?.value;
  return value === undefined ? rest : { ...rest, arbitrary_unit_cost: { value } };
}

/**
 * Returns the order with the lines and amounts of a new order that was made from {@link
 * relinedRequest}.
 */
export function relinedOrder(stored: OrderRecord, made: OrderRecord): OrderRecord {
  const { items, summary, taxes, coupons, shipping } = made.document;
  return {
    ...stored,
    total: made.total,
    document: {
      ...stored.document,
      ...(items && { items }),
      ...(shipping && { shipping }),
      ...(taxes && { taxes }),
      ...(coupons && { coupons }),
      summary: { ...stored.document.summary, ...summary },
    },
  };
}
