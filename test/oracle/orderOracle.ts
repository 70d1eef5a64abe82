/*
 * An independent calculation of an order's amounts, which shares nothing with the server: it uses
 * only whole numbers, no decimals and none of the server's code. It starts from the lines that the
 * order shows, and from a tax rate that the test knows.
 */

/** An amount as an order shows it. */
interface Shown {
  readonly value?: number | undefined;
}

/** The fields of a line that an order shows. */
export interface ShownLine {
  readonly quantity?: number | undefined;
  readonly cost?: Shown | undefined;
  readonly discount?: Shown | undefined;
  readonly taxable_cost?: Shown | undefined;
  readonly tax_free?: boolean | undefined;
}

/** The sums that an order shows. */
export interface ShownSummary {
  readonly subtotal?: Shown | undefined;
  readonly subtotal_discount?: Shown | undefined;
  readonly shipping_handling_total?: Shown | undefined;
  readonly shipping_handling_total_discount?: Shown | undefined;
  readonly tax?: Shown | undefined;
  /** The amount that store credit paid. */
  readonly internal_gift_certificate_amount?: Shown | undefined;
  readonly total?: Shown | undefined;
}

/** How an order is taxed. */
export interface OracleTax {
  /** The rate in ten-thousandths of a percent: 82500 is 8.25 %. */
  readonly rate: number;
  readonly taxesShipping: boolean;
  readonly rounding: 'order' | 'line';
}

/** Returns the quotient of two whole numbers, rounded half up. */
export const halfUp = (numerator: bigint, denominator: bigint): bigint =>
  (2n * numerator + denominator) / (2n * denominator);

/** Returns the tax on an amount of cents. */
export const oracleTax = (cents: bigint, rate: number): bigint =>
  halfUp(cents * BigInt(rate), 1_000_000n);

/** Returns the tax on several amounts of cents, rounded once for all or once for each. */
export const oracleTaxOn = (
  parts: readonly bigint[],
  rate: number,
  rounding: OracleTax['rounding'],
): bigint =>
  rounding === 'line'
    ? added(parts.map((part) => oracleTax(part, rate)))
    : oracleTax(added(parts), rate);

/** Returns the sums in cents that follow from the lines and the shipping of an order. */
export function oracleSums(lines: readonly ShownLine[], summary: ShownSummary, tax: OracleTax) {
  const shipping =
    cents(summary.shipping_handling_total) - cents(summary.shipping_handling_total_discount);
  const subtotal = added(lines.map(amountOf));
  const discount = added(lines.map((line) => cents(line.discount)));
  const parts = [...lines.map(taxedOf), ...(tax.taxesShipping ? [shipping] : [])];
  const taxed = oracleTaxOn(parts, tax.rate, tax.rounding);
  const cost = subtotal - discount + shipping + taxed;
  const credit = cents(summary.internal_gift_certificate_amount);
  return { subtotal, discount, tax: taxed, total: cost - credit };
}

/** Returns the sums in cents that the order shows. */
export const shownSums = (summary: ShownSummary) => ({
  subtotal: cents(summary.subtotal),
  discount: cents(summary.subtotal_discount),
  tax: cents(summary.tax),
  total: cents(summary.total),
});

const amountOf = ({ quantity = 1, cost }: ShownLine): bigint => cents(cost) * BigInt(quantity);

function taxedOf(line: ShownLine): bigint {
  if (line.tax_free === true) return 0n;
  const amount = amountOf(line);
  const discount = cents(line.discount);
  if (line.taxable_cost === undefined) return amount - discount;
  const taxed = cents(line.taxable_cost) * BigInt(line.quantity ?? 1);
  return amount === 0n ? 0n : taxed - halfUp(taxed * discount, amount);
}

const added = (parts: readonly bigint[]): bigint => parts.reduce((sum, part) => sum + part, 0n);

/** Returns an amount with two decimals as a whole number of cents. */
function cents(amount: Shown | undefined): bigint {
  const [whole = '0', fraction = ''] = String(amount?.value ?? 0).split('.');
  return BigInt(`${whole}${fraction.padEnd(2, '0')}`);
}
