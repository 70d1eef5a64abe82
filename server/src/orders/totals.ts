import { type Minor, minor, proportion, sum, timesQuantity, zero } from '../kernel/money.ts';
import type { TaxRounding } from './taxRate.ts';

/** The inputs of the amount of a line. */
export interface TotalsLine {
  readonly unitCost: Minor;
  readonly quantity: number;
  /** An amount that is charged once for the line, whatever the quantity. */
  readonly oneTimeFees: Minor;
  /** The discount on the whole line. */
  readonly discount: Minor;
  readonly taxFree: boolean;
  /** The part of the unit cost that is taxed. Absent: the whole line. */
  readonly taxableCost?: Minor | undefined;
}

/** How the tax is determined: by one of the overrides of an insert, or not at all. */
export interface TaxRule {
  /** The tax itself. It takes precedence over the rate. */
  readonly tax?: Minor | undefined;
  /** The rate in percent, for example 8.25. */
  readonly ratePercent?: number | undefined;
  /** Whether the tax is rounded once, or for each line and the shipping. */
  readonly rounding?: TaxRounding | undefined;
  /** Whether shipping is taxed at the rate, less its discount from coupons. */
  readonly taxesShipping?: boolean | undefined;
  /** Other amounts that are taxed at the rate: gifts. */
  readonly alsoTaxed?: readonly Minor[] | undefined;
  /** The taxed amount, instead of the sum of the taxed lines. */
  readonly taxableSubtotal?: Minor | undefined;
}

/** The amounts from which an order's totals are calculated. */
export interface TotalsRequest {
  readonly lines: readonly TotalsLine[];
  readonly shippingHandling: Minor;
  /** The discount of coupons on shipping and handling. */
  readonly shippingDiscount?: Minor | undefined;
  /** Gift wrap and gift charge. */
  readonly extras: Minor;
  readonly taxRule: TaxRule;
}

/** An order's amounts. `total` is the amount to charge. */
export interface Totals {
  readonly lines: readonly LineTotals[];
  readonly subtotal: Minor;
  readonly discount: Minor;
  readonly taxableSubtotal: Minor;
  readonly taxableDiscount: Minor;
  readonly shippingHandling: Minor;
  readonly shippingDiscount: Minor;
  readonly tax: Minor;
  /**
   * A rate in percent: the given rate, or the rate that the given tax implies. Rebills use this
   * rate.
   */
  readonly taxRatePercent: number;
  readonly total: Minor;
}

/** The totals of one line. */
export interface LineTotals {
  /** The amount before the discount. */
  readonly amount: Minor;
  readonly withDiscount: Minor;
  readonly unitWithDiscount: Minor;
}

/**
 * Returns the totals of an order: lines less their discounts, plus shipping, handling, gifts and
 * tax.
 */
export function orderTotals({
  lines,
  shippingHandling,
  shippingDiscount = zero,
  extras,
  taxRule,
}: TotalsRequest): Totals {
  const amounts = lines.map(lineTotals);
  const subtotal = sum(amounts.map(({ amount }) => amount));
  const discount = sum(lines.map((line) => line.discount));
  const taxed = lines.map((line, i) =>
    line.taxFree ? { amount: zero, discount: zero } : taxedPart(line, amounts[i]!.amount),
  );
  const taxableSubtotal = taxRule.taxableSubtotal ?? sum(taxed.map(({ amount }) => amount));
  const taxableDiscount =
    taxRule.taxableSubtotal === undefined ? sum(taxed.map((each) => each.discount)) : zero;
  const taxable = minor(taxableSubtotal - taxableDiscount);
  const parts =
    taxRule.taxableSubtotal === undefined
      ? taxed.map((each) => minor(each.amount - each.discount))
      : [taxable];
  const tax =
    taxRule.tax ??
    taxOnParts(
      [
        ...parts,
        ...(taxRule.taxesShipping ? [minor(shippingHandling - shippingDiscount)] : []),
        ...(taxRule.alsoTaxed ?? []),
      ],
      taxRule.ratePercent ?? 0,
      taxRule.rounding ?? 'order',
    );
  return {
    lines: amounts,
    subtotal,
    discount,
    taxableSubtotal,
    taxableDiscount,
    shippingHandling,
    shippingDiscount,
    tax,
    taxRatePercent: taxRule.ratePercent ?? rateOf(tax, taxable),
    total: minor(subtotal - discount + shippingHandling - shippingDiscount + extras + tax),
  };
}

/** Returns the tax on an amount at a rate in percent. Half a minor unit is rounded up. */
export function taxOn(taxable: Minor, ratePercent: number): Minor {
  // A sum of rates may end in a row of nines. No rate has more than twelve digits.
  return proportion(taxable, Number(ratePercent.toPrecision(12)), 100, 'half up');
}

/**
 * Returns the tax on several amounts, rounded once for their sum or once for each. The two differ
 * by at most half a minor unit per amount.
 */
export const taxOnParts = (
  parts: readonly Minor[],
  ratePercent: number,
  rounding: TaxRounding,
): Minor =>
  rounding === 'line'
    ? sum(parts.map((part) => taxOn(part, ratePercent)))
    : taxOn(sum(parts), ratePercent);

/**
 * Returns the taxed part of a line, and the discount on it. With a taxable cost, the discount
 * reduces the taxed part in the same proportion as the line.
 */
export function taxedPart(
  { quantity, discount, taxableCost }: Pick<TotalsLine, 'quantity' | 'discount' | 'taxableCost'>,
  amount: Minor,
): { readonly amount: Minor; readonly discount: Minor } {
  if (taxableCost === undefined) return { amount, discount };
  const taxed = timesQuantity(taxableCost, quantity, 'half up');
  if (amount === 0) return { amount: taxed, discount: taxed };
  return { amount: taxed, discount: proportion(taxed, discount, amount, 'half up') };
}

/** Returns the amount of a line before its discount. */
export const lineAmount = ({
  unitCost,
  quantity,
  oneTimeFees,
}: Omit<TotalsLine, 'discount' | 'taxFree' | 'taxableCost'>): Minor =>
  minor(timesQuantity(unitCost, quantity, 'half up') + oneTimeFees);

/** Returns the amounts of a line. */
export function lineTotals({ quantity, discount, ...line }: TotalsLine): LineTotals {
  const amount = lineAmount({ quantity, ...line });
  const withDiscount = minor(amount - discount);
  return {
    amount,
    withDiscount,
    unitWithDiscount: proportion(withDiscount, 1, quantity, 'half up'),
  };
}

/** Rounds to four decimals, as rates are published. */
function rateOf(tax: Minor, taxable: Minor): number {
  return taxable === 0 ? 0 : Math.round((tax / taxable) * 1_000_000) / 10_000;
}
