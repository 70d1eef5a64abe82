/** Orders: those that customers placed and those that rebills created. */
import type { Static } from 'typebox';
import { AutoOrderItem } from './autoOrderItem.ts';
import { answer, Currency } from './common.ts';
import { Customer } from './customer.ts';
import {
  dateTime,
  decimal,
  flag,
  imported,
  int32,
  many,
  manyNamed,
  model,
  one,
  oneOf,
  readOnly,
  text,
  texts,
  textTo,
} from './fields.ts';
import {
  OrderAffiliate,
  OrderChannelPartner,
  OrderCheckout,
  OrderFraudScore,
  OrderMarketing,
  OrderPointOfSale,
  OrderUtm,
} from './orderCheckout.ts';
import { OrderItem } from './orderItem.ts';
import { OrderPayment } from './orderPayment.ts';
import {
  OrderDigitalOrder,
  OrderGift,
  OrderLinkedShipment,
  OrderShipping,
} from './orderShipping.ts';

export const OrderAutoOrder = model('OrderAutoOrder', 'The auto order that an order belongs to.', {
  auto_order_code: text(),
  auto_order_oid: int32(),
  cancel_after_next_x_orders: int32(),
  cancel_downgrade: flag(),
  cancel_reason: text(),
  cancel_upgrade: flag(),
  canceled_by_user: text(),
  canceled_dts: dateTime(),
  completed: flag(),
  credit_card_attempt: int32(),
  disabled_dts: dateTime(),
  enabled: flag(),
  failure_reason: text(),
  items: many(AutoOrderItem),
  next_attempt: text(),
  original_order_id: text(),
  override_affiliate_id: int32(),
  rebill_orders: manyNamed<Order>('Order'),
  rotating_transaction_gateway_code: text(),
  status: oneOf(['active', 'canceled', 'disabled']),
});
export type OrderAutoOrder = Static<typeof OrderAutoOrder>;

export const OrderBilling = model('OrderBilling', 'Who pays.', {
  address1: textTo(50),
  address2: textTo(50),
  cc_emails: texts('Several addresses with at most 100 characters in total.'),
  cell_phone: textTo(25),
  cell_phone_e164: textTo(25),
  city: textTo(32),
  company: textTo(50),
  country_code: textTo(2),
  day_phone: textTo(25),
  day_phone_e164: imported(textTo(25)),
  email: textTo(100),
  evening_phone: textTo(25),
  evening_phone_e164: textTo(25),
  first_name: textTo(30),
  last_name: textTo(30),
  postal_code: textTo(20),
  state_region: textTo(32),
  title: textTo(50),
});
export type OrderBilling = Static<typeof OrderBilling>;

export const OrderBuysafe = model('OrderBuysafe', 'The buySAFE bond of an order.', {
  buysafe_bond_available: imported(flag()),
  buysafe_bond_cost: imported(one(Currency)),
  buysafe_bond_free: imported(flag()),
  buysafe_bond_refunded: imported(one(Currency)),
  buysafe_bond_wanted: flag(),
  buysafe_shopping_cart_id: imported(text()),
});
export type OrderBuysafe = Static<typeof OrderBuysafe>;

export const OrderCoupon = model('OrderCoupon', 'A coupon used on an order.', {
  accounting_code: imported(text()),
  automatically_applied: imported(flag()),
  base_coupon_code: textTo(20, 'Differs from coupon_code when a one-time code was made from it.'),
  coupon_code: textTo(20),
  hdie_from_customer: flag(),
});
export type OrderCoupon = Static<typeof OrderCoupon>;

export const OrderCurrentStageHistory = model(
  'OrderCurrentStageHistory',
  'A move from one stage to another.',
  {
    after_stage: oneOf([
      'Accounts Receivable',
      'Pending Clearance',
      'Fraud Review',
      'Rejected',
      'Shipping Department',
      'Completed Order',
      'Quote Request',
      'Quote Sent',
      'Least Cost Routing',
      'Unknown',
      'Pre-ordered',
      'Advanced Order Routing',
      'Hold',
    ]),
    before_stage: oneOf([
      'Accounts Receivable',
      'Pending Clearance',
      'Fraud Review',
      'Rejected',
      'Shipping Department',
      'Completed Order',
      'Quote Request',
      'Quote Sent',
      'Least Cost Routing',
      'Unknown',
      'Pre-ordered',
      'Advanced Order Routing',
      'Hold',
    ]),
    transition_dts: dateTime(),
  },
);
export type OrderCurrentStageHistory = Static<typeof OrderCurrentStageHistory>;

export const OrderEdi = model('OrderEdi', 'What EDI adds to an order.', {
  bill_to_edi_code: text(),
  edi_department: text(),
  edi_internal_vendor_number: textTo(50),
  ship_to_edi_code: text(),
});
export type OrderEdi = Static<typeof OrderEdi>;

export const OrderGiftCertificate = model(
  'OrderGiftCertificate',
  'A gift certificate used on an order.',
  {
    gift_certificate_amount: imported(one(Currency)),
    gift_certificate_code: imported(text()),
    gift_certificate_oid: imported(int32()),
  },
);
export type OrderGiftCertificate = Static<typeof OrderGiftCertificate>;

export const OrderTransactionalMerchantNote = model(
  'OrderTransactionalMerchantNote',
  'A note of a user on an order.',
  {
    ip_address: text(),
    note: text(),
    note_dts: dateTime(),
    user: text(),
  },
);
export type OrderTransactionalMerchantNote = Static<typeof OrderTransactionalMerchantNote>;

export const OrderInternal = model(
  'OrderInternal',
  'Notes and owners of an order, for the merchant alone.',
  {
    exported_to_accounting: flag('True from the start where QuickBooks is not configured.'),
    merchant_notes: text(),
    placed_by_user: imported(text()),
    refund_by_user: readOnly(text()),
    sales_rep_code: textTo(10),
    transactional_merchant_notes: many(OrderTransactionalMerchantNote),
  },
);
export type OrderInternal = Static<typeof OrderInternal>;

export const OrderProperty = model('OrderProperty', 'A name and a value kept with an order.', {
  created_by: textTo(20),
  created_dts: dateTime(),
  display: flag(),
  expiration_dts: dateTime('Property is deleted then.'),
  name: textTo(100),
  value: textTo(3800),
});
export type OrderProperty = Static<typeof OrderProperty>;

export const OrderQuote = model(
  'OrderQuote',
  'The quote that an order came from.',
  {
    quote_expiration_dts: dateTime(),
    quoted_by: text(),
    quoted_dts: dateTime(),
  },
  { readOnly: true },
);
export type OrderQuote = Static<typeof OrderQuote>;

export const OrderSalesforce = model(
  'OrderSalesforce',
  'The order in Salesforce.',
  {
    salesforce_opportunity_id: text(),
  },
  { readOnly: true },
);
export type OrderSalesforce = Static<typeof OrderSalesforce>;

export const OrderSummary = model('OrderSummary', 'The totals of an order.', {
  actual_fulfillment: one(Currency),
  actual_other_cost: one(Currency),
  actual_payment_processing: one(Currency),
  actual_profit: one(Currency),
  actual_profit_analyzed: flag(),
  actual_profit_review: flag(),
  actual_shipping: one(Currency),
  arbitrary_shipping_handling_total: one(
    Currency,
    'Insert only: overrides computed shipping and handling; no meaning on update.',
  ),
  health_benefit_card_amount: one(Currency),
  health_benefit_card_refunded: one(Currency),
  internal_gift_certificate_amount: one(Currency),
  internal_gift_certificate_refunded: one(Currency),
  other_refunded: readOnly(one(Currency)),
  shipping_handling_refunded: one(Currency, 'Read-only except in a refund.'),
  shipping_handling_total: one(Currency),
  shipping_handling_total_discount: readOnly(one(Currency)),
  subtotal: readOnly(one(Currency)),
  subtotal_discount: readOnly(one(Currency)),
  subtotal_discount_refunded: one(Currency, 'Read-only except in a refund.'),
  subtotal_refunded: readOnly(one(Currency)),
  tax: one(
    Currency,
    'Follows changed tax fields on update; not usable on insert (use the arbitrary fields).',
  ),
  tax_refunded: one(Currency, 'Read-only except in a refund.'),
  taxable_subtotal: readOnly(one(Currency)),
  taxable_subtotal_discount: readOnly(one(Currency)),
  total: readOnly(one(Currency)),
  total_refunded: readOnly(one(Currency)),
});
export type OrderSummary = Static<typeof OrderSummary>;

export const OrderTag = model('OrderTag', 'A tag of an order.', {
  tag_value: textTo(100),
});
export type OrderTag = Static<typeof OrderTag>;

export const OrderTaxes = model('OrderTaxes', 'The rates that an order is taxed at.', {
  arbitrary_tax: decimal('Insert only: overrides tax computation.'),
  arbitrary_tax_rate: decimal('Insert only: overrides tax computation.'),
  arbitrary_taxable_subtotal: decimal('Insert only: overrides tax computation.'),
  tax_city_accounting_code: imported(text()),
  tax_country_accounting_code: imported(text()),
  tax_county: textTo(32, 'United States only.'),
  tax_county_accounting_code: imported(text()),
  tax_gift_charge: imported(flag()),
  tax_postal_code_accounting_code: imported(text()),
  tax_rate: decimal('No meaning on update; on insert use the arbitrary fields.'),
  tax_rate_city: imported(decimal()),
  tax_rate_country: imported(decimal()),
  tax_rate_county: imported(decimal()),
  tax_rate_postal_code: imported(decimal()),
  tax_rate_state: imported(decimal()),
  tax_shipping: imported(flag()),
  tax_state_accounting_code: imported(text()),
});
export type OrderTaxes = Static<typeof OrderTaxes>;

/** The stage of an order. */
export const orderStages = [
  'Accounts Receivable',
  'Pending Clearance',
  'Fraud Review',
  'Rejected',
  'Shipping Department',
  'Completed Order',
  'Quote Request',
  'Quote Sent',
  'Least Cost Routing',
  'Unknown',
  'Pre-ordered',
  'Advanced Order Routing',
  'Hold',
] as const;

export const Order = model(
  'Order',
  'An order: the one that a customer placed, or one that a rebill made.',
  {
    affiliates: imported(
      many(
        OrderAffiliate,
        'First entry sent the order; each later one is the recruiter earning a downline commission.',
      ),
    ),
    auto_order: readOnly(one(OrderAutoOrder)),
    billing: one(OrderBilling),
    buysafe: one(OrderBuysafe),
    channel_partner: readOnly(one(OrderChannelPartner)),
    checkout: one(OrderCheckout),
    coupons: many(OrderCoupon),
    creation_dts: readOnly(dateTime()),
    currency_code: textTo(
      3,
      'Present when the customer used another currency than the merchant base.',
    ),
    current_stage: oneOf(orderStages),
    current_stage_histories: many(OrderCurrentStageHistory),
    customer_profile: readOnly(one(Customer)),
    digital_order: one(OrderDigitalOrder),
    edi: one(OrderEdi, 'Only orders that came by an EDI channel partner.'),
    exchange_rate: decimal('Only meaningful with a currency other than the base.'),
    fraud_score: imported(one(OrderFraudScore)),
    gift: one(OrderGift),
    gift_certificate: imported(one(OrderGiftCertificate)),
    internal: one(OrderInternal),
    items: many(OrderItem),
    language_iso_code: imported(
      textTo(3, 'Three letters, only if other than the default language.'),
    ),
    linked_shipment: imported(one(OrderLinkedShipment, 'CCBill orders only.')),
    marketing: one(OrderMarketing),
    merchant_id: readOnly(text()),
    order_id: readOnly(text()),
    payment: one(OrderPayment),
    point_of_sale: one(OrderPointOfSale),
    properties: many(OrderProperty, 'Only on update, never on insert.'),
    quote: imported(one(OrderQuote)),
    refund_dts: readOnly(dateTime()),
    refund_reason: text(),
    reject_dts: readOnly(dateTime()),
    reject_reason: text(),
    salesforce: imported(one(OrderSalesforce)),
    shipping: one(OrderShipping),
    summary: one(OrderSummary),
    Tags: many(OrderTag, 'Only on update, never on insert.'),
    taxes: one(OrderTaxes),
    utms: many(OrderUtm),
  },
);
/** An interface, because orders may contain orders. */
export interface Order extends Static<typeof Order> {}

export const OrderAutoOrderUpdateBillingUrlResponse = answer(
  'OrderAutoOrderUpdateBillingUrlResponse',
  {
    update_billing_url: text(),
  },
);
export type OrderAutoOrderUpdateBillingUrlResponse = Static<
  typeof OrderAutoOrderUpdateBillingUrlResponse
>;

export const OrderQuery = model(
  'OrderQuery',
  'Criteria of a search; all that are given must hold.',
  {
    cc_email: textTo(100),
    channel_partner_code: text(),
    channel_partner_order_id: text(),
    city: textTo(32),
    company: textTo(50),
    country_code: textTo(2),
    creation_date_begin: text(),
    creation_date_end: text(),
    current_stage: oneOf([
      'Accounts Receivable',
      'Pending Clearance',
      'Fraud Review',
      'Rejected',
      'Shipping Department',
      'Completed Order',
      'Quote Request',
      'Quote Sent',
      'Least Cost Routing',
      'Unknown',
      'Hold',
    ]),
    custom_field_1: text(),
    custom_field_10: text(),
    custom_field_2: text(),
    custom_field_3: text(),
    custom_field_4: text(),
    custom_field_5: text(),
    custom_field_6: text(),
    custom_field_7: text(),
    custom_field_8: text(),
    custom_field_9: text(),
    customer_profile_oid: int32(),
    email: textTo(100),
    first_name: textTo(30),
    item_id: text(),
    last_name: textTo(30),
    order_id: text(),
    payment_date_begin: text(),
    payment_date_end: text(),
    payment_method: oneOf([
      'Affirm',
      'Amazon',
      'Amazon SC',
      'Cash',
      'Check',
      'COD',
      'Credit Card',
      'eCheck',
      'LoanHero',
      'Money Order',
      'PayPal',
      'Purchase Order',
      'Quote Request',
      'Unknown',
      'Wire Transfer',
      'Venmo',
      'Apple Pay',
      ' Google Pay',
      'PayPal Fastlane',
    ]),
    phone: textTo(25),
    postal_code: textTo(20),
    purchase_order_number: text(),
    query_target: oneOf(['origin', 'cache']),
    refund_date_begin: text(),
    refund_date_end: text(),
    rma: textTo(30),
    screen_branding_theme_code: textTo(10),
    shipment_date_begin: text(),
    shipment_date_end: text(),
    shipped_on_date_begin: text(),
    shipped_on_date_end: text(),
    state_region: textTo(32),
    storefront_host_name: text(),
    total: decimal(),
  },
);
export type OrderQuery = Static<typeof OrderQuery>;

export const OrderQueryBatch = model('OrderQueryBatch', 'The orders to read.', {
  order_ids: texts('At most 500.'),
  query_target: oneOf(['origin', 'cache']),
});
export type OrderQueryBatch = Static<typeof OrderQueryBatch>;

export const OrderResponse = answer('OrderResponse', {
  order: one(Order),
});
export type OrderResponse = Static<typeof OrderResponse>;

export const OrdersResponse = answer('OrdersResponse', {
  orders: many(Order),
});
export type OrdersResponse = Static<typeof OrdersResponse>;
