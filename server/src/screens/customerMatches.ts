import type { CustomerSearch } from '@perennial/contract/screens.ts';
import type { Bind } from '../platform/storage/page.ts';
import type { Condition, ListSource, Matches } from './keyset.ts';
import {
  beginsWith,
  digitsOf,
  inAll,
  inInterval,
  isAmong,
  recognise,
  type SearchInterval,
} from './matches.ts';

/** The customer profiles of a merchant: `c` is customer. */
export const customerSource: ListSource = {
  from: 'customer c',
  merchant: 'c.merchant_id = $1',
  key: { sql: 'c.customer_profile_oid', type: 'int' },
  joins: {},
  sorts: {
    email: { sql: 'c.email_lc', type: 'text' },
    signup_dts: { sql: 'c.created_at', type: 'timestamptz' },
    last_modified_dts: { sql: 'c.modified_at', type: 'timestamptz' },
  },
};

/** Parses the dates of a search. */
export interface CustomerRanges {
  readonly signedUp: SearchInterval;
  readonly modified: SearchInterval;
}

/** Converts the filters of a search to SQL. All of them must match. */
export function customerMatches(
  merchantId: string,
  search: CustomerSearch,
  { signedUp, modified }: CustomerRanges,
  bind: Bind,
): Matches {
  const withAutoOrders = `exists (select from auto_order_search s where s.merchant_id = $1
    and s.customer_profile_oid = c.customer_profile_oid)`;
  const { has_auto_orders: has, auto_order_oids: autoOrders } = search;
  return {
    conditions: [
      ...customerLists(merchantId, search.text ?? '', bind).map((lists) => ({
        sql: inAll('c.customer_profile_oid', [lists]),
      })),
      ...isAmong('c.customer_profile_oid', 'int', search.customer_profile_oids, bind),
      ...(autoOrders?.length
        ? [
            {
              sql: `c.customer_profile_oid in (select s.customer_profile_oid
                from auto_order_search s where s.merchant_id = $1
                  and s.auto_order_oid = any(${bind(autoOrders)}::int[]))`,
            },
          ]
        : []),
      ...inInterval('c.created_at', signedUp, bind),
      ...inInterval('c.modified_at', modified, bind),
      ...(has === undefined || has === null
        ? []
        : [{ sql: has ? withAutoOrders : `not ${withAutoOrders}` } satisfies Condition]),
    ],
    branches: [],
  };
}

/** Selects of profile oids in groups: a profile must be in one select of each group. */
export function customerLists(merchantId: string, text: string, bind: Bind): string[][] {
  const what = recognise(merchantId, text);
  const by = (column: string, beginning: string) =>
    `(select p.customer_profile_oid from customer p
      where p.merchant_id = $1 and ${beginsWith(column, beginning, bind)}
      order by ${column}, p.customer_profile_oid limit ${perFieldMax})`;
  switch (what?.kind) {
    case undefined:
      return [];
    case 'orderId':
      return [[ofOrders(what, bind)]];
    case 'email':
      return [[by('p.email_lc', what.beginning)]];
    case 'number':
      return [
        [
          by(billingPhone('p'), what.digits),
          ...(Number(what.digits) < 2 ** 31 ? [ofOid(what.digits, bind)] : []),
        ],
      ];
    case 'words':
      return what.words.map((word) => [
        ...['first_name', 'last_name', 'company'].map((field) =>
          by(foldedBilling('p', field), word),
        ),
        by('p.email_lc', word),
      ]);
  }
}

// Limited as for auto orders, because a tenth of all names begin with the same letter.
const perFieldMax = 10_000;

const ofOrders = ({ from, to }: { from: string; to: string }, bind: Bind): string =>
  `(select o.customer_profile_oid from orders o where o.merchant_id = $1
    and o.order_id between ${bind(from)} and ${bind(to)} and o.customer_profile_oid is not null)`;

const ofOid = (digits: string, bind: Bind): string =>
  `(select p.customer_profile_oid from customer p
    where p.merchant_id = $1 and p.customer_profile_oid = ${bind(Number(digits))}::int)`;

/** A text in the first billing address of a profile, which is the row `alias`. */
export const ofBilling = (alias: string, field: string): string =>
  `${alias}.document->'billing'->0->>'${field}'`;

/** The same text in the form of its index. */
export const foldedBilling = (alias: string, field: string): string =>
  `fold(${ofBilling(alias, field)}) collate "C"`;

/** The digits of the phone number in that address. */
export const billingPhone = (alias: string): string => digitsOf(ofBilling(alias, 'day_phone'));
