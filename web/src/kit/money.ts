/**
 * Formats amounts for people. `currency` is ISO 4217; it is written out (`CAD 42.10`) if it is not
 * the merchant's, so that no amount is read in the wrong currency.
 */
export function formatMoney(amount: number, currency: string, merchantCurrency = currency): string {
  return formatterOf(currency, currency === merchantCurrency).format(amount);
}

/** Formats a difference with its sign, for example `+$4.20`, `−$1.00`, `±$0.00`. */
export function formatMoneyChange(before: number, after: number, currency: string): string {
  const difference = Math.round((after - before) * 10_000) / 10_000;
  const sign = difference > 0 ? '+' : difference < 0 ? '−' : '±';
  return sign + formatMoney(Math.abs(difference), currency);
}

/** Formats a count with separators, and with `+` when more were not counted. */
export function formatCount(count: number, isMore = false): string {
  return `${counts.format(count)}${isMore ? '+' : ''}`;
}

const counts = new Intl.NumberFormat('en-US');
const formatters = new Map<string, Intl.NumberFormat>();

function formatterOf(currency: string, isOwn: boolean): Intl.NumberFormat {
  const key = `${currency} ${isOwn}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency,
      currencyDisplay: isOwn ? 'narrowSymbol' : 'code',
    });
    formatters.set(key, formatter);
  }
  return formatter;
}
