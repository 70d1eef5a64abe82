import type { OrderBilling } from '@perennial/contract/order.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { type Minor, toMinor } from '../kernel/money.ts';
import { failure, type Outcome } from '../kernel/outcome.ts';

/** The greatest amount of one field, in minor units; a thousand of them still add up exactly. */
export const amountMax = 1_000_000_000_000;

/** An amount of the wire that may not be negative. */
export function amountIn(
  decimal: number,
  currency: string,
  field: string,
): Outcome<Minor, FieldFault> {
  const parsed = toMinor(decimal, currency);
  if (!parsed.ok)
    return failure({
      field,
      reason: `is no amount in ${currency}: ${parsed.reason}`,
      fix: `Send no more decimals than ${currency} has`,
    });
  if (parsed.value < 0 || parsed.value > amountMax)
    return failure({ field, reason: 'is out of range', fix: 'Send 0 or more' });
  return parsed;
}

/** What is wrong with a billing address that its fields alone do not show (order reference, OrderBilling.cc_emails). */
export function billingFault(billing: OrderBilling | null | undefined): FieldFault | undefined {
  const length = (billing?.cc_emails ?? []).join(',').length;
  return length <= ccEmailsMax
    ? undefined
    : {
        field: 'billing.cc_emails',
        reason: 'are too long',
        fix: `Send at most ${ccEmailsMax} characters all together`,
      };
}

const ccEmailsMax = 100;
