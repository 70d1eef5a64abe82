import type { SortField } from '@perennial/contract/sorting.ts';
import { required } from '../kernel/assert.ts';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import { listText } from '../kernel/jsonText.ts';
import type { ResultSet } from '../platform/http/answer.ts';
import type { Page } from '../platform/http/routes.ts';
import type { Database } from '../platform/storage/database.ts';
import type { JsonList } from '../platform/storage/page.ts';
import { merchantRow } from '../platform/storage/recordset.ts';
import { readOrLeaveOut } from '../platform/storage/unreadable.ts';
import { inZone } from '../platform/storage/zone.ts';
import { facetColumns, type SearchFacets } from './facets.ts';
import { autoOrderJson } from './present.ts';
import { type AutoOrderFilter, autoOrderPageSql, countMax } from './search.ts';
import { readAutoOrderList, writtenOnce } from './textStore.ts';

/**
 * Reads a page of the auto orders that match, with the position of the page in the whole result.
 */
export async function readAutoOrderPage(
  db: Database,
  merchantId: string,
  timeZone: string,
  search: Search,
  expand: ReadonlySet<string>,
): Promise<AutoOrderPage> {
  const { filter, sort, page } = search;
  const readFound = async () => {
    const { oids, resultSet } = await findOids(db, merchantId, filter, sort, page);
    const list = await readAutoOrderList(db, merchantId, timeZone, oids, expand);
    const count = oids.length - list.leftOut.length;
    return { ...list, resultSet: { ...resultSet, count } };
  };
  if (sort.length === 0 && Object.values(filter).every((value) => value === undefined))
    return readOrLeaveOut(() => readPageOfAll(db, merchantId, timeZone, page, expand), readFound);
  return readFound();
}

/** The filters, the order and the page of a list. */
export interface Search {
  readonly filter: AutoOrderFilter;
  /** Empty: the order of the oids. */
  readonly sort: readonly SortField[];
  readonly page: Page;
}

/** A page of a list as JSON. */
export interface AutoOrderPage extends JsonList {
  readonly resultSet: ResultSet;
}

/**
 * Reads a page of all auto orders in the order of their oids, in one round trip that uses the
 * primary key.
 */
async function readPageOfAll(
  db: Database,
  merchantId: string,
  timeZone: string,
  page: Page,
  expand: ReadonlySet<string>,
): Promise<AutoOrderPage> {
  const { json, count, rest } = required(
    await db.row<PageOfAll>(pageOfAllSql(expand), [merchantId, timeZone, page.limit, page.offset]),
    'page',
  );
  const total = count > 0 ? page.offset + count + rest : rest;
  const resultSet = resultSetOf(page, count, page.offset + count < total, total);
  return { json, resultSet, leftOut: [] };
}

interface PageOfAll {
  readonly json: string;
  readonly count: number;
  readonly rest: number;
}

// The offset is applied in the index. Rows after the page are counted from its last row (all rows
// if the page is empty), up to the largest total that is reported. The values are in subqueries for
// the reason given in textStore.ts: the cost of a page depends on the merchant and the offset.
const pageOfAllSql = writtenOnce(
  (expand) =>
    `select ${listText(autoOrderJson('a', expand), 'a.auto_order_oid')} as json,
     count(*)::int as count,
     (select count(*)::int from (
        select from auto_order o
        where o.merchant_id = $1 and o.auto_order_oid > coalesce(max(a.auto_order_oid), 0)
        limit ${countMax + 1} - case when max(a.auto_order_oid) is null then 0
          else least(${countMax}, (select $4::bigint) + (select $3::int)) end
      ) as rest) as rest
   from (select * from auto_order o
         where o.merchant_id = $1 and o.auto_order_oid >= (
           select first.auto_order_oid from auto_order first
           where first.merchant_id = $1
           order by first.auto_order_oid limit 1 offset (select $4::bigint))
         order by o.auto_order_oid limit (select $3::int)) a
   where ${inZone('$2')}`,
);

/** A page of a list: its oids in order, and the position of the page in the whole result. */
export interface OidPage {
  readonly oids: readonly number[];
  readonly resultSet: ResultSet;
}

/**
 * Finds one page of the auto orders that match, as oids. {@link readAutoOrderList} reads their
 * fields in a second statement. PostgreSQL plans a filter for its values each time, and planning a
 * statement that also builds the JSON takes longer than a second query. Two statements also need
 * not be prepared for each combination of filters and expansions.
 *
 * The last page shows the total. For other pages matches are counted up to {@link countMax}, and
 * a greater total is left out.
 */
export async function findOids(
  db: Database,
  merchantId: string,
  filter: AutoOrderFilter,
  sort: readonly SortField[],
  page: Page,
): Promise<OidPage> {
  const {
    oids: oidsSql,
    count: countSql,
    values,
  } = autoOrderPageSql(merchantId, filter, sort, page);
  const sql = `with page as materialized (
       select array(select auto_order_oid from (${oidsSql}) as ordered) as oids
     )
     select oids,
       case when cardinality(oids) not between 1 and ${page.limit} then (${countSql}) end as total
     from page`;
  const row = required(
    await db.row<{ oids: readonly number[]; total: number | null }>(sql, values),
    'page',
  );
  const oids = row.oids.slice(0, page.limit);
  return {
    oids,
    resultSet: resultSetOf(
      page,
      oids.length,
      row.oids.length > page.limit,
      row.total ?? page.offset + oids.length,
    ),
  };
}

function resultSetOf(
  { limit, offset }: Page,
  count: number,
  more: boolean,
  total: number,
): ResultSet {
  return { count, limit, offset, more, ...(total > countMax ? {} : { totalRecords: total }) };
}

/**
 * Finds the active auto orders of a customer: those whose original order has the customer's profile
 * or billing email.
 */
export async function findActiveOfCustomer(
  db: Database,
  merchantId: string,
  email: string | undefined,
  customerProfileOid: number | undefined,
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    `select s.auto_order_oid from auto_order_search s
     join auto_order a on a.merchant_id = s.merchant_id and a.auto_order_oid = s.auto_order_oid
     where s.merchant_id = $1 and a.merchant_id = $1 and a.status = 'active'
       and (s.billing_email = $2 or s.customer_profile_oid = $3)
     order by s.auto_order_oid`,
    [merchantId, foldTrimmed(email ?? '') || null, customerProfileOid],
  );
  return rows.map((row) => row.auto_order_oid);
}

/** Replaces the search values of auto orders. */
export async function saveFacets(
  tx: Database,
  merchantId: string,
  facets: readonly SearchFacets[],
): Promise<void> {
  if (facets.length === 0) return;
  const rows = facets.map((one) => ({
    auto_order_oid: one.autoOrderOid,
    ordered_at: one.orderedAt,
    paid_at: one.paidAt,
    customer_profile_oid: one.customerProfileOid,
    card_expires_on: one.cardExpiresOn,
    ...one.texts,
  }));
  await tx.run(saveFacetsSql, [merchantId, JSON.stringify(rows)]);
  const oids = facets.map((one) => one.autoOrderOid);
  await tx.run(
    `delete from auto_order_search_value
     where merchant_id = $1 and auto_order_oid = any($2::int[])`,
    [merchantId, oids],
  );
  const values = facets.flatMap((one) =>
    one.values.map((value) => ({ ...value, oid: one.autoOrderOid })),
  );
  await tx.run(
    `insert into auto_order_search_value (merchant_id, kind, value, auto_order_oid)
     select m.merchant_id, v.kind, v.value, v.oid
     from ${merchantRow} cross join unnest($2::text[], $3::text[], $4::int[]) as v (kind, value, oid)`,
    [
      merchantId,
      values.map(({ kind }) => kind),
      values.map(({ value }) => value),
      values.map(({ oid }) => oid),
    ],
  );
}

const facetNames = [
  'ordered_at',
  'paid_at',
  'customer_profile_oid',
  'card_expires_on',
  ...facetColumns,
];

const saveFacetsSql = `
  insert into auto_order_search (merchant_id, auto_order_oid, ${facetNames.join(', ')})
  select m.merchant_id, auto_order_oid, ${facetNames.join(', ')}
  from ${merchantRow} cross join jsonb_to_recordset($2::jsonb) as r (
    auto_order_oid integer, ordered_at timestamptz, paid_at timestamptz,
    customer_profile_oid integer, card_expires_on date,
    ${facetColumns.map((name) => `${name} text`).join(', ')})
  on conflict (merchant_id, auto_order_oid) do update
  set ${facetNames.map((name) => `${name} = excluded.${name}`).join(', ')}`;
