import type { Order } from '@perennial/contract/order.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromMinor, type Minor, minor, toMinor, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { amountOf } from './money.ts';
import type { OrderRecord } from './order.ts';

/*
 * Store credit pays for a part of an order (order reference,
 * OrderSummary.internal_gift_certificate_amount). The order's total is the rest, which is charged.
 * Amounts are in minor units of the order's currency.
 */

/** The field that requests store credit, and that shows how much was used. */
export const creditField = 'summary.internal_gift_certificate_amount.value';

const refundedField = 'summary.internal_gift_certificate_refunded';

/** Returns the store credit that paid for a part of an order. */
export const creditUsed = ({
  document,
  currency,
}: Pick<OrderRecord, 'document' | 'currency'>): Minor =>
  amountOf(document.summary?.internal_gift_certificate_amount, currency);

/**
 * Returns how much store credit a new order uses: the amount that it requests, but at most its
 * price. An order that was paid elsewhere uses none.
 */
export function wantedCredit(
  { summary }: Order,
  { total, currency, customerProfileOid, isPaidElsewhere }: CreditTerms,
): Outcome<Minor, FieldFault> {
  const value = summary?.internal_gift_certificate_amount?.value;
  if (value === undefined || isPaidElsewhere) return success(zero);
  const asked = toMinor(value, currency);
  if (!asked.ok || asked.value < 0)
    return failure({
      field: creditField,
      reason: `is not a valid amount of store credit in ${currency}`,
      fix: 'Send 0 or more',
    });
  if (asked.value > 0 && customerProfileOid === undefined)
    return failure({
      field: creditField,
      reason: 'asks for store credit, and billing.email has no customer profile',
      fix: 'Omit it, or insert the customer first',
    });
  return success(minor(Math.min(asked.value, total)));
}

/** The inputs of the use of store credit by a new order. */
export interface CreditTerms {
  /** The total before store credit. */
  readonly total: Minor;
  readonly currency: string;
  readonly customerProfileOid: number | undefined;
  readonly isPaidElsewhere: boolean;
}

/**
 * Returns the part of all refunds of an order that is given back as store credit. `sum` is the
 * refunded amount including this refund. Money is given back first, unless the request names the
 * store credit.
 */
export function refundedCredit(
  order: OrderRecord,
  { summary }: Order,
  before: Minor,
  sum: Minor,
): Outcome<Minor, FieldFault> {
  const { currency } = order;
  const used = creditUsed(order);
  const asked = summary?.internal_gift_certificate_refunded?.value;
  const given = asked == null ? undefined : toMinor(asked, currency);
  const rest = minor(Math.max(before, Math.min(used, sum - order.total)));
  if (given === undefined || (given.ok && given.value === before)) return success(rest);
  if (given.ok && given.value >= before && given.value <= Math.min(used, sum)) return given;
  return failure({
    field: `${refundedField}.value`,
    reason:
      `is ${asked}, and between ${fromMinor(before, currency)} and ` +
      `${fromMinor(minor(Math.max(before, Math.min(used, sum))), currency)} can be given back`,
    fix: 'Send the store credit of this refund and the earlier ones, or omit it',
  });
}
