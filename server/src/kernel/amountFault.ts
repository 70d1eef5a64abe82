import type { FieldFault } from './fieldFault.ts';
import { amountMax, currencyExponent, toMinor } from './money.ts';

/**
 * Returns the fault of an amount that is negative, too large, or has more decimals than the
 * currency.
 */
export function amountFault(
  field: string,
  amount: number | null | undefined,
  currency: string,
): FieldFault | undefined {
  if (amount === undefined || amount === null) return undefined;
  if (amount < 0) return { field, reason: 'is negative', fix: 'Send 0 or more' };
  const max = amountMax / 10 ** currencyExponent(currency);
  if (amount > max)
    return { field, reason: 'is an amount that is too large', fix: `Send 0 to ${max}` };
  const parsed = toMinor(amount, currency);
  return parsed.ok
    ? undefined
    : {
        field,
        reason: `is not a valid amount in ${currency}: ${parsed.reason}`,
        fix: `Send no more decimals than ${currency} has`,
      };
}
