/** Collecting what is owed: payments of orders in Accounts Receivable (current API, OrderApi). */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { decimal, model, one, text } from './fields.ts';
import { OrderPaymentTransaction } from './orderPayment.ts';

export const OrderProcessPaymentRequest = model(
  'OrderProcessPaymentRequest',
  'How much of an unpaid order is charged now.',
  {
    amount: decimal('In the merchant’s currency; default: all that is still owed.'),
    card_verification_number_token: text('Taken and without effect: stored cards need none.'),
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
