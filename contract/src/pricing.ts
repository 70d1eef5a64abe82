/** Models of the estimated price of a cart at an address. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { decimal, many, model, one, text, texts } from './fields.ts';
import { OrderBilling, OrderCoupon, OrderTaxes } from './order.ts';
import { OrderItem } from './orderItem.ts';
import { OrderGift, OrderShipping } from './orderShipping.ts';
import { AmountRule, TaxRule } from './perennial.ts';

export const PricingEstimateRequest = model(
  'PricingEstimateRequest',
  'A cart and an address, with the fields of an order. Nothing is stored.',
  {
    billing: one(OrderBilling, 'The email finds the customer, whose profile may change prices.'),
    coupons: many(OrderCoupon),
    gift: one(OrderGift),
    items: many(OrderItem, 'At least one.'),
    shipping: one(
      OrderShipping,
      'Where the cart goes, and its method. Without a method nothing is added for shipping.',
    ),
    taxes: one(OrderTaxes, 'Only to name the tax or the county.'),
  },
);
export type PricingEstimateRequest = Static<typeof PricingEstimateRequest>;

export const PricingEstimateLine = model('PricingEstimateLine', 'The cost of a line of a cart.', {
  merchant_item_id: text(),
  quantity: decimal(),
  unit_cost: decimal(),
  subtotal: decimal('Unit cost times quantity, and fees that are paid once.'),
  discount: decimal('By coupons.'),
  total: decimal(),
});
export type PricingEstimateLine = Static<typeof PricingEstimateLine>;

export const PricingEstimateMethod = model(
  'PricingEstimateMethod',
  'The cost of the cart with one shipping method.',
  {
    shipping_method: text(),
    shipping: decimal('Before coupons.'),
    shipping_discount: decimal('By coupons.'),
    tax: decimal('Of the whole cart.'),
    total: decimal('Of the whole cart.'),
  },
);
export type PricingEstimateMethod = Static<typeof PricingEstimateMethod>;

export const PricingEstimate = model('PricingEstimate', 'The cost of a cart at an address.', {
  currency_code: text(),
  lines: many(PricingEstimateLine),
  coupons: many(OrderCoupon, 'Those that apply.'),
  subtotal: decimal(),
  discount: decimal('By coupons, off the lines.'),
  shipping_method: text('Absent: the request names none, or it does not ship the cart.'),
  shipping: decimal('Before coupons.'),
  shipping_discount: decimal('By coupons.'),
  shipping_rules: many(AmountRule, 'How shipping was determined. Absent without a method.'),
  tax: decimal(),
  tax_rules: many(TaxRule, 'In the order in which they were applied.'),
  total: decimal(),
  shipping_methods: many(
    PricingEstimateMethod,
    'The methods that ship the cart there, the cheapest first.',
  ),
  warnings: texts('What an insert of this order would warn of.'),
  refusals: texts('Why an insert would refuse it, apart from its card. Empty: it would not.'),
});
export type PricingEstimate = Static<typeof PricingEstimate>;

export const PricingEstimateResponse = answer('PricingEstimateResponse', {
  estimate: one(PricingEstimate),
});
export type PricingEstimateResponse = Static<typeof PricingEstimateResponse>;
