/**
 * The items of an auto order: what ships, how often, at which price, and what rides along.
 */
import type { Static } from 'typebox';
import { dateTime, decimal, flag, int32, many, model, one, oneOf, readOnly, text, textTo } from './fields.ts';

/** How often an auto order item ships; `Every...` counts `arbitrary_schedule_days`. */
export const frequencies = [
  'Weekly', 'Biweekly', 'Every...', 'Every 10 Days', 'Every 24 Days', 'Every 28 Days', 'Monthly',
  'Every 45 Days', 'Every 2 Months', 'Every 3 Months', 'Every 4 Months', 'Every 5 Months', 'Every 6 Months',
  'Yearly', 'Every 4 Weeks', 'Every 6 Weeks', 'Every 8 Weeks',
] as const;

/** AutoOrderAddonItemOption */
export const AutoOrderAddonItemOption = model('AutoOrderAddonItemOption', 'AutoOrderAddonItemOption', {
  label: textTo(50),
  value: textTo(1024),
});
export type AutoOrderAddonItemOption = Static<typeof AutoOrderAddonItemOption>;

/** AutoOrderAddonItem */
export const AutoOrderAddonItem = model('AutoOrderAddonItem', 'AutoOrderAddonItem', {
  arbitrary_unit_cost: decimal(),
  free_shipping: flag(),
  item_id: text(),
  next_x_orders: int32(),
  options: many(AutoOrderAddonItemOption),
  quantity: int32(),
});
export type AutoOrderAddonItem = Static<typeof AutoOrderAddonItem>;

/** AutoOrderItemFutureSchedule */
export const AutoOrderItemFutureSchedule = model('AutoOrderItemFutureSchedule', 'AutoOrderItemFutureSchedule', {
  item_id: text(),
  rebill_count: int32(),
  shipment_dts: dateTime(),
  unit_cost: decimal(),
});
export type AutoOrderItemFutureSchedule = Static<typeof AutoOrderItemFutureSchedule>;

/** AutoOrderItemOption */
export const AutoOrderItemOption = model('AutoOrderItemOption', 'AutoOrderItemOption', {
  label: textTo(50),
  value: textTo(1024),
});
export type AutoOrderItemOption = Static<typeof AutoOrderItemOption>;

/** AutoOrderItemSimpleSchedule */
export const AutoOrderItemSimpleSchedule = model('AutoOrderItemSimpleSchedule', 'AutoOrderItemSimpleSchedule', {
  frequency: readOnly(oneOf(frequencies)),
  item_id: readOnly(text()),
  repeat_count: int32(),
});
export type AutoOrderItemSimpleSchedule = Static<typeof AutoOrderItemSimpleSchedule>;

/** AutoOrderProperty */
export const AutoOrderProperty = model('AutoOrderProperty', 'AutoOrderProperty', {
  name: text(),
  value: text(),
});
export type AutoOrderProperty = Static<typeof AutoOrderProperty>;

/** AutoOrderItem */
export const AutoOrderItem = model('AutoOrderItem', 'AutoOrderItem', {
  add_ons: many(AutoOrderAddonItem),
  arbitrary_item_id: text('Rebilled in place of the scheduled item.'),
  arbitrary_percentage_discount: decimal(),
  arbitrary_quantity: decimal(),
  arbitrary_schedule_days: int32('Interval in days used when frequency is the arbitrary one (Every...).'),
  arbitrary_unit_cost: decimal(),
  arbitrary_unit_cost_remaining_orders: int32('Rebills left at the arbitrary unit cost; then normal price again.'),
  auto_order_item_oid: int32(),
  calculated_next_shipment_dts: dateTime('Absent when no shipment is left.'),
  first_order_dts: dateTime('Absent until an added item has rebilled once.'),
  frequency: oneOf(frequencies, 'Only if the item has no fixed schedule.'),
  future_schedules: many(AutoOrderItemFutureSchedule, 'At most the next ten rebills.'),
  last_order_dts: dateTime(),
  life_time_value: decimal('Includes the original purchase.'),
  next_item_id: text('Calculated.'),
  next_preshipment_notice_dts: dateTime(),
  next_shipment_dts: dateTime(),
  no_order_after_dts: dateTime('No rebill of the item after this moment.'),
  number_of_rebills: int32(),
  options: many(AutoOrderItemOption),
  original_item_id: text(
    'This item drives the schedule: to change the schedule, change it and then next_shipment_dts.',
  ),
  original_quantity: decimal(),
  paused: flag('True while paused.'),
  paypal_payer_id: text(),
  paypal_recurring_payment_profile_id: text(),
  preshipment_notice_sent: flag(),
  properties: many(AutoOrderProperty),
  rebill_value: decimal(),
  remaining_repeat_count: int32('Rebills left before the item completes.'),
  simple_schedule: one(AutoOrderItemSimpleSchedule, 'Only if the item rebills automatically on a one-step schedule.'),
});
export type AutoOrderItem = Static<typeof AutoOrderItem>;
