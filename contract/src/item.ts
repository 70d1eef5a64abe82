/**
 * Items of the catalogue, as far as recurring orders need them: price, and the schedule an item
 * brings with it.
 */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import {
  dateTime,
  decimal,
  flag,
  int32,
  many,
  model,
  one,
  oneOf,
  text,
  texts,
  textTo,
} from './fields.ts';

export const ItemAutoOrderStepArbitraryUnitCostSchedule = model(
  'ItemAutoOrderStepArbitraryUnitCostSchedule',
  'A price for a retry after a decline.',
  {
    arbitrary_unit_cost: decimal(),
    retry_days: int32('Days since the first decline.'),
  },
);
export type ItemAutoOrderStepArbitraryUnitCostSchedule = Static<
  typeof ItemAutoOrderStepArbitraryUnitCostSchedule
>;

export const ItemAutoOrderStepGrandfatherPricing = model(
  'ItemAutoOrderStepGrandfatherPricing',
  'A price that early customers keep.',
  {
    on_or_before_date: text('Customers who signed up until then keep unit_cost.'),
    unit_cost: decimal(),
  },
);
export type ItemAutoOrderStepGrandfatherPricing = Static<
  typeof ItemAutoOrderStepGrandfatherPricing
>;

/** What a step of a fixed schedule does. */
export const stepTypes = ['item', 'pause', 'loop', 'kit only', 'pause until'] as const;

export const ItemAutoOrderStep = model('ItemAutoOrderStep', 'One step of a fixed schedule.', {
  arbitrary_schedule_days: int32('Days, when schedule is the arbitrary one (Every...).'),
  arbitrary_unit_cost: decimal('Instead of the catalogue’s price.'),
  arbitrary_unit_cost_schedules: many(ItemAutoOrderStepArbitraryUnitCostSchedule),
  grandfather_pricing: many(ItemAutoOrderStepGrandfatherPricing),
  managed_by: text('Who charges; default UltraCart, which is this server.'),
  pause_days: int32('With type pause.'),
  pause_until_date: text('With type pause until.'),
  pause_until_day_of_month: int32('With type pause until.'),
  pause_until_minimum_delay_days: int32(
    'Least days between the last order and the calculated day of month.',
  ),
  preshipment_notice_days: int32('How many days before the shipment the notice is sent.'),
  recurring_merchant_item_id: textTo(20, 'What ships.'),
  recurring_merchant_item_oid: int32(),
  repeat_count: int32('The last step may leave it out: without end.'),
  schedule: text('How often it ships.'),
  subscribe_email_list_name: text(),
  subscribe_email_list_oid: int32(),
  type: oneOf(
    stepTypes,
    'Item ships something, pause and pause until wait, loop goes back to the first step, kit only belongs to a kit.',
  ),
});
export type ItemAutoOrderStep = Static<typeof ItemAutoOrderStep>;

export const ItemAutoOrder = model(
  'ItemAutoOrder',
  'How an item recurs: on a schedule the customer chooses, or on fixed steps.',
  {
    auth_future_amount: decimal('Authorized to test the card for rebills to come.'),
    auth_test_amount: decimal('Authorized to test the card of an order that costs nothing.'),
    auto_order_cancel_charge_minimum_balance: flag(
      'The fee is what is missing to the minimum value.',
    ),
    auto_order_cancel_item_id: textTo(20, 'Charged once when the customer cancels.'),
    auto_order_cancel_item_oid: int32(),
    auto_order_cancel_minimum_life_time_count: int32(
      'There is no fee after this number of orders.',
    ),
    auto_order_cancel_minimum_life_time_value: decimal(
      'No fee once all orders were worth so much.',
    ),
    auto_order_cancel_minimum_rebill_count: int32('There is no fee after this number of rebills.'),
    auto_order_cancel_minimum_rebill_value: decimal('No fee once rebills were worth so much.'),
    auto_order_downgrade_items: texts('Buying one of these replaces an auto order of this item.'),
    auto_order_paused: flag(
      'True: every auto order of it slips day by day until this is false again.',
    ),
    auto_order_prohibit_expiring_cards: int32(
      'Cards that expire within this number of months are refused; 0 is off.',
    ),
    auto_order_schedules: texts('Schedules the customer may choose.'),
    auto_order_upgrade_items: texts('Buying one of these replaces an auto order of this item.'),
    auto_order_upsell: flag('True: it follows its steps; false: the customer chooses a schedule.'),
    auto_order_upsell_no_easy_cancel: flag('The receipt brings no link to cancel.'),
    auto_order_upsell_one_per_customer: flag('A customer has one at a time.'),
    auto_orderable: flag('May recur.'),
    cancel_other_auto_orders: flag('Ordering it cancels the customer’s other auto orders.'),
    free_shipping_auto_order: flag('Rebills of it ship free.'),
    refund_other_auto_orders: flag(
      'A refund of all of it at the gateway also refunds the paid orders of the customer’s other auto orders.',
    ),
    steps: many(ItemAutoOrderStep, 'Only for an upsell step schedule.'),
  },
);
export type ItemAutoOrder = Static<typeof ItemAutoOrder>;

export const ItemPricing = model('ItemPricing', 'What an item costs.', {
  auto_order_cost: decimal('Price when bought on auto order; zero deletes it.'),
  cost: decimal('The ordinary price.'),
  sale_cost: decimal('The price from sale_start to sale_end.'),
  sale_start: text(),
  sale_end: text(),
  currency_code: textTo(3),
  allow_arbitrary_cost: flag(),
});
export type ItemPricing = Static<typeof ItemPricing>;

export const ItemShippingDistributionCenter = model(
  'ItemShippingDistributionCenter',
  'The stock of an item at one place.',
  {
    allocated_to_placed_orders: decimal(),
    allocated_to_shopping_carts: decimal(),
    available_to_allocate: decimal('What is there and not promised.'),
    desired_inventory_level: decimal('What an order to the supplier should bring it to.'),
    distribution_center_code: text(),
    distribution_center_oid: int32(),
    eta: text(),
    handles: flag('The place keeps this item.'),
    inventory_level: decimal('What is there.'),
    maximum_backorder: int32(),
    reorder_inventory_level: decimal('At or below this the stock is low.'),
    sku: text(),
    stock_picking_location: text(),
  },
);
export type ItemShippingDistributionCenter = Static<typeof ItemShippingDistributionCenter>;

export const ItemShipping = model('ItemShipping', 'How an item ships, and its stock.', {
  allow_back_order: flag('Sold also when there is none.'),
  distribution_centers: many(ItemShippingDistributionCenter),
  free_shipping: flag(),
  track_inventory: flag('True: the stock is counted down by orders.'),
});
export type ItemShipping = Static<typeof ItemShipping>;

export const ItemTax = model('ItemTax', 'How an item is taxed.', {
  tax_free: flag(),
  tax_product_type: oneOf(
    ['', 'digital', 'physical', 'service'],
    'Digital goods and services do not ship.',
  ),
  taxable_cost: decimal('Taxed instead of the price.'),
});
export type ItemTax = Static<typeof ItemTax>;

export const Item = model('Item', 'An item of the catalogue.', {
  merchant_id: textTo(5),
  merchant_item_id: textTo(20),
  merchant_item_oid: int32(),
  description: textTo(512),
  inactive: flag('Not sold at present.'),
  kit: flag(),
  kit_component_only: flag(),
  creation_dts: dateTime(),
  last_modified_dts: dateTime(),
  recommend_replenishment_days: int32('The number of days after which a customer needs more.'),
  auto_order: one(ItemAutoOrder),
  pricing: one(ItemPricing),
  shipping: one(ItemShipping),
  tax: one(ItemTax),
});
export type Item = Static<typeof Item>;

export const ItemResponse = answer('ItemResponse', {
  item: one(Item),
});
export type ItemResponse = Static<typeof ItemResponse>;

export const ItemsResponse = answer('ItemsResponse', {
  items: many(Item),
});
export type ItemsResponse = Static<typeof ItemsResponse>;
