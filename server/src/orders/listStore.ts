import { orderStages } from '@perennial/contract/order.ts';
import type { SortField } from '@perennial/contract/sorting.ts';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import { listText } from '../kernel/jsonText.ts';
import { type MomentRange, rangeConditions } from '../kernel/momentRange.ts';
import type { Minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import {
  type Bind,
  bindings,
  type JsonList,
  type JsonPage,
  readPage,
} from '../platform/storage/page.ts';
import { readEach, readOrLeaveOut } from '../platform/storage/unreadable.ts';
import { inZone } from '../platform/storage/zone.ts';
import { type FacetName, facet } from './facets.ts';
import { type OrderProjection, orderJson } from './present.ts';
import { storedId } from './store.ts';

/** The request for a list of orders. All conditions must hold. */
export interface OrderList {
  readonly filters: OrderFilters;
  readonly sort: readonly SortField[];
  readonly expand: ReadonlySet<string>;
  readonly timeZone: string;
  readonly page: { readonly limit: number; readonly offset: number };
  readonly autoOrder?: OrderProjection['autoOrder'];
}

/** The filters of a list of orders. */
export interface OrderFilters {
  readonly orderId?: string | undefined;
  /** Exact comparisons that ignore case. */
  readonly facets: Partial<Readonly<Record<FacetName, string>>>;
  readonly customerProfileOid?: number | undefined;
  readonly total?: Minor | undefined;
  /** Ranges include both ends. */
  readonly ranges: Partial<Readonly<Record<RangeName, MomentRange>>>;
}

/** The dates that a range compares. */
export type RangeName = 'creation' | 'payment' | 'refund' | 'shipment' | 'shipped_on';

/** Reads a page of a merchant's orders. */
export function readOrderPage(
  db: Database,
  merchantId: string,
  list: OrderList,
): Promise<JsonPage> {
  const { values, bind } = bindings(merchantId);
  const where = ['o.merchant_id = $1', ...conditions(merchantId, list.filters, bind)];
  const orderBy = list.sort.map(
    ({ field, descending }) =>
      `${sortColumns[field]} ${descending ? 'desc nulls last' : 'asc nulls first'}`,
  );
  return readPage(
    db,
    {
      table: 'orders',
      key: 'order_id',
      where,
      values,
      orderBy: [...orderBy, 'o.order_id'],
      zone: list.timeZone,
      json: orderJson({ alias: 'o', autoOrder: list.autoOrder }, list.expand),
    },
    list.page,
  );
}

/**
 * Returns the JSON list of the orders that exist, in the order of the requested ids, without those
 * that cannot be read.
 */
export function readOrdersJson(
  db: Database,
  merchantId: string,
  orderIds: readonly string[],
  list: Pick<OrderList, 'expand' | 'timeZone' | 'autoOrder'>,
): Promise<JsonList> {
  return readOrLeaveOut(
    async () => ({ json: await readAllOrdersJson(db, merchantId, orderIds, list), leftOut: [] }),
    async () => {
      const ids = [...new Set(orderIds.map(storedId))];
      const { rows, leftOut } = await readEach(ids, async (some) => [
        ...(await readOrderTexts(db, merchantId, some, list)),
      ]);
      const texts = new Map(rows);
      return { json: `[${ids.flatMap((id) => texts.get(id) ?? []).join(',')}]`, leftOut };
    },
  );
}

async function readAllOrdersJson(
  db: Database,
  merchantId: string,
  orderIds: readonly string[],
  list: Pick<OrderList, 'expand' | 'timeZone' | 'autoOrder'>,
): Promise<string> {
  const row = await db.row<{ json: string }>(
    `select
      ${listText(orderJson({ alias: 'o', autoOrder: list.autoOrder }, list.expand), 'asked.place')}
      as json
     from (
       select id, min(place) as place from unnest($2::text[]) with ordinality as a (id, place)
       group by id
     ) asked
     join orders o on o.merchant_id = $1 and o.order_id = asked.id
     where ${inZone('$3')}`,
    [merchantId, orderIds.map(storedId), list.timeZone],
  );
  return row?.json ?? '[]';
}

/** Returns the JSON of the orders that exist, by id. */
export async function readOrderTexts(
  db: Database,
  merchantId: string,
  orderIds: readonly string[],
  list: Pick<OrderList, 'expand' | 'timeZone' | 'autoOrder'>,
): Promise<Map<string, string>> {
  const rows = await db.rows<{ order_id: string; json: string }>(
    `select o.order_id, ${orderJson({ alias: 'o', autoOrder: list.autoOrder }, list.expand)} as json
     from orders o where o.merchant_id = $1 and o.order_id = any ($2) and ${inZone('$3')}`,
    [merchantId, orderIds, list.timeZone],
  );
  return new Map(rows.map((row) => [row.order_id, row.json]));
}

/** Returns order ids in ascending order, after a given id. */
export async function listOrderIds(
  db: Database,
  merchantId: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await db.rows<{ order_id: string }>(
    `select order_id from orders where merchant_id = $1 and order_id > $2
     order by order_id limit $3`,
    [merchantId, after, limit],
  );
  return rows.map((row) => row.order_id);
}

function conditions(merchantId: string, filters: OrderFilters, bind: Bind): string[] {
  const where: string[] = [];
  const { current_stage: given, ...others } = filters.facets;
  const stage = given === undefined ? undefined : stageNamed(given);
  if (stage !== undefined)
    // The condition is written out, because the index contains only these orders (orders_stage).
    where.push("o.current_stage <> 'Completed Order'", `o.current_stage = ${bind(stage)}`);
  const compared = stage === undefined ? filters.facets : others;
  const facets = Object.entries(compared).map(([name, value]) =>
    facet(merchantId, name as FacetName, value),
  );
  if (facets.length > 0) where.push(`o.facets @> ${bind(facets)}::text[]`);
  if (filters.orderId !== undefined) where.push(`o.order_id = ${bind(storedId(filters.orderId))}`);
  if (filters.customerProfileOid !== undefined)
    where.push(`o.customer_profile_oid = ${bind(filters.customerProfileOid)}::int`);
  if (filters.total !== undefined) where.push(`o.total_minor = ${bind(filters.total)}::bigint`);
  for (const [name, range] of Object.entries(filters.ranges))
    where.push(...rangeConditions(rangeColumns[name as RangeName], range, bind));
  return where;
}

/** Returns the stage of a filter, ignoring case, unless it is the stage of almost all orders. */
const stageNamed = (given: string): string | undefined =>
  orderStages.find(
    (stage) => stage !== 'Completed Order' && foldTrimmed(stage) === foldTrimmed(given),
  );

const rangeColumns: Readonly<Record<RangeName, string>> = {
  creation: 'o.created_at',
  payment: 'o.paid_at',
  // Filters by refund and shipment are rare and have no index.
  refund: `(o.head->>'refund_dts')::timestamptz`,
  shipment: `coalesce(o.shipping->>'ship_on_date', o.shipping->>'shipping_date')::timestamptz`,
  shipped_on: `(o.shipping->>'shipping_date')::timestamptz`,
};

const text = (path: string): string => `fold(${path}) collate "C"`;
const ofAddress = (part: 'billing' | 'shipping', field: string): string =>
  text(`o.${part}->>'${field}'`);

const sortColumns: Readonly<Record<string, string>> = {
  order_id: 'o.order_id',
  creation_dts: 'o.created_at',
  current_stage: text('o.current_stage'),
  'payment.payment_dts': 'o.paid_at',
  'payment.payment_method': text(`o.payment->>'payment_method'`),
  'summary.total': 'o.total_minor',
  'checkout.screen_branding_theme_code': text(`o.checkout->>'screen_branding_theme_code'`),
  'billing.phone': ofAddress('billing', 'day_phone'),
  'billing.email': ofAddress('billing', 'email'),
  'billing.cc_email': text(`o.billing->'cc_emails'->>0`),
  'billing.company': ofAddress('billing', 'company'),
  'billing.first_name': ofAddress('billing', 'first_name'),
  'billing.last_name': ofAddress('billing', 'last_name'),
  'billing.city': ofAddress('billing', 'city'),
  'billing.state': ofAddress('billing', 'state_region'),
  'billing.postal_code': ofAddress('billing', 'postal_code'),
  'billing.country_code': ofAddress('billing', 'country_code'),
  'shipping.company': ofAddress('shipping', 'company'),
  'shipping.first_name': ofAddress('shipping', 'first_name'),
  'shipping.last_name': ofAddress('shipping', 'last_name'),
  'shipping.city': ofAddress('shipping', 'city'),
  'shipping.state_region': ofAddress('shipping', 'state_region'),
  'shipping.postal_code': ofAddress('shipping', 'postal_code'),
  'shipping.country_code': ofAddress('shipping', 'country_code'),
};
