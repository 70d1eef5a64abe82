/** The shipping of an order: address, method, tracking, gifts and digital delivery. */
import type { Static } from 'typebox';
import { Currency, Weight } from './common.ts';
import {
  dateTime,
  flag,
  imported,
  int32,
  int64,
  many,
  model,
  one,
  readOnly,
  text,
  texts,
  textTo,
} from './fields.ts';

export const OrderTrackingNumberDetail = model(
  'OrderTrackingNumberDetail',
  'A station of a parcel.',
  {
    city: text(),
    event_dts: dateTime(),
    event_local_date: text(),
    event_local_time: text(),
    event_timezone_id: text(),
    state: text(),
    subtag: text(),
    subtag_message: text(),
    tag: text(),
    tag_description: text(),
    tag_icon: text(),
    zip: text(),
  },
);
export type OrderTrackingNumberDetail = Static<typeof OrderTrackingNumberDetail>;

export const OrderTrackingNumberDetails = model(
  'OrderTrackingNumberDetails',
  'Where a parcel is.',
  {
    actual_delivery_date: text(),
    actual_delivery_date_formatted: text(),
    details: many(OrderTrackingNumberDetail),
    easypost_tracker_id: text(),
    expected_delivery_date: text(),
    expected_delivery_date_formatted: text(),
    map_url: text(),
    order_placed_date: text(),
    order_placed_date_formatted: text(),
    payment_processed_date: text(),
    payment_processed_date_formatted: text(),
    shipped_date: text(),
    shipped_date_formatted: text(),
    shipping_method: text(),
    status: text(),
    status_description: text(),
    tracking_number: text(),
    tracking_url: text(),
  },
);
export type OrderTrackingNumberDetails = Static<typeof OrderTrackingNumberDetails>;

export const OrderShipping = model('OrderShipping', 'The shipping of an order.', {
  address1: textTo(50),
  address2: textTo(50),
  city: textTo(32),
  company: textTo(50),
  country_code: textTo(2),
  day_phone: textTo(25),
  day_phone_e164: imported(textTo(25)),
  delivery_date: dateTime(),
  evening_phone: textTo(25),
  evening_phone_e164: textTo(25),
  first_name: textTo(30),
  last_name: textTo(30),
  least_cost_route: flag('Channel partner inserts only.'),
  least_cost_route_shipping_methods: texts(
    'Channel partner inserts only; considered if least cost route is on.',
  ),
  lift_gate: flag('LTL methods only.'),
  pickup_dts: dateTime(),
  postal_code: textTo(20),
  rma: textTo(30),
  ship_on_date: dateTime(),
  ship_to_residential: flag(),
  shipping_3rd_party_account_number: textTo(20),
  shipping_date: readOnly(dateTime('Set when the first shipment goes out.')),
  shipping_department_status: textTo(30),
  shipping_method: text(),
  shipping_method_accounting_code: imported(text()),
  special_instructions: text(),
  state_region: textTo(32),
  title: textTo(50),
  tracking_number_details: many(OrderTrackingNumberDetails),
  tracking_numbers: texts(),
  weight: readOnly(one(Weight)),
});
export type OrderShipping = Static<typeof OrderShipping>;

export const OrderGift = model('OrderGift', 'Gift wrapping and message.', {
  gift: flag(),
  gift_charge: one(Currency),
  gift_charge_accounting_code: imported(text()),
  gift_charge_refunded: one(Currency, 'Read-only except in a refund.'),
  gift_email: textTo(100),
  gift_message: textTo(10000),
  gift_wrap_accounting_code: imported(text()),
  gift_wrap_cost: one(Currency),
  gift_wrap_refunded: one(Currency, 'Read-only except in a refund.'),
  gift_wrap_title: textTo(30),
});
export type OrderGift = Static<typeof OrderGift>;

export const OrderLinkedShipment = model(
  'OrderLinkedShipment',
  'Orders that ship together.',
  {
    has_linked_shipment: flag(),
    linked_shipment: flag(),
    linked_shipment_channel_partner_order_ids: texts('If has_linked_shipment=true.'),
    linked_shipment_order_ids: texts('If has_linked_shipment=true.'),
    linked_shipment_to_order_id: text('If linked_shipment=true.'),
  },
  { readOnly: true },
);
export type OrderLinkedShipment = Static<typeof OrderLinkedShipment>;

export const OrderDigitalItem = model(
  'OrderDigitalItem',
  'A file that the customer may download.',
  {
    file_size: imported(int64()),
    last_download: imported(dateTime()),
    last_download_ip_address: imported(text()),
    original_filename: imported(text()),
    product_code: imported(text()),
    product_description: imported(text()),
    remaining_downloads: int32(),
    url: imported(text()),
  },
);
export type OrderDigitalItem = Static<typeof OrderDigitalItem>;

export const OrderDigitalOrder = model('OrderDigitalOrder', 'The downloads of an order.', {
  creation_dts: imported(dateTime()),
  expiration_dts: dateTime(),
  items: many(OrderDigitalItem),
  url: imported(text()),
  url_id: imported(text()),
});
export type OrderDigitalOrder = Static<typeof OrderDigitalOrder>;
