/**
 * Auto orders: the subscription itself and the bodies of the operations on it.
 *
 * Each part precedes the model that contains it; the resource itself is AutoOrder.
 */
import type { Static } from 'typebox';
import { AutoOrderAddonItem, AutoOrderItem, AutoOrderProperty } from './autoOrderItem.ts';
import { answer } from './common.ts';
import {
  dateTime,
  flag,
  int32,
  int32s,
  many,
  model,
  one,
  oneOf,
  readOnly,
  text,
  textTo,
} from './fields.ts';
import { Order } from './order.ts';

export const AutoOrderEmail = model(
  'AutoOrderEmail',
  'A mail about an auto order, and whether it was sent.',
  {
    bounce_diagnostic_code: text(),
    bounce_dts: dateTime(),
    bounce_sub_type: text(),
    bounce_type: text(),
    clicked: flag(),
    clicked_dts: dateTime(),
    delivered: flag(),
    delivery_dts: dateTime(),
    email: text(),
    internal: flag('Sent to the merchant, not to the customer.'),
    message_id: text('The Message-ID of the mail.'),
    opened: flag(),
    opened_dts: dateTime(),
    reporting_mta: text(),
    send_dts: dateTime(),
    skip_reason: text(),
    skipped: flag('Not sent; skip_reason says why.'),
    smtp_response: text(),
    subject: text(),
  },
);
export type AutoOrderEmail = Static<typeof AutoOrderEmail>;

export const AutoOrderLog = model('AutoOrderLog', 'A line of an auto order’s history.', {
  log_dts: dateTime(),
  log_message: text(),
});
export type AutoOrderLog = Static<typeof AutoOrderLog>;

export const AutoOrderManagement = model('AutoOrderManagement', 'Links for the customer.', {
  update_billing_url: text('The customer’s card page. Anyone with the link may change the card.'),
});
export type AutoOrderManagement = Static<typeof AutoOrderManagement>;

export const AutoOrder = model(
  'AutoOrder',
  'A recurring order. There is one for each original order.',
  {
    add_ons: many(AutoOrderAddonItem, 'Add-ons that ship with any rebill.'),
    auto_order_code: readOnly(text('Ten upper-case letters and digits.')),
    auto_order_oid: readOnly(int32()),
    cancel_after_next_x_orders: int32('Auto order is canceled after this many more rebills.'),
    cancel_downgrade: readOnly(flag('Canceled because the customer bought a downgrade item.')),
    cancel_reason: text('With enabled false it makes the change a cancellation.'),
    cancel_upgrade: readOnly(flag('Canceled because the customer bought an upgrade item.')),
    canceled_by_user: text('With enabled false it makes the change a cancellation.'),
    canceled_dts: dateTime('Set by a cancellation unless it is sent.'),
    completed: readOnly(flag('True: nothing more will ship.')),
    credit_card_attempt: int32('Declines since the last success.'),
    disabled_dts: readOnly(dateTime('When failed rebills or the merchant disabled it.')),
    emails: many(AutoOrderEmail, 'Mails about it.'),
    enabled: flag('False alone disables; with cancel_reason or canceled_by_user it cancels.'),
    failure_reason: readOnly(text('Of the last decline; the first line is the summary.')),
    items: many(AutoOrderItem, 'What ships again. A list given in an update is the whole list.'),
    logs: many(AutoOrderLog, 'Its history, oldest first.'),
    management: one(AutoOrderManagement),
    merchant_id: text(),
    merged_dts: dateTime('When it was merged away.'),
    merged_into_auto_order_oid: int32('Where its items went.'),
    next_attempt: dateTime('When it is checked next.'),
    original_order: one(Order, 'Its addresses and card serve every rebill.'),
    original_order_id: readOnly(text('The order that began it.')),
    override_affiliate_id: int32('Earns on rebills instead of the original affiliate.'),
    properties: many(AutoOrderProperty),
    rebill_orders: readOnly(many(Order, 'The orders that rebills made.')),
    rotating_transaction_gateway_code: text('The gateway that rebills are charged at.'),
    status: oneOf(['active', 'canceled', 'disabled', 'merged']),
  },
);
export type AutoOrder = Static<typeof AutoOrder>;

export const AutoOrderAddonItemsUpdateRequest = model(
  'AutoOrderAddonItemsUpdateRequest',
  'The new add-ons of an item.',
  {
    add_on_items: many(AutoOrderAddonItem),
  },
);
export type AutoOrderAddonItemsUpdateRequest = Static<typeof AutoOrderAddonItemsUpdateRequest>;

export const AutoOrderCancelReason = model(
  'AutoOrderCancelReason',
  'A reason for canceling that the merchant offers.',
  {
    myaccount_alternate_description: text('What customers read instead.'),
    reason: text(),
    visible_in_myaccount: flag('Offered to customers.'),
  },
);
export type AutoOrderCancelReason = Static<typeof AutoOrderCancelReason>;

export const AutoOrderCancelReasonsResponse = answer('AutoOrderCancelReasonsResponse', {
  cancel_reasons: many(AutoOrderCancelReason),
});
export type AutoOrderCancelReasonsResponse = Static<typeof AutoOrderCancelReasonsResponse>;

export const AutoOrderConsolidate = model(
  'AutoOrderConsolidate',
  'The auto orders to merge into another.',
  {
    source_auto_order_oids: int32s(),
  },
);
export type AutoOrderConsolidate = Static<typeof AutoOrderConsolidate>;

export const AutoOrderEmailsResponse = answer('AutoOrderEmailsResponse', {
  emails: many(AutoOrderEmail),
});
export type AutoOrderEmailsResponse = Static<typeof AutoOrderEmailsResponse>;

export const AutoOrderItemCancelRequest = model(
  'AutoOrderItemCancelRequest',
  'How to cancel one item.',
  {
    append_items: many(AutoOrderItem, 'Added after the cancellation; checked before it.'),
    auto_order_item_oid: int32('Which one, when several have the same id.'),
    mode: oneOf(['end', 'remove'], 'End, the default, keeps the row; remove deletes it.'),
    no_orders_after_dts: dateTime(
      'With mode end: when it ends; default now. A day alone includes that day.',
    ),
  },
);
export type AutoOrderItemCancelRequest = Static<typeof AutoOrderItemCancelRequest>;

export const AutoOrderPaymentUpdateRequest = model(
  'AutoOrderPaymentUpdateRequest',
  'A new card, by token.',
  {
    attempt_rebill: flag('Charge a due rebill at once; default false.'),
    card_expiration_month: int32('1 to 12.'),
    card_expiration_year: int32('Four digits.'),
    card_number_token: text('A token, never a number.'),
    card_type: text('The token knows better.'),
    card_verification_number_token: text('A token, never the number on the card.'),
  },
);
export type AutoOrderPaymentUpdateRequest = Static<typeof AutoOrderPaymentUpdateRequest>;

export const AutoOrderPropertiesUpdateRequest = model(
  'AutoOrderPropertiesUpdateRequest',
  'The new properties of an auto order or item.',
  {
    properties: many(AutoOrderProperty),
  },
);
export type AutoOrderPropertiesUpdateRequest = Static<typeof AutoOrderPropertiesUpdateRequest>;

export const AutoOrderQuery = model(
  'AutoOrderQuery',
  'Criteria of a search; all that are given must hold.',
  {
    auto_order_code: text(),
    card_type: textTo(100, 'Of the original order’s card.'),
    city: text(),
    company: text(),
    country_code: textTo(2),
    customer_profile_oid: int32(),
    email: textTo(100, 'The billing address’s.'),
    first_name: text(),
    item_id: text('An item of the original order.'),
    last_name: text(),
    next_item_id: text('An item that ships next.'),
    next_shipment_date_begin: dateTime(),
    next_shipment_date_end: dateTime(),
    original_item_id: text('An item of the auto order.'),
    original_order_date_begin: dateTime(),
    original_order_date_end: dateTime(),
    original_order_id: text(),
    phone: textTo(25),
    postal_code: text(),
    state: text(),
    status: text('Active, canceled, disabled or merged.'),
  },
  { 'x-criteria': true },
);
export type AutoOrderQuery = Static<typeof AutoOrderQuery>;

export const AutoOrderQueryBatch = model('AutoOrderQueryBatch', 'The auto orders to read.', {
  auto_order_oids: int32s('At most 200.'),
});
export type AutoOrderQueryBatch = Static<typeof AutoOrderQueryBatch>;

export const AutoOrderRebillResponse = answer('AutoOrderRebillResponse', {
  auto_order: one(AutoOrder),
  failure_reason: text('Why the charge was declined.'),
  rebill_attempted: flag('A charge was tried.'),
  rebill_order_id: text('The order it made.'),
  rebill_success: flag('The charge was approved.'),
});
export type AutoOrderRebillResponse = Static<typeof AutoOrderRebillResponse>;

export const AutoOrderResponse = answer('AutoOrderResponse', {
  auto_order: one(AutoOrder),
});
export type AutoOrderResponse = Static<typeof AutoOrderResponse>;

export const AutoOrdersRequest = model('AutoOrdersRequest', 'The auto orders to update.', {
  autoOrders: many(AutoOrder, 'At most 20, or 100 with _async.'),
});
export type AutoOrdersRequest = Static<typeof AutoOrdersRequest>;

export const AutoOrdersResponse = answer('AutoOrdersResponse', {
  auto_orders: many(AutoOrder),
});
export type AutoOrdersResponse = Static<typeof AutoOrdersResponse>;
