import { type Minor, minor, multiply, sum, timesQuantity, zero } from '../kernel/money.ts';

/** The input for the amount of a line. */
export interface TotalsLine {
  readonly unitCost: Minor;
  readonly quantity: number;
  /** Charged once for the line, whatever the quantity. */
  readonly oneTimeFees: Minor;
  /** The discount on the whole line. */
  readonly discount: Minor;
  readonly taxFree: boolean;
}

/** How the tax is determined: by one of the overrides of an insert, or none. */
export interface TaxRule {
  /** The tax itself; takes precedence over the rate. */
  readonly tax?: Minor | undefined;
  /** In percent, for example 8.25. */
  readonly ratePercent?: number | undefined;
  /** The taxed amount, instead of the sum of the lines that are not tax free. */
  readonly taxableSubtotal?: Minor | undefined;
}

/** The amounts that an order's totals are calculated from. */
export interface TotalsRequest {
  readonly lines: readonly TotalsLine[];
  readonly shippingHandling: Minor;
  /** What coupons take off shipping and handling. */
  readonly shippingDiscount?: Minor | undefined;
  /** Gift wrap and gift charge. */
  readonly extras: Minor;
  readonly taxRule: TaxRule;
}

/** An order's amounts. `total` is charged. */
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
   * In percent: the given rate, or the rate that the given tax amounts to. Rebills use this rate.
   */
  readonly taxRatePercent: number;
  readonly total: Minor;
}

/** The totals of one line. */
export interface LineTotals {
  /** Before the discount. */
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
    line.taxFree
      ? { amount: zero, discount: zero }
      : { amount: amounts[i]!.amount, discount: line.discount },
  );
  const taxableSubtotal = taxRule.taxableSubtotal ?? sum(taxed.map(({ amount }) => amount));
  const taxableDiscount =
    taxRule.taxableSubtotal === undefined ? sum(taxed.map((each) => each.discount)) : zero;
  const taxable = minor(taxableSubtotal - taxableDiscount);
  const tax = taxRule.tax ?? taxOn(taxable, taxRule.ratePercent ?? 0);
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
  // A hundredth of a decimal may end in a row of nines. Twelve digits are more than any rate has.
  return multiply(taxable, Number((ratePercent / 100).toPrecision(12)), 'half up');
}

/** Returns what a line costs before its discount. */
export const lineAmount = ({
  unitCost,
  quantity,
  oneTimeFees,
}: Omit<TotalsLine, 'discount' | 'taxFree'>): Minor =>
  minor(timesQuantity(unitCost, quantity, 'half up') + oneTimeFees);

/** Returns the amounts of a line. */
export function lineTotals({ quantity, discount, ...line }: TotalsLine): LineTotals {
  const amount = lineAmount({ quantity, ...line });
  const withDiscount = minor(amount - discount);
  return {
    amount,
    withDiscount,
    unitWithDiscount: multiply(withDiscount, Number((1 / quantity).toPrecision(15)), 'half up'),
  };
}

/** Rounds to four decimals, as rates are published. */
function rateOf(tax: Minor, taxable: Minor): number {
  return taxable === 0 ? 0 : Math.round((tax / taxable) * 1_000_000) / 10_000;
}
