/** Replacements, tokens and small changes of orders (current API, OrderApi). */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { decimal, flag, int32, many, model, text, textTo } from './fields.ts';

export const OrderReplacementItem = model('OrderReplacementItem', 'A line of a replacement.', {
  arbitrary_unit_cost: decimal('The price of one. Absent: the price of the item.'),
  merchant_item_id: textTo(20),
  quantity: decimal(),
});
export type OrderReplacementItem = Static<typeof OrderReplacementItem>;

export const OrderReplacement = model(
  'OrderReplacement',
  'An order that replaces something of an earlier one. Address and card come from the earlier one.',
  {
    additional_merchant_notes_new_order: text(),
    additional_merchant_notes_original_order: text(),
    custom_field1: textTo(50),
    custom_field2: textTo(50),
    custom_field3: textTo(50),
    custom_field4: textTo(50),
    custom_field5: textTo(75),
    custom_field6: textTo(50),
    custom_field7: textTo(50),
    free: flag('True: every line costs nothing.'),
    immediate_charge: flag('True: the card is charged now. Otherwise it waits for a payment.'),
    items: many(OrderReplacementItem),
    original_order_id: text('The order of the path.'),
    shipping_method: text('Absent: that of the earlier order. Shipping is free.'),
    skip_payment: flag('True: the order counts as paid.'),
  },
);
export type OrderReplacement = Static<typeof OrderReplacement>;

export const OrderReplacementResponse = model(
  'OrderReplacementResponse',
  'A new order that replaces lines of another one.',
  {
    chargeSuccessful: flag('Only with immediate_charge.'),
    errorMessage: text(),
    feedback: text(),
    free: flag(),
    orderId: text('The new order.'),
    successful: flag(),
  },
);
export type OrderReplacementResponse = Static<typeof OrderReplacementResponse>;

export const OrderTokenResponse = answer('OrderTokenResponse', {
  order_token: text('Stands for the order; only this merchant can read the order by it.'),
});
export type OrderTokenResponse = Static<typeof OrderTokenResponse>;

export const OrderByTokenQuery = model('OrderByTokenQuery', 'Which order to read.', {
  order_token: text(),
});
export type OrderByTokenQuery = Static<typeof OrderByTokenQuery>;

export const OrderAssignToAffiliateRequest = model(
  'OrderAssignToAffiliateRequest',
  'The affiliate that sent an order.',
  {
    affiliate_email: text('Not available: this server keeps no list of affiliates.'),
    affiliate_id: int32('Stored as affiliate_oid.'),
    affiliate_sub_id: textTo(100),
  },
);
export type OrderAssignToAffiliateRequest = Static<typeof OrderAssignToAffiliateRequest>;

export const ReplaceOrderItemIdRequest = model(
  'ReplaceOrderItemIdRequest',
  'The line whose item id is replaced, and the new id. Nothing else of the line changes.',
  {
    item_index: int32('The item_index of the line.'),
    merchant_item_id: textTo(20, 'The item of the line until now.'),
    order_id: text('The order of the path.'),
    replacement_merchant_item_id: textTo(20),
  },
);
export type ReplaceOrderItemIdRequest = Static<typeof ReplaceOrderItemIdRequest>;
