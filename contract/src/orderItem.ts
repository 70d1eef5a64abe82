/** The lines of an order. */
import type { Static } from 'typebox';
import { Currency, Distance, Weight } from './common.ts';
import {
  dateTime,
  decimal,
  flag,
  imported,
  insertOnly,
  int32,
  many,
  model,
  one,
  oneOf,
  readOnly,
  text,
  texts,
  textTo,
} from './fields.ts';

export const OrderItemEdiIdentification = model(
  'OrderItemEdiIdentification',
  'An identifier of a line in EDI.',
  {
    identification: text(),
    quantity: int32(),
  },
  { readOnly: true },
);
export type OrderItemEdiIdentification = Static<typeof OrderItemEdiIdentification>;

export const OrderItemEdiLot = model(
  'OrderItemEdiLot',
  'A lot that a line shipped from.',
  {
    lot_expiration: dateTime(),
    lot_number: text(),
    lot_quantity: int32(),
  },
  { readOnly: true },
);
export type OrderItemEdiLot = Static<typeof OrderItemEdiLot>;

export const OrderItemEdi = model(
  'OrderItemEdi',
  'What EDI adds to a line.',
  {
    identifications: readOnly(many(OrderItemEdiIdentification)),
    lots: readOnly(many(OrderItemEdiLot)),
  },
  { readOnly: true },
);
export type OrderItemEdi = Static<typeof OrderItemEdi>;

export const OrderItemOptionFileAttachment = model(
  'OrderItemOptionFileAttachment',
  'A file that the customer attached to an option.',
  {
    expiration_dts: dateTime(),
    file_name: text(),
    mime_type: text(),
    size: int32(),
  },
  { readOnly: true },
);
export type OrderItemOptionFileAttachment = Static<typeof OrderItemOptionFileAttachment>;

export const OrderItemOption = model('OrderItemOption', 'A chosen option of a line.', {
  additional_dimension_application: oneOf(['none', 'set item to', 'add item']),
  cost_change: one(Currency),
  file_attachment: imported(
    one(OrderItemOptionFileAttachment, 'Only for option type file while not expired.'),
  ),
  height: one(Distance, 'If additional_dimension_application != none.'),
  hidden: flag(),
  label: textTo(50),
  length: one(Distance, 'If additional_dimension_application != none.'),
  one_time_fee: flag(),
  value: textTo(1024),
  weight_change: one(Weight),
  width: one(Distance, 'If additional_dimension_application != none.'),
});
export type OrderItemOption = Static<typeof OrderItemOption>;

export const OrderItemProperty = model(
  'OrderItemProperty',
  'A name and a value kept with a line.',
  {
    display: flag(),
    expiration_dts: dateTime('Property is deleted then.'),
    name: textTo(100),
    value: textTo(3800),
  },
);
export type OrderItemProperty = Static<typeof OrderItemProperty>;

export const OrderItemTag = model('OrderItemTag', 'A tag of a line.', {
  tag_value: textTo(100),
});
export type OrderItemTag = Static<typeof OrderItemTag>;

export const OrderItem = model('OrderItem', 'A line of an order.', {
  accounting_code: imported(text()),
  activation_codes: texts(),
  actual_cogs: one(Currency),
  arbitrary_unit_cost: one(Currency, 'Insert only: overrides the unit cost.'),
  auto_order_last_rebill_dts: dateTime('Insert only.'),
  auto_order_schedule: text('Insert only: the recurring schedule.'),
  barcode: imported(text()),
  barcode_gtin12: textTo(12),
  barcode_gtin14: textTo(14),
  barcode_upc11: textTo(11),
  barcode_upc12: textTo(12),
  channel_partner_item_id: textTo(30, 'Only if mapped from a channel partner item.'),
  cogs: imported(decimal()),
  component_unit_value: imported(decimal()),
  cost: one(Currency),
  country_code_of_origin: imported(textTo(2)),
  customs_description: imported(text()),
  description: textTo(2000),
  discount: readOnly(one(Currency)),
  discount_quantity: imported(decimal()),
  discount_shipping_weight: imported(one(Weight)),
  distribution_center_code: text(),
  edi: insertOnly(one(OrderItemEdi)),
  exclude_coupon: flag(),
  free_shipping: flag(),
  hazmat: flag(),
  height: one(Distance),
  item_index: int32(),
  item_reference_oid: readOnly(int32('Links to the auto order item record.')),
  kit: flag(),
  kit_component: flag(),
  length: one(Distance),
  manufacturer_sku: imported(text()),
  max_days_time_in_transit: int32('Perishables.'),
  merchant_item_id: textTo(20),
  mix_and_match_group_name: text(),
  mix_and_match_group_oid: int32(),
  no_shipping_discount: flag(),
  options: many(OrderItemOption),
  packed_by_user: imported(text()),
  parent_item_index: int32(),
  parent_merchant_item_id: textTo(20),
  perishable_class: textTo(50),
  pricing_tier_name: text('Tier that gave this price.'),
  properties: many(OrderItemProperty),
  quantity: decimal(),
  quantity_refunded: decimal('Read-only except in a refund.'),
  quickbooks_class: textTo(31),
  refund_reason: text(),
  return_reason: text(),
  ship_separately: flag(),
  shipped_by_user: imported(text()),
  shipped_dts: dateTime(),
  shipping_status: text(),
  special_product_type: text(),
  tags: many(OrderItemTag),
  tax_free: flag(),
  tax_product_type: oneOf(['', 'digital', 'physical', 'service']),
  taxable_cost: one(Currency),
  total_cost_with_discount: readOnly(one(Currency)),
  total_refunded: one(Currency),
  transmitted_to_distribution_center_dts: dateTime(),
  unit_cost_with_discount: readOnly(one(Currency)),
  upsell: flag(),
  weight: one(Weight),
  width: one(Distance),
});
export type OrderItem = Static<typeof OrderItem>;
