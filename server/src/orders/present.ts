import { customerJson } from '../customers/present.ts';
import { unexpiredText } from '../kernel/expiringText.ts';
import { memberText, objectText } from '../kernel/jsonText.ts';
import { type OrderPart, orderParts } from './order.ts';

/**
 * The parts of SQL from which the projection reads its order. All of the SQL is ours, never a
 * client's.
 */
export interface OrderProjection {
  /** The alias of the `orders` row. */
  readonly alias: string;
  /**
   * Returns the SQL expression (text, null if there is none) of an order's OrderAutoOrder, for the
   * alias of its row. The caller provides it, because the data is in the tables of auto orders.
   * Without it, `auto_order` is never returned.
   */
  readonly autoOrder?: ((alias: string) => string) | undefined;
}

/**
 * Returns the wire's Order as one SQL expression (text), for a statement with `inZone`. `expand`
 * contains the names of `_expand` without a prefix; without expansions only scalars are returned.
 * Details, lists, webhooks and the orders inside auto orders all use this expression.
 */
export function orderJson(order: OrderProjection, expand: ReadonlySet<string>): string {
  return objectText([
    ...scalars(order),
    ...storedParts(order, expand),
    ...foreignParts(order, expand),
  ]);
}

/** Returns the whole stored document as one SQL expression (text). */
export function documentJson(alias: string): string {
  return objectText([
    headMembers(alias),
    ...orderParts.map((part) => memberText(part, `${alias}.${part}::text`)),
  ]);
}

/**
 * Returns the names under `prefix` in an expansion: `original_order.billing` is `billing` under
 * `original_order`.
 */
export function expansionUnder(prefix: string, expand: ReadonlySet<string>): Set<string> {
  const start = `${prefix}.`;
  return new Set(
    [...expand].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length)),
  );
}

/** The part of the stored document that each expansion adds. */
const partOfExpansion: Readonly<Record<string, OrderPart>> = {
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

// A merchant's zone can change, so the order's own dates come from their columns. Other dates keep
// the offset with which they were stored.
function scalars({ alias }: OrderProjection): string[] {
  return [headMembers(alias), memberText('creation_dts', `wire_dts(${alias}.created_at)::text`)];
}

// All values are scalars, so the last closing brace always ends the object.
const headMembers = (alias: string): string =>
  `nullif(btrim(case json_typeof(${alias}.head) when 'object' then ${alias}.head::text
     else not_an_object('head', json_typeof(${alias}.head)) end, '{}'), '')`;

function storedParts(order: OrderProjection, expand: ReadonlySet<string>): string[] {
  return Object.entries(partOfExpansion)
    .filter(([name]) => expand.has(name))
    .map(([, part]) => memberText(part, partOf(order, part, expand)));
}

function partOf({ alias }: OrderProjection, part: OrderPart, expand: ReadonlySet<string>): string {
  const stored = `${alias}.${part}`;
  switch (part) {
    case 'payment': {
      const dated = `case when ${alias}.paid_at is null then ${stored}::jsonb
        else ${stored}::jsonb || jsonb_build_object('payment_dts', wire_dts(${alias}.paid_at)) end`;
      return expand.has('payment.transaction')
        ? `('{"transactions": []}'::jsonb || (${dated}))::text`
        : `((${dated}) - 'transactions')::text`;
    }
    case 'shipping': {
      // Published samples read the list without checking whether it exists.
      const listed = `('{"tracking_numbers": []}'::jsonb || ${stored}::jsonb)`;
      const shown = expand.has('shipping.tracking_number_details')
        ? `${listed}::text`
        : `(${listed} - 'tracking_number_details')::text`;
      // `||` would turn any other value into a list.
      return `(case when ${stored} is null then null
        when json_typeof(${stored}) = 'object' then ${shown}
        else not_an_object('shipping', json_typeof(${stored})) end)`;
    }
    case 'affiliates':
      return expand.has('affiliate.ledger')
        ? listOf(stored)
        : listOf(`(select jsonb_agg(affiliate - 'ledger_entries')
           from jsonb_array_elements(${stored}::jsonb) affiliate)`);
    case 'current_stage_histories':
      // The published model has no field for the user who moved it (getOrderStages returns the
      // user).
      return listOf(`(select json_agg(move - 'by' order by place)
        from jsonb_array_elements(${stored}::jsonb) with ordinality as m (move, place))`);
    case 'properties':
      return listOf(`(${unexpiredText(stored)})`);
    case 'items':
      return listOf(itemsOf(stored));
    case 'coupons':
    case 'Tags':
    case 'utms':
      return listOf(stored);
    default:
      return `${stored}::text`;
  }
}

// Only lines with properties that expire are rebuilt.
const itemsOf = (stored: string): string =>
  `(case when ${stored}::text like '%"expiration_dts"%' then
    (select jsonb_agg(case when line ? 'properties' then jsonb_set(line, '{properties}',
        ${unexpiredText("line->'properties'")}) else line end order by place)
      from jsonb_array_elements(${stored}::jsonb) with ordinality as l (line, place))::text
    else ${stored}::text end)`;

/** An expanded list without elements is `[]`. */
const listOf = (json: string): string => `coalesce(${json}::text, '[]')`;

// These are in other tables and are read with their current values.
function foreignParts(order: OrderProjection, expand: ReadonlySet<string>): string[] {
  const parts: string[] = [];
  if (expand.has('customer_profile')) parts.push(memberText('customer_profile', customerOf(order)));
  if (expand.has('auto_order') && order.autoOrder)
    parts.push(memberText('auto_order', order.autoOrder(order.alias)));
  return parts;
}

function customerOf({ alias }: OrderProjection): string {
  return `(select (${customerJson('profile', customerPartsOfOrder)})::text from customer profile
    where profile.merchant_id = $1
      and profile.customer_profile_oid = ${alias}.customer_profile_oid)`;
}

// The small fields of the customer. Cards are only in the profile.
const customerPartsOfOrder = new Set([
  'billing',
  'shipping',
  'cc_emails',
  'pricing_tiers',
  'properties',
  'tags',
  'tax_codes',
]);
