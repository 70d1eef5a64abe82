import { Order } from '@perennial/contract/order.ts';
import { wireDate } from '../kernel/calendar.ts';
import type { Context } from '../platform/context.ts';
import { fieldsWithoutEffect, withoutEffectWords } from '../platform/http/ignoredFields.ts';
import type { OrderRecord } from './order.ts';

/** An order before a write (absent for an insert) and after it. */
export interface WrittenOrder {
  readonly stored?: OrderRecord | undefined;
  readonly order: OrderRecord;
}

/**
 * Returns sentences that name the fields of a request that had no effect on the order, each with
 * `prefix`. The rules of refunds report the fields of refunds.
 */
export function ignoredIn(
  { merchant: { timeZone: zone } }: Pick<Context, 'merchant'>,
  body: Order,
  { stored, order }: WrittenOrder,
  prefix = '',
): string[] {
  const after = shown(order, zone);
  const held =
    stored === undefined
      ? { after: withArbitraryShipping(after), zone }
      : { before: shown(stored, zone), after, zone };
  const fields = fieldsWithoutEffect(Order, body, held, notCompared);
  const words = withoutEffectWords(fields.map((field) => prefix + field));
  return words === undefined ? [] : [words];
}

// An insert takes this amount as the shipping of the order, and an update ignores it.
const withArbitraryShipping = (after: Order): Order => ({
  ...after,
  summary: {
    ...after.summary,
    ...(after.summary?.shipping_handling_total && {
      arbitrary_shipping_handling_total: after.summary.shipping_handling_total,
    }),
  },
});

// The dates of an order are in columns.
function shown({ document, createdAt, paidAt }: OrderRecord, zone: string): Order {
  return {
    ...document,
    creation_dts: wireDate(createdAt, zone),
    payment: { ...document.payment, ...(paidAt && { payment_dts: wireDate(paidAt, zone) }) },
  };
}

/**
 * Fields that are not compared. Tokens and numbers that identify a person are stored in another
 * form. `auto_order` and `customer_profile` are other records. Amounts in the customer's currency
 * are calculated.
 */
const notCompared = new Set([
  'auto_order',
  'bank_account_number',
  'card_number',
  'card_number_token',
  'card_number_truncated',
  'card_verification_number_token',
  'customer_profile',
  'customer_tax_id',
  'drivers_license_number',
  'exchange_rate',
  'gift_charge_refunded',
  'gift_wrap_refunded',
  'health_benefit_card_number',
  'health_benefit_card_verification_number',
  'localized',
  'localized_formatted',
  'other_refunded',
  'quantity_refunded',
  'shipping_handling_refunded',
  'subtotal_discount_refunded',
  'subtotal_refunded',
  'tax_refunded',
  'total_refunded',
]);
