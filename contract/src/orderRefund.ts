/** Refunds of orders: what the published clients send and receive (current API, OrderApi). */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { flag } from './fields.ts';

export const OrderRefundableResponse = answer('OrderRefundableResponse', {
  item_level_refund_reason_required: flag(),
  manual_because_multiple_charges: flag(
    'More than one charge was captured, so only manual_refund can record a refund.',
  ),
  order_level_refund_reason_required: flag(),
  order_level_reject_reason_required: flag(),
  refundable: flag('Whether something of the order can still be refunded at its gateway.'),
});
export type OrderRefundableResponse = Static<typeof OrderRefundableResponse>;
