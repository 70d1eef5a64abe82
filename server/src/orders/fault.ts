import type { OrderBilling } from '@perennial/contract/order.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { amountMax, currencyExponent, type Minor, toMinor } from '../kernel/money.ts';
import { failure, type Outcome } from '../kernel/outcome.ts';

/** Reads an amount of the wire that may not be negative. */
export function amountIn(
  decimal: number,
  currency: string,
  field: string,
): Outcome<Minor, FieldFault> {
  const parsed = toMinor(decimal, currency);
  if (!parsed.ok)
    return failure({
      field,
      reason: `is not a valid amount in ${currency}: ${parsed.reason}`,
      fix: `Send no more decimals than ${currency} has`,
    });
  if (parsed.value < 0 || parsed.value > amountMax)
    return failure({ field, reason: 'is out of range', fix: `Send ${amountRange(currency)}` });
  return parsed;
}

/** The amounts that one field may have, in words. */
export const amountRange = (currency: string): string =>
  `0 to ${amountMax / 10 ** currencyExponent(currency)}`;

/**
 * Returns the fault of a billing address that concerns several fields (order reference,
 * OrderBilling.cc_emails).
 */
export function billingFault(billing: OrderBilling | null | undefined): FieldFault | undefined {
  const length = (billing?.cc_emails ?? []).join(',').length;
  return length <= ccEmailsMax
    ? undefined
    : {
        field: 'billing.cc_emails',
        reason: 'are too long',
        fix: `Send at most ${ccEmailsMax} characters in total`,
      };
}

const ccEmailsMax = 100;
