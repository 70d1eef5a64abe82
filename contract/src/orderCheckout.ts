/**
 * The origin of an order: browser, campaign, affiliate, channel partner, point of sale, and its
 * fraud score.
 */
import type { Static } from 'typebox';
import {
  dateTime,
  decimal,
  flag,
  imported,
  int32,
  many,
  model,
  one,
  oneOf,
  text,
  textTo,
} from './fields.ts';

export const BrowserDevice = model('BrowserDevice', 'The device of a browser.', {
  family: text(),
});
export type BrowserDevice = Static<typeof BrowserDevice>;

export const BrowserOS = model('BrowserOS', 'The operating system of a browser.', {
  family: text(),
  major: text(),
  minor: text(),
  patch: text(),
  patch_minor: text(),
});
export type BrowserOS = Static<typeof BrowserOS>;

export const BrowserUserAgent = model('BrowserUserAgent', 'What a browser calls itself.', {
  family: text(),
  major: text(),
  minor: text(),
  patch: text(),
});
export type BrowserUserAgent = Static<typeof BrowserUserAgent>;

export const Browser = model('Browser', 'The browser that an order was placed with.', {
  device: one(BrowserDevice),
  os: one(BrowserOS),
  user_agent: one(BrowserUserAgent),
});
export type Browser = Static<typeof Browser>;

export const OrderCheckout = model('OrderCheckout', 'The checkout that an order went through.', {
  browser: one(Browser),
  comments: text(),
  custom_field1: textTo(50),
  custom_field10: textTo(200),
  custom_field2: textTo(50),
  custom_field3: textTo(50),
  custom_field4: textTo(50),
  custom_field5: textTo(75),
  custom_field6: textTo(50),
  custom_field7: textTo(50),
  custom_field8: textTo(200),
  custom_field9: textTo(200),
  customer_ip_address: imported(text()),
  screen_branding_theme_code: textTo(10),
  screen_size: text(),
  storefront_host_name: text(),
  upsell_path_code: imported(text()),
});
export type OrderCheckout = Static<typeof OrderCheckout>;

export const OrderMarketing = model('OrderMarketing', 'Which messages the customer agreed to.', {
  advertising_source: textTo(50),
  cell_phone_opt_in: flag(),
  mailing_list: flag(),
  referral_code: textTo(30),
});
export type OrderMarketing = Static<typeof OrderMarketing>;

export const OrderUtm = model('OrderUtm', 'A campaign that led to an order.', {
  attribution_first_click_subtotal: decimal(),
  attribution_first_click_total: decimal(),
  attribution_last_click_subtotal: decimal(),
  attribution_last_click_total: decimal(),
  attribution_linear_subtotal: decimal(),
  attribution_linear_total: decimal(),
  attribution_position_based_subtotal: decimal(),
  attribution_position_based_total: decimal(),
  click_dts: dateTime(),
  facebook_ad_id: text(),
  fbclid: text(),
  gbraid: text(),
  glcid: text(),
  itm_campaign: text(),
  itm_content: text(),
  itm_id: text(),
  itm_medium: text(),
  itm_source: text(),
  itm_term: text(),
  msclkid: text(),
  short_code: text(),
  short_code_backup: flag(),
  ttclid: text(),
  uc_message_id: text(),
  utm_campaign: text(),
  utm_content: text(),
  utm_id: text(),
  utm_medium: text(),
  utm_source: text(),
  utm_term: text(),
  vmcid: text(),
  wbraid: text(),
});
export type OrderUtm = Static<typeof OrderUtm>;

export const OrderAffiliateLedger = model(
  'OrderAffiliateLedger',
  'A commission of an affiliate.',
  {
    assigned_by_user: text(),
    item_id: text(),
    tier_number: int32(),
    transaction_amount: decimal(),
    transaction_amount_paid: decimal(),
    transaction_dts: dateTime(),
    transaction_memo: text(),
    transaction_percentage: decimal(),
    transaction_state: oneOf([
      'Pending',
      'Posted',
      'Approved',
      'Paid',
      'Rejected',
      'Partially Paid',
    ]),
  },
  { readOnly: true },
);
export type OrderAffiliateLedger = Static<typeof OrderAffiliateLedger>;

export const OrderAffiliate = model(
  'OrderAffiliate',
  'The affiliates who earn on an order.',
  {
    affiliate_oid: int32(),
    ledger_entries: many(OrderAffiliateLedger),
    sub_id: text(),
  },
  { readOnly: true },
);
export type OrderAffiliate = Static<typeof OrderAffiliate>;

export const OrderChannelPartner = model(
  'OrderChannelPartner',
  'The channel that an order came through, and what may be skipped for it.',
  {
    auto_approve_purchase_order: flag(),
    channel_partner_code: text(),
    channel_partner_data: text('Read-only.'),
    channel_partner_oid: int32('Read-only, only on existing channel orders.'),
    channel_partner_order_id: textTo(50),
    ignore_invalid_shipping_method: flag(),
    no_realtime_payment_processing: flag(),
    skip_payment_processing: flag(),
    store_completed: flag(),
    store_if_payment_declines: flag(),
    treat_warnings_as_errors: flag(),
  },
  { 'x-insert-only': true },
);
export type OrderChannelPartner = Static<typeof OrderChannelPartner>;

export const PointOfSaleLocation = model('PointOfSaleLocation', 'A shop.', {
  adddress2: text(),
  address1: text(),
  city: text(),
  country: text(),
  distribution_center_code: text(),
  external_id: textTo(100),
  merchant_id: text(),
  pos_location_oid: int32(),
  postal_code: text(),
  state_province: text(),
  tax_county: textTo(32),
});
export type PointOfSaleLocation = Static<typeof PointOfSaleLocation>;

export const PointOfSaleReader = model('PointOfSaleReader', 'A card reader.', {
  device_type: text(),
  label: text(),
  merchant_id: text(),
  payment_provider: oneOf(['stripe']),
  pos_reader_id: int32(),
  pos_register_oid: int32(),
  serial_number: text(),
  stripe_account_id: text(),
  stripe_reader_id: text(),
});
export type PointOfSaleReader = Static<typeof PointOfSaleReader>;

export const PointOfSaleRegister = model('PointOfSaleRegister', 'A till.', {
  merchant_id: text(),
  name: text(),
  pos_location_oid: int32(),
  pos_register_oid: int32(),
});
export type PointOfSaleRegister = Static<typeof PointOfSaleRegister>;

export const OrderPointOfSale = model('OrderPointOfSale', 'The till that an order was placed at.', {
  location: one(PointOfSaleLocation),
  reader: one(PointOfSaleReader),
  register: one(PointOfSaleRegister),
});
export type OrderPointOfSale = Static<typeof OrderPointOfSale>;

export const OrderFraudScore = model(
  'OrderFraudScore',
  'How risky an order looks.',
  {
    anonymous_proxy: flag(),
    bin_match: oneOf(['NA', 'No', 'NotFound', 'Yes']),
    carder_email: flag(),
    country_code: text(),
    country_match: flag(),
    customer_phone_in_billing_location: text(),
    distance_km: int32(),
    free_email: flag(),
    high_risk_country: flag(),
    ip_city: text(),
    ip_isp: text(),
    ip_latitude: text(),
    ip_longitude: text(),
    ip_org: text(),
    ip_region: text(),
    proxy_score: decimal(),
    score: decimal(),
    ship_forwarder: flag(),
    spam_score: decimal(),
    transparent_proxy: flag(),
  },
  { readOnly: true },
);
export type OrderFraudScore = Static<typeof OrderFraudScore>;
