import type { RelatedPart } from '../customers/present.ts';
import { listText } from '../kernel/jsonText.ts';
import { orderJson } from './present.ts';

/**
 * Returns the parts of a customer profile that are read from its orders, as SQL expressions (jsonb)
 * of the `customer` row `alias`, in a statement with `inZone`. They contain at most a hundred
 * orders, newest first. Rejected orders do not count, and quotes count only as quotes. `now` is the
 * placeholder of the merchant's moment.
 */
export function relatedToCustomer(part: RelatedPart, alias: string, now: string): string {
  switch (part) {
    case 'orders_summary':
      return summary(alias, isOrder, 'order');
    case 'quotes_summary':
      return summary(alias, isQuote, 'quote');
    case 'orders':
      return newest(alias, isOrder);
    case 'quotes':
      return newest(alias, isQuote);
    case 'activity':
      return activity(alias, now);
  }
}

const isQuote = "r.current_stage in ('Quote Request', 'Quote Sent')";
const isOrder = `r.current_stage <> 'Rejected' and not ${isQuote}`;
const newestMax = 100;

const ordersOf = (alias: string, condition: string): string =>
  `from orders r where r.merchant_id = $1
    and r.customer_profile_oid = ${alias}.customer_profile_oid and ${condition}`;

const total = "(r.summary->'total'->>'value')::numeric";

const summary = (alias: string, condition: string, kind: 'order' | 'quote'): string =>
  `(select jsonb_strip_nulls(jsonb_build_object(
      'first_${kind}_dts', wire_dts(min(r.created_at)),
      'last_${kind}_dts', wire_dts(max(r.created_at)),
      '${kind}_count', count(*), 'total', coalesce(sum(${total}), 0)))
    ${ordersOf(alias, condition)})`;

function newest(alias: string, condition: string): string {
  const json = orderJson({ alias: 'o' }, new Set());
  return `(select ${listText(json, 'o.created_at desc, o.order_id desc')}::jsonb
    from (select r.* ${ordersOf(alias, condition)}
      order by r.created_at desc, r.order_id desc limit ${newestMax}) o)`;
}

/**
 * Returns the SQL of a customer's activity: orders, figures of thirty days, the profile's
 * properties.
 */
function activity(alias: string, now: string): string {
  return `jsonb_build_object(
    'activities', (select coalesce(jsonb_agg(jsonb_build_object(
        'type', 'order', 'action', case when o.rebill_number > 0 then 'rebilled' else 'placed' end,
        'subject', o.order_id, 'metric', o.summary->'total'->>'value',
        'ts', (extract(epoch from o.created_at) * 1000)::bigint,
        'uuid', md5(o.merchant_id || '/' || o.order_id)::uuid::text)
        order by o.created_at desc, o.order_id desc), '[]')
      from (select r.* ${ordersOf(alias, isOrder)}
        order by r.created_at desc, r.order_id desc limit ${newestMax}) o),
    'metrics', (select jsonb_build_array(
        ${metric('Orders', 'integer', count, now)},
        ${metric('Revenue', 'currency', revenue, now)})
      ${ordersOf(alias, isOrder)}),
    'properties_list', coalesce((select jsonb_agg(jsonb_build_object(
        'name', p->>'name', 'value', p->>'value'))
      from jsonb_array_elements(case jsonb_typeof(${alias}.document->'properties')
        when 'array' then ${alias}.document->'properties' else '[]' end) p), '[]'))`;
}

/**
 * Returns the SQL of a figure for all time, for the last thirty days and for the thirty days
 * before.
 */
function metric(name: string, type: string, figure: Figure, now: string): string {
  const days = (from: number, until: number) =>
    `r.created_at > ${now}::timestamptz - interval '${from} days'
      and r.created_at <= ${now}::timestamptz - interval '${until} days'`;
  const values = {
    all_time: figure('true'),
    last_30: figure(days(30, 0)),
    prior_30: figure(days(60, 30)),
  };
  const members = Object.entries(values).flatMap(([field, value]) => [
    `'${field}', ${value}`,
    `'${field}_formatted', trim(to_char(${value}, '${type === 'currency' ? 'FM999999999990.00' : 'FM999999999990'}'))`,
  ]);
  return `jsonb_build_object('name', '${name}', 'type', '${type}', ${members.join(', ')})`;
}

/** Returns the SQL of a figure over the orders that meet a condition. */
type Figure = (condition: string) => string;

const count: Figure = (condition) => `count(*) filter (where ${condition})`;
const revenue: Figure = (condition) => `coalesce(sum(${total}) filter (where ${condition}), 0)`;
