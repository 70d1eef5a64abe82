/**
 * An item on marketplaces, at channel partners and in services of others. This server only stores
 * these parts.
 */
import type { Static } from 'typebox';
import {
  dateTime,
  decimal,
  flag,
  int32,
  int64,
  many,
  model,
  one,
  oneOf,
  text,
  texts,
  textTo,
} from './fields.ts';

export const ItemAmember = model('ItemAmember', 'An item at aMember.', {
  amember_payment_duration_days: int32(),
  amember_product_id: textTo(10),
});
export type ItemAmember = Static<typeof ItemAmember>;

export const ItemCCBill = model('ItemCCBill', 'An item at CCBill.', {
  ccbill_allowed_currencies: text(),
  ccbill_allowed_types: text(),
  ccbill_currency_code: text(),
  ccbill_form_name: text(),
  ccbill_subaccount_id: text(),
  ccbill_subscription_type_id: text(),
});
export type ItemCCBill = Static<typeof ItemCCBill>;

export const ItemChannelPartnerMapping = model(
  'ItemChannelPartnerMapping',
  'What an item is called at a channel partner.',
  {
    barcode_ua: text(),
    barcode_uc: text(),
    barcode_ui: text(),
    barcode_uk: text(),
    buyer_catalog_number: text(),
    buyer_dpci: text(),
    buyer_item_number: text(),
    channel_partner_code: text(),
    channel_partner_oid: int32(),
    cost: decimal(),
    from_item_id: textTo(30),
    from_sku: textTo(50),
    mutually_defined_number: text(),
    quantity_ratio_cp: int32(),
    quantity_ratio_uc: int32(),
    sku: textTo(50),
    unit_of_measure: text(),
    vendor_number: text(),
    vendor_style_number: text(),
  },
);
export type ItemChannelPartnerMapping = Static<typeof ItemChannelPartnerMapping>;

export const ItemEbayCategorySpecific = model(
  'ItemEbayCategorySpecific',
  'A value that a category of eBay requires.',
  {
    name: text(),
    value: text(),
  },
);
export type ItemEbayCategorySpecific = Static<typeof ItemEbayCategorySpecific>;

export const ItemEbayMarketListing = model(
  'ItemEbayMarketListing',
  'A listing on eBay that is compared with the item.',
  {
    auction_id: text(),
    price: decimal(),
    seller: text(),
    shipping: decimal(),
    total: decimal(),
  },
);
export type ItemEbayMarketListing = Static<typeof ItemEbayMarketListing>;

export const ItemEbayMarketPlaceAnalysis = model(
  'ItemEbayMarketPlaceAnalysis',
  'Prices of an item on eBay.',
  {
    adjusted_price: decimal(),
    adjusted_shipping: decimal(),
    adjusted_total: decimal(),
    cogs: decimal(),
    final_value_fee: decimal(),
    minimum_advertised_price: decimal(),
    other_listings: many(ItemEbayMarketListing),
    our_listing: one(ItemEbayMarketListing),
    overhead: decimal(),
    profit_potential: decimal(),
  },
);
export type ItemEbayMarketPlaceAnalysis = Static<typeof ItemEbayMarketPlaceAnalysis>;

export const ItemEbay = model('ItemEbay', 'An item on eBay.', {
  active: flag(),
  category_id: int32(),
  category_specifics: many(ItemEbayCategorySpecific),
  condition_description: text(),
  condition_id: int32(),
  consecutive_failures: int32(),
  custom_category1: int64(),
  custom_category2: int64(),
  dispatch_time_max: int32(),
  domestic_1_additional_cost: decimal(),
  domestic_1_first_cost: decimal(),
  domestic_2_additional_cost: decimal(),
  domestic_2_first_cost: decimal(),
  domestic_3_additional_cost: decimal(),
  domestic_3_first_cost: decimal(),
  domestic_4_additional_cost: decimal(),
  domestic_4_first_cost: decimal(),
  ebay_auction_id: text(),
  ebay_specific_inventory: int32(),
  ebay_template_name: text(),
  ebay_template_oid: int32(),
  end_time: dateTime(),
  free_shipping: flag(),
  free_shipping_method: text(),
  international_1_additional_cost: decimal(),
  international_1_first_cost: decimal(),
  international_2_additional_cost: decimal(),
  international_2_first_cost: decimal(),
  international_3_additional_cost: decimal(),
  international_3_first_cost: decimal(),
  international_4_additional_cost: decimal(),
  international_4_first_cost: decimal(),
  last_status_dts: dateTime(),
  listed_dispatch_time_max: int32(),
  listed_ebay_template_oid: int32(),
  listing_dts: dateTime(),
  listing_duration: text(),
  listing_price: decimal(),
  listing_price_override: decimal(),
  listing_type: text(),
  marketplace_analysis: one(ItemEbayMarketPlaceAnalysis),
  marketplace_analysis_perform: flag(),
  marketplace_final_value_fee_percentage: decimal(),
  marketplace_last_check_dts: dateTime(),
  marketplace_lowest: flag(),
  marketplace_map_violation: flag(),
  marketplace_multiplier: decimal(),
  marketplace_other_price: decimal(),
  marketplace_other_seller: text(),
  marketplace_other_shipping: decimal(),
  marketplace_other_total: decimal(),
  marketplace_our_additional_profit_potential: decimal(),
  marketplace_our_price: decimal(),
  marketplace_our_profit: decimal(),
  marketplace_our_shipping: decimal(),
  marketplace_our_total: decimal(),
  marketplace_overhead: decimal(),
  marketplace_profitable: flag(),
  next_attempt_dts: dateTime(),
  next_listing_duration: text(),
  no_promotional_shipping: flag(),
  packaging_handling_costs: decimal(),
  previous_ebay_auction_id: text(),
  quantity: int32(),
  reserve_price: decimal(),
  send_dimensions_and_weight: text(),
  start_time: text(),
  status: text(),
  target_dispatch_time_max: int32(),
});
export type ItemEbay = Static<typeof ItemEbay>;

export const ItemEnrollment123 = model('ItemEnrollment123', 'An item at Enrollment123.', {
  enrollment123_product_code: text(),
});
export type ItemEnrollment123 = Static<typeof ItemEnrollment123>;

export const ItemGoogleProductSearch = model(
  'ItemGoogleProductSearch',
  'An item in Google’s product search.',
  {
    adwords_grouping: textTo(50),
    adwords_label1: textTo(50),
    adwords_label2: textTo(50),
    adwords_label3: textTo(50),
    adwords_label4: textTo(50),
    adwords_label5: textTo(50),
    age_group: textTo(5),
    available_at_physical_store: flag(),
    book_author: textTo(50),
    book_format: textTo(50),
    book_isbn: textTo(20),
    book_publisher: textTo(50),
    category_description: textTo(1000),
    color: textTo(100),
    condition: textTo(15),
    custom_label0: textTo(50),
    custom_label1: textTo(50),
    custom_label2: textTo(50),
    custom_label3: textTo(50),
    custom_label4: textTo(50),
    gender: textTo(6),
    google_product_category: textTo(250),
    music_artist: textTo(50),
    music_format: textTo(5),
    music_release_date: dateTime(),
    omit_from_feed: flag(),
    product_type: textTo(10),
    promotion_id1: textTo(30),
    promotion_id10: textTo(30),
    promotion_id2: textTo(30),
    promotion_id3: textTo(30),
    promotion_id4: textTo(30),
    promotion_id5: textTo(30),
    promotion_id6: textTo(30),
    promotion_id7: textTo(30),
    promotion_id8: textTo(30),
    promotion_id9: textTo(30),
    search_dts: dateTime(),
    search_lowest_price: decimal(),
    search_lowest_url: textTo(250),
    search_position: int32(),
    shippingLabel: text(),
    size: textTo(20),
    video_director: textTo(50),
    video_format: textTo(5),
    video_rating: textTo(5),
    video_release_date: dateTime(),
    video_starring: textTo(150),
  },
);
export type ItemGoogleProductSearch = Static<typeof ItemGoogleProductSearch>;

export const ItemRevguard = model('ItemRevguard', 'An item at Revguard.', {
  revguard_canceled_csr_prompt_group: int64(),
  revguard_canceled_ivr_prompt_group: int64(),
  revguard_canceled_web_prompt_group: int64(),
  revguard_client_brand: int64(),
  revguard_csr_prompt_group: int64(),
  revguard_ivr_prompt_group: int64(),
  revguard_web_prompt_group: int64(),
});
export type ItemRevguard = Static<typeof ItemRevguard>;

export const ItemSalesforce = model('ItemSalesforce', 'An item at Salesforce.', {
  sfdc_pricebook_id: text(),
  sfdc_product_id: text(),
});
export type ItemSalesforce = Static<typeof ItemSalesforce>;

export const ItemThirdPartyEmailMarketing = model(
  'ItemThirdPartyEmailMarketing',
  'A list at a mail service that buyers of an item join.',
  {
    add_tags: texts(),
    provider_name: oneOf([
      'ActiveCampaign',
      'AWeber',
      'Campaign Monitor',
      'ConstantContact',
      'Emma',
      'GetResponse',
      'iContact',
      'Klaviyo',
      'Lyris',
      'LyrisHQ',
      'MailChimp',
      'SilverPop',
    ]),
    remove_tags: texts(),
    subscribe_lists: texts(),
    unsubscribe_lists: texts(),
  },
);
export type ItemThirdPartyEmailMarketing = Static<typeof ItemThirdPartyEmailMarketing>;

export const ItemWishlistMember = model('ItemWishlistMember', 'An item at WishList Member.', {
  wishlist_member_instance_description: text(),
  wishlist_member_instance_oid: int32(),
  wishlist_member_sku: textTo(25),
});
export type ItemWishlistMember = Static<typeof ItemWishlistMember>;
