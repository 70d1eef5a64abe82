import type { Currency } from '@perennial/contract/common.ts';
import {
  currencyExponent,
  fromMinor,
  type Minor,
  minor,
  multiply,
  toMinor,
  zero,
} from '../kernel/money.ts';
import type { OrderDocument } from './order.ts';

/**
 * The currencies of an order's amounts. All amounts are stored and charged in the merchant's `base`
 * currency. A customer who shopped in another currency (`shown`) sees them converted at the order's
 * exchange rate.
 */
export interface OrderCurrency {
  readonly base: string;
  readonly shown: string;
  /** Units of `shown` per unit of `base`. */
  readonly exchangeRate: number;
}

/** Returns the currencies of a stored order's amounts. */
export const shownCurrency = ({
  document,
  currency,
}: {
  readonly document: { readonly currency_code?: string; readonly exchange_rate?: number };
  readonly currency: string;
}): OrderCurrency => ({
  base: currency,
  shown: document.currency_code ?? currency,
  exchangeRate: document.exchange_rate ?? 1,
});

/** Formats an amount as the wire's Currency, with every field. */
export function wireCurrency(amount: Minor, currency: OrderCurrency): Currency {
  const { base, shown, exchangeRate } = currency;
  const localized = localizedOf(amount, currency);
  return {
    currency_code: shown,
    exchange_rate: exchangeRate,
    localized,
    localized_formatted: formatterOf(shown).format(localized),
    value: fromMinor(amount, base),
  };
}

/**
 * Returns an amount in the currency that is shown. An amount that is too large to be counted in that
 * currency is the nearest number, because an order that was charged must be stored.
 */
function localizedOf(amount: Minor, { base, shown, exchangeRate }: OrderCurrency): number {
  if (shown === base || amount === 0) return fromMinor(amount, base);
  const rate = minorRate(base, shown, exchangeRate);
  if (Math.abs(amount) * rate < Number.MAX_SAFE_INTEGER)
    return fromMinor(multiply(amount, rate, 'half up'), shown);
  const near = fromMinor(amount, base) * exchangeRate;
  return Math.sign(near) * Math.min(Math.abs(near), Number.MAX_VALUE);
}

/** Whether an amount, and a thousand times that amount, fit into the currency that is shown. */
export const isShowable = (amount: Minor, { base, shown, exchangeRate }: OrderCurrency): boolean =>
  shown === base || amount * minorRate(base, shown, exchangeRate) <= Number.MAX_SAFE_INTEGER / 1000;

/** Reads the amount of a stored wire Currency. Returns 0 when it is absent. */
export function amountOf(stored: Currency | undefined, base: string): Minor {
  const parsed = toMinor(stored?.value ?? 0, base);
  return parsed.ok ? parsed.value : zero;
}

/** Returns what an order charged for shipping and handling: their price less their discount. */
export const chargedShipping = (
  { summary }: { readonly summary?: OrderDocument['summary'] | undefined },
  base: string,
): Minor =>
  minor(
    amountOf(summary?.shipping_handling_total, base) -
      amountOf(summary?.shipping_handling_total_discount, base),
  );

// Converts minor units of one currency to those of another, whose sizes may differ: 1.00 USD at 150
// is 150 yen. The product of two decimals may end in a row of nines.
function minorRate(base: string, shown: string, exchangeRate: number): number {
  return Number(
    (exchangeRate * 10 ** (currencyExponent(shown) - currencyExponent(base))).toPrecision(12),
  );
}

const formatters = new Map<string, Intl.NumberFormat>();

// Creating a formatter takes far longer than using it.
function formatterOf(currency: string): Intl.NumberFormat {
  const known = formatters.get(currency);
  if (known) return known;
  const made = new Intl.NumberFormat('en-US', { style: 'currency', currency });
  formatters.set(currency, made);
  return made;
}
