/** The payment of orders in Accounts Receivable (current API, OrderApi). */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { decimal, flag, int32, many, model, one, text, texts } from './fields.ts';
import { OrderPaymentTransaction } from './orderPayment.ts';

export const OrderProcessPaymentRequest = model(
  'OrderProcessPaymentRequest',
  'The amount of an unpaid order to charge now.',
  {
    amount: decimal('In the merchant’s currency; default: all that is still owed.'),
    card_verification_number_token: text('Accepted, but has no effect: stored cards need none.'),
  },
);
export type OrderProcessPaymentRequest = Static<typeof OrderProcessPaymentRequest>;

export const OrderProcessPaymentResponse = answer('OrderProcessPaymentResponse', {
  payment_transaction: one(
    OrderPaymentTransaction,
    'The attempt. Empty while the gateway has not answered; a warning says so.',
  ),
});
export type OrderProcessPaymentResponse = Static<typeof OrderProcessPaymentResponse>;

export const AccountsReceivableRetryDayActivity = model(
  'AccountsReceivableRetryDayActivity',
  'The action for an unpaid order on one day.',
  {
    charge: flag('True: its card is charged. False: the order is rejected.'),
    coupon_code: text(
      'The discount if the charge succeeds: a coupon of the merchant’s settings, or one of the ' +
        'catalogue that takes a percentage or an amount off the subtotal without a condition.',
    ),
    day: int32('Days since the order came into Accounts Receivable: 1 to 7.'),
  },
);
export type AccountsReceivableRetryDayActivity = Static<typeof AccountsReceivableRetryDayActivity>;

export const AccountsReceivableRetryTransactionReject = model(
  'AccountsReceivableRetryTransactionReject',
  'A detail of a declined transaction that rejects the order at once.',
  {
    name: text('The name of the detail: reason or code.'),
    value: text('Its value, in any case: insufficient funds.'),
  },
);
export type AccountsReceivableRetryTransactionReject = Static<
  typeof AccountsReceivableRetryTransactionReject
>;

export const AccountsReceivableRetryConfig = model(
  'AccountsReceivableRetryConfig',
  'When the cards of orders in Accounts Receivable are charged again.',
  {
    active: flag('True: the retry runs.'),
    allow_process_linked_accounts: flag(
      'Accepted, but has no effect: merchants are not linked here.',
    ),
    cancel_auto_order: flag('True: a rejected order cancels its auto order, too.'),
    current_service_plan: text('Accepted, but has no effect.'),
    daily_activity_list: many(AccountsReceivableRetryDayActivity, 'At most 7 days.'),
    managed_by_linked_account_merchant_id: flag('Accepted, but has no effect.'),
    merchant_id: text(),
    notify_emails: texts(
      'At most 20 addresses that get a mail about each order that the retry was paid for or rejected.',
    ),
    notify_rejections: flag('True: notify_emails get a mail about each order that is rejected.'),
    notify_successes: flag('True: notify_emails get a mail about each order that is paid.'),
    process_linked_accounts: flag('Accepted, but has no effect.'),
    processing_percentage: text('Accepted, but has no effect.'),
    reject_at_end: flag('True: the order is rejected the day after the last day of the list.'),
    transaction_rejects: many(AccountsReceivableRetryTransactionReject),
    trial_mode: flag('Accepted, but has no effect.'),
    trial_mode_expiration_dts: text('Accepted, but has no effect.'),
  },
);
export type AccountsReceivableRetryConfig = Static<typeof AccountsReceivableRetryConfig>;

export const AccountsReceivableRetryConfigResponse = answer(
  'AccountsReceivableRetryConfigResponse',
  {
    config: one(AccountsReceivableRetryConfig),
    coupon_codes: texts('The coupons of the merchant’s settings.'),
    emails: texts(),
    has_linked_accounts: flag(),
  },
);
export type AccountsReceivableRetryConfigResponse = Static<
  typeof AccountsReceivableRetryConfigResponse
>;

export const AccountsReceivableRetryStatMetrics = model(
  'AccountsReceivableRetryStatMetrics',
  'The results of the retry on one day of the list, or in total.',
  {
    attempts: int32(),
    attempts_formatted: text(),
    conversion_rate: decimal('Successes per attempt: 0 to 1.'),
    conversion_rate_formatted: text('In percent.'),
    day: int32('Absent for the sum of all days.'),
    discounts: decimal('What coupons took off.'),
    discounts_formatted: text(),
    revenue: decimal(),
    revenue_formatted: text(),
    successes: int32(),
    successes_formatted: text(),
  },
);
export type AccountsReceivableRetryStatMetrics = Static<typeof AccountsReceivableRetryStatMetrics>;

export const AccountsReceivableRetryStatRevenue = model(
  'AccountsReceivableRetryStatRevenue',
  'The payments that the retry collected on one calendar day.',
  { label: text('The day: 2026-03-15.'), revenue: decimal() },
);
export type AccountsReceivableRetryStatRevenue = Static<typeof AccountsReceivableRetryStatRevenue>;

export const AccountsReceivableRetryStatAccount = model(
  'AccountsReceivableRetryStatAccount',
  'The statistics of a merchant’s retry.',
  {
    days: many(AccountsReceivableRetryStatMetrics),
    merchant_id: text(),
    overall: one(AccountsReceivableRetryStatMetrics),
    revenue_for_period: many(AccountsReceivableRetryStatRevenue),
  },
);
export type AccountsReceivableRetryStatAccount = Static<typeof AccountsReceivableRetryStatAccount>;

export const AccountsReceivableRetryStatsResponse = answer('AccountsReceivableRetryStatsResponse', {
  linked_accounts: many(AccountsReceivableRetryStatAccount),
  overall: one(AccountsReceivableRetryStatAccount),
});
export type AccountsReceivableRetryStatsResponse = Static<
  typeof AccountsReceivableRetryStatsResponse
>;
