/** How an item is sold: options, kits, price tiers, limits and notifications. */
import type { Static } from 'typebox';
import { Distance, Weight } from './common.ts';
import {
  decimal,
  flag,
  int32,
  int32s,
  many,
  model,
  one,
  oneOf,
  text,
  texts,
  textTo,
} from './fields.ts';

export const ItemAccounting = model('ItemAccounting', 'How an item is booked.', {
  accounting_code: textTo(50),
  qb_class: textTo(31),
});
export type ItemAccounting = Static<typeof ItemAccounting>;

export const ItemChargebackAddendum = model(
  'ItemChargebackAddendum',
  'A file that is added to answers to disputes.',
  {
    chargeback_addendum_oid: int32(),
    description: text(),
    file_size: int32(),
    pages: int32(),
  },
);
export type ItemChargebackAddendum = Static<typeof ItemChargebackAddendum>;

export const ItemChargebackAdjustmentRequest = model(
  'ItemChargebackAdjustmentRequest',
  'A text for requests to adjust a dispute.',
  {
    chargeback_adjustment_request_oid: int32(),
    description: text(),
    reason_code: text(),
  },
);
export type ItemChargebackAdjustmentRequest = Static<typeof ItemChargebackAdjustmentRequest>;

export const ItemChargeback = model(
  'ItemChargeback',
  'What is sent when a charge of an item is disputed.',
  {
    addendums: many(ItemChargebackAddendum),
    adjustment_requests: many(ItemChargebackAdjustmentRequest),
  },
);
export type ItemChargeback = Static<typeof ItemChargeback>;

export const ItemCheckout = model('ItemCheckout', 'How an item behaves at checkout.', {
  suppress_buysafe: flag(),
  terms: textTo(10000),
  terms_if_auto_order: flag(),
  terms_translated_text_instance_oid: int32(),
});
export type ItemCheckout = Static<typeof ItemCheckout>;

export const ItemEmailNotifications = model(
  'ItemEmailNotifications',
  'Mails about purchases of an item.',
  {
    skip_receipt: flag(),
    skip_shipment_notification: flag(),
  },
);
export type ItemEmailNotifications = Static<typeof ItemEmailNotifications>;

export const ItemFulfillmentAddon = model(
  'ItemFulfillmentAddon',
  'An item that ships along with this one.',
  {
    add_item_id: text(),
    add_item_oid: int32(),
    initial_order_only: flag(),
    once_per_order: flag(),
    quantity: int32(),
  },
);
export type ItemFulfillmentAddon = Static<typeof ItemFulfillmentAddon>;

export const ItemGiftCertificate = model(
  'ItemGiftCertificate',
  'Whether an item is a gift certificate.',
  {
    gift_certificate: flag(),
    gift_certificate_expiration_days: int32(),
  },
);
export type ItemGiftCertificate = Static<typeof ItemGiftCertificate>;

export const ItemInstantPaymentNotification = model(
  'ItemInstantPaymentNotification',
  'An address that is called after a purchase.',
  {
    post_operation: flag(),
    successful_response_text: textTo(1024),
    url: textTo(1024),
  },
);
export type ItemInstantPaymentNotification = Static<typeof ItemInstantPaymentNotification>;

export const ItemInstantPaymentNotifications = model(
  'ItemInstantPaymentNotifications',
  'Addresses that are called after a purchase.',
  {
    notifications: many(ItemInstantPaymentNotification),
  },
);
export type ItemInstantPaymentNotifications = Static<typeof ItemInstantPaymentNotifications>;

export const ItemInternal = model('ItemInternal', 'A note that only the merchant reads.', {
  memo: textTo(250),
});
export type ItemInternal = Static<typeof ItemInternal>;

export const ItemKitComponent = model('ItemKitComponent', 'An item that a kit consists of.', {
  component_cost: decimal(),
  component_description: text(),
  component_merchant_item_id: text(),
  component_merchant_item_oid: int32(),
  quantity: int32(),
});
export type ItemKitComponent = Static<typeof ItemKitComponent>;

export const ItemKitDefinition = model('ItemKitDefinition', 'What a kit consists of.', {
  components: many(ItemKitComponent),
});
export type ItemKitDefinition = Static<typeof ItemKitDefinition>;

export const ItemOptionValueAdditionalItem = model(
  'ItemOptionValueAdditionalItem',
  'An item that a choice adds.',
  {
    additional_merchant_item_id: text(),
    additional_merchant_item_oid: int32(),
  },
);
export type ItemOptionValueAdditionalItem = Static<typeof ItemOptionValueAdditionalItem>;

export const ItemOptionValueDigitalItem = model(
  'ItemOptionValueDigitalItem',
  'A file that a choice delivers.',
  {
    digital_item_oid: int32(),
    original_filename: text(),
  },
);
export type ItemOptionValueDigitalItem = Static<typeof ItemOptionValueDigitalItem>;

export const ItemOptionValue = model('ItemOptionValue', 'A choice of an option.', {
  additional_dimension_application: oneOf(['none', 'set item to', 'add item']),
  additional_items: many(ItemOptionValueAdditionalItem),
  cost_change: decimal(),
  default_value: flag(),
  digital_items: many(ItemOptionValueDigitalItem),
  height: one(Distance),
  length: one(Distance),
  merchant_item_multimedia_oid: int32(),
  option_value_oid: int32(),
  percent_cost_change: decimal(),
  translated_text_instance_oid: int32(),
  value: textTo(1024),
  weight_change: one(Weight),
  weight_change_percent: decimal(),
  width: one(Distance),
});
export type ItemOptionValue = Static<typeof ItemOptionValue>;

export const ItemOption = model('ItemOption', 'An option that the customer chooses or enters.', {
  cost_if_specified: decimal(),
  cost_per_letter: decimal(),
  cost_per_line: decimal(),
  ignore_if_default: flag(),
  label: textTo(50),
  label_translated_text_instance_oid: int32(),
  name: textTo(50),
  name_translated_text_instance_oid: int32(),
  one_time_fee: flag(),
  option_oid: int32(),
  required: flag(),
  system_option: flag(),
  type: oneOf(['dropdown', 'file attachment', 'fixed', 'hidden', 'multiline', 'radio', 'single']),
  values: many(ItemOptionValue),
});
export type ItemOption = Static<typeof ItemOption>;

export const ItemPaymentProcessing = model(
  'ItemPaymentProcessing',
  'How purchases of an item are paid.',
  {
    block_prepaid: flag(),
    block_refunds: flag(),
    credit_card_transaction_type: text(),
    no_realtime_charge: flag(),
    payment_method_validity: texts(),
    rotating_transaction_gateway_codes: texts(),
  },
);
export type ItemPaymentProcessing = Static<typeof ItemPaymentProcessing>;

export const ItemRealtimePricing = model(
  'ItemRealtimePricing',
  'Where a price is requested at checkout.',
  {
    realtime_pricing_parameter: text(),
    realtime_pricing_provider: text(),
    realtime_pricing_provider_oid: int32(),
  },
);
export type ItemRealtimePricing = Static<typeof ItemRealtimePricing>;

export const ItemReporting = model('ItemReporting', 'How reports treat an item.', {
  report_as_upsell: flag(),
  report_pickable_quantities: int32s(),
});
export type ItemReporting = Static<typeof ItemReporting>;

export const ItemRestrictionItem = model(
  'ItemRestrictionItem',
  'How a purchase of another item limits this one.',
  {
    restrict_merchant_item_id: text(),
    restrict_merchant_item_oid: int32(),
    type: oneOf([
      'can not be purchased with',
      'can only be purchased with',
      'must be purchased with',
    ]),
  },
);
export type ItemRestrictionItem = Static<typeof ItemRestrictionItem>;

export const ItemRestriction = model('ItemRestriction', 'The limits of one purchase.', {
  exclude_coupon: flag(),
  exclude_from_free_promotion: flag(),
  exclude_from_loyalty: flag(),
  items: many(ItemRestrictionItem),
  maximum_quantity: int32(),
  minimum_quantity: int32(),
  multiple_quantity: int32(),
  one_per_customer: flag(),
  purchase_separately: flag(),
});
export type ItemRestriction = Static<typeof ItemRestriction>;
