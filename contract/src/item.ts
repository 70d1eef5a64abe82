/** Items of the catalogue: their prices, their schedules, and the parts that are only stored. */
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
import {
  ItemContent,
  ItemDigitalDelivery,
  ItemIdentifiers,
  ItemPhysical,
  ItemProperty,
  ItemRelated,
  ItemReviews,
  ItemTags,
  ItemVariantItem,
  ItemVariation,
} from './itemContent.ts';
import {
  ItemAmember,
  ItemCCBill,
  ItemChannelPartnerMapping,
  ItemEbay,
  ItemEnrollment123,
  ItemGoogleProductSearch,
  ItemRevguard,
  ItemSalesforce,
  ItemThirdPartyEmailMarketing,
  ItemWishlistMember,
} from './itemMarketplaces.ts';
import {
  ItemAccounting,
  ItemChargeback,
  ItemCheckout,
  ItemEmailNotifications,
  ItemFulfillmentAddon,
  ItemGiftCertificate,
  ItemInstantPaymentNotifications,
  ItemInternal,
  ItemKitDefinition,
  ItemOption,
  ItemPaymentProcessing,
  ItemRealtimePricing,
  ItemReporting,
  ItemRestriction,
} from './itemOptions.ts';
import { ItemPricing, ItemTax } from './itemPricing.ts';
import { ItemShipping } from './itemShipping.ts';

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

/** The types of steps of a fixed schedule. */
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
    auth_future_amount: decimal('Authorized to test the card for future rebills.'),
    auth_test_amount: decimal('Authorized to test the card of an order that costs nothing.'),
    auto_order_cancel_charge_minimum_balance: flag(
      'The fee is the difference to the minimum value.',
    ),
    auto_order_cancel_item_id: textTo(20, 'Charged once when the customer cancels.'),
    auto_order_cancel_item_oid: int32(),
    auto_order_cancel_minimum_life_time_count: int32(
      'There is no fee after this number of orders.',
    ),
    auto_order_cancel_minimum_life_time_value: decimal(
      'No fee once the orders have reached this value.',
    ),
    auto_order_cancel_minimum_rebill_count: int32('There is no fee after this number of rebills.'),
    auto_order_cancel_minimum_rebill_value: decimal(
      'No fee once the rebills have reached this value.',
    ),
    auto_order_downgrade_items: texts('Buying one of these replaces an auto order of this item.'),
    auto_order_paused: flag(
      'True: its auto orders are postponed day by day until this is false again.',
    ),
    auto_order_prohibit_expiring_cards: int32(
      'Cards that expire within this number of months are refused; 0 is off.',
    ),
    auto_order_schedules: texts('Schedules the customer may choose.'),
    auto_order_upgrade_items: texts('Buying one of these replaces an auto order of this item.'),
    auto_order_upsell: flag('True: it follows its steps; false: the customer chooses a schedule.'),
    auto_order_upsell_no_easy_cancel: flag(
      'Customers cannot cancel it on the page of a magic link.',
    ),
    auto_order_upsell_one_per_customer: flag('A customer can have only one at a time.'),
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
  accounting: one(ItemAccounting),
  amember: one(ItemAmember),
  ccbill: one(ItemCCBill),
  channel_partner_item_mappings: many(ItemChannelPartnerMapping),
  chargeback: one(ItemChargeback),
  checkout: one(ItemCheckout),
  content: one(ItemContent),
  description_translated_text_instance_oid: int32(),
  digital_delivery: one(ItemDigitalDelivery),
  ebay: one(ItemEbay),
  email_notifications: one(ItemEmailNotifications),
  enrollment123: one(ItemEnrollment123),
  fulfillment_addons: many(ItemFulfillmentAddon),
  gift_certificate: one(ItemGiftCertificate),
  google_product_search: one(ItemGoogleProductSearch),
  identifiers: one(ItemIdentifiers),
  instant_payment_notifications: one(ItemInstantPaymentNotifications),
  internal: one(ItemInternal),
  kit_definition: one(ItemKitDefinition),
  options: many(ItemOption),
  parent_category_id: int32(),
  parent_category_path: text(),
  payment_processing: one(ItemPaymentProcessing),
  physical: one(ItemPhysical),
  properties: many(ItemProperty),
  realtime_pricing: one(ItemRealtimePricing),
  related: one(ItemRelated),
  reporting: one(ItemReporting),
  restriction: one(ItemRestriction),
  revguard: one(ItemRevguard),
  reviews: one(ItemReviews),
  salesforce: one(ItemSalesforce),
  tags: one(ItemTags),
  third_party_email_marketing: many(ItemThirdPartyEmailMarketing),
  variant_items: many(ItemVariantItem),
  variations: many(ItemVariation),
  wishlist_member: one(ItemWishlistMember),
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
