/** Models of an item's prices and taxation. */
import type { Static } from 'typebox';
import { decimal, flag, int32, many, model, one, oneOf, text, texts, textTo } from './fields.ts';

export const ItemPricingTierDiscount = model(
  'ItemPricingTierDiscount',
  'A price from a quantity on.',
  {
    cost: decimal(),
    quantity: int32(),
  },
);
export type ItemPricingTierDiscount = Static<typeof ItemPricingTierDiscount>;

export const ItemPricingTierLimit = model(
  'ItemPricingTierLimit',
  'The quantities that a customer of a pricing tier may buy.',
  {
    cumulative_order_limit: int32(),
    exempt_from_minimum_item_count: flag(),
    individual_order_limit: int32(),
    multiple_quantity: int32(),
    payment_method_validity: texts(),
  },
);
export type ItemPricingTierLimit = Static<typeof ItemPricingTierLimit>;

export const ItemPricingTier = model(
  'ItemPricingTier',
  'The prices of an item for a pricing tier.',
  {
    default_tier: flag(),
    discounts: many(ItemPricingTierDiscount),
    limit: one(ItemPricingTierLimit),
    name: text(),
    pricing_tier_oid: int32(),
  },
);
export type ItemPricingTier = Static<typeof ItemPricingTier>;

export const ItemPricing = model('ItemPricing', 'What an item costs.', {
  auto_order_cost: decimal('Price when bought on auto order; zero deletes it.'),
  cost: decimal('The ordinary price.'),
  sale_cost: decimal('The price from sale_start to sale_end.'),
  sale_start: text(),
  sale_end: text('A day alone includes that day.'),
  currency_code: textTo(3),
  allow_arbitrary_cost: flag(),
  arbitrary_cost_velocity_code: textTo(10000),
  automatic_pricing_tier_name: text(),
  automatic_pricing_tier_oid: int32(),
  cogs: decimal(),
  manufacturer_suggested_retail_price: decimal(),
  maximum_arbitrary_cost: decimal(),
  minimum_advertised_price: decimal(),
  minimum_arbitrary_cost: decimal(),
  mix_and_match_group: text(),
  mix_and_match_group_oid: int32(),
  tiers: many(ItemPricingTier),
});
export type ItemPricing = Static<typeof ItemPricing>;

export const ItemTaxExemption = model('ItemTaxExemption', 'Where an item is not taxed.', {
  city: textTo(32),
  country_code: textTo(2),
  county: textTo(32),
  postal_code: textTo(20),
  state_code: textTo(32),
});
export type ItemTaxExemption = Static<typeof ItemTaxExemption>;

export const ItemTax = model('ItemTax', 'How an item is taxed.', {
  tax_free: flag(),
  tax_product_type: oneOf(
    ['', 'digital', 'physical', 'service'],
    'Digital goods and services do not ship.',
  ),
  taxable_cost: decimal('Taxed instead of the price.'),
  exemptions: many(ItemTaxExemption, 'A place counts if it has all names of one of them.'),
});
export type ItemTax = Static<typeof ItemTax>;
