import { frequencies as known } from '@perennial/contract/frequency.ts';
import {
  type AutoOrderSearch,
  autoOrderStates,
  autoOrderStatuses,
} from '@perennial/contract/screens.ts';
import type { Temporal } from 'temporal-polyfill';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import type { Bind } from '../platform/storage/page.ts';
import { type Condition, type ListSource, lastCharacter, type Matches } from './keyset.ts';
import {
  beginsWith,
  digitsOf,
  inAll,
  inInterval,
  isAmong,
  isAnyOf,
  orderIdOfNumber,
  recognise,
  type SearchInterval,
  sortedText,
} from './matches.ts';

type State = (typeof autoOrderStates)[number];

/** The auto orders of a merchant: `a` is auto_order, `s` auto_order_search. */
export const autoOrderSource: ListSource = {
  from: 'auto_order a',
  merchant: 'a.merchant_id = $1',
  key: { sql: 'a.auto_order_oid', type: 'int' },
  joins: {
    s: 'join auto_order_search s on s.merchant_id = $1 and s.auto_order_oid = a.auto_order_oid',
  },
  sorts: {
    auto_order_code: { sql: 'a.auto_order_code', type: 'text', isUpper: true },
    next_shipment_dts: { sql: 'a.next_shipment_at', type: 'timestamptz', isNullable: true },
    signed_up_dts: { sql: 's.ordered_at', type: 'timestamptz', join: 's' },
    last_modified_dts: { sql: 'a.modified_at', type: 'timestamptz' },
    email: { sql: 's.billing_email', type: 'text', join: 's', isNullable: true },
    last_name: { sql: 's.billing_last_name', type: 'text', join: 's', isNullable: true },
    card_expires: { sql: 's.card_expires_on', type: 'date', join: 's', isNullable: true },
  },
};

/**
 * The oids of auto orders with a charge that has no answer. There are few: the index contains only
 * charges in flight.
 */
const inDoubt = `select r.auto_order_oid from rebill r
  where r.merchant_id = $1 and r.lease_until is not null and r.state = 'unknown'`;

/** The current state of an auto order, as SQL. */
export const stateSql = `(case when a.auto_order_oid in (${inDoubt}) then 'in_doubt'
  else a.state end)`;

/**
 * A condition for each state. States are literals in the statement, not parameters: one has a
 * million rows and another five, and PostgreSQL must know which one it is to choose an index.
 */
const inState = (state: State): Condition =>
  state === 'in_doubt'
    ? { sql: `a.auto_order_oid in (${inDoubt})` }
    : { sql: `a.state = '${state}' and a.auto_order_oid not in (${inDoubt})` };

/** Parses the dates of a search. */
export interface AutoOrderRanges {
  readonly next: SearchInterval;
  readonly signedUp: SearchInterval;
  readonly modified: SearchInterval;
  readonly cardExpiresBefore: Temporal.PlainDate | undefined;
  readonly declinedSince: Temporal.Instant | undefined;
  readonly bouncedSince: Temporal.Instant | undefined;
}

/** Converts the filters of a search to SQL. All of them must match, and one of the states. */
export function autoOrderMatches(
  merchantId: string,
  search: AutoOrderSearch,
  ranges: AutoOrderRanges,
  bind: Bind,
): Matches {
  return {
    conditions: [
      ...textCondition(merchantId, search.text, bind),
      ...statusCondition(search.status),
      ...inInterval('a.next_shipment_at', ranges.next, bind),
      ...inInterval('s.ordered_at', ranges.signedUp, bind).map(onSearch),
      ...inInterval('a.modified_at', ranges.modified, bind),
      ...itemConditions(search, bind),
      ...cardConditions(search, ranges, bind),
      ...declineConditions(search, bind),
      ...sinceConditions(ranges, bind),
      ...customerConditions(search, bind),
      ...propertyCondition(search.property, bind),
    ],
    branches: (search.state ?? []).length > 0 ? statesOf(search).map(inState) : [],
  };
}

const statesOf = ({ state }: AutoOrderSearch): State[] =>
  autoOrderStates.filter((each) => state?.includes(each));

const onSearch = ({ sql }: Condition): Condition => ({ sql, join: 's' });

/** Counts one value of a facet: the same search without the filter on the field of the facet. */
export function facetValues(facet: 'status' | 'state'): readonly string[] {
  return facet === 'status' ? autoOrderStatuses : autoOrderStates;
}

function statusCondition(status: AutoOrderSearch['status']): Condition[] {
  const wanted = autoOrderStatuses.filter((each) => status?.includes(each));
  return wanted.length === 0
    ? []
    : [{ sql: `a.status in (${wanted.map((each) => `'${each}'`).join(', ')})` }];
}

function itemConditions(
  { item_ids: itemIds, next_item_ids: nextIds, frequencies }: AutoOrderSearch,
  bind: Bind,
): Condition[] {
  // Literals in the statement, like states: one value matches half of all items, another one in a
  // million.
  const shipped = known.filter((each) => frequencies?.includes(each)).map((each) => `'${each}'`);
  const folded = (values: readonly string[] | null | undefined) =>
    [...new Set((values ?? []).map(foldTrimmed))].map((value) => bind(value));
  return [
    ...ofItems('i.original_item_id_lc', folded(itemIds)),
    ...ofItems('i.next_item_id_lc', folded(nextIds)),
    ...ofItems('i.frequency', shipped),
  ];
}

/** Above this number of values, one condition is used: a statement for each would take longer. */
const equalitiesMax = 20;

/**
 * Matches items with one of these values. Each is an equality, because only then an index returns
 * the oids in their order.
 */
function ofItems(column: string, values: readonly string[]): Condition[] {
  if (values.length === 0) return [];
  const select = (condition: string) => `select i.auto_order_oid as key from auto_order_item i
    where i.merchant_id = $1 and ${condition}`;
  if (values.length > equalitiesMax)
    return [{ sql: `a.auto_order_oid in (${select(`${column} in (${values.join(', ')})`)})` }];
  const keys = values.map((value) => select(`${column} = ${value}`));
  return [{ sql: `a.auto_order_oid in (${keys.join(' union all ')})`, keys }];
}

function cardConditions(
  { card_types: types }: AutoOrderSearch,
  { cardExpiresBefore: before }: AutoOrderRanges,
  bind: Bind,
): Condition[] {
  return [
    ...(types?.length ? [onSearch({ sql: isAnyOf('s.card_type', types, bind) })] : []),
    ...(before ? [onSearch({ sql: `s.card_expires_on < ${bind(String(before))}::date` })] : []),
  ];
}

function declineConditions(search: AutoOrderSearch, bind: Bind): Condition[] {
  const { declines_min: declines, failure_reason: reason } = search;
  return [
    ...(declines !== undefined && declines !== null && declines > 0
      ? [{ sql: `a.credit_card_attempt > 0 and a.credit_card_attempt >= ${bind(declines)}::int` }]
      : []),
    ...(reason?.trim()
      ? [
          {
            sql: `a.failure_reason is not null and ${beginsWith(
              sortedText('a.failure_reason'),
              foldTrimmed(reason),
              bind,
            )}`,
          },
        ]
      : []),
  ];
}

/** Returns conditions on recent declines and bounces. The partial indexes on both serve them. */
function sinceConditions(
  { declinedSince, bouncedSince }: AutoOrderRanges,
  bind: Bind,
): Condition[] {
  const ofTable = (table: string, condition: string): Condition => ({
    sql: `a.auto_order_oid in (select h.auto_order_oid from ${table} h
      where h.merchant_id = $1 and ${condition})`,
  });
  return [
    ...(declinedSince
      ? [
          ofTable(
            'rebill',
            `h.state in ('declined', 'given up') and h.at >= ${bind(declinedSince)}::timestamptz`,
          ),
        ]
      : []),
    ...(bouncedSince
      ? [ofTable('notice', `h.bounced_at >= ${bind(bouncedSince)}::timestamptz`)]
      : []),
  ];
}

function customerConditions(search: AutoOrderSearch, bind: Bind): Condition[] {
  const { country_codes: countries, customer_profile_oid: profile } = search;
  return [
    ...isAmong('a.auto_order_oid', 'int', search.auto_order_oids, bind),
    ...(countries?.length
      ? [
          onSearch({
            sql: `(${isAnyOf('s.billing_country_code', countries, bind)}
              or ${isAnyOf('s.shipping_country_code', countries, bind)})`,
          }),
        ]
      : []),
    ...(profile !== undefined && profile !== null
      ? [onSearch({ sql: `s.customer_profile_oid = ${bind(profile)}::int` })]
      : []),
  ];
}

function propertyCondition(property: AutoOrderSearch['property'], bind: Bind): Condition[] {
  if (!property?.name) return [];
  const { name, value } = property;
  const wanted = JSON.stringify([{ name, ...(value ? { value } : {}) }]);
  return [{ sql: `a.properties <> '[]' and a.properties @> ${bind(wanted)}::jsonb` }];
}

function textCondition(
  merchantId: string,
  text: string | null | undefined,
  bind: Bind,
): Condition[] {
  const lists = textLists(merchantId, text ?? '', bind);
  return lists.map((selects) => ({ sql: inAll('a.auto_order_oid', [selects]) }));
}

/**
 * Selects of oids in groups: an auto order must be in one select of each group. Each word of a name
 * is a group.
 */
export function textLists(merchantId: string, text: string, bind: Bind): string[][] {
  const what = recognise(merchantId, text);
  switch (what?.kind) {
    case undefined:
      return [];
    case 'email':
      return [[ofSearch(['billing_email'], what.beginning, bind)].flat()];
    case 'orderId':
      return [ofOrders(what, bind)];
    case 'number':
      return [ofNumber(merchantId, what.digits, bind)];
    case 'words':
      return what.words.map((word) => [
        ...ofSearch(nameColumns, word, bind),
        ...(what.words.length === 1 ? ofCode(word, bind) : []),
      ]);
  }
}

const nameColumns = ['billing', 'shipping'].flatMap((part) => [
  `${part}_first_name`,
  `${part}_last_name`,
  `${part}_company`,
]);

/**
 * The most auto orders that one word finds in one field. One letter begins a tenth of all names;
 * collecting them all would cost more than the page.
 */
const perFieldMax = 10_000;

function ofSearch(columns: readonly string[], beginning: string, bind: Bind): string[] {
  const all = columns === nameColumns ? [...columns, 'billing_email'] : columns;
  const [from, to] = [bind(beginning), bind(beginning + lastCharacter)];
  return all.map(
    (column) => `(select p.auto_order_oid from auto_order_search p
      where p.merchant_id = $1 and p.${column} >= ${from} and p.${column} < ${to}
      order by p.${column}, p.auto_order_oid limit ${perFieldMax})`,
  );
}

/** Matches an original order, or the order of a rebill. */
function ofOrders({ from, to }: { from: string; to: string }, bind: Bind): string[] {
  const range = `between ${bind(from)} and ${bind(to)}`;
  return [
    `select o.auto_order_oid from auto_order o
      where o.merchant_id = $1 and o.original_order_id ${range}`,
    `select o.auto_order_oid from orders o
      where o.merchant_id = $1 and o.order_id ${range} and o.auto_order_oid is not null`,
  ];
}

/** Selects the oids of auto orders with a phone number whose digits begin with these. */
export const ofPhone = (digits: string, bind: Bind): string =>
  `select v.auto_order_oid from auto_order_search_value v
    where v.merchant_id = $1 and v.kind = 'phone' and ${beginsWith(
      digitsOf('v.value'),
      digits,
      bind,
    )}`;

function ofNumber(merchantId: string, digits: string, bind: Bind): string[] {
  const isOid = Number(digits) < 2 ** 31;
  const orderId = orderIdOfNumber(merchantId, digits);
  return [
    ofPhone(digits, bind),
    ...(isOid
      ? [
          `select o.auto_order_oid from auto_order o
            where o.merchant_id = $1 and o.auto_order_oid = ${bind(Number(digits))}::int`,
        ]
      : []),
    ...(orderId === undefined ? [] : ofOrders({ from: orderId, to: orderId }, bind)),
    ...ofCode(digits, bind),
  ];
}

function ofCode(word: string, bind: Bind): string[] {
  const code = codeIn(word);
  if (code === undefined) return [];
  return [
    `select o.auto_order_oid from auto_order o
      where o.merchant_id = $1 and ${codeBegins('o.auto_order_code', code, bind)}`,
  ];
}

const codeLength = 10;

/** Matches a word that can begin a code: ten upper-case letters and digits. */
export function codeIn(word: string): string | undefined {
  const code = word.toUpperCase();
  return /^[A-Z0-9]{1,10}$/.test(code) ? code : undefined;
}

/** Selects codes with this beginning. The index on codes serves the range. */
export const codeBegins = (column: string, beginning: string, bind: Bind): string =>
  `${column} between ${bind(beginning.padEnd(codeLength, '0'))}
    and ${bind(beginning.padEnd(codeLength, 'Z'))} and starts_with(${column}, ${bind(beginning)})`;
