/**
 * Coupons: their discounts on an order and its rebills, their one-time codes, and the automatic
 * ones without a code.
 */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import {
  dateTime,
  decimal,
  flag,
  int32,
  int32s,
  many,
  model,
  one,
  oneOf,
  readOnly,
  text,
  texts,
  textsTo,
  textTo,
} from './fields.ts';

const currency = () => textTo(3, 'The merchant’s currency; no other is taken.');
const methods = () =>
  texts('The shipping methods that it applies to; all methods when it is empty.');
const percent = () => decimal('0 to 100.');
const discounted = () => texts('The items that get the discount; all items when it is empty.');
const counted = () =>
  texts('The items that get the discount and whose subtotal counts; all items when it is empty.');
const required = () => texts('One of these items must be on the order.');
const limit = (words: string) => int32(words);

export const CouponAmountOffItems = model(
  'CouponAmountOffItems',
  'An amount off each unit of some items.',
  {
    currency_code: currency(),
    discount_amount: decimal('Off each unit.'),
    items: discounted(),
    limit: limit('At most this number of units; 0 or absent: all.'),
  },
);
export type CouponAmountOffItems = Static<typeof CouponAmountOffItems>;

export const CouponAmountOffShipping = model('CouponAmountOffShipping', 'An amount off shipping.', {
  currency_code: currency(),
  discount_amount: decimal(),
  shipping_methods: methods(),
});
export type CouponAmountOffShipping = Static<typeof CouponAmountOffShipping>;

export const CouponAmountOffSubtotal = model(
  'CouponAmountOffSubtotal',
  'An amount off the subtotal.',
  { currency_code: currency(), discount_amount: decimal() },
);
export type CouponAmountOffSubtotal = Static<typeof CouponAmountOffSubtotal>;

export const CouponAmountOffSubtotalAndShipping = model(
  'CouponAmountOffSubtotalAndShipping',
  'An amount off the subtotal; what is left of it comes off shipping.',
  { currency_code: currency(), discount_amount: decimal() },
);
export type CouponAmountOffSubtotalAndShipping = Static<typeof CouponAmountOffSubtotalAndShipping>;

export const CouponAmountOffSubtotalFreeShippingWithPurchase = model(
  'CouponAmountOffSubtotalFreeShippingWithPurchase',
  'An amount off the subtotal and free shipping, from a subtotal on.',
  {
    currency_code: currency(),
    discount_amount: decimal(),
    purchase_amount: decimal('The least subtotal.'),
    shipping_methods: methods(),
  },
);
export type CouponAmountOffSubtotalFreeShippingWithPurchase = Static<
  typeof CouponAmountOffSubtotalFreeShippingWithPurchase
>;

export const CouponAmountOffSubtotalWithItemsPurchase = model(
  'CouponAmountOffSubtotalWithItemsPurchase',
  'An amount off the subtotal of an order with enough of some items.',
  {
    currency_code: currency(),
    discount_amount: decimal(),
    items: texts('The items that are counted.'),
    required_purchase_quantity: int32('How many units of them; 1 unless given.'),
  },
);
export type CouponAmountOffSubtotalWithItemsPurchase = Static<
  typeof CouponAmountOffSubtotalWithItemsPurchase
>;

export const CouponAmountOffSubtotalWithPurchase = model(
  'CouponAmountOffSubtotalWithPurchase',
  'An amount off the subtotal, from a subtotal on.',
  {
    currency_code: currency(),
    discount_amount: decimal(),
    purchase_amount: decimal('The least subtotal.'),
  },
);
export type CouponAmountOffSubtotalWithPurchase = Static<
  typeof CouponAmountOffSubtotalWithPurchase
>;

export const CouponDiscountItems = model('CouponDiscountItems', 'A fixed price for some items.', {
  currency_code: currency(),
  discount_price: decimal('The price of a unit. An item that costs less keeps its price.'),
  items: texts('The items that are sold at the price.'),
  limit: limit('At most this number of units; 0 or absent: all.'),
});
export type CouponDiscountItems = Static<typeof CouponDiscountItems>;

export const CouponFreeShipping = model('CouponFreeShipping', 'Free shipping.', {
  shipping_methods: methods(),
});
export type CouponFreeShipping = Static<typeof CouponFreeShipping>;

export const CouponFreeShippingSpecificItems = model(
  'CouponFreeShippingSpecificItems',
  'Free shipping of an order that has no other items than these.',
  { items: texts() },
);
export type CouponFreeShippingSpecificItems = Static<typeof CouponFreeShippingSpecificItems>;

export const CouponFreeShippingWithItemsPurchase = model(
  'CouponFreeShippingWithItemsPurchase',
  'Free shipping of an order with one of these items.',
  { items: required(), shipping_methods: methods() },
);
export type CouponFreeShippingWithItemsPurchase = Static<
  typeof CouponFreeShippingWithItemsPurchase
>;

export const CouponFreeShippingWithSubtotal = model(
  'CouponFreeShippingWithSubtotal',
  'Free shipping, from a subtotal on.',
  {
    currency_code: currency(),
    purchase_amount: decimal('The least subtotal.'),
    shipping_methods: methods(),
  },
);
export type CouponFreeShippingWithSubtotal = Static<typeof CouponFreeShippingWithSubtotal>;

export const CouponNoDiscount = model(
  'CouponNoDiscount',
  'No discount: a code that only marks the order.',
  { ignore_this_property: flag('Means nothing.') },
);
export type CouponNoDiscount = Static<typeof CouponNoDiscount>;

export const CouponPercentOffItems = model('CouponPercentOffItems', 'A percentage off items.', {
  discount_percent: percent(),
  excluded_items: texts('These items get no discount.'),
  items: discounted(),
  limit: limit('At most this number of units; 0 or absent: all.'),
});
export type CouponPercentOffItems = Static<typeof CouponPercentOffItems>;

export const CouponPercentOffItemsAndFreeShipping = model(
  'CouponPercentOffItemsAndFreeShipping',
  'A percentage off items, and free shipping.',
  {
    discount_percent: percent(),
    excluded_items: texts('These items get no discount.'),
    items: discounted(),
    shipping_methods: methods(),
  },
);
export type CouponPercentOffItemsAndFreeShipping = Static<
  typeof CouponPercentOffItemsAndFreeShipping
>;

export const CouponPercentOffItemsWithItemsPurchase = model(
  'CouponPercentOffItemsWithItemsPurchase',
  'A percentage off items, on an order with one of the required items.',
  {
    discount_percent: percent(),
    items: discounted(),
    limit: limit('At most this number of units; 0 or absent: all.'),
    required_purchase_items: required(),
  },
);
export type CouponPercentOffItemsWithItemsPurchase = Static<
  typeof CouponPercentOffItemsWithItemsPurchase
>;

export const CouponPercentOffShipping = model(
  'CouponPercentOffShipping',
  'A percentage off shipping.',
  { discount_percent: percent(), shipping_methods: methods() },
);
export type CouponPercentOffShipping = Static<typeof CouponPercentOffShipping>;

export const CouponPercentOffSubtotal = model(
  'CouponPercentOffSubtotal',
  'A percentage off the subtotal.',
  { discount_percent: percent() },
);
export type CouponPercentOffSubtotal = Static<typeof CouponPercentOffSubtotal>;

export const CouponPercentOffSubtotalAndFreeShipping = model(
  'CouponPercentOffSubtotalAndFreeShipping',
  'A percentage off the subtotal, and free shipping.',
  { discount_percent: percent(), shipping_methods: methods() },
);
export type CouponPercentOffSubtotalAndFreeShipping = Static<
  typeof CouponPercentOffSubtotalAndFreeShipping
>;

export const CouponPercentOffSubtotalLimit = model(
  'CouponPercentOffSubtotalLimit',
  'A percentage off the first part of the subtotal.',
  {
    currency_code: currency(),
    discount_percent: percent(),
    limit: decimal('The part of the subtotal that the percentage is calculated on.'),
  },
);
export type CouponPercentOffSubtotalLimit = Static<typeof CouponPercentOffSubtotalLimit>;

export const CouponPercentOffSubtotalWithItemsPurchase = model(
  'CouponPercentOffSubtotalWithItemsPurchase',
  'A percentage off the subtotal of an order with one of these items.',
  { discount_percent: percent(), items: required() },
);
export type CouponPercentOffSubtotalWithItemsPurchase = Static<
  typeof CouponPercentOffSubtotalWithItemsPurchase
>;

export const CouponPercentOffSubtotalWithSubtotal = model(
  'CouponPercentOffSubtotalWithSubtotal',
  'A percentage off the subtotal, from a subtotal on.',
  {
    currency_code: currency(),
    discount_percent: percent(),
    subtotal_amount: decimal('The least subtotal.'),
  },
);
export type CouponPercentOffSubtotalWithSubtotal = Static<
  typeof CouponPercentOffSubtotalWithSubtotal
>;

export const CouponTierAmount = model('CouponTierAmount', 'An amount off, from a subtotal on.', {
  discount_amount: decimal(),
  quickbooks_code: textTo(20),
  subtotal_amount: decimal('The least subtotal.'),
});
export type CouponTierAmount = Static<typeof CouponTierAmount>;

export const CouponTierPercent = model('CouponTierPercent', 'A percentage, from a subtotal on.', {
  discount_percent: percent(),
  quickbooks_code: textTo(20),
  subtotal_amount: decimal('The least subtotal.'),
});
export type CouponTierPercent = Static<typeof CouponTierPercent>;

export const CouponTieredAmountOffSubtotal = model(
  'CouponTieredAmountOffSubtotal',
  'The amount of the highest tier that the subtotal reaches.',
  { items: counted(), tiers: many(CouponTierAmount) },
);
export type CouponTieredAmountOffSubtotal = Static<typeof CouponTieredAmountOffSubtotal>;

export const CouponTieredPercentOffSubtotal = model(
  'CouponTieredPercentOffSubtotal',
  'The percentage of the highest tier that the subtotal reaches.',
  { items: counted(), tiers: many(CouponTierPercent) },
);
export type CouponTieredPercentOffSubtotal = Static<typeof CouponTieredPercentOffSubtotal>;

/** The customers who may use a coupon. */
export const couponUsers = [
  'Anyone',
  'UniqueCode',
  'OncePerCustomer',
  'OncePerNewCustomer',
  'OncePerNewCustomerForItem',
] as const;

export const Coupon = model('Coupon', 'A coupon. It has exactly one of the discounts.', {
  allow_multiple_one_time_codes: flag('Several one-time codes of it can be used on one order.'),
  amount_off_items: one(CouponAmountOffItems),
  amount_off_shipping: one(CouponAmountOffShipping),
  amount_off_subtotal: one(CouponAmountOffSubtotal),
  amount_off_subtotal_and_free_shipping: one(CouponAmountOffSubtotalFreeShippingWithPurchase),
  amount_off_subtotal_and_shipping: one(CouponAmountOffSubtotalAndShipping),
  amount_off_subtotal_with_items_purchase: one(CouponAmountOffSubtotalWithItemsPurchase),
  amount_off_subtotal_with_purchase: one(CouponAmountOffSubtotalWithPurchase),
  calculated_description: readOnly(text('What it does, in words.')),
  can_be_used_with_other_coupons: flag('It can be used together with other coupons of this kind.'),
  coupon_oid: readOnly(int32()),
  coupon_type: readOnly(textTo(65, 'The name of its discount, in words.')),
  description: textTo(50),
  discount_items: one(CouponDiscountItems),
  expiration_dts: dateTime('From then on it gives no discount. A day alone includes that day.'),
  free_shipping: one(CouponFreeShipping),
  free_shipping_specific_items: one(CouponFreeShippingSpecificItems),
  free_shipping_with_items_purchase: one(CouponFreeShippingWithItemsPurchase),
  free_shipping_with_subtotal: one(CouponFreeShippingWithSubtotal),
  hide_from_customer: flag(),
  merchant_code: textTo(20, 'The code; unique, without regard to case.'),
  merchant_notes: textTo(250),
  no_discount: one(CouponNoDiscount),
  percent_off_items: one(CouponPercentOffItems),
  percent_off_items_and_free_shipping: one(CouponPercentOffItemsAndFreeShipping),
  percent_off_items_with_items_purchase: one(CouponPercentOffItemsWithItemsPurchase),
  percent_off_shipping: one(CouponPercentOffShipping),
  percent_off_subtotal: one(CouponPercentOffSubtotal),
  percent_off_subtotal_and_free_shipping: one(CouponPercentOffSubtotalAndFreeShipping),
  percent_off_subtotal_limit: one(CouponPercentOffSubtotalLimit),
  percent_off_subtotal_with_items_purchase: one(CouponPercentOffSubtotalWithItemsPurchase),
  percent_off_subtotal_with_subtotal: one(CouponPercentOffSubtotalWithSubtotal),
  quickbooks_code: textTo(20),
  restrict_by_postal_codes: texts(
    'The postal codes to which an order with it may ship, without regard to case, blanks and ' +
      'hyphens. Five digits of the US include the codes of nine that begin with them.',
  ),
  skip_on_rebill: flag('Rebills of an order with it get no discount.'),
  start_dts: dateTime('Before then it gives no discount.'),
  super_coupon: flag('It can be used together with any other coupon.'),
  tiered_amount_off_subtotal: one(CouponTieredAmountOffSubtotal),
  tiered_percent_off_subtotal: one(CouponTieredPercentOffSubtotal),
  usable_by: oneOf(
    couponUsers,
    'Anyone (the default); only with a one-time code; each customer once; each customer once who ' +
      'never bought before, or never bought the items of the discount.',
  ),
});
export type Coupon = Static<typeof Coupon>;

export const CouponResponse = answer('CouponResponse', {
  coupon: one(Coupon),
  items_invalid_for_coupons: texts('Items of the discount that are not in the catalogue.'),
});
export type CouponResponse = Static<typeof CouponResponse>;

export const CouponsRequest = model('CouponsRequest', 'Coupons to insert or to update.', {
  coupons: many(Coupon),
});
export type CouponsRequest = Static<typeof CouponsRequest>;

export const CouponsResponse = answer('CouponsResponse', { coupons: many(Coupon) });
export type CouponsResponse = Static<typeof CouponsResponse>;

export const CouponQuery = model(
  'CouponQuery',
  'Criteria of a search; all that are given must hold.',
  {
    coupon_type: text(),
    description: text('A part of the description.'),
    exclude_expired: flag(),
    expiration_dts_begin: dateTime(),
    expiration_dts_end: dateTime(),
    merchant_code: text('A part of the code.'),
    merchant_code_or_description: text('A part of the code or of the description.'),
    start_dts_begin: dateTime(),
    start_dts_end: dateTime(),
  },
  { 'x-criteria': true },
);
export type CouponQuery = Static<typeof CouponQuery>;

export const CouponDeletesRequest = model(
  'CouponDeletesRequest',
  'Coupons to delete, by code or by oid.',
  { coupon_codes: texts(), coupon_oids: int32s() },
);
export type CouponDeletesRequest = Static<typeof CouponDeletesRequest>;

export const CouponExistsResponse = answer('CouponExistsResponse', {
  coupon_code: text(),
  exists: flag(),
});
export type CouponExistsResponse = Static<typeof CouponExistsResponse>;

export const CouponCodesRequest = model(
  'CouponCodesRequest',
  'The number of one-time codes to create.',
  {
    expiration_dts: dateTime(
      'When the codes expire. They also expire with the coupon. A day alone includes that day.',
    ),
    expiration_seconds: int32('Instead of expiration_dts: seconds from now.'),
    prefix: textTo(8, 'The beginning of each code.'),
    quantity: int32('1 to 10000.'),
  },
);
export type CouponCodesRequest = Static<typeof CouponCodesRequest>;

export const CouponCodesResponse = answer('CouponCodesResponse', {
  coupon_codes: texts(),
  expiration_dts: dateTime(),
});
export type CouponCodesResponse = Static<typeof CouponCodesResponse>;

export const UploadCouponCodesRequest = model(
  'UploadCouponCodesRequest',
  'One-time codes that were made elsewhere.',
  { coupon_codes: textsTo(10_000) },
);
export type UploadCouponCodesRequest = Static<typeof UploadCouponCodesRequest>;

export const UploadCouponCodesResponse = answer('UploadCouponCodesResponse', {
  duplicate_codes: texts('Codes that already existed, or occur twice in the request.'),
  rejected_codes: texts('Codes that are empty, longer than 20 characters, or contain spaces.'),
  uploaded_codes: texts(),
});
export type UploadCouponCodesResponse = Static<typeof UploadCouponCodesResponse>;

export const CouponAutoApplyCondition = model(
  'CouponAutoApplyCondition',
  'When a coupon is applied without a code: by an item, or by a subtotal.',
  {
    coupon_code: textTo(20),
    minimum_subtotal: decimal('In subtotal_levels: the minimum subtotal.'),
    required_item_id: textTo(20, 'In required_items: the item that must be on the order.'),
  },
);
export type CouponAutoApplyCondition = Static<typeof CouponAutoApplyCondition>;

export const CouponAutoApplyConditions = model(
  'CouponAutoApplyConditions',
  'The coupons that are applied without a code.',
  {
    required_items: many(CouponAutoApplyCondition),
    subtotal_levels: many(CouponAutoApplyCondition, 'The highest level that is reached applies.'),
  },
);
export type CouponAutoApplyConditions = Static<typeof CouponAutoApplyConditions>;

export const CouponAutoApplyResponse = answer('CouponAutoApplyResponse', {
  required_items: many(CouponAutoApplyCondition),
  subtotal_levels: many(CouponAutoApplyCondition, 'The highest level that is reached applies.'),
});
export type CouponAutoApplyResponse = Static<typeof CouponAutoApplyResponse>;

export const CouponType = model('CouponType', 'A kind of discount.', {
  localized: text(),
  name: text(),
});
export type CouponType = Static<typeof CouponType>;

export const SimpleValue = model('SimpleValue', 'A value and its label.', {
  display: text(),
  value: text(),
});

export const CouponEditorValues = model(
  'CouponEditorValues',
  'The choices in a form for coupons.',
  {
    coupon_types: texts(),
    coupon_types_for_display: many(CouponType),
    currency_codes: texts(),
    usable_by: many(SimpleValue),
  },
);
export type CouponEditorValues = Static<typeof CouponEditorValues>;

export const CouponItemSearchResult = model(
  'CouponItemSearchResult',
  'An item that a coupon may name.',
  {
    cost: text('In the currency of the merchant, for example 12.50.'),
    description: text(),
    merchant_item_id: text(),
    merchant_item_oid: int32(),
  },
);
export type CouponItemSearchResult = Static<typeof CouponItemSearchResult>;

export const CouponItemSearchResultsResponse = answer('CouponItemSearchResultsResponse', {
  search_results: many(CouponItemSearchResult),
});
export type CouponItemSearchResultsResponse = Static<typeof CouponItemSearchResultsResponse>;

export const CouponCode = model('CouponCode', 'A one-time code, and the order that used it.', {
  code: text(),
  expiration_dts: dateTime(),
  order_id: text('The order that used it; absent while it is unused.'),
  used_dts: dateTime(),
});
export type CouponCode = Static<typeof CouponCode>;

export const CouponCodesPage = answer('CouponCodesPage', { codes: many(CouponCode) });
export type CouponCodesPage = Static<typeof CouponCodesPage>;
