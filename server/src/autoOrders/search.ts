import type { SortField } from '@perennial/contract/sorting.ts';
import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { foldTrimmed, upperCode } from '../kernel/caseFolding.ts';
import type { Bind } from '../platform/storage/page.ts';

/**
 * The filters of a list (auto_order reference, AutoOrderQuery). Each is exact and ignores case; all
 * must match.
 */
export interface AutoOrderFilter extends Partial<Record<TextFilter, string | undefined>> {
  readonly customerProfileOid?: number | undefined;
  readonly originalOrderFrom?: Temporal.Instant | undefined;
  readonly originalOrderUntil?: Temporal.Instant | undefined;
  readonly nextShipmentFrom?: Temporal.Instant | undefined;
  readonly nextShipmentUntil?: Temporal.Instant | undefined;
  /** Selects auto orders that were created or changed at this moment or later. */
  readonly since?: Temporal.Instant | undefined;
}

type TextFilter = keyof typeof exactFilters | keyof typeof valueFilters | AddressFilter;
type AddressFilter = keyof typeof addressFilters;

/** A page of a list as SQL that selects only oids, so that indexes alone can provide it. */
export interface PageSql {
  /**
   * Selects `auto_order_oid`, in order, with one row more than the page. That row shows whether
   * more follow.
   */
  readonly oids: string;
  /** Counts all matches, or one more than {@link countMax}. */
  readonly count: string;
  readonly values: readonly unknown[];
}

/** The greatest total that is counted. Counting beyond it would cost more than the page. */
export const countMax = 10_000;

/**
 * Builds the statements of a page. Their text depends only on the names of the fields, never on
 * the values, so there are few of them and each is planned once. `$1` is the merchant.
 *
 * An address filter compares two columns. The first address filter becomes two ordered branches,
 * each with its own index and limited to the rows that the page needs. With `or` alone, PostgreSQL
 * would collect and sort every match.
 */
export function autoOrderPageSql(
  merchantId: string,
  filter: AutoOrderFilter,
  sort: readonly SortField[],
  page: { readonly limit: number; readonly offset: number },
): PageSql {
  const values: unknown[] = [merchantId];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const matches: Matches = {
    conditions: [...exactConditions(filter, bind), ...rangeConditions(filter, bind)],
    addresses: addressSides(filter, bind),
    lists: oidLists(filter, bind),
  };
  const offset = page.offset === 0 ? undefined : bind(page.offset);
  return {
    oids: pageOf(matches, sortKeys(sort), page.limit + 1, offset),
    count: countOf(matches),
    values,
  };
}

/** The filters as SQL. */
interface Matches {
  readonly conditions: readonly Condition[];
  /** Pairs of conditions. At least one of each pair must hold. */
  readonly addresses: readonly (readonly [billing: string, shipping: string])[];
  /** Subqueries that select oids. */
  readonly lists: readonly string[];
}

// The limit is part of the text: PostgreSQL plans a statement again for every call when its limit
// or offset is a parameter.
function pageOf(
  matches: Matches,
  keys: readonly SortKey[],
  limit: number,
  offset: string | undefined,
): string {
  const columns = (oid: string) =>
    [`${oid} as auto_order_oid`, ...keys.map(({ sql }, index) => `${sql} as k${index}`)].join(', ');
  const terms = [
    ...keys.map(({ direction }, index) => `k${index} ${direction}`),
    `auto_order_oid ${keys[0]?.direction ?? 'asc'}`,
  ];
  const order = `order by ${terms.join(', ')}`;
  const reach = `limit ${limit}${offset ? ` + ${offset}::bigint` : ''}`;
  const all = eachBranch(
    matches,
    (side) => `${selectOf(matches, keys, columns, side)} ${order} ${reach}`,
  );
  return `${all} ${order} limit ${limit}${offset ? ` offset ${offset}` : ''}`;
}

function countOf(matches: Matches): string {
  const all = eachBranch(
    matches,
    (side) => `${selectOf(matches, [], (oid) => oid, side)} limit ${countMax + 1}`,
  );
  return `select count(*)::int from (${all}) as matches`;
}

/**
 * Returns one select or, with an address filter, the union of two. The union lists an auto order
 * once even if both addresses match.
 */
function eachBranch({ addresses: [branches] }: Matches, select: (side?: string) => string): string {
  return branches
    ? `(${select(branches[0])}) union (${select(branches[1])})`
    : `select * from (${select()}) as matches`;
}

function selectOf(
  { conditions, addresses, lists }: Matches,
  keys: readonly SortKey[],
  columns: (oid: string) => string,
  side: string | undefined,
): string {
  const [lead, ...otherLists] = lists;
  const from = fromClause([...conditions, ...keys], side !== undefined, lead);
  const where = [
    ...from.merchant,
    ...conditions.map(({ sql }) => sql),
    ...addresses.slice(1).map((sides) => `(${sides.join(' or ')})`),
    ...otherLists.map((list) => `${from.oid} in (${list})`),
    ...(side ? [side] : []),
  ];
  const filters = where.length > 0 ? ` where ${where.join(' and ')}` : '';
  return `select ${columns(from.oid)} from ${from.sql}${filters}`;
}

/** The alias `a` is auto_order, `s` is auto_order_search. */
type Table = 'a' | 's';

interface Condition {
  readonly table: Table;
  readonly sql: string;
}

/** Filters on one column. Codes and order ids are stored in upper case, facets with folded case. */
const exactFilters = {
  autoOrderCode: { table: 'a', column: 'a.auto_order_code', normal: upperCode },
  originalOrderId: { table: 'a', column: 'a.original_order_id', normal: upperCode },
  status: { table: 'a', column: 'a.status', normal: foldTrimmed },
  email: { table: 's', column: 's.billing_email', normal: foldTrimmed },
  cardType: { table: 's', column: 's.card_type', normal: foldTrimmed },
} as const;

function* exactConditions(filter: AutoOrderFilter, bind: Bind): Iterable<Condition> {
  for (const [name, { table, column, normal }] of Object.entries(exactFilters)) {
    const value = filter[name as keyof typeof exactFilters];
    if (value !== undefined) yield { table, sql: `${column} = ${bind(normal(value))}` };
  }
  if (filter.customerProfileOid !== undefined)
    yield { table: 's', sql: `s.customer_profile_oid = ${bind(filter.customerProfileOid)}` };
}

/** Filters on values of which an auto order can have several, each in a row of another table. */
const valueFilters = {
  phone: (value: string) =>
    `select v.auto_order_oid from auto_order_search_value v
     where v.merchant_id = $1 and v.kind = 'phone' and v.value = ${value}`,
  itemId: (value: string) =>
    `select v.auto_order_oid from auto_order_search_value v
     where v.merchant_id = $1 and v.kind = 'item' and v.value = ${value}`,
  originalItemId: (value: string) =>
    `select distinct i.auto_order_oid from auto_order_item i
     where i.merchant_id = $1 and i.original_item_id_lc = ${value}`,
  nextItemId: (value: string) =>
    `select distinct i.auto_order_oid from auto_order_item i
     where i.merchant_id = $1 and i.next_item_id_lc = ${value}`,
} as const;

function oidLists(filter: AutoOrderFilter, bind: Bind): string[] {
  return Object.entries(valueFilters).flatMap(([name, select]) => {
    const value = filter[name as keyof typeof valueFilters];
    return value === undefined ? [] : [select(bind(foldTrimmed(value)))];
  });
}

function* rangeConditions(filter: AutoOrderFilter, bind: Bind): Iterable<Condition> {
  const ranges: readonly [Temporal.Instant | undefined, Table, string][] = [
    [filter.originalOrderFrom, 's', 's.ordered_at >='],
    [filter.originalOrderUntil, 's', 's.ordered_at <='],
    [filter.nextShipmentFrom, 'a', 'a.next_shipment_at >='],
    [filter.nextShipmentUntil, 'a', 'a.next_shipment_at <='],
    [filter.since, 'a', 'a.modified_at >='],
  ];
  for (const [moment, table, comparison] of ranges)
    if (moment !== undefined) yield { table, sql: `${comparison} ${bind(moment)}` };
}

/**
 * Filters that match the billing or the shipping address, the most selective first: the first one
 * in use becomes the branches.
 */
const addressFilters = {
  postalCode: 'postal_code',
  lastName: 'last_name',
  company: 'company',
  firstName: 'first_name',
  city: 'city',
  state: 'state_region',
  countryCode: 'country_code',
} as const;

function addressSides(filter: AutoOrderFilter, bind: Bind): [string, string][] {
  return Object.entries(addressFilters).flatMap(([name, column]): [string, string][] => {
    const value = filter[name as AddressFilter];
    if (value === undefined) return [];
    const place = bind(foldTrimmed(value));
    return [[`s.billing_${column} = ${place}`, `s.shipping_${column} = ${place}`]];
  });
}

interface SortKey extends Condition {
  readonly direction: 'asc' | 'desc';
}

/** The column of each field of `_sort`. A missing value sorts as the greatest value. */
const sortColumns: Readonly<Record<string, readonly [Table, string]>> = {
  auto_order_code: ['a', 'auto_order_code'],
  order_id: ['a', 'original_order_id'],
  next_shipment_dts: ['a', 'next_shipment_at'],
  creation_dts: ['s', 'ordered_at'],
  'payment.payment_dts': ['s', 'paid_at'],
  'checkout.screen_branding_theme_code': ['s', 'screen_branding_theme_code'],
  'billing.phone': ['s', 'billing_day_phone'],
  'billing.email': ['s', 'billing_email'],
  'billing.cc_email': ['s', 'billing_cc_emails'],
  'billing.state': ['s', 'billing_state_region'],
  ...Object.fromEntries(
    ['company', 'first_name', 'last_name', 'city', 'postal_code', 'country_code'].flatMap(
      (name) => [
        [`billing.${name}`, ['s', `billing_${name}`] as const],
        [`shipping.${name}`, ['s', `shipping_${name}`] as const],
      ],
    ),
  ),
  'shipping.state_region': ['s', 'shipping_state_region'],
};

/**
 * Returns the sort keys. The oid is the last key, in the direction of the first one, so that one
 * index that ends with the oid works in both directions.
 */
function sortKeys(sort: readonly SortField[]): SortKey[] {
  return sort.map(({ field, descending }) => {
    const [table, column] = required(sortColumns[field], `sort column ${field}`);
    return { table, sql: `${table}.${column}`, direction: descending ? 'desc' : 'asc' };
  });
}

interface From {
  readonly sql: string;
  readonly oid: string;
  readonly merchant: readonly string[];
}

/**
 * Joins only the tables that are used, because an unused join could be planned badly. A list of
 * oids, if there is one, comes first.
 */
function fromClause(
  parts: readonly Condition[],
  hasAddress: boolean,
  list: string | undefined,
): From {
  const needsSearch = hasAddress || parts.some(({ table }) => table === 's');
  const needsRecord =
    parts.some(({ table }) => table === 'a') || (!needsSearch && list === undefined);
  const tables: readonly { alias: string; sql: string; merchant: readonly string[] }[] = [
    ...(list === undefined ? [] : [{ alias: 'l', sql: `(${list})`, merchant: [] }]),
    ...(needsRecord ? [{ alias: 'a', sql: 'auto_order', merchant: ['a.merchant_id = $1'] }] : []),
    ...(needsSearch
      ? [{ alias: 's', sql: 'auto_order_search', merchant: ['s.merchant_id = $1'] }]
      : []),
  ];
  const [first, ...others] = tables;
  const { alias: lead, sql: leadSql } = required(first, 'table to search');
  const oid = `${lead}.auto_order_oid`;
  return {
    sql: [
      `${leadSql} ${lead}`,
      ...others.map(({ alias, sql }) => `join ${sql} ${alias} on ${alias}.auto_order_oid = ${oid}`),
    ].join(' '),
    oid,
    merchant: tables.flatMap(({ merchant }) => merchant),
  };
}
