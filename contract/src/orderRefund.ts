/** Refunds of orders: the models of the published clients (current API, OrderApi). */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { decimal, flag, many, model, one, oneOf, text } from './fields.ts';

export const OrderReason = model(
  'OrderReason',
  'A reason that the merchant offers for refunds, returns or rejections.',
  {
    default_reason: flag('The one that a form proposes.'),
    description: text('What people read.'),
    value: text('What is sent with the refund.'),
  },
);
export type OrderReason = Static<typeof OrderReason>;

export const OrderReasons = model(
  'OrderReasons',
  'The reasons that isRefundableOrder returns. One that is required is refused where it is missing.',
  {
    item_level_refund_reason_required: flag(
      'Each line that a refund names needs refund_reason, or the refund needs one for all.',
    ),
    item_level_refund_reasons: many(OrderReason),
    item_level_return_reasons: many(OrderReason),
    order_level_refund_reason_required: flag('A refund needs refund_reason.'),
    order_level_refund_reasons: many(OrderReason),
    order_level_reject_reason_required: flag(
      'An update or a refund that rejects an order needs reject_reason.',
    ),
    order_level_reject_reasons: many(OrderReason),
  },
);
export type OrderReasons = Static<typeof OrderReasons>;

export const WithdrawnRefund = model(
  'WithdrawnRefund',
  'A refund that was withdrawn, or in a preview would be.',
  {
    order_id: text(),
    preview: flag('True: nothing was changed.'),
    gateway: text('The gateway that did not give the money back.'),
    amount: decimal(),
    currency_code: text(),
  },
);
export type WithdrawnRefund = Static<typeof WithdrawnRefund>;

export const RefundWithdrawalResponse = answer('RefundWithdrawalResponse', {
  withdrawn_refund: one(WithdrawnRefund),
});

export const StrandedRefund = model(
  'StrandedRefund',
  'A refund without an answer whose gateway the settings no longer name.',
  { gateway: text(), amount: decimal(), currency_code: text() },
);
export type StrandedRefund = Static<typeof StrandedRefund>;

export const OrderRefundableResponse = answer('OrderRefundableResponse', {
  item_level_refund_reason_required: flag(),
  item_level_refund_reasons: many(OrderReason),
  item_level_return_reasons: many(OrderReason),
  manual_because_multiple_charges: flag(
    'More than one charge was captured, so only manual_refund can record a refund.',
  ),
  manual_only: oneOf(
    ['no_charge', 'multiple_charges', 'gateway_not_named'],
    'Only with manual=true. A refund is still possible, but only with manual_refund: ' +
      'no gateway charged the order, ' +
      'several charges paid it, or the settings no longer name the gateway that charged it. ' +
      'Absent: a gateway can refund it, or nothing can be refunded.',
  ),
  order_level_refund_reason_required: flag(),
  order_level_refund_reasons: many(OrderReason),
  order_level_reject_reason_required: flag(),
  order_level_reject_reasons: many(OrderReason),
  refundable: flag('Whether something of the order can still be refunded at its gateway.'),
  stranded_refund: one(
    StrandedRefund,
    'Only with manual=true. A manual refund ends it, or withdrawRefund. Absent: there is none.',
  ),
});
export type OrderRefundableResponse = Static<typeof OrderRefundableResponse>;
