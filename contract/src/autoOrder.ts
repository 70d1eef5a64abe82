/**
 * Auto orders: the subscription itself and the bodies of the operations on it.
 * 
 * Parts stand before what holds them; the resource itself is AutoOrder.
 */
import type { Static } from 'typebox';
import { AutoOrderAddonItem, AutoOrderItem, AutoOrderProperty } from './autoOrderItem.ts';
import { answer } from './common.ts';
import { dateTime, flag, int32, int32s, many, model, one, oneOf, readOnly, text, textTo } from './fields.ts';
import { Order } from './order.ts';

/** AutoOrderEmail */
export const AutoOrderEmail = model('AutoOrderEmail', 'AutoOrderEmail', {
  bounce_diagnostic_code: text(),
  bounce_dts: dateTime(),
  bounce_sub_type: text(),
  bounce_type: text(),
  clicked: flag(),
  clicked_dts: dateTime(),
  delivered: flag(),
  delivery_dts: dateTime(),
  email: text(),
  internal: flag(),
  message_id: text(),
  opened: flag(),
  opened_dts: dateTime(),
  reporting_mta: text(),
  send_dts: dateTime(),
  skip_reason: text(),
  skipped: flag(),
  smtp_response: text(),
  subject: text(),
});
export type AutoOrderEmail = Static<typeof AutoOrderEmail>;

/** AutoOrderLog */
export const AutoOrderLog = model('AutoOrderLog', 'AutoOrderLog', {
  log_dts: dateTime(),
  log_message: text(),
});
export type AutoOrderLog = Static<typeof AutoOrderLog>;

/** AutoOrderManagement */
export const AutoOrderManagement = model('AutoOrderManagement', 'AutoOrderManagement', {
  update_billing_url: text(),
});
export type AutoOrderManagement = Static<typeof AutoOrderManagement>;

/** AutoOrder */
export const AutoOrder = model('AutoOrder', 'AutoOrder', {
  add_ons: many(AutoOrderAddonItem),
  auto_order_code: readOnly(text()),
  auto_order_oid: readOnly(int32()),
  cancel_after_next_x_orders: int32('Auto order is canceled after this many more rebills.'),
  cancel_downgrade: readOnly(flag()),
  cancel_reason: text(),
  cancel_upgrade: readOnly(flag()),
  canceled_by_user: text(),
  canceled_dts: dateTime(),
  completed: readOnly(flag()),
  credit_card_attempt: int32(),
  disabled_dts: readOnly(dateTime('Set when failed rebills disabled the auto order.')),
  emails: many(AutoOrderEmail),
  enabled: flag(),
  failure_reason: readOnly(text()),
  items: many(AutoOrderItem),
  logs: many(AutoOrderLog),
  management: one(AutoOrderManagement),
  merchant_id: text(),
  merged_dts: dateTime(),
  merged_into_auto_order_oid: int32('Target of the merge.'),
  next_attempt: dateTime(),
  original_order: one(Order),
  original_order_id: readOnly(text()),
  override_affiliate_id: int32(),
  properties: many(AutoOrderProperty),
  rebill_orders: readOnly(many(Order)),
  rotating_transaction_gateway_code: text(),
  status: oneOf(['active', 'canceled', 'disabled', 'merged']),
});
export type AutoOrder = Static<typeof AutoOrder>;

/** AutoOrderAddonItemsUpdateRequest */
export const AutoOrderAddonItemsUpdateRequest = model('AutoOrderAddonItemsUpdateRequest', 'AutoOrderAddonItemsUpdateRequest', {
  add_on_items: many(AutoOrderAddonItem),
});
export type AutoOrderAddonItemsUpdateRequest = Static<typeof AutoOrderAddonItemsUpdateRequest>;

/** AutoOrderCancelReason */
export const AutoOrderCancelReason = model('AutoOrderCancelReason', 'AutoOrderCancelReason', {
  myaccount_alternate_description: text(),
  reason: text(),
  visible_in_myaccount: flag(),
});
export type AutoOrderCancelReason = Static<typeof AutoOrderCancelReason>;

/** An answer with `cancel_reasons`. */
export const AutoOrderCancelReasonsResponse = answer('AutoOrderCancelReasonsResponse', {
  cancel_reasons: many(AutoOrderCancelReason),
});
export type AutoOrderCancelReasonsResponse = Static<typeof AutoOrderCancelReasonsResponse>;

/** AutoOrderConsolidate */
export const AutoOrderConsolidate = model('AutoOrderConsolidate', 'AutoOrderConsolidate', {
  source_auto_order_oids: int32s(),
});
export type AutoOrderConsolidate = Static<typeof AutoOrderConsolidate>;

/** An answer with `emails`. */
export const AutoOrderEmailsResponse = answer('AutoOrderEmailsResponse', {
  emails: many(AutoOrderEmail),
});
export type AutoOrderEmailsResponse = Static<typeof AutoOrderEmailsResponse>;

/** AutoOrderItemCancelRequest */
export const AutoOrderItemCancelRequest = model('AutoOrderItemCancelRequest', 'AutoOrderItemCancelRequest', {
  append_items: many(AutoOrderItem),
  auto_order_item_oid: int32(),
  mode: oneOf(['end', 'remove'], 'Default end.'),
  no_orders_after_dts: dateTime('Only with mode=end.'),
});
export type AutoOrderItemCancelRequest = Static<typeof AutoOrderItemCancelRequest>;

/** AutoOrderPaymentUpdateRequest */
export const AutoOrderPaymentUpdateRequest = model('AutoOrderPaymentUpdateRequest', 'AutoOrderPaymentUpdateRequest', {
  attempt_rebill: flag(),
  card_expiration_month: int32(),
  card_expiration_year: int32(),
  card_number_token: text(),
  card_type: text(),
  card_verification_number_token: text(),
});
export type AutoOrderPaymentUpdateRequest = Static<typeof AutoOrderPaymentUpdateRequest>;

/** AutoOrderPropertiesUpdateRequest */
export const AutoOrderPropertiesUpdateRequest = model('AutoOrderPropertiesUpdateRequest', 'AutoOrderPropertiesUpdateRequest', {
  properties: many(AutoOrderProperty),
});
export type AutoOrderPropertiesUpdateRequest = Static<typeof AutoOrderPropertiesUpdateRequest>;

/** AutoOrderQuery */
export const AutoOrderQuery = model('AutoOrderQuery', 'AutoOrderQuery', {
  auto_order_code: text(),
  card_type: textTo(100),
  city: text(),
  company: text(),
  country_code: textTo(2),
  customer_profile_oid: int32(),
  email: textTo(100),
  first_name: text(),
  item_id: text(),
  last_name: text(),
  next_item_id: text(),
  next_shipment_date_begin: dateTime(),
  next_shipment_date_end: dateTime(),
  original_item_id: text(),
  original_order_date_begin: dateTime(),
  original_order_date_end: dateTime(),
  original_order_id: text(),
  phone: textTo(25),
  postal_code: text(),
  state: text(),
  status: text(),
});
export type AutoOrderQuery = Static<typeof AutoOrderQuery>;

/** AutoOrderQueryBatch */
export const AutoOrderQueryBatch = model('AutoOrderQueryBatch', 'AutoOrderQueryBatch', {
  auto_order_oids: int32s(),
});
export type AutoOrderQueryBatch = Static<typeof AutoOrderQueryBatch>;

/** An answer with `auto_order`, `failure_reason`, `rebill_attempted`, `rebill_order_id`, `rebill_success`. */
export const AutoOrderRebillResponse = answer('AutoOrderRebillResponse', {
  auto_order: one(AutoOrder),
  failure_reason: text(),
  rebill_attempted: flag(),
  rebill_order_id: text(),
  rebill_success: flag(),
});
export type AutoOrderRebillResponse = Static<typeof AutoOrderRebillResponse>;

/** An answer with `auto_order`. */
export const AutoOrderResponse = answer('AutoOrderResponse', {
  auto_order: one(AutoOrder),
});
export type AutoOrderResponse = Static<typeof AutoOrderResponse>;

/** AutoOrdersRequest */
export const AutoOrdersRequest = model('AutoOrdersRequest', 'AutoOrdersRequest', {
  autoOrders: many(AutoOrder),
});
export type AutoOrdersRequest = Static<typeof AutoOrdersRequest>;

/** An answer with `auto_orders`. */
export const AutoOrdersResponse = answer('AutoOrdersResponse', {
  auto_orders: many(AutoOrder),
});
export type AutoOrdersResponse = Static<typeof AutoOrdersResponse>;
