import { listText, memberText, objectText } from '../kernel/jsonText.ts';
import { ofBilling } from './customerMatches.ts';
import { kindSql } from './orderMatches.ts';

/*
 * The rows of the lists of orders, customer profiles and items, each as one SQL expression (JSON
 * text).
 */

const plain = (name: string, sql: string) => memberText(name, `(${sql})::text`);
const text = (name: string, sql: string) => memberText(name, `to_json(${sql})::text`);
const moment = (name: string, sql: string) => memberText(name, `wire_dts(${sql})::text`);

/** The row's RowCustomer, of the order `o`. */
export const customerOfOrder = objectText([
  plain('customer_profile_oid', 'o.customer_profile_oid'),
  ...['first_name', 'last_name', 'company', 'email', 'country_code'].map((name) =>
    text(name, `nullif(o.billing->>'${name}', '')`),
  ),
]);

const lastFour = "nullif(right(regexp_replace(c->>'card_number', '\\D', '', 'g'), 4), '')";

/** The row's RowCard, of the order `o`. */
export const cardOfOrder = `(select ${objectText([
  text('card_type', "c->>'card_type'"),
  text('last_four', lastFour),
  plain('card_expiration_month', "c->>'card_expiration_month'"),
  plain('card_expiration_year', "c->>'card_expiration_year'"),
])} from (select o.payment->'credit_card' as c) as paid where json_typeof(c) = 'object')`;

const orderLine = objectText([
  text('merchant_item_id', "line->>'merchant_item_id'"),
  plain('quantity', "line->>'quantity'"),
]);

/** The wire's OrderRow of `orders o`. */
export const orderRow = {
  from: `orders o left join auto_order a
    on a.merchant_id = $1 and a.auto_order_oid = o.auto_order_oid`,
  key: 'o.order_id',
  json: objectText([
    text('order_id', 'o.order_id'),
    text('kind', kindSql),
    plain('auto_order_oid', 'o.auto_order_oid'),
    text('auto_order_code', 'a.auto_order_code'),
    plain('rebill_number', 'o.rebill_number'),
    memberText('customer', customerOfOrder),
    text('current_stage', 'o.current_stage'),
    memberText(
      'items',
      `(select ${listText(orderLine, 'place')}
        from json_array_elements(coalesce(o.items, '[]')) with ordinality as l (line, place))`,
    ),
    plain('total', "o.summary->'total'->>'value'"),
    text('currency_code', 'o.currency'),
    text('payment_method', "o.payment->>'payment_method'"),
    memberText('card', cardOfOrder),
    moment('creation_dts', 'o.created_at'),
    moment('payment_dts', 'o.paid_at'),
  ]),
};

const billing = (name: string): string => `nullif(${ofBilling('c', name)}, '')`;
const ofAutoOrders = (selected: string) => `(select ${selected} from auto_order_search s
  join auto_order a on a.merchant_id = $1 and a.auto_order_oid = s.auto_order_oid
  where s.merchant_id = $1 and s.customer_profile_oid = c.customer_profile_oid)`;

/** The wire's CustomerRow of `customer c`. */
export const customerRow = {
  from: 'customer c',
  key: 'c.customer_profile_oid',
  json: objectText([
    plain('customer_profile_oid', 'c.customer_profile_oid'),
    text('email', 'c.email'),
    ...['first_name', 'last_name', 'company', 'city', 'country_code'].map((name) =>
      text(name, billing(name)),
    ),
    text('phone', billing('day_phone')),
    plain('auto_order_count', ofAutoOrders('count(*)')),
    plain('active_auto_order_count', ofAutoOrders("count(*) filter (where a.status = 'active')")),
    moment(
      'next_shipment_dts',
      ofAutoOrders("min(a.next_shipment_at) filter (where a.status = 'active')"),
    ),
    moment('signup_dts', 'c.created_at'),
    moment('last_modified_dts', 'c.modified_at'),
  ]),
};

/** The wire's ItemRow of `item t`. */
export const itemRow = {
  from: 'item t',
  key: 't.merchant_item_oid',
  json: objectText([
    plain('merchant_item_oid', 't.merchant_item_oid'),
    text('merchant_item_id', 't.merchant_item_id'),
    text('description', "t.document->>'description'"),
    plain('cost', "t.document->'pricing'->'cost'"),
    plain('inactive', 't.inactive'),
    plain('auto_orderable', "t.document->'auto_order'->'auto_orderable'"),
    plain(
      'auto_order_schedules',
      "nullif(t.document->'auto_order'->'auto_order_schedules', 'null')",
    ),
    moment('creation_dts', 't.created_at'),
    moment('last_modified_dts', 't.modified_at'),
  ]),
};
