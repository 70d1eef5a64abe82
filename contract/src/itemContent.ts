/**
 * Models of an item's presentation in a shop: content, reviews, files, variants and identifiers.
 */
import type { Static } from 'typebox';
import { Distance, Weight } from './common.ts';
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
import { ItemPricing } from './itemPricing.ts';

export const ItemContentAssignment = model(
  'ItemContentAssignment',
  'A group of the catalog that an item is shown in.',
  {
    default_assignment: flag(),
    group_oid: int32(),
    group_path: text(),
    host: text(),
    sort_order: int32(),
    url_part: textTo(150),
  },
);
export type ItemContentAssignment = Static<typeof ItemContentAssignment>;

export const ItemContentAttribute = model(
  'ItemContentAttribute',
  'A named value of an item’s page.',
  {
    name: textTo(400),
    translated_text_instance_oid: int32(),
    type: text(),
    value: textTo(100000),
  },
);
export type ItemContentAttribute = Static<typeof ItemContentAttribute>;

export const ItemContentMultimediaThumbnail = model(
  'ItemContentMultimediaThumbnail',
  'A small form of a picture.',
  {
    height: int32(),
    http_url: text(),
    https_url: text(),
    png_format: flag(),
    square: flag(),
    width: int32(),
  },
);
export type ItemContentMultimediaThumbnail = Static<typeof ItemContentMultimediaThumbnail>;

export const ItemContentMultimedia = model(
  'ItemContentMultimedia',
  'A picture, a video or a file of an item.',
  {
    cloud_url: text(),
    cloud_url_expiration: dateTime(),
    code: textTo(20),
    description: textTo(50000),
    exclude_from_gallery: flag(),
    file_name: textTo(75),
    height: int32(),
    merchant_item_multimedia_oid: int32(),
    orphan: flag(),
    placeholder: flag(),
    size: int32(),
    temp_multimedia_oid: int32(),
    thumbnails: many(ItemContentMultimediaThumbnail),
    type: oneOf(['Image', 'PDF', 'Text', 'Unknown', 'Video']),
    url: text(),
    width: int32(),
  },
);
export type ItemContentMultimedia = Static<typeof ItemContentMultimedia>;

export const ItemContent = model('ItemContent', 'The presentation of an item in a shop.', {
  assignments: many(ItemContentAssignment),
  attributes: many(ItemContentAttribute),
  custom_thank_you_url: text(),
  exclude_from_search: flag(),
  exclude_from_sitemap: flag(),
  exclude_from_top_sellers: flag(),
  extended_description: textTo(10000),
  extended_description_translated_text_instance_oid: int32(),
  meta_description: text(),
  meta_keywords: text(),
  meta_title: text(),
  multimedia: many(ItemContentMultimedia),
  new_item: flag(),
  new_item_end: dateTime(),
  new_item_start: dateTime(),
  view_url: text(),
});
export type ItemContent = Static<typeof ItemContent>;

export const ItemDigitalItemPdfMeta = model('ItemDigitalItemPdfMeta', 'The metadata of a PDF.', {
  assembly_allowed: flag(),
  copy_allowed: flag(),
  custom_footer: textTo(8000),
  custom_header: textTo(8000),
  degraded_printing_allowed: flag(),
  fillin_allowed: flag(),
  modify_annotations_allowed: flag(),
  modify_contents_allowed: flag(),
  printing_allowed: flag(),
  screen_readers_allowed: flag(),
  tagged: flag(),
});
export type ItemDigitalItemPdfMeta = Static<typeof ItemDigitalItemPdfMeta>;

export const ItemDigitalItem = model(
  'ItemDigitalItem',
  'A file of the digital library, which items can deliver.',
  {
    click_wrap_agreement: text(),
    creation_dts: dateTime(),
    description: textTo(200),
    digital_item_oid: int32(),
    external_id: textTo(100),
    file_size: int64(),
    import_from_url: text(),
    mime_type: textTo(100),
    original_filename: textTo(250),
    pdf_meta: one(ItemDigitalItemPdfMeta),
  },
);
export type ItemDigitalItem = Static<typeof ItemDigitalItem>;

export const ItemDigitalDelivery = model(
  'ItemDigitalDelivery',
  'A file that a customer may download after the purchase.',
  {
    activation_code_description: textTo(50),
    activation_code_low_warning: int32(),
    activation_code_realtime_url: textTo(350),
    activation_code_shared_secret: textTo(20),
    activation_code_type: text(),
    digital_items: many(ItemDigitalItem),
  },
);
export type ItemDigitalDelivery = Static<typeof ItemDigitalDelivery>;

export const ItemIdentifiers = model(
  'ItemIdentifiers',
  'Numbers that identify an item elsewhere.',
  {
    barcode: textTo(30),
    barcode_gtin12: textTo(12),
    barcode_gtin14: textTo(14),
    barcode_upc11: textTo(11),
    barcode_upc12: textTo(12),
    manufacturer_name: textTo(50),
    manufacturer_sku: textTo(25),
    unspsc: textTo(20),
  },
);
export type ItemIdentifiers = Static<typeof ItemIdentifiers>;

export const ItemPhysical = model('ItemPhysical', 'Size and weight.', {
  height: one(Distance),
  length: one(Distance),
  weight: one(Weight),
  width: one(Distance),
});
export type ItemPhysical = Static<typeof ItemPhysical>;

// The published clients spell three models of an item in camel case: this one, `ItemTag`, and
// `shippingLabel` of `ItemGoogleProductSearch`.
export const ItemProperty = model('ItemProperty', 'A name and a value kept with an item.', {
  expirationDts: dateTime('The property is not shown from then on.'),
  name: textTo(100),
  value: textTo(1000),
});
export type ItemProperty = Static<typeof ItemProperty>;

export const ItemRelatedItem = model(
  'ItemRelatedItem',
  'An item that is shown along with this one.',
  {
    related_merchant_item_id: text(),
    related_merchant_item_oid: int32(),
    type: oneOf(['System', 'UserDefined', 'Addon', 'Complementary']),
  },
);
export type ItemRelatedItem = Static<typeof ItemRelatedItem>;

export const ItemRelated = model('ItemRelated', 'Items that are shown along with this one.', {
  no_system_calculated_related_items: flag(),
  not_relatable: flag(),
  related_items: many(ItemRelatedItem),
});
export type ItemRelated = Static<typeof ItemRelated>;

export const ItemReview = model('ItemReview', 'A review that a customer wrote.', {
  customer_profile_oid: int32(),
  featured: flag(),
  helperful_no_votes: int32(),
  helpful_yes_votes: int32(),
  merchant_reply: textTo(10000),
  order_id: text(),
  overall: decimal(),
  rating_name1: textTo(100),
  rating_name10: textTo(100),
  rating_name2: textTo(100),
  rating_name3: textTo(100),
  rating_name4: textTo(100),
  rating_name5: textTo(100),
  rating_name6: textTo(100),
  rating_name7: textTo(100),
  rating_name8: textTo(100),
  rating_name9: textTo(100),
  rating_score1: decimal(),
  rating_score10: decimal(),
  rating_score2: decimal(),
  rating_score3: decimal(),
  rating_score4: decimal(),
  rating_score5: decimal(),
  rating_score6: decimal(),
  rating_score7: decimal(),
  rating_score8: decimal(),
  rating_score9: decimal(),
  recommend_store_to_friend: int32(),
  recommend_to_friend: flag(),
  review: textTo(10000),
  review_oid: int32(),
  reviewed_nickname: textTo(25),
  reviewer_email: textTo(100),
  reviewer_location: textTo(25),
  status: oneOf(['approved', 'unapproved', 'rejected', 'multimedia processing']),
  store_feedback: textTo(10000),
  submitted_dts: dateTime(),
  title: textTo(250),
});
export type ItemReview = Static<typeof ItemReview>;

export const ItemReviews = model('ItemReviews', 'The reviews of an item in figures.', {
  has_approved_review: flag(),
  has_review: flag(),
  individual_reviews: many(ItemReview),
  review_count: int32(),
  review_overall: decimal(),
  review_template_name: text(),
  review_template_oid: int32(),
  reviewable: flag(),
  share_reviews_with_merchant_item_id: text(),
  share_reviews_with_merchant_item_oid: int32(),
});
export type ItemReviews = Static<typeof ItemReviews>;

export const ItemTag = model('ItemTag', 'A tag of an item.', {
  tagType: oneOf(['item', 'order', 'customer']),
  tagValue: textTo(100),
});
export type ItemTag = Static<typeof ItemTag>;

export const ItemTags = model('ItemTags', 'The tags of an item.', {
  tags: many(ItemTag),
});
export type ItemTags = Static<typeof ItemTags>;

export const ItemVariantItem = model('ItemVariantItem', 'An item that is a variant of this one.', {
  description: textTo(512),
  merchant_item_multimedia_oid: int32(),
  variant_default_multimedia: one(ItemContentMultimedia),
  variant_merchant_item_id: text(),
  variant_merchant_item_oid: int32(),
  variant_pricing: one(ItemPricing),
  variation_options: texts(),
  variations: texts(),
});
export type ItemVariantItem = Static<typeof ItemVariantItem>;

export const ItemVariationOption = model('ItemVariationOption', 'A value of a variation.', {
  default_option: flag(),
  merchant_item_multimedia_oid: int32(),
  translated_text_instance_oid: int32(),
  value: textTo(50),
});
export type ItemVariationOption = Static<typeof ItemVariationOption>;

export const ItemVariation = model('ItemVariation', 'What the variants of an item differ in.', {
  default_text: textTo(50),
  default_text_translated_text_instance_oid: int32(),
  name: textTo(50),
  name_translated_text_instance_oid: int32(),
  options: many(ItemVariationOption),
});
export type ItemVariation = Static<typeof ItemVariation>;
