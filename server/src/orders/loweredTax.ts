import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { type Minor, minor, sum, zero } from '../kernel/money.ts';
import { amountOf, chargedShipping } from './money.ts';
import type { OrderRecord } from './order.ts';
import { taxedPart, taxOnParts } from './totals.ts';

/** The change of a stored order's tax through further discounts on its lines. */
export interface LoweredTax {
  readonly tax: Minor;
  /** The order's `taxable_subtotal_discount` including these discounts. */
  readonly taxableDiscount: Minor;
}

/**
 * Returns the tax of a stored order after a further discount on each line, at the order's rate and
 * with the same rounding. A partly taxed line is reduced in proportion. Undefined if the client
 * named the order's tax, or if the order has no rate.
 */
export function loweredTax(
  { document, currency }: OrderRecord,
  shares: readonly Minor[],
): LoweredTax | undefined {
  const { items = [], summary, taxes, gift } = document;
  const rate = taxes?.tax_rate;
  if (taxes?.arbitrary_tax !== undefined || rate === undefined) return undefined;
  const others = [
    taxes?.tax_shipping === true ? chargedShipping({ summary }, currency) : zero,
    taxes?.tax_gift_charge === true ? amountOf(gift?.gift_charge, currency) : zero,
  ];
  const was = items.map((line) => taxedOf(line, zero, currency));
  const lowered = items.map((line, place) => taxedOf(line, shares[place] ?? zero, currency));
  const [from, to] = [was, lowered].map((parts) => [
    ...parts.map(({ amount, discount }) => minor(amount - discount)),
    ...others,
  ]);
  const stored = amountOf(summary?.tax, currency);
  const rounding = taxOnParts(from!, rate, 'order') === stored ? 'order' : 'line';
  // The other parts of the tax do not change.
  const less = taxOnParts(from!, rate, rounding) - taxOnParts(to!, rate, rounding);
  const more = sum(lowered.map(({ discount }, place) => minor(discount - was[place]!.discount)));
  return {
    tax: minor(Math.max(0, stored - less)),
    taxableDiscount: minor(amountOf(summary?.taxable_subtotal_discount, currency) + more),
  };
}

/** Returns the taxed amount of a stored line, and its discount after a further one. */
export function taxedOf(
  line: OrderItem,
  share: Minor,
  currency: string,
): { readonly amount: Minor; readonly discount: Minor } {
  if (line.tax_free === true) return { amount: zero, discount: zero };
  const before = amountOf(line.discount, currency);
  const amount = minor(amountOf(line.total_cost_with_discount, currency) + before);
  const taxableCost =
    line.taxable_cost === undefined ? undefined : amountOf(line.taxable_cost, currency);
  const discount = minor(before + share);
  return taxedPart({ quantity: line.quantity ?? 1, discount, taxableCost }, amount);
}
