/** Customer profiles with their addresses, cards, loyalty and history. */
import type { Static } from 'typebox';
import { answer, Property } from './common.ts';
import {
  dateTime,
  decimal,
  flag,
  imported,
  int32,
  int64,
  many,
  manyNamed,
  model,
  one,
  readOnly,
  text,
  texts,
  textTo,
} from './fields.ts';

export const Activity = model('Activity', 'Something a customer did.', {
  action: text(),
  channel: text(),
  metric: text(),
  storefront_oid: int32(),
  subject: text(),
  ts: int64(),
  type: text(),
  uuid: text(),
});
export type Activity = Static<typeof Activity>;

export const ListSegmentMembership = model(
  'ListSegmentMembership',
  'A list or segment that a customer is in.',
  {
    name: text(),
    type: text(),
    uuid: text(),
  },
);
export type ListSegmentMembership = Static<typeof ListSegmentMembership>;

export const Metric = model('Metric', 'A figure about a customer.', {
  all_time: decimal(),
  all_time_formatted: text(),
  last_30: decimal(),
  last_30_formatted: text(),
  name: text(),
  prior_30: decimal(),
  prior_30_formatted: text(),
  type: text(),
});
export type Metric = Static<typeof Metric>;

export const CustomerActivity = model('CustomerActivity', 'What a customer did.', {
  activities: many(Activity),
  global_unsubscribed: flag(),
  global_unsubscribed_dts: dateTime(),
  memberships: many(ListSegmentMembership),
  metrics: many(Metric),
  properties_list: many(Property),
  sms: text(),
  sms_stop: flag(),
  spam_complaint: flag(),
  spam_complaint_dts: dateTime(),
});
export type CustomerActivity = Static<typeof CustomerActivity>;

export const CustomerAttachment = model('CustomerAttachment', 'A file kept with a customer.', {
  customer_profile_attachment_oid: imported(int32()),
  description: text(),
  file_name: imported(text()),
  mime_type: imported(text()),
  upload_dts: imported(dateTime()),
});
export type CustomerAttachment = Static<typeof CustomerAttachment>;

export const CustomerBilling = model('CustomerBilling', 'A billing address of a customer.', {
  address1: textTo(50),
  address2: textTo(50),
  city: textTo(32),
  company: textTo(50),
  country_code: textTo(2),
  customer_billing_oid: readOnly(int32()),
  customer_profile_oid: readOnly(int32()),
  day_phone: textTo(25),
  day_phone_e164: text(),
  default_billing: flag(),
  evening_phone: textTo(25),
  evening_phone_e164: text(),
  first_name: textTo(30),
  last_name: textTo(30),
  last_used_dts: dateTime(),
  postal_code: textTo(20),
  state_region: textTo(32),
  tax_county: textTo(32),
  title: textTo(50),
});
export type CustomerBilling = Static<typeof CustomerBilling>;

export const CustomerCard = model(
  'CustomerCard',
  'A card of a customer: last four digits and expiration.',
  {
    card_expiration_month: int32('1-12.'),
    card_expiration_year: int32('Four digits.'),
    card_number: text('Masked to the last 4.'),
    card_number_token: text(),
    card_type: text(),
    customer_profile_credit_card_id: int32(),
    customer_profile_oid: readOnly(int32()),
    last_used_dts: dateTime(),
  },
);
export type CustomerCard = Static<typeof CustomerCard>;

export const CustomerEmail = model('CustomerEmail', 'Another address that receives copies.', {
  customer_profile_email_oid: int32(),
  email: textTo(100),
  label: textTo(100),
  receipt_notification: flag(),
  refund_notification: flag(),
  shipment_notification: flag(),
});
export type CustomerEmail = Static<typeof CustomerEmail>;

export const CustomerEDI = model('CustomerEDI', 'A customer in EDI.', {
  channel_partner_oid: int32(),
  distribution_center_number: text(),
  store_number: text(),
});
export type CustomerEDI = Static<typeof CustomerEDI>;

export const GiftCertificateLedgerEntry = model(
  'GiftCertificateLedgerEntry',
  'A change of a gift certificate’s balance.',
  {
    amount: decimal(),
    description: textTo(50),
    entry_dts: dateTime(),
    gift_certificate_ledger_oid: int32(),
    gift_certificate_oid: int32(),
    reference_order_id: text(),
  },
);
export type GiftCertificateLedgerEntry = Static<typeof GiftCertificateLedgerEntry>;

export const GiftCertificate = model('GiftCertificate', 'A gift certificate.', {
  activated: flag(),
  code: text(),
  customer_profile_oid: int32(),
  deleted: flag(),
  email: textTo(100),
  expiration_dts: dateTime(),
  gift_certificate_oid: int32(),
  internal: flag(),
  ledger_entries: many(GiftCertificateLedgerEntry),
  merchant_id: text(),
  merchant_note: text(),
  original_balance: decimal(),
  reference_order_id: text(),
  remaining_balance: decimal(),
});
export type GiftCertificate = Static<typeof GiftCertificate>;

export const CustomerLoyaltyLedger = model(
  'CustomerLoyaltyLedger',
  'A change of a customer’s points.',
  {
    created_by: imported(text()),
    created_dts: imported(dateTime()),
    description: imported(text()),
    email: imported(text()),
    item_id: imported(text()),
    item_index: imported(int32()),
    ledger_dts: imported(dateTime()),
    loyalty_campaign_oid: imported(int32()),
    loyalty_ledger_oid: imported(int32()),
    loyalty_points: imported(int32()),
    modified_by: imported(text()),
    modified_dts: imported(dateTime()),
    order_id: imported(text()),
    quantity: imported(int32()),
    vesting_dts: imported(dateTime()),
  },
);
export type CustomerLoyaltyLedger = Static<typeof CustomerLoyaltyLedger>;

export const CustomerLoyaltyRedemption = model(
  'CustomerLoyaltyRedemption',
  'Points that were redeemed.',
  {
    coupon_code: imported(text()),
    coupon_code_oid: imported(int32()),
    coupon_used: imported(flag()),
    description_for_customer: imported(text()),
    expiration_dts: imported(dateTime()),
    gift_certificate_code: imported(text()),
    gift_certificate_oid: imported(int32()),
    loyalty_ledger_oid: imported(int32()),
    loyalty_points: imported(int32()),
    loyalty_redemption_oid: imported(int32()),
    order_id: imported(text()),
    redemption_dts: imported(dateTime()),
    remaining_balance: imported(decimal()),
  },
);
export type CustomerLoyaltyRedemption = Static<typeof CustomerLoyaltyRedemption>;

export const CustomerLoyalty = model('CustomerLoyalty', 'The loyalty points of a customer.', {
  current_points: imported(int32()),
  internal_gift_certificate: one(GiftCertificate),
  internal_gift_certificate_balance: text(),
  internal_gift_certificate_oid: int32(),
  ledger_entries: imported(many(CustomerLoyaltyLedger)),
  loyalty_tier_expiration_dts: dateTime(),
  loyalty_tier_name: text(),
  loyalty_tier_oid: int32(),
  pending_points: int32(),
  redemptions: imported(many(CustomerLoyaltyRedemption)),
});
export type CustomerLoyalty = Static<typeof CustomerLoyalty>;

export const CustomerOrdersSummary = model(
  'CustomerOrdersSummary',
  'The orders of a customer in figures.',
  {
    first_order_dts: readOnly(dateTime()),
    last_order_dts: readOnly(dateTime()),
    order_count: int32(),
    total: decimal(),
  },
);
export type CustomerOrdersSummary = Static<typeof CustomerOrdersSummary>;

export const CustomerPricingTier = model('CustomerPricingTier', 'A pricing tier of a customer.', {
  name: textTo(50),
  pricing_tier_oid: int32(),
});
export type CustomerPricingTier = Static<typeof CustomerPricingTier>;

export const CustomerPrivacy = model('CustomerPrivacy', 'What a customer agreed to.', {
  last_update_dts: imported(dateTime()),
  marketing: imported(flag()),
  preference: imported(flag()),
  statistics: imported(flag()),
});
export type CustomerPrivacy = Static<typeof CustomerPrivacy>;

export const CustomerProperty = model(
  'CustomerProperty',
  'A name and a value kept with a customer.',
  {
    customer_profile_property_oid: int32(),
    expiration_dts: dateTime(),
    name: textTo(100),
    value: textTo(1500),
  },
);
export type CustomerProperty = Static<typeof CustomerProperty>;

export const CustomerQuotesSummary = model(
  'CustomerQuotesSummary',
  'The quotes of a customer in figures.',
  {
    first_quote_dts: readOnly(dateTime()),
    last_quote_dts: readOnly(dateTime()),
    quote_count: int32(),
    total: decimal(),
  },
);
export type CustomerQuotesSummary = Static<typeof CustomerQuotesSummary>;

export const CustomerReviewer = model('CustomerReviewer', 'A customer as a reviewer.', {
  auto_approve: flag(),
  average_overall_rating: imported(decimal()),
  expert: flag(),
  first_review: imported(dateTime()),
  last_review: imported(dateTime()),
  location: text(),
  nickname: text(),
  number_helpful_review_votes: imported(int32()),
  rank: imported(int32()),
  reviews_contributed: imported(int32()),
});
export type CustomerReviewer = Static<typeof CustomerReviewer>;

export const CustomerShipping = model('CustomerShipping', 'A shipping address of a customer.', {
  address1: textTo(50),
  address2: textTo(50),
  city: textTo(32),
  company: textTo(50),
  country_code: textTo(2),
  customer_profile_oid: readOnly(int32()),
  customer_shipping_oid: readOnly(int32()),
  day_phone: textTo(25),
  day_phone_e164: text(),
  default_shipping: flag(),
  evening_phone: textTo(25),
  evening_phone_e164: text(),
  first_name: textTo(30),
  last_name: textTo(30),
  last_used_dts: dateTime(),
  postal_code: textTo(20),
  state_region: textTo(32),
  tax_county: textTo(32),
  title: textTo(50),
});
export type CustomerShipping = Static<typeof CustomerShipping>;

export const CustomerSoftwareEntitlement = model(
  'CustomerSoftwareEntitlement',
  'Software that a customer may use.',
  {
    activation_code: textTo(50),
    activation_dts: dateTime(),
    customer_software_entitlement_oid: imported(int32()),
    expiration_dts: dateTime(),
    purchased_via_item_description: imported(textTo(512)),
    purchased_via_item_id: imported(textTo(20)),
    purchased_via_order_id: imported(textTo(30)),
    software_sku: textTo(30),
  },
);
export type CustomerSoftwareEntitlement = Static<typeof CustomerSoftwareEntitlement>;

export const CustomerTag = model('CustomerTag', 'A tag of a customer.', {
  tag_value: textTo(250),
});
export type CustomerTag = Static<typeof CustomerTag>;

export const CustomerTaxCodes = model('CustomerTaxCodes', 'A customer at the tax services.', {
  avalara_customer_code: text(),
  avalara_entity_use_code: text(),
  sovos_customer_code: text(),
  taxjar_customer_id: text(),
  taxjar_exemption_type: text(),
});
export type CustomerTaxCodes = Static<typeof CustomerTaxCodes>;

export const Customer = model('Customer', 'A customer profile.', {
  activity: one(CustomerActivity),
  affiliate_oid: int32(),
  allow_3rd_party_billing: flag(),
  allow_cod: flag(),
  allow_drop_shipping: flag(),
  allow_purchase_order: flag(),
  allow_quote_request: flag(),
  allow_selection_of_address_type: flag(),
  attachments: many(CustomerAttachment),
  auto_approve_cod: flag(),
  auto_approve_purchase_order: flag(),
  automatic_merchant_notes: text('Appended to every order placed.'),
  billing: many(CustomerBilling),
  business_notes: textTo(2000),
  cards: many(CustomerCard),
  cc_emails: many(CustomerEmail),
  customer_profile_oid: readOnly(int32()),
  dhl_account_number: textTo(20),
  dhl_duty_account_number: textTo(20),
  do_not_send_mail: flag(),
  edi: one(CustomerEDI),
  email: text(),
  exempt_shipping_handling_charge: flag(),
  fax: textTo(32),
  fedex_account_number: textTo(20),
  free_shipping: flag(),
  free_shipping_minimum: decimal('Only with free_shipping=true: minimum subtotal for it.'),
  last_modified_by: readOnly(textTo(100)),
  last_modified_dts: readOnly(dateTime()),
  loyalty: one(CustomerLoyalty),
  maximum_item_count: int32(),
  merchant_id: text(),
  minimum_item_count: int32(),
  minimum_subtotal: decimal(),
  no_coupons: flag(),
  no_free_shipping: flag('Overrides coupons and item settings.'),
  no_realtime_charge: flag(),
  // The wire format is recursive, but the element type is not, so that the two files do not import
  // each other.
  orders: manyNamed<Record<string, unknown>>('Order'),
  orders_summary: one(CustomerOrdersSummary),
  password: textTo(30, 'Write only.'),
  pricing_tiers: many(CustomerPricingTier),
  privacy: one(CustomerPrivacy),
  properties: many(CustomerProperty),
  qb_class: text(),
  qb_code: text(),
  qb_tax_exemption_reason_code: int32(),
  quotes: manyNamed<Record<string, unknown>>('Order'),
  quotes_summary: one(CustomerQuotesSummary),
  referral_source: textTo(50),
  reviewer: one(CustomerReviewer),
  sales_rep_code: textTo(10),
  send_signup_notification: flag('Only at creation: sends the notification.'),
  shipping: many(CustomerShipping),
  signup_dts: readOnly(dateTime()),
  software_entitlements: many(CustomerSoftwareEntitlement),
  suppress_buysafe: flag(),
  tags: many(CustomerTag),
  tax_codes: one(CustomerTaxCodes),
  tax_exempt: flag(),
  tax_id: textTo(15),
  terms: text(),
  track_separately: flag(),
  unapproved: flag(
    'While true, the profile gives no pricing tiers, exemptions, free shipping or approved purchase orders.',
  ),
  ups_account_number: textTo(20),
  website_url: textTo(100),
});
export type Customer = Static<typeof Customer>;

export const CustomerQuery = model(
  'CustomerQuery',
  'Criteria of a search; all that are given must hold.',
  {
    all_tags: texts(),
    any_tags: texts(),
    billing_city: text(),
    billing_company: text(),
    billing_country_code: text(),
    billing_day_phone: text(),
    billing_evening_phone: text(),
    billing_first_name: text(),
    billing_last_name: text(),
    billing_postal_code: text(),
    billing_state: text(),
    email: text(),
    emails: texts(),
    last_modified_dts_end: dateTime(),
    last_modified_dts_start: dateTime(),
    pricing_tier_name: text(),
    pricing_tier_oid: int32(),
    qb_class: text(),
    query_target: text(),
    quickbooks_code: text(),
    shipping_city: text(),
    shipping_company: text(),
    shipping_country_code: text(),
    shipping_day_phone: text(),
    shipping_evening_phone: text(),
    shipping_first_name: text(),
    shipping_last_name: text(),
    shipping_postal_code: text(),
    shipping_state: text(),
    signup_dts_end: dateTime(),
    signup_dts_start: dateTime(),
  },
  { 'x-criteria': true },
);
export type CustomerQuery = Static<typeof CustomerQuery>;

export const CustomerMergeRequest = model(
  'CustomerMergeRequest',
  'The profile that is merged into another and deleted.',
  {
    customer_profile_oid: int32(),
    email: text('Instead of the oid.'),
  },
);
export type CustomerMergeRequest = Static<typeof CustomerMergeRequest>;

export const CustomerResponse = answer('CustomerResponse', {
  customer: one(Customer),
});
export type CustomerResponse = Static<typeof CustomerResponse>;

export const CustomersResponse = answer('CustomersResponse', {
  customers: many(Customer),
});
export type CustomersResponse = Static<typeof CustomersResponse>;
