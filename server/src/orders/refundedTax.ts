import { type Minor, minor, proportion, sum, zero } from '../kernel/money.ts';
import { taxedOf } from './loweredTax.ts';
import { amountOf, chargedShipping } from './money.ts';
import type { OrderRecord } from './order.ts';
import { chargedOf, type Refunded } from './refunded.ts';
import { taxOnParts } from './totals.ts';

/** The refunded amounts that are taxed. */
export type TaxedRefund = Pick<Refunded, 'lines' | 'shippingHandling' | 'giftCharge' | 'giftWrap'>;

/** A taxed part of an order, and its refunded amount. */
interface TaxedAmount {
  readonly taxed: Minor;
  readonly refunded: Minor;
}

/**
 * Returns the order's tax on the refunded amounts: on the taxed part of each line, and on shipping
 * and gifts if they were taxed. If everything was refunded, it is the whole tax.
 */
export function refundedTax(order: OrderRecord, refund: TaxedRefund): Minor {
  const parts = taxedAmounts(order, refund);
  const tax = amountOf(order.document.summary?.tax, order.currency);
  const taxed = sum(parts.map((part) => part.taxed));
  const refunded = sum(parts.map((part) => part.refunded));
  if (taxed <= 0) return zero;
  return refunded === taxed ? tax : proportion(tax, refunded, taxed, 'half up');
}

function taxedAmounts(order: OrderRecord, refund: TaxedRefund): TaxedAmount[] {
  const { document, currency } = order;
  const { items = [], taxes, gift } = document;
  const lines = items.map((line, place): TaxedAmount => {
    const { amount, discount } = taxedOf(line, zero, currency);
    const charged = chargedOf(line, currency);
    const back = minor(Math.min(charged, refund.lines[place]!.amount));
    const taxed = minor(amount - discount);
    return { taxed, refunded: charged === 0 ? zero : proportion(taxed, back, charged, 'half up') };
  });
  const known: TaxedAmount[] = [
    ...lines,
    ...(taxes?.tax_shipping === true
      ? [{ taxed: chargedShipping(document, currency), refunded: refund.shippingHandling }]
      : []),
    ...(taxes?.tax_gift_charge === true
      ? [{ taxed: amountOf(gift?.gift_charge, currency), refunded: refund.giftCharge }]
      : []),
  ];
  const wrap = amountOf(gift?.gift_wrap_cost, currency);
  return wrap > 0 && isWrapTaxed(order, known, wrap)
    ? [...known, { taxed: wrap, refunded: refund.giftWrap }]
    : known;
}

/**
 * Whether gift wrap was taxed. No field of an order says so, but the amount of the tax shows it.
 */
function isWrapTaxed(
  { document, currency }: OrderRecord,
  known: readonly TaxedAmount[],
  wrap: Minor,
): boolean {
  const rate = document.taxes?.tax_rate;
  if (rate === undefined) return false;
  const tax = amountOf(document.summary?.tax, currency);
  const parts = known.map(({ taxed }) => taxed);
  const isTaxOf = (amounts: readonly Minor[]) =>
    (['order', 'line'] as const).some((rounding) => taxOnParts(amounts, rate, rounding) === tax);
  return !isTaxOf(parts) && isTaxOf([...parts, wrap]);
}
