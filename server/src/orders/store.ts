import type { Temporal } from 'temporal-polyfill';
import { foldTrimmed, upperCode } from '../kernel/caseFolding.ts';
import { minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import { type Column, recordset } from '../platform/storage/recordset.ts';
import { inZone } from '../platform/storage/zone.ts';
import { orderFacets } from './facets.ts';
import { type OrderDocument, type OrderRecord, orderParts } from './order.ts';
import { documentJson, type OrderProjection, orderJson } from './present.ts';
import { queueOrders, requeueOrder } from './waitingStore.ts';

/** Reads an order, or returns undefined. With `lock`, locks its row until the transaction ends. */
export async function findOrder(
  db: Database,
  merchantId: string,
  orderId: string,
  options: { lock?: boolean } = {},
): Promise<OrderRecord | undefined> {
  const [order] = await findOrders(db, merchantId, [orderId], options);
  return order;
}

/** Reads the orders that exist, sorted by id. */
export async function findOrders(
  db: Database,
  merchantId: string,
  orderIds: readonly string[],
  { lock = false }: { lock?: boolean } = {},
): Promise<OrderRecord[]> {
  const rows = await db.rows<OrderRow>(
    `select ${columns} from orders o where o.merchant_id = $1 and o.order_id = any($2::text[])
     order by o.order_id ${lock ? 'for update' : ''}`,
    [merchantId, orderIds.map(storedId)],
  );
  return rows.map((row) => fromRow(merchantId, row));
}

/** Returns the wire's JSON of one order, or undefined. */
export async function readOrderJson(
  db: Database,
  merchantId: string,
  orderId: string,
  expand: ReadonlySet<string>,
  timeZone: string,
  autoOrder?: OrderProjection['autoOrder'],
): Promise<string | undefined> {
  const [row] = await db.lookup<{ json: string }>(
    `select ${orderJson({ alias: 'o', autoOrder }, expand)} as json
     from orders o where o.merchant_id = $1 and o.order_id = $2 and ${inZone('$3')}`,
    [merchantId, storedId(orderId), timeZone],
  );
  return row?.json;
}

/**
 * Inserts any number of orders in one statement and returns how many were added. Skips an order
 * whose partner already has an order with that number. A second order for the same rebill violates
 * `orders_rebill`.
 */
export async function insertOrders(
  tx: Database,
  merchantId: string,
  orders: readonly OrderRecord[],
): Promise<number> {
  const count = await tx.run(
    `insert into orders (merchant_id, ${stored.names}, charge_lease_until)
     select m.merchant_id, ${stored.names}, ${leaseOf('r')} from ${written.insertFrom(2)}
     on conflict (merchant_id, channel_partner_code, channel_partner_order_id)
       where channel_partner_order_id is not null do nothing`,
    [merchantId, ...written.values(orders)],
  );
  if (count === orders.length) await queueOrders(tx, merchantId, orders);
  return count;
}

/** Returns the order that already has this order's partner number, or undefined. */
export async function findPartnersOrder(
  db: Database,
  order: Pick<OrderRecord, 'merchantId' | 'document'>,
): Promise<string | undefined> {
  const number = partnerNumber(order);
  if (number === undefined) return undefined;
  const row = await db.row<{ order_id: string }>(
    `select order_id from orders
     where merchant_id = $1 and channel_partner_code = $2 and channel_partner_order_id = $3`,
    [order.merchantId, number.code, number.id],
  );
  return row?.order_id;
}

/** Saves the order. */
export async function saveOrder(tx: Database, order: OrderRecord): Promise<void> {
  await tx.run(
    `update orders o set ${changed.assigned},
       charge_lease_until =
         case when r.charging then coalesce(o.charge_lease_until, lease.until) end,
       charge_gone_gateway = case when r.charging then o.charge_gone_gateway end,
       charge_is_stranded = case when r.charging then o.charge_is_stranded end
     from ${written.updateFrom(3)}, (select ${chargeLeaseEnd} as until) as lease
     where o.merchant_id = $1 and o.order_id = $2`,
    [order.merchantId, order.orderId, ...written.values([order])],
  );
  await requeueOrder(tx, order);
}

/** Deletes an order, with its refunds and payments. */
export async function deleteOrder(
  tx: Database,
  merchantId: string,
  orderId: string,
): Promise<void> {
  await tx.run('delete from orders where merchant_id = $1 and order_id = $2', [
    merchantId,
    orderId,
  ]);
}

/**
 * Marks an order as the original order of an auto order. Writes the auto order's item to each line
 * (by position). The wire shows it as `item_reference_oid`.
 */
export async function linkAutoOrder(
  tx: Database,
  merchantId: string,
  orderId: string,
  autoOrderOid: number,
  itemOids: ReadonlyMap<number, number>,
): Promise<void> {
  await tx.run(
    `update orders o set auto_order_oid = $3, rebill_number = 0,
       items = linked_items(o.items, $4::jsonb)
     where o.merchant_id = $1 and o.order_id = $2`,
    [
      merchantId,
      orderId,
      autoOrderOid,
      JSON.stringify([...itemOids].map(([line, oid]) => ({ line, oid }))),
    ],
  );
}

/** Stops or allows the rebills of an auto order, with a mark on its original order. */
export async function setRebillStop(
  tx: Database,
  merchantId: string,
  autoOrderOid: number,
  reason: string | undefined,
): Promise<void> {
  await tx.run(
    `update orders set rebill_stop = $3
     where merchant_id = $1 and auto_order_oid = $2 and rebill_number = 0`,
    [merchantId, autoOrderOid, reason ?? null],
  );
}

/** How long only the process that charges an order may send it to the gateway. */
export const chargeLeaseMs = 120_000;

/**
 * Claims an order whose charge was begun but never settled because its process ended. The claim
 * lasts for one lease, so only one process calls the gateway. Returns undefined when there is none.
 */
export async function claimUnsettledCharge(
  tx: Database,
  merchantId: string,
): Promise<ClaimedCharge | undefined> {
  return tx.row<ClaimedCharge>(
    // Compared with a value instead of joined: a join may evaluate the subquery for each row and
    // claim more than one order.
    `update orders o set charge_lease_until = ${chargeLeaseEnd}, charge_is_stranded = false
     where o.merchant_id = $1 and o.order_id = (
       select order_id from orders where merchant_id = $1 and charge_lease_until < now()
       order by charge_lease_until limit 1 for update skip locked)
     returning o.order_id as "orderId", o.charge_lease_until as claim`,
    [merchantId],
  );
}

/** An order whose charge this process settles. */
export interface ClaimedCharge {
  readonly orderId: string;
  /** The end of its lease, which tells this claim from later ones. */
  readonly claim: Temporal.Instant;
}

/**
 * Stores that the settings no longer name the gateway of a claimed charge. From then on a person may
 * settle it. Returns false if another process has claimed it meanwhile.
 */
export async function strandCharge(
  tx: Database,
  merchantId: string,
  { orderId, claim }: ClaimedCharge,
  gateway: string,
): Promise<boolean> {
  const count = await tx.run(
    `update orders set charge_gone_gateway = $4, charge_is_stranded = true
     where merchant_id = $1 and order_id = $2 and charge_lease_until = $3`,
    [merchantId, orderId, claim, gateway],
  );
  return count === 1;
}

/** Whether the charge of a locked order is still claimed as it was. */
export async function isStillClaimed(
  tx: Database,
  merchantId: string,
  { orderId, claim }: ClaimedCharge,
): Promise<boolean> {
  const row = await tx.row(
    `select from orders
     where merchant_id = $1 and order_id = $2 and charge_lease_until = $3`,
    [merchantId, orderId, claim],
  );
  return row !== undefined;
}

/**
 * Claims a charge that no process asks about. Returns undefined if one does, or if the charge is
 * settled.
 */
export async function claimStrandedCharge(
  tx: Database,
  merchantId: string,
  orderId: string,
): Promise<ClaimedCharge | undefined> {
  return tx.row<ClaimedCharge>(
    `update orders set charge_lease_until = ${chargeLeaseEnd}, charge_is_stranded = false
     where merchant_id = $1 and order_id = $2 and charge_lease_until is not null
       and charge_is_stranded
     returning order_id as "orderId", charge_lease_until as claim`,
    [merchantId, orderId],
  );
}

interface OrderRow {
  order_id: string;
  document: string;
  created_at: Temporal.Instant;
  modified_at: Temporal.Instant;
  paid_at: Temporal.Instant | null;
  currency: string;
  total_minor: number;
  customer_profile_oid: number | null;
  auto_order_oid: number | null;
  rebill_number: number | null;
  card_token: string | null;
  copied_from: string | null;
  charging: boolean;
  charge_gone_gateway: string | null;
  rebill_stop: string | null;
  taxed_place: string | null;
  restocked: number[] | null;
}

const columns = `o.order_id, ${documentJson('o')} as document, o.created_at, o.modified_at,
  o.paid_at, o.currency, o.total_minor, o.customer_profile_oid, o.auto_order_oid, o.rebill_number,
  o.card_token, o.copied_from, o.charge_lease_until is not null as charging, o.charge_gone_gateway,
  o.rebill_stop, o.taxed_place, o.restocked`;

const storedColumns: readonly Column<OrderRecord>[] = [
  { name: 'order_id', type: 'text', read: (order) => order.orderId },
  { name: 'head', type: 'json', read: ({ document }) => headOf(document) },
  ...orderParts.map(
    (part): Column<OrderRecord> => ({
      name: part,
      type: 'json',
      read: ({ document }) => document[part],
    }),
  ),
  { name: 'created_at', type: 'timestamptz', read: (order) => order.createdAt },
  { name: 'modified_at', type: 'timestamptz', read: (order) => order.modifiedAt },
  { name: 'paid_at', type: 'timestamptz', read: (order) => order.paidAt },
  {
    name: 'current_stage',
    type: 'text',
    read: ({ document }) => document.current_stage ?? 'Unknown',
  },
  { name: 'currency', type: 'text', read: (order) => order.currency },
  { name: 'total_minor', type: 'bigint', read: (order) => order.total },
  { name: 'customer_profile_oid', type: 'int', read: (order) => order.customerProfileOid },
  { name: 'auto_order_oid', type: 'int', read: (order) => order.autoOrderOid },
  { name: 'rebill_number', type: 'int', read: (order) => order.rebillNumber },
  { name: 'card_token', type: 'text', read: (order) => order.cardToken },
  { name: 'copied_from', type: 'text', read: (order) => order.copiedFrom },
  { name: 'taxed_place', type: 'text', read: (order) => order.taxedPlace },
  { name: 'restocked', type: 'json', read: (order) => order.restocked },
  { name: 'channel_partner_code', type: 'text', read: (order) => partnerNumber(order)?.code },
  { name: 'channel_partner_order_id', type: 'text', read: (order) => partnerNumber(order)?.id },
  {
    name: 'facets',
    type: 'text[]',
    read: ({ merchantId, document }) => orderFacets(merchantId, document),
  },
];
const stored = recordset(storedColumns);
const insertedOnly = new Set([
  'order_id',
  'created_at',
  'channel_partner_code',
  'channel_partner_order_id',
]);
const changed = recordset(storedColumns.filter(({ name }) => !insertedOnly.has(name)));
const written = recordset([
  ...storedColumns,
  { name: 'charging', type: 'boolean', read: (order) => order.charging === true },
]);

const parts: ReadonlySet<string> = new Set(orderParts);

/**
 * The partner's number of an order, unique per partner. A partner without a code has an empty code
 * here.
 */
function partnerNumber({
  document,
}: Pick<OrderRecord, 'document'>): { code: string; id: string } | undefined {
  const { channel_partner_code: code = '', channel_partner_order_id: id = '' } =
    document.channel_partner ?? {};
  const stored = (text: string) => foldTrimmed(text);
  return stored(id) === '' ? undefined : { code: stored(code), id: stored(id) };
}

/** Returns the document's scalars. */
const headOf = (document: OrderDocument): Record<string, unknown> =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !parts.has(name)));

// Leases use the machine's clock, because they protect against a dead process, whatever the
// merchant's clock shows.
const chargeLeaseEnd = `statement_timestamp() + interval '${chargeLeaseMs} milliseconds'`;
const leaseOf = (row: string): string => `case when ${row}.charging then ${chargeLeaseEnd} end`;

function fromRow(merchantId: string, row: OrderRow): OrderRecord {
  return {
    merchantId,
    orderId: row.order_id,
    document: JSON.parse(row.document) as OrderDocument,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    paidAt: row.paid_at ?? undefined,
    currency: row.currency,
    total: minor(row.total_minor),
    customerProfileOid: row.customer_profile_oid ?? undefined,
    autoOrderOid: row.auto_order_oid ?? undefined,
    rebillNumber: row.rebill_number ?? undefined,
    cardToken: row.card_token ?? undefined,
    copiedFrom: row.copied_from ?? undefined,
    charging: row.charging,
    ...(row.charge_gone_gateway === null ? {} : { goneGateway: row.charge_gone_gateway }),
    ...(row.taxed_place === null ? {} : { taxedPlace: row.taxed_place }),
    ...(row.restocked === null ? {} : { restocked: row.restocked }),
    ...(row.rebill_stop === null ? {} : { rebillStop: row.rebill_stop }),
  };
}

/** Ids are stored in upper case and compared without case. */
export const storedId = (orderId: string): string => upperCode(orderId);
