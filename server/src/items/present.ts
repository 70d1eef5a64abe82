import { unexpiredText } from '../kernel/expiringText.ts';
import { storedObject } from '../kernel/jsonText.ts';

/**
 * Returns the wire's Item as one SQL expression (jsonb) of the row `alias`, for a statement with
 * `inZone`. Without expansions only scalars are returned. An expanded list without elements is
 * `[]`.
 */
export function itemJson(alias: string, expand: ReadonlySet<string>): string {
  const unwanted = parts.filter((part) => !expand.has(expansionOf(part)));
  const lists = listParts.filter((part) => expand.has(expansionOf(part)));
  const empty = lists.map((part) => `"${part}":[]`).join(',');
  let document = `'{${empty}}'::jsonb || (${storedObject(alias)} - '{${unwanted.join(',')}}'::text[])`;
  for (const name of innerParts) {
    const [parent, child] = name.split('.');
    if (expand.has(parent!) && !expand.has(name))
      document = `(${document}) #- '{${parent},${child}}'`;
  }
  if (expand.has('content.multimedia') && !expand.has('content.multimedia.thumbnails'))
    document = withoutThumbnails(document);
  return `((${document}) || jsonb_build_object(
    'creation_dts', wire_dts(${alias}.created_at),
    'last_modified_dts', wire_dts(${alias}.modified_at)
      ${propertiesMember(alias, expand)}${reviewsMember(alias, expand)}))`;
}

const propertiesMember = (alias: string, expand: ReadonlySet<string>): string =>
  expand.has('properties')
    ? `, 'properties', coalesce(
        ${unexpiredText(`${alias}.document->'properties'`, 'expirationDts')}, '[]'::jsonb)`
    : '';

/** Returns the wire's ItemReview of a row of `item_review`, for a statement with `inZone`. */
export const reviewJson = (alias: string): string =>
  `(${alias}.document || jsonb_build_object('review_oid', ${alias}.review_oid,
    'submitted_dts', wire_dts(${alias}.submitted_at)))`;

/** The figures of an item's reviews. Only approved reviews count. */
function reviewsMember(alias: string, expand: ReadonlySet<string>): string {
  if (!expand.has('reviews')) return '';
  const approved = `(r.document->>'status' = 'approved')`;
  const individual = expand.has('reviews.individual_reviews')
    ? `, 'individual_reviews', coalesce(
        jsonb_agg(${reviewJson('r')} order by r.submitted_at desc, r.review_oid desc), '[]')`
    : '';
  return `, 'reviews', coalesce(${alias}.document->'reviews', '{}') || (
    select jsonb_strip_nulls(jsonb_build_object(
      'has_review', count(*) > 0, 'has_approved_review', count(*) filter (where ${approved}) > 0,
      'review_count', count(*) filter (where ${approved}),
      'review_overall', round(avg((r.document->>'overall')::numeric)
        filter (where ${approved}), 2)${individual}))
    from item_review r where r.merchant_id = $1
      and r.merchant_item_oid = ${alias}.merchant_item_oid)`;
}

// Objects and lists, each with the expansion of its name.
const parts = [
  'accounting',
  'amember',
  'auto_order',
  'ccbill',
  'channel_partner_item_mappings',
  'chargeback',
  'checkout',
  'content',
  'digital_delivery',
  'ebay',
  'email_notifications',
  'enrollment123',
  'fulfillment_addons',
  'gift_certificate',
  'google_product_search',
  'identifiers',
  'instant_payment_notifications',
  'internal',
  'kit_definition',
  'options',
  'payment_processing',
  'physical',
  'pricing',
  'properties',
  'realtime_pricing',
  'related',
  'reporting',
  'restriction',
  'revguard',
  'reviews',
  'salesforce',
  'shipping',
  'tags',
  'tax',
  'third_party_email_marketing',
  'variant_items',
  'variations',
  'wishlist_member',
] as const;

const listParts = [
  'channel_partner_item_mappings',
  'fulfillment_addons',
  'options',
  'properties',
  'third_party_email_marketing',
  'variant_items',
  'variations',
] as const;

/** The expansion of this part has a published name that differs from its field. */
const expansionOf = (part: (typeof parts)[number]): string =>
  part === 'channel_partner_item_mappings' ? 'channel_partner_mappings' : part;

// Lists inside parts, each with the expansion of its path.
const innerParts = [
  'auto_order.steps',
  'content.assignments',
  'content.attributes',
  'content.multimedia',
  'pricing.tiers',
  'shipping.cases',
  'shipping.destination_markups',
  'shipping.destination_restrictions',
  'shipping.distribution_centers',
  'shipping.methods',
  'shipping.package_requirements',
] as const;

const withoutThumbnails = (document: string): string =>
  `(select case when d #> '{content,multimedia}' is null then d
      else jsonb_set(d, '{content,multimedia}', (
        select coalesce(jsonb_agg(m.value - 'thumbnails' order by m.ordinality), '[]')
        from jsonb_array_elements(d #> '{content,multimedia}') with ordinality m)) end
    from (select (${document}) as d) whole)`;
