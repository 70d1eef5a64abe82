import type { Temporal } from 'temporal-polyfill';
import { minor } from '../kernel/money.ts';
import { rowsText } from '../platform/storage/moments.ts';
import type { Database } from '../platform/storage/database.ts';
import { orderFacets } from './facets.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { orderJson } from './present.ts';
import type { OrderProjection } from './present.ts';

/** The order, or undefined. With `lock`, its row stays locked until the transaction ends. */
export async function findOrder(db: Database, merchantId: string, orderId: string, options: { lock?: boolean } = {}): Promise<OrderRecord | undefined> {
  const [order] = await findOrders(db, merchantId, [orderId], options);
  return order;
}

/** Those of the orders that exist, in the order of their ids. */
export async function findOrders(
  db: Database, merchantId: string, orderIds: readonly string[], { lock = false }: { lock?: boolean } = {},
): Promise<OrderRecord[]> {
  const rows = await db.rows<OrderRow>(
    `select ${columns} from orders o where o.merchant_id = $1 and o.order_id = any($2::text[]) order by o.order_id ${lock ? 'for update' : ''}`,
    [merchantId, orderIds.map(storedId)],
  );
  return rows.map((row) => fromRow(merchantId, row));
}

/** The wire's JSON of one order, or undefined. */
export async function readOrderJson(
  db: Database, merchantId: string, orderId: string, expand: ReadonlySet<string>, timeZone: string, autoOrder?: OrderProjection['autoOrder'],
): Promise<string | undefined> {
  const row = await db.row<{ json: string }>(
    `select (${orderJson({ alias: 'o', zone: '$3', autoOrder }, expand)})::text as json from orders o where o.merchant_id = $1 and o.order_id = $2`,
    [merchantId, storedId(orderId), timeZone],
  );
  return row?.json;
}

/**
 * Adds orders, any number in one statement; answers how many. One whose partner has an order of that number is left out; a second order
 * for the same rebill is a violation of `orders_rebill`.
 */
export async function insertOrders(tx: Database, merchantId: string, orders: readonly OrderRecord[]): Promise<number> {
  return tx.run(
    `insert into orders (merchant_id, ${writtenNames}, charge_lease_until)
     select $1, ${writtenNames}, ${leaseOf('r')} from jsonb_to_recordset($2::jsonb) as r (${writtenTypes})
     on conflict (merchant_id, channel_partner_code, channel_partner_order_id) where channel_partner_order_id is not null do nothing`,
    [merchantId, rowsText(orders.map(toRow))],
  );
}

/** Writes the order as it is now. */
export async function saveOrder(tx: Database, order: OrderRecord): Promise<void> {
  await tx.run(
    `update orders o set ${changedColumns}
     from jsonb_to_record($3::jsonb) as r (${writtenTypes}) where o.merchant_id = $1 and o.order_id = $2`,
    [order.merchantId, order.orderId, JSON.stringify(toRow(order))],
  );
}

/**
 * Makes an order the original one of an auto order and tells its lines (by their place) their item there, which answers show as `item_reference_oid`.
 */
export async function linkAutoOrder(
  tx: Database, merchantId: string, orderId: string, autoOrderOid: number, itemOids: ReadonlyMap<number, number>,
): Promise<void> {
  await tx.run(
    `update orders o set auto_order_oid = $3, rebill_number = 0,
       parts = case when o.parts ? 'items' then jsonb_set(o.parts, '{items}', (
         select jsonb_agg(case when l.oid is null then i.item else i.item || jsonb_build_object('item_reference_oid', l.oid) end order by i.place)
         from jsonb_array_elements(o.parts->'items') with ordinality as i (item, place)
         left join jsonb_to_recordset($4::jsonb) as l (line bigint, oid int) on l.line = i.place - 1)) else o.parts end
     where o.merchant_id = $1 and o.order_id = $2`,
    [merchantId, orderId, autoOrderOid, JSON.stringify([...itemOids].map(([line, oid]) => ({ line, oid })))],
  );
}

/**
 * Orders of a merchant whose first charge was begun and never settled, because its process ended: takes them over for the length of a lease, so
 * that of many processes one asks the gateway.
 */
export async function claimUnsettledCharges(tx: Database, merchantId: string, limit: number): Promise<string[]> {
  const rows = await tx.rows<{ order_id: string }>(
    `update orders o set charge_lease_until = now() + interval '2 minutes'
     from (select order_id from orders where merchant_id = $1 and charge_lease_until < now() order by charge_lease_until limit $2 for update skip locked) due
     where o.merchant_id = $1 and o.order_id = due.order_id returning o.order_id`,
    [merchantId, limit],
  );
  return rows.map((row) => row.order_id);
}

interface OrderRow {
  order_id: string;
  head: Partial<OrderDocument>;
  parts: Partial<OrderDocument>;
  created_at: Temporal.Instant;
  modified_at: Temporal.Instant;
  paid_at: Temporal.Instant | null;
  currency: string;
  total_minor: number;
  customer_profile_oid: number | null;
  auto_order_oid: number | null;
  rebill_number: number | null;
  card_token: string | null;
  charging: boolean;
}

const columns = `o.order_id, o.head, o.parts, o.created_at, o.modified_at, o.paid_at, o.currency, o.total_minor,
  o.customer_profile_oid, o.auto_order_oid, o.rebill_number, o.card_token, o.charge_lease_until is not null as charging`;

const written = {
  order_id: 'text', head: 'jsonb', parts: 'jsonb', created_at: 'timestamptz', modified_at: 'timestamptz', paid_at: 'timestamptz', current_stage: 'text',
  currency: 'text', total_minor: 'bigint', customer_profile_oid: 'int', auto_order_oid: 'int', rebill_number: 'int', card_token: 'text',
  channel_partner_code: 'text', channel_partner_order_id: 'text', facets: 'text[]',
} as const;
const writtenNames = Object.keys(written).join(', ');
const writtenTypes = [...Object.entries(written).map(([name, type]) => `${name} ${type}`), 'charging boolean'].join(', ');

// Machine time: a lease guards against a process that died, whatever the merchant's clock shows.
const leaseOf = (row: string): string => `case when ${row}.charging then now() + interval '2 minutes' end`;

const changedColumns = [
  ...Object.keys(written).filter((name) => name !== 'order_id' && name !== 'created_at').map((name) => `${name} = r.${name}`),
  `charge_lease_until = case when r.charging then coalesce(o.charge_lease_until, ${leaseOf('r')}) end`,
].join(', ');

function toRow(order: OrderRecord): Record<keyof typeof written | 'charging', unknown> {
  const { document } = order;
  return {
    order_id: order.orderId,
    ...headAndParts(document),
    created_at: order.createdAt,
    modified_at: order.modifiedAt,
    paid_at: order.paidAt,
    current_stage: document.current_stage ?? 'Unknown',
    currency: order.currency,
    total_minor: order.total,
    customer_profile_oid: order.customerProfileOid,
    auto_order_oid: order.autoOrderOid,
    rebill_number: order.rebillNumber,
    card_token: order.cardToken,
    charging: order.charging === true,
    channel_partner_code: document.channel_partner?.channel_partner_code?.toLowerCase(),
    channel_partner_order_id: document.channel_partner?.channel_partner_order_id?.toLowerCase(),
    facets: orderFacets(order.merchantId, document),
  };
}

function headAndParts(document: OrderDocument): { head: Record<string, unknown>; parts: Record<string, unknown> } {
  const head: Record<string, unknown> = {};
  const parts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(document)) (typeof value === 'object' && value !== null ? parts : head)[name] = value;
  return { head, parts };
}

function fromRow(merchantId: string, row: OrderRow): OrderRecord {
  return {
    merchantId,
    orderId: row.order_id,
    document: { ...row.head, ...row.parts },
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    paidAt: row.paid_at ?? undefined,
    currency: row.currency,
    total: minor(row.total_minor),
    customerProfileOid: row.customer_profile_oid ?? undefined,
    autoOrderOid: row.auto_order_oid ?? undefined,
    rebillNumber: row.rebill_number ?? undefined,
    cardToken: row.card_token ?? undefined,
    charging: row.charging,
  };
}

/** Ids are stored in upper case and found in any. */
export const storedId = (orderId: string): string => orderId.trim().toUpperCase();
