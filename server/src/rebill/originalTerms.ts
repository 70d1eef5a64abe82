import { fold } from '../kernel/caseFolding.ts';
import type { Minor } from '../kernel/money.ts';
import { minor } from '../kernel/money.ts';
import { amountOf } from '../orders/money.ts';
import type { OrderDocument, OrderRecord } from '../orders/order.ts';

/** What every rebill takes from the original order. */
export interface OriginalTerms {
  /** The cost of its shipping method after discount. */
  readonly shipping: Minor;
  /** In percent: 8.25. */
  readonly taxRatePercent: number;
  readonly taxesShipping: boolean;
  /** Case-folded. */
  readonly taxFreeItemIds: ReadonlySet<string>;
}

/** Reads the terms from the order as it is now. */
export function originalTerms({ document, currency }: OrderRecord): OriginalTerms {
  const { summary, taxes, items } = document;
  return {
    shipping: minor(
      amountOf(summary?.shipping_handling_total, currency) -
        amountOf(summary?.shipping_handling_total_discount, currency),
    ),
    taxRatePercent:
      taxes?.tax_rate ?? taxes?.arbitrary_tax_rate ?? effectiveRate(document, currency),
    taxesShipping: taxes?.tax_shipping ?? false,
    taxFreeItemIds: new Set(
      (items ?? [])
        .filter((item) => item.tax_free)
        .map((item) => fold(item.merchant_item_id ?? '')),
    ),
  };
}

/** The rate that an amount of tax implies, with four decimals, as other rates have. */
function effectiveRate({ summary }: OrderDocument, currency: string): number {
  const taxable =
    amountOf(summary?.taxable_subtotal, currency) -
    amountOf(summary?.taxable_subtotal_discount, currency);
  return taxable <= 0
    ? 0
    : Math.round((amountOf(summary?.tax, currency) / taxable) * 1_000_000) / 10_000;
}
