import type { SortField } from '@perennial/contract/sorting.ts';
import { present } from '../kernel/assert.ts';
import type { Temporal } from 'temporal-polyfill';

/** What a list asks for (auto_order reference, AutoOrderQuery): exact, without regard to case, all of them at once. */
export interface AutoOrderFilter extends Partial<Record<TextFilter, string>> {
  readonly customerProfileOid?: number;
  readonly originalOrderFrom?: Temporal.Instant;
  readonly originalOrderUntil?: Temporal.Instant;
  readonly nextShipmentFrom?: Temporal.Instant;
  readonly nextShipmentUntil?: Temporal.Instant;
  /** Created or changed since. */
  readonly since?: Temporal.Instant;
}

type TextFilter = keyof typeof exactFilters | keyof typeof valueFilters | AddressFilter;
type AddressFilter = keyof typeof addressFilters;

/** A page of a list as SQL: first the oids alone, which indexes can give, then what the caller joins to them. */
export interface PageSql {
  /** Selects `auto_order_oid`, in order, one row more than the page to see whether there are more. */
  readonly oids: string;
  /** Counts all that match, or one more than {@link countMax}. */
  readonly count: string;
  readonly values: readonly unknown[];
}

/** Totals are counted up to here; beyond, counting would cost more than the page. */
export const countMax = 10_000;

/**
 * The statement's shape follows from which fields are named, never from their values, so there are few and each is planned once. `$1` is
 * the merchant; further values follow `values`.
 *
 * An address filter looks at two columns. One of them is asked as two ordered branches, each served by its own index and cut to what the page
 * needs; `or` alone would have every match collected and sorted.
 */
export function pageSql(
  merchantId: string, filter: AutoOrderFilter, sort: readonly SortField[], page: { readonly limit: number; readonly offset: number }, firstValues: readonly unknown[] = [],
): PageSql {
  const values: unknown[] = [merchantId, ...firstValues];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const exact = [...exactConditions(filter, bind), ...rangeConditions(filter, bind)];
  const [branches, ...addresses] = addressConditions(filter, bind);
  const keys = sortKeys(sort);
  const from = fromClause([...exact, ...keys], branches !== undefined);
  const where = [
    from.merchant,
    ...exact.map(({ sql }) => sql),
    ...addresses.map((sides) => `(${sides.join(' or ')})`),
    ...oidLists(filter, bind).map((list) => `${from.oid} in (${list})`),
  ];

  // The limit stands in the text: PostgreSQL plans a statement whose limit or offset it doesn't know anew for every call.
  const limit = page.limit + 1;
  const offset = page.offset === 0 ? undefined : bind(page.offset);
  const columns = [`${from.oid} as auto_order_oid`, ...keys.map(({ sql }, index) => `${sql} as k${index}`)].join(', ');
  const order = [...keys.map(({ direction }, index) => `k${index} ${direction}`), `auto_order_oid ${keys[0]?.direction ?? 'asc'}`].join(', ');
  const select = (side?: string) => `select ${columns} from ${from.sql} where ${[...where, ...(side ? [side] : [])].join(' and ')} order by ${order}`;
  const counted = (side?: string) => `select ${from.oid} from ${from.sql} where ${[...where, ...(side ? [side] : [])].join(' and ')} limit ${countMax + 1}`;
  const union = (selects: readonly string[]) => selects.map((each) => `(${each})`).join(' union ');

  const oids = branches ? `${union(branches.map((side) => `${select(side)} limit ${limit}${offset ? ` + ${offset}::bigint` : ''}`))} order by ${order}` : select();
  const matches = branches ? union(branches.map(counted)) : counted();
  return { oids: `${oids} limit ${limit}${offset ? ` offset ${offset}` : ''}`, count: `select count(*)::int from (${matches}) as matches`, values };
}

/** `a` is auto_order, `s` auto_order_search. */
type Table = 'a' | 's';

interface Condition {
  readonly table: Table;
  readonly sql: string;
}

type Bind = (value: unknown) => string;

/** A facet as it is stored and looked for. */
export const lowerFacet = (text: string): string => text.trim().toLowerCase();
const upper = (text: string): string => text.trim().toUpperCase();

/** One column each. Codes and order ids are stored in upper case, facets in lower. */
const exactFilters = {
  autoOrderCode: { table: 'a', column: 'a.auto_order_code', normal: upper },
  originalOrderId: { table: 'a', column: 'a.original_order_id', normal: upper },
  status: { table: 'a', column: 'a.status', normal: lowerFacet },
  email: { table: 's', column: 's.billing_email', normal: lowerFacet },
  cardType: { table: 's', column: 's.card_type', normal: lowerFacet },
} as const;

function* exactConditions(filter: AutoOrderFilter, bind: Bind): Iterable<Condition> {
  for (const [name, { table, column, normal }] of Object.entries(exactFilters)) {
    const value = filter[name as keyof typeof exactFilters];
    if (value !== undefined) yield { table, sql: `${column} = ${bind(normal(value))}` };
  }
  if (filter.customerProfileOid !== undefined) yield { table: 's', sql: `s.customer_profile_oid = ${bind(filter.customerProfileOid)}` };
}

/** Of which an auto order has several: a row each in another table. */
const valueFilters = {
  phone: (value: string) => `select v.auto_order_oid from auto_order_search_value v where v.merchant_id = $1 and v.kind = 'phone' and v.value = ${value}`,
  itemId: (value: string) => `select v.auto_order_oid from auto_order_search_value v where v.merchant_id = $1 and v.kind = 'item' and v.value = ${value}`,
  originalItemId: (value: string) => `select i.auto_order_oid from auto_order_item i where i.merchant_id = $1 and i.original_item_id_lc = ${value}`,
  nextItemId: (value: string) => `select i.auto_order_oid from auto_order_item i where i.merchant_id = $1 and i.next_item_id_lc = ${value}`,
} as const;

function oidLists(filter: AutoOrderFilter, bind: Bind): string[] {
  return Object.entries(valueFilters).flatMap(([name, select]) => {
    const value = filter[name as keyof typeof valueFilters];
    return value === undefined ? [] : [select(bind(lowerFacet(value)))];
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
  for (const [moment, table, comparison] of ranges) if (moment !== undefined) yield { table, sql: `${comparison} ${bind(moment)}` };
}

/** Which look at both addresses, those that few share first: the first one named becomes the branches. */
const addressFilters = {
  postalCode: 'postal_code',
  lastName: 'last_name',
  company: 'company',
  firstName: 'first_name',
  city: 'city',
  state: 'state_region',
  countryCode: 'country_code',
} as const;

function* addressConditions(filter: AutoOrderFilter, bind: Bind): Iterable<[string, string]> {
  for (const [name, column] of Object.entries(addressFilters)) {
    const value = filter[name as AddressFilter];
    if (value === undefined) continue;
    const place = bind(lowerFacet(value));
    yield [`s.billing_${column} = ${place}`, `s.shipping_${column} = ${place}`];
  }
}

interface SortKey extends Condition {
  readonly direction: 'asc' | 'desc';
}

/** The column of each field of `_sort`; a field that an order lacks counts as the greatest. */
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
  ...Object.fromEntries(['company', 'first_name', 'last_name', 'city', 'postal_code', 'country_code'].flatMap((name) => [
    [`billing.${name}`, ['s', `billing_${name}`] as const],
    [`shipping.${name}`, ['s', `shipping_${name}`] as const],
  ])),
  'shipping.state_region': ['s', 'shipping_state_region'],
};

/** The oid follows them in the direction of the first, so that an index that ends in it serves both ways. */
function sortKeys(sort: readonly SortField[]): SortKey[] {
  return sort.map(({ field, descending }) => {
    const [table, column] = present(sortColumns[field], `sort column ${field}`);
    return { table, sql: `${table}.${column}`, direction: descending ? 'desc' : 'asc' };
  });
}

interface From {
  readonly sql: string;
  readonly oid: string;
  readonly merchant: string;
}

/** Only the tables that are asked for: a join that is not there cannot be planned badly. */
function fromClause(parts: readonly Condition[], hasAddress: boolean): From {
  const needsSearch = hasAddress || parts.some(({ table }) => table === 's');
  const needsRecord = !needsSearch || parts.some(({ table }) => table === 'a');
  if (!needsSearch) return { sql: 'auto_order a', oid: 'a.auto_order_oid', merchant: 'a.merchant_id = $1' };
  if (!needsRecord) return { sql: 'auto_order_search s', oid: 's.auto_order_oid', merchant: 's.merchant_id = $1' };
  return {
    sql: 'auto_order a join auto_order_search s on s.merchant_id = a.merchant_id and s.auto_order_oid = a.auto_order_oid',
    oid: 'a.auto_order_oid',
    merchant: 'a.merchant_id = $1 and s.merchant_id = $1',
  };
}
