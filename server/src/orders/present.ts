import { customerJson } from '../customers/present.ts';

/** Where the projection finds its order. All of it is SQL text of our own code, never a client's. */
export interface OrderProjection {
  /** The alias of the `orders` row. */
  readonly alias: string;
  /** An expression for the merchant's time zone, such as `$2`. */
  readonly zone: string;
  /**
   * Makes the expression (jsonb, null where there is none) of an order's OrderAutoOrder from the alias of its row and the zone. Handed in, because that
   * lies in the tables of auto orders; without it `auto_order` is never answered.
   */
  readonly autoOrder?: (alias: string, zone: string) => string;
}

/**
 * The wire's Order as one SQL expression (jsonb) at an expansion: the names of `_expand` without any prefix. Nothing expanded: its scalars only.
 * Detail, lists, webhooks and the orders inside auto orders all use this one.
 */
export function orderJson(order: OrderProjection, expand: ReadonlySet<string>): string {
  return [scalars(order), storedParts(order, expand), ...foreignParts(order, expand)].filter((sql) => sql !== '').join(' || ');
}

/** The names under `prefix` in an expansion: `original_order.billing` is `billing` under `original_order`. */
export function expansionUnder(prefix: string, expand: ReadonlySet<string>): Set<string> {
  const start = `${prefix}.`;
  return new Set([...expand].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length)));
}

/** The part of the stored document that each expansion brings. */
const partOfExpansion: Readonly<Record<string, string>> = {
  affiliate: 'affiliates',
  billing: 'billing',
  buysafe: 'buysafe',
  channel_partner: 'channel_partner',
  checkout: 'checkout',
  coupon: 'coupons',
  current_stage_histories: 'current_stage_histories',
  digital_order: 'digital_order',
  edi: 'edi',
  fraud_score: 'fraud_score',
  gift: 'gift',
  gift_certificate: 'gift_certificate',
  internal: 'internal',
  item: 'items',
  linked_shipment: 'linked_shipment',
  marketing: 'marketing',
  payment: 'payment',
  point_of_sale: 'point_of_sale',
  properties: 'properties',
  quote: 'quote',
  salesforce: 'salesforce',
  shipping: 'shipping',
  summary: 'summary',
  tags: 'Tags',
  taxes: 'taxes',
  utms: 'utms',
};

// Zones can be changed, so the order's own moments are written from their columns; other dates keep the offset they were stored with.
function scalars({ alias, zone }: OrderProjection): string {
  return `${alias}.head || jsonb_build_object('creation_dts', wire_dts(${alias}.created_at, ${zone}))`;
}

// One pass over the document takes away what was not asked for: each `->` would unpack it again, and an absent part would come out as null.
function storedParts({ alias, zone }: OrderProjection, expand: ReadonlySet<string>): string {
  const unwanted = Object.entries(partOfExpansion).filter(([name]) => !expand.has(name)).map(([, part]) => part);
  if (unwanted.length === Object.keys(partOfExpansion).length) return '';
  let sql = `${alias}.parts - '{${unwanted.join(',')}}'::text[]`;
  if (expand.has('payment')) {
    sql = `case when ${alias}.paid_at is null then ${sql}
      else jsonb_set(${sql}, '{payment,payment_dts}', to_jsonb(wire_dts(${alias}.paid_at, ${zone}))) end`;
    if (!expand.has('payment.transaction')) sql = `(${sql}) #- '{payment,transactions}'`;
  }
  if (expand.has('shipping') && !expand.has('shipping.tracking_number_details')) sql = `(${sql}) #- '{shipping,tracking_number_details}'`;
  if (expand.has('affiliate') && !expand.has('affiliate.ledger')) sql = withoutLedger(alias, `(${sql})`);
  return `(${sql})`;
}

function withoutLedger(alias: string, sql: string): string {
  return `case when ${alias}.parts ? 'affiliates' then jsonb_set(${sql}, '{affiliates}',
    (select jsonb_agg(affiliate - 'ledger_entries') from jsonb_array_elements(${alias}.parts->'affiliates') affiliate)) else ${sql} end`;
}

// These live in other tables and are read as they are now.
function foreignParts(order: OrderProjection, expand: ReadonlySet<string>): string[] {
  const parts: string[] = [];
  if (expand.has('customer_profile')) parts.push(optionalPart('customer_profile', customerOf(order)));
  if (expand.has('auto_order') && order.autoOrder) parts.push(optionalPart('auto_order', order.autoOrder(order.alias, order.zone)));
  return parts;
}

function customerOf({ alias, zone }: OrderProjection): string {
  return `(select ${customerJson({ alias: 'profile', zone }, customerPartsOfOrder)} from customer profile
    where profile.merchant_id = ${alias}.merchant_id and profile.customer_profile_oid = ${alias}.customer_profile_oid)`;
}

// Everything small about the customer; cards stay with the profile.
const customerPartsOfOrder = new Set(['billing', 'shipping', 'cc_emails', 'pricing_tiers', 'properties', 'tags', 'tax_codes']);

function optionalPart(name: string, sql: string): string {
  return `coalesce((select jsonb_build_object('${name}', part) from (select (${sql})::jsonb as part) as found where part is not null), '{}')`;
}
