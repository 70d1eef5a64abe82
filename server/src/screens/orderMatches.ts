import { type OrderSearch, orderKinds } from '@perennial/contract/screens.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import { type FacetName, facet } from '../orders/facets.ts';
import type { Bind } from '../platform/storage/page.ts';
import { ofPhone, textLists } from './autoOrderMatches.ts';
import { customerLists } from './customerMatches.ts';
import type { Condition, ListSource, Matches } from './keyset.ts';
import {
  inAll,
  inInterval,
  isAmong,
  orderIdOfNumber,
  type Recognised,
  recognise,
  type SearchInterval,
} from './matches.ts';

/** The orders of a merchant: `o` is orders. */
export const orderSource: ListSource = {
  from: 'orders o',
  merchant: 'o.merchant_id = $1',
  key: { sql: 'o.order_id', type: 'text', isUpper: true },
  joins: {},
  sorts: { creation_dts: { sql: 'o.created_at', type: 'timestamptz' } },
};

/** The relation of an order to an auto order, as SQL. */
export const kindSql = `(case when o.rebill_number = 0 then 'original'
  when o.rebill_number > 0 then 'rebill' else 'ordinary' end)`;

// Partial indexes serve the rare kinds in the order of creation.
const inKind = {
  original: { sql: 'o.rebill_number = 0' },
  rebill: { sql: 'o.rebill_number > 0' },
  ordinary: { sql: 'o.auto_order_oid is null' },
} as const;

/** Converts the filters of a search to SQL. All of them must match, and one of the kinds. */
export function orderMatches(
  merchantId: string,
  search: OrderSearch,
  created: SearchInterval,
  bind: Bind,
): Matches {
  const { customer_profile_oid: profile, auto_order_oid: autoOrder } = search;
  const anyFacet = (name: FacetName, values: readonly string[] | null | undefined): Condition[] =>
    values?.length
      ? [
          {
            sql: `o.facets && ${bind(values.map((value) => facet(merchantId, name, value)))}::text[]`,
          },
        ]
      : [];
  return {
    conditions: [
      ...textCondition(merchantId, search.text ?? '', bind),
      ...anyFacet('current_stage', search.stages),
      ...anyFacet('payment_method', search.payment_methods),
      ...anyFacet('item_id', search.item_ids),
      ...anyFacet('country_code', search.country_codes),
      ...waitingAt(search.distribution_center_codes, bind),
      ...inInterval('o.created_at', created, bind),
      ...(profile ? [{ sql: `o.customer_profile_oid = ${bind(profile)}::int` }] : []),
      ...isAmong('o.order_id', 'text', search.order_ids, bind),
      ...(autoOrder ? [{ sql: `o.auto_order_oid = ${bind(autoOrder)}::int` }] : []),
    ],
    branches: orderKinds.filter((kind) => search.kinds?.includes(kind)).map((kind) => inKind[kind]),
  };
}

/** Matches orders that wait at one of the distribution centers, whose codes are in upper case. */
function waitingAt(codes: readonly string[] | null | undefined, bind: Bind): Condition[] {
  if (!codes?.length) return [];
  return [
    {
      sql: `o.order_id in (select w.order_id from waiting_shipment w
        where w.merchant_id = $1 and w.distribution_center_code
          = any (${bind(codes.map((code) => upperCode(code).trim()))}::text[]))`,
    },
  ];
}

/**
 * Finds orders by a typed text. Texts of orders are indexed as a whole; the beginning of a text is
 * looked up in auto orders and customer profiles, and their orders are added.
 */
function textCondition(merchantId: string, text: string, bind: Bind): Condition[] {
  const what = recognise(merchantId, text);
  if (what === undefined) return [];
  const ids = (range: string) =>
    `select t.order_id from orders t where t.merchant_id = $1 and t.order_id ${range}`;
  if (what.kind === 'orderId')
    return [{ sql: `o.order_id in (${ids(`between ${bind(what.from)} and ${bind(what.to)}`)})` }];
  // A number means that one order, and not the other orders of its auto order.
  const autoOrders =
    what.kind === 'number' ? [[ofPhone(what.digits, bind)]] : textLists(merchantId, text, bind);
  const customers = customerLists(merchantId, text, bind);
  const orderId = what.kind === 'number' ? orderIdOfNumber(merchantId, what.digits) : undefined;
  const selects = [
    `select t.order_id from orders t where t.merchant_id = $1 and ${inAll('t.auto_order_oid', autoOrders)}`,
    `select t.order_id from orders t where t.merchant_id = $1 and ${inAll('t.customer_profile_oid', customers)}`,
    `select t.order_id from orders t where t.merchant_id = $1 and ${wholeTexts(
      merchantId,
      text,
      what,
    )
      .map((facets) => `t.facets && ${bind(facets)}::text[]`)
      .join(' and ')}`,
    ...(orderId === undefined ? [] : [ids(`= ${bind(orderId)}`)]),
  ];
  return [{ sql: `o.order_id in (${selects.join(' union all ')})` }];
}

/** The fields in which an order is searched for the whole text, or for each word of a name. */
function wholeTexts(merchantId: string, text: string, what: Recognised): string[][] {
  const asAny = (names: readonly FacetName[], value: string) =>
    names.map((name) => facet(merchantId, name, value));
  return what.kind === 'words'
    ? what.words.map((word) => asAny(['first_name', 'last_name', 'company', 'email'], word))
    : [asAny(['email', 'phone'], text)];
}
