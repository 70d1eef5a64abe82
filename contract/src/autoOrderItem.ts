/** The items of an auto order: products, frequencies, prices, and add-ons. */
import type { Static } from 'typebox';
import {
  dateTime,
  decimal,
  flag,
  int32,
  many,
  model,
  one,
  oneOf,
  readOnly,
  text,
  textTo,
} from './fields.ts';
import { frequencies } from './frequency.ts';

export const AutoOrderAddonItemOption = model(
  'AutoOrderAddonItemOption',
  'A chosen option of an add-on.',
  {
    label: textTo(50),
    value: textTo(1024),
  },
);
export type AutoOrderAddonItemOption = Static<typeof AutoOrderAddonItemOption>;

export const AutoOrderAddonItem = model(
  'AutoOrderAddonItem',
  'An add-on that ships with the next rebills.',
  {
    arbitrary_unit_cost: decimal('Instead of the catalogue’s price.'),
    free_shipping: flag('Adds nothing to the shipping cost.'),
    item_id: text(),
    next_x_orders: int32('How many more orders it is shipped with; absent for all.'),
    options: many(AutoOrderAddonItemOption),
    quantity: int32(),
  },
);
export type AutoOrderAddonItem = Static<typeof AutoOrderAddonItem>;

export const AutoOrderItemFutureSchedule = model(
  'AutoOrderItemFutureSchedule',
  'A rebill to come.',
  {
    item_id: text('The item that will ship.'),
    rebill_count: int32('The number of that rebill.'),
    shipment_dts: dateTime(),
    unit_cost: decimal('What one will cost.'),
  },
);
export type AutoOrderItemFutureSchedule = Static<typeof AutoOrderItemFutureSchedule>;

export const AutoOrderItemOption = model('AutoOrderItemOption', 'A chosen option of an item.', {
  label: textTo(50),
  value: textTo(1024),
});
export type AutoOrderItemOption = Static<typeof AutoOrderItemOption>;

export const AutoOrderItemSimpleSchedule = model(
  'AutoOrderItemSimpleSchedule',
  'The only step of a fixed schedule with one step.',
  {
    frequency: readOnly(oneOf(frequencies)),
    item_id: readOnly(text()),
    repeat_count: int32(),
  },
);
export type AutoOrderItemSimpleSchedule = Static<typeof AutoOrderItemSimpleSchedule>;

export const AutoOrderProperty = model(
  'AutoOrderProperty',
  'A name and a value that the merchant keeps with an auto order or an item.',
  {
    name: text(),
    value: text(),
  },
);
export type AutoOrderProperty = Static<typeof AutoOrderProperty>;

export const AutoOrderItem = model(
  'AutoOrderItem',
  'A product that ships again, with its frequency and price. The next date is here, not on the auto order.',
  {
    add_ons: many(AutoOrderAddonItem, 'Add-ons that ship with this item.'),
    arbitrary_item_id: text('Rebilled in place of the scheduled item.'),
    arbitrary_percentage_discount: decimal('Discount on the unit cost, in percent.'),
    arbitrary_quantity: decimal('Instead of the original quantity.'),
    arbitrary_schedule_days: int32(
      'Interval in days used when frequency is the arbitrary one (Every...).',
    ),
    arbitrary_unit_cost: decimal('Instead of the scheduled price.'),
    arbitrary_unit_cost_remaining_orders: int32(
      'Rebills left at the arbitrary unit cost; then normal price again.',
    ),
    auto_order_item_oid: int32('Absent on an item that an update adds.'),
    calculated_next_shipment_dts: dateTime('Absent when no shipment is left.'),
    first_order_dts: dateTime('Absent until an added item has rebilled once.'),
    frequency: oneOf(frequencies, 'Only if the item has no fixed schedule.'),
    future_schedules: many(AutoOrderItemFutureSchedule, 'At most the next ten rebills.'),
    last_order_dts: dateTime('When it last shipped.'),
    life_time_value: decimal('Includes the original purchase.'),
    next_item_id: text('What ships next: the arbitrary item, else what the schedule says.'),
    next_preshipment_notice_dts: dateTime('When the next notice goes out.'),
    next_shipment_dts: dateTime('When it ships next.'),
    no_order_after_dts: dateTime(
      'No rebill of the item after this moment. A day alone includes that day.',
    ),
    number_of_rebills: int32('Rebills so far.'),
    options: many(AutoOrderItemOption),
    original_item_id: text(
      'This item drives the schedule: to change the schedule, change it and then next_shipment_dts.',
    ),
    original_quantity: decimal('How many ship each time.'),
    paused: flag('True: nothing ships; the date stays.'),
    paypal_payer_id: text('The customer at PayPal.'),
    paypal_recurring_payment_profile_id: text('The recurring profile at PayPal.'),
    preshipment_notice_sent: flag('The notice of the next shipment went out.'),
    properties: many(AutoOrderProperty),
    rebill_value: decimal('The value of all rebills so far.'),
    remaining_repeat_count: int32('Rebills left before the item completes.'),
    simple_schedule: one(
      AutoOrderItemSimpleSchedule,
      'Only if the item rebills automatically on a one-step schedule.',
    ),
  },
);
export type AutoOrderItem = Static<typeof AutoOrderItem>;
