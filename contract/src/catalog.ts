/**
 * Models of the catalogue besides its items: batches, stock, pricing tiers, the digital library and
 * reviews.
 */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { decimal, flag, int32, many, model, one, text, textTo } from './fields.ts';
import { Item } from './item.ts';
import { ItemDigitalItem, ItemReview } from './itemContent.ts';

export const ItemsRequest = model('ItemsRequest', 'The items to update.', {
  items: many(Item, 'At most 20, or 100 with _async.'),
});
export type ItemsRequest = Static<typeof ItemsRequest>;

export const ItemInventorySnapshotDistributionCenter = model(
  'ItemInventorySnapshotDistributionCenter',
  'The stock of an item at one place.',
  {
    allocated_to_placed_orders: int32(),
    allocated_to_shopping_carts: int32(),
    available_to_allocate: int32('The stock that is not reserved.'),
    code: text('Of the distribution center.'),
    quantity: int32('What is there.'),
  },
);
export type ItemInventorySnapshotDistributionCenter = Static<
  typeof ItemInventorySnapshotDistributionCenter
>;

export const ItemInventorySnapshot = model(
  'ItemInventorySnapshot',
  'The stock of an item at all places.',
  {
    allocated_to_placed_orders: int32(),
    allocated_to_shopping_carts: int32(),
    available_to_allocate: int32(),
    distribution_centers: many(ItemInventorySnapshotDistributionCenter),
    merchant_item_id: text(),
    quantity: int32('The sum over the places.'),
  },
);
export type ItemInventorySnapshot = Static<typeof ItemInventorySnapshot>;

export const PricingTierNotification = model(
  'PricingTierNotification',
  'A mail that is sent to customers of a tier.',
  {
    format: textTo(16),
    subject: textTo(100),
    text: text(),
  },
);
export type PricingTierNotification = Static<typeof PricingTierNotification>;

export const PricingTier = model('PricingTier', 'Prices and rules for some customers.', {
  allow_3rd_party_billing: flag(),
  allow_cod: flag(),
  allow_purchase_order: flag(),
  allow_quote_request: flag(),
  approval_notification: one(PricingTierNotification),
  auto_approve_cod: flag(),
  auto_approve_purchase_order: flag(),
  currency_code: text(),
  default_on_wholesale_signup: flag(),
  default_percentage_discount: decimal(),
  default_shipping_method_oid: int32(),
  default_tier: flag(),
  display_on_wholesale_signup: flag(),
  exclude_from_free_promotion: flag(),
  exempt_loyalty_rewards: flag(),
  exempt_shipping_handling_charge: flag(),
  free_shipping: flag(),
  free_shipping_minimum: decimal(),
  maximum_item_count: int32(),
  minimum_item_count: int32(),
  minimum_subtotal: decimal(),
  name: textTo(50),
  no_coupons: flag(),
  no_free_shipping: flag(),
  no_realtime_charge: flag(),
  not_valid_when_coupon_present: flag(),
  pricing_tier_oid: int32(),
  realtime_percentage_discount: decimal(),
  restrict_to_distribution_center_oid: int32(),
  signup_notification: one(PricingTierNotification),
  suppress_buysafe: flag(),
  suppress_mailing_list: flag(),
  tax_exempt: flag(),
  track_separately: flag(),
});
export type PricingTier = Static<typeof PricingTier>;

export const ItemInventorySnapshotResponse = answer('ItemInventorySnapshotResponse', {
  inventories: many(ItemInventorySnapshot),
});
export type ItemInventorySnapshotResponse = Static<typeof ItemInventorySnapshotResponse>;

export const PricingTierResponse = answer('PricingTierResponse', {
  pricing_tier: one(PricingTier),
});
export type PricingTierResponse = Static<typeof PricingTierResponse>;

export const PricingTiersResponse = answer('PricingTiersResponse', {
  pricingTiers: many(PricingTier),
});
export type PricingTiersResponse = Static<typeof PricingTiersResponse>;

export const ItemDigitalItemResponse = answer('ItemDigitalItemResponse', {
  digital_item: one(ItemDigitalItem),
});
export type ItemDigitalItemResponse = Static<typeof ItemDigitalItemResponse>;

export const ItemDigitalItemsResponse = answer('ItemDigitalItemsResponse', {
  digital_items: many(ItemDigitalItem),
});
export type ItemDigitalItemsResponse = Static<typeof ItemDigitalItemsResponse>;

export const ItemReviewResponse = answer('ItemReviewResponse', {
  review: one(ItemReview),
});
export type ItemReviewResponse = Static<typeof ItemReviewResponse>;

export const ItemReviewsResponse = answer('ItemReviewsResponse', {
  reviews: many(ItemReview),
});
export type ItemReviewsResponse = Static<typeof ItemReviewsResponse>;
