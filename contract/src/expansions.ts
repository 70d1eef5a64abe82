/**
 * The names that `_expand` accepts for each resource, and the parser of the parameter.
 *
 * A response without expansions contains the scalar fields only. Unknown names only cause a
 * warning, because clients send outdated lists, and a refusal would break a client that only names
 * a missing part.
 */

const orderParts = [
  'affiliate',
  'affiliate.ledger',
  'auto_order',
  'billing',
  'buysafe',
  'channel_partner',
  'checkout',
  'coupon',
  'customer_profile',
  'digital_order',
  'edi',
  'fraud_score',
  'gift',
  'gift_certificate',
  'internal',
  'item',
  'linked_shipment',
  'marketing',
  'payment',
  'payment.transaction',
  'quote',
  'salesforce',
  'shipping',
  'summary',
  'taxes',
] as const;

/** The expansion names of each resource. */
export const expansions = {
  auto_order: [
    'add_ons',
    'items',
    'items.future_schedules',
    // The published list says sample_schedule, but the field is named simple_schedule: both are
    // accepted.
    'items.sample_schedule',
    'items.simple_schedule',
    // These fields have no published expansion. They are sent only on request, because old clients
    // refuse unknown fields.
    'logs',
    'management',
    'properties',
    'emails',
    'original_order',
    ...prefixed('original_order', orderParts),
    'rebill_orders',
    ...prefixed('rebill_orders', orderParts),
  ],
  order: [
    ...orderParts,
    'point_of_sale',
    'shipping.tracking_number_details',
    'utms',
    // Fields without a published name, as above.
    'current_stage_histories',
    'properties',
    'tags',
  ],
  // A coupon is always complete.
  coupon: [],
  item: [
    'accounting',
    'amember',
    'auto_order',
    'auto_order.steps',
    'ccbill',
    'channel_partner_mappings',
    'chargeback',
    'checkout',
    'content',
    'content.assignments',
    'content.attributes',
    'content.multimedia',
    'content.multimedia.thumbnails',
    'digital_delivery',
    'ebay',
    'email_notifications',
    'enrollment123',
    'gift_certificate',
    'google_product_search',
    'kit_definition',
    'identifiers',
    'instant_payment_notifications',
    'internal',
    'options',
    'payment_processing',
    'physical',
    'pricing',
    'pricing.tiers',
    'realtime_pricing',
    'related',
    'reporting',
    'restriction',
    'revguard',
    'reviews',
    'reviews.individual_reviews',
    'salesforce',
    'shipping',
    'shipping.cases',
    'shipping.destination_markups',
    'shipping.destination_restrictions',
    'shipping.distribution_centers',
    'shipping.methods',
    'shipping.package_requirements',
    'tax',
    'third_party_email_marketing',
    'variations',
    'wishlist_member',
    // Fields without a published name, as above.
    'fulfillment_addons',
    'properties',
    'tags',
    'variant_items',
  ],
  customer: [
    // Fields without a published name, as above.
    'activity',
    'orders',
    'quotes',
    'attachments',
    'billing',
    'cards',
    'cc_emails',
    'loyalty',
    'orders_summary',
    'pricing_tiers',
    'privacy',
    'properties',
    'quotes_summary',
    'reviewer',
    'shipping',
    'software_entitlements',
    'tags',
    'tax_codes',
  ],
} as const satisfies Record<string, readonly string[]>;

/** A resource that can be expanded. */
export type ExpansionName = keyof typeof expansions;

/**
 * Returns the names in an `_expand` parameter that `known` contains, each with its parents, because
 * a child is inside its parent. A comma inside brackets belongs to the name's arguments
 * (`content.multimedia.thumbnails[filter(100,100,"png",true)]`), which are dropped. Published
 * samples also use the field names of an order's parts (`items` for `item`).
 */
export function parseExpand(value: string | undefined, known: readonly string[]): Set<string> {
  const names = namesIn(value)
    .map((name) => publishedName(name, known))
    .filter((name) => known.includes(name));
  const wanted = new Set(names.flatMap(withParents));
  return new Set(known.filter((name) => wanted.has(name)));
}

/** Returns the names in an `_expand` parameter that expand nothing, as they were sent. */
export const unknownExpansions = (value: string, known: readonly string[]): string[] =>
  namesIn(value).filter((name) => name !== '' && !known.includes(publishedName(name, known)));

const namesIn = (value: string | undefined): string[] =>
  (value ?? '')
    .replace(/\[[^\]]*\]?/g, '')
    .split(',')
    .map((name) => name.trim());

/** Returns the name of an expansion that a client requests by the name of its field. */
function publishedName(name: string, known: readonly string[]): string {
  if (name === '' || known.includes(name)) return name;
  const [last = '', ...parents] = name.split('.').reverse();
  const named = [...parents.reverse(), expansionOfField[last] ?? last].join('.');
  return known.includes(named) ? named : name;
}

/** The fields of an order with other expansion names. */
const expansionOfField: Readonly<Record<string, string>> = {
  affiliates: 'affiliate',
  coupons: 'coupon',
  items: 'item',
  ledger_entries: 'ledger',
  Tags: 'tags',
  transactions: 'transaction',
};

/** `items.future_schedules` also means `items`. */
function withParents(name: string): string[] {
  const parts = name.split('.');
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
}

function prefixed<Prefix extends string, const Names extends readonly string[]>(
  prefix: Prefix,
  names: Names,
) {
  return names.map((name) => `${prefix}.${name}`) as `${Prefix}.${Names[number]}`[];
}
