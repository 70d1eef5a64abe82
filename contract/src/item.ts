/**
 * Items of the catalogue, as far as recurring orders need them: price, and the schedule an item brings with it.
 */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, decimal, flag, int32, many, model, one, oneOf, text, textTo, texts } from './fields.ts';

/** ItemAutoOrderStepArbitraryUnitCostSchedule */
export const ItemAutoOrderStepArbitraryUnitCostSchedule = model('ItemAutoOrderStepArbitraryUnitCostSchedule', 'ItemAutoOrderStepArbitraryUnitCostSchedule', {
  arbitrary_unit_cost: decimal(),
  retry_days: int32(),
});
export type ItemAutoOrderStepArbitraryUnitCostSchedule = Static<typeof ItemAutoOrderStepArbitraryUnitCostSchedule>;

/** ItemAutoOrderStepGrandfatherPricing */
export const ItemAutoOrderStepGrandfatherPricing = model('ItemAutoOrderStepGrandfatherPricing', 'ItemAutoOrderStepGrandfatherPricing', {
  on_or_before_date: text(),
  unit_cost: decimal(),
});
export type ItemAutoOrderStepGrandfatherPricing = Static<typeof ItemAutoOrderStepGrandfatherPricing>;

/** What a step of a fixed schedule does. */
export const stepTypes = [
  'item', 'pause', 'loop', 'kit only', 'pause until',
] as const;

/** ItemAutoOrderStep */
export const ItemAutoOrderStep = model('ItemAutoOrderStep', 'ItemAutoOrderStep', {
  arbitrary_schedule_days: int32(),
  arbitrary_unit_cost: decimal(),
  arbitrary_unit_cost_schedules: many(ItemAutoOrderStepArbitraryUnitCostSchedule),
  grandfather_pricing: many(ItemAutoOrderStepGrandfatherPricing),
  managed_by: text(),
  pause_days: int32(),
  pause_until_date: text(),
  pause_until_day_of_month: int32(),
  pause_until_minimum_delay_days: int32('Least days between the last order and the calculated day of month.'),
  preshipment_notice_days: int32(),
  recurring_merchant_item_id: textTo(20),
  recurring_merchant_item_oid: int32(),
  repeat_count: int32('The last step may leave it out: without end.'),
  schedule: text(),
  subscribe_email_list_name: text(),
  subscribe_email_list_oid: int32(),
  type: oneOf(stepTypes),
});
export type ItemAutoOrderStep = Static<typeof ItemAutoOrderStep>;

/** ItemAutoOrder */
export const ItemAutoOrder = model('ItemAutoOrder', 'ItemAutoOrder', {
  auth_future_amount: decimal(),
  auth_test_amount: decimal(),
  auto_order_cancel_charge_minimum_balance: flag(),
  auto_order_cancel_item_id: textTo(20),
  auto_order_cancel_item_oid: int32(),
  auto_order_cancel_minimum_life_time_count: int32(),
  auto_order_cancel_minimum_life_time_value: decimal(),
  auto_order_cancel_minimum_rebill_count: int32(),
  auto_order_cancel_minimum_rebill_value: decimal(),
  auto_order_downgrade_items: texts(),
  auto_order_paused: flag(),
  auto_order_prohibit_expiring_cards: int32(),
  auto_order_schedules: texts('Schedules the customer may choose.'),
  auto_order_upgrade_items: texts(),
  auto_order_upsell: flag(),
  auto_order_upsell_no_easy_cancel: flag(),
  auto_order_upsell_one_per_customer: flag(),
  auto_orderable: flag(),
  cancel_other_auto_orders: flag(),
  free_shipping_auto_order: flag(),
  refund_other_auto_orders: flag(),
  steps: many(ItemAutoOrderStep, 'Only for an upsell step schedule.'),
});
export type ItemAutoOrder = Static<typeof ItemAutoOrder>;

/** ItemPricing */
export const ItemPricing = model('ItemPricing', 'ItemPricing', {
  auto_order_cost: decimal('Price when bought on auto order; zero deletes it.'),
  cost: decimal(),
  sale_cost: decimal(),
  sale_start: text(),
  sale_end: text(),
  currency_code: textTo(3),
  allow_arbitrary_cost: flag(),
});
export type ItemPricing = Static<typeof ItemPricing>;

/** Item */
export const Item = model('Item', 'Item', {
  merchant_id: textTo(5),
  merchant_item_id: textTo(20),
  merchant_item_oid: int32(),
  description: textTo(512),
  inactive: flag(),
  kit: flag(),
  kit_component_only: flag(),
  creation_dts: dateTime(),
  last_modified_dts: dateTime(),
  recommend_replenishment_days: int32(),
  auto_order: one(ItemAutoOrder),
  pricing: one(ItemPricing),
});
export type Item = Static<typeof Item>;

/** An answer with `item`. */
export const ItemResponse = answer('ItemResponse', {
  item: one(Item),
});
export type ItemResponse = Static<typeof ItemResponse>;

/** An answer with `items`. */
export const ItemsResponse = answer('ItemsResponse', {
  items: many(Item),
});
export type ItemsResponse = Static<typeof ItemsResponse>;
