import type { Frequency } from '@perennial/contract/frequency.ts';
import type { Temporal } from 'temporal-polyfill';
import { upperCode } from '../kernel/caseFolding.ts';
import { currencyExponent, type Minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import {
  type Column,
  merchantRow,
  type Recordset,
  recordset,
} from '../platform/storage/recordset.ts';
import { takeIds } from '../platform/storage/takenIds.ts';
import type {
  AddOn,
  AgreedOption,
  AutoOrder,
  AutoOrderItem,
  AutoOrderStatus,
  Property,
} from './autoOrder.ts';
import type { CalculatedAutoOrder } from './calculated.ts';
import type { FieldChange } from './changeWords.ts';
import {
  autoOrderColumns,
  formerShipments,
  type ItemSource,
  itemColumns,
  itemKeys,
  oidColumn,
} from './columns.ts';

/*
 * The records of auto orders: auto_order, auto_order_item and auto_order_log. Every write takes any
 * number of them in one statement. Callers lock a record before they change it (`lockAutoOrders`),
 * so a change and a rebill never overlap.
 */

/** Loads the records that exist among `oids`, in the order of their oids. */
export function loadAutoOrders(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<AutoOrder[]> {
  return load(db, merchantId, oids, '');
}

/** Like {@link loadAutoOrders}, and locks the records until the transaction ends. */
export function lockAutoOrders(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<AutoOrder[]> {
  return load(tx, merchantId, oids, 'for update');
}

async function load(
  db: Database,
  merchantId: string,
  oids: readonly number[],
  lock: '' | 'for update',
): Promise<AutoOrder[]> {
  const rows = await db.rows<AutoOrderRow>(
    `select * from auto_order where merchant_id = $1 and auto_order_oid = any($2::int[])
     order by auto_order_oid ${lock}`,
    [merchantId, oids],
  );
  const items = await db.rows<ItemRow>(
    `select * from auto_order_item where merchant_id = $1 and auto_order_oid = any($2::int[])
     order by auto_order_oid, position`,
    [merchantId, oids],
  );
  const itemsOf = Map.groupBy(items, (item) => item.auto_order_oid);
  return rows.map((row) => fromRow(row, (itemsOf.get(row.auto_order_oid) ?? []).map(itemFromRow)));
}

/** Finds an auto order by its code. */
export async function findOidByCode(
  db: Database,
  merchantId: string,
  code: string,
): Promise<number | undefined> {
  return oidOfRow(
    await db.lookup(
      'select auto_order_oid from auto_order where merchant_id = $1 and auto_order_code = $2',
      [merchantId, upperCode(code)],
    ),
  );
}

/** Finds the auto orders of these codes, by code in capital letters. */
export async function findOidsByCodes(
  db: Database,
  merchantId: string,
  codes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.rows<{ auto_order_code: string; auto_order_oid: number }>(
    `select auto_order_code, auto_order_oid from auto_order
     where merchant_id = $1 and auto_order_code = any($2::text[])`,
    [merchantId, codes.map(upperCode)],
  );
  return new Map(rows.map((row) => [row.auto_order_code, row.auto_order_oid]));
}

/** Finds the auto order that an order started. */
export async function findOidByOriginalOrder(
  db: Database,
  merchantId: string,
  orderId: string,
): Promise<number | undefined> {
  return oidOfRow(
    await db.lookup(
      'select auto_order_oid from auto_order where merchant_id = $1 and original_order_id = $2',
      [merchantId, upperCode(orderId)],
    ),
  );
}

/** Finds the auto orders that these orders started, by order id. */
export async function findOidsByOriginalOrders(
  db: Database,
  merchantId: string,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.rows<{ original_order_id: string; auto_order_oid: number }>(
    `select original_order_id, auto_order_oid from auto_order
     where merchant_id = $1 and original_order_id = any($2::text[])`,
    [merchantId, orderIds],
  );
  return new Map(rows.map((row) => [row.original_order_id, row.auto_order_oid]));
}

/**
 * Finds auto orders with an item whose schedule the catalogue item drives, after `afterOid`, in the
 * order of their oids.
 */
export async function findOidsByOriginalItem(
  db: Database,
  merchantId: string,
  itemId: string,
  afterOid: number,
  limit: number,
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    `select distinct auto_order_oid from auto_order_item
     where merchant_id = $1 and original_item_id_lc = fold($2) and auto_order_oid > $3
     order by auto_order_oid limit $4`,
    [merchantId, itemId, afterOid, limit],
  );
  return rows.map((row) => row.auto_order_oid);
}

/** A new auto order: its record, and values that never change. */
export interface NewAutoOrder extends CalculatedAutoOrder {
  /** The currency of its amounts (ISO 4217). */
  readonly currency: string;
  readonly createdAt: Temporal.Instant;
  /** Absent if nothing has changed since. */
  readonly modifiedAt?: Temporal.Instant | undefined;
}

/**
 * Inserts auto orders with their items. Throws the violation of `auto_order_original_order` if the
 * order already has one.
 */
export async function insertAutoOrders(
  tx: Database,
  merchantId: string,
  autoOrders: readonly NewAutoOrder[],
): Promise<void> {
  await tx.run(insertSql, [merchantId, ...newRows.values(autoOrders)]);
  await tx.run(insertItemsSql, [merchantId, ...itemRows.values(autoOrders.flatMap(itemSources))]);
}

const newRows = recordset<NewAutoOrder>([
  oidColumn,
  { name: 'auto_order_code', type: 'text', read: ({ autoOrder }) => autoOrder.autoOrderCode },
  { name: 'original_order_id', type: 'text', read: ({ autoOrder }) => autoOrder.originalOrderId },
  { name: 'currency', type: 'text', read: ({ currency }) => currency },
  {
    name: 'currency_exponent',
    type: 'smallint',
    read: ({ currency }) => currencyExponent(currency),
  },
  { name: 'signed_up_at', type: 'timestamptz', read: ({ autoOrder }) => autoOrder.signedUpAt },
  { name: 'created_at', type: 'timestamptz', read: ({ createdAt }) => createdAt },
  {
    name: 'modified_at',
    type: 'timestamptz',
    read: ({ createdAt, modifiedAt = createdAt }) => modifiedAt,
  },
  ...autoOrderColumns,
]);
const itemRows = recordset([...itemKeys, ...itemColumns]);

const insertSql = `insert into auto_order (merchant_id, ${newRows.names})
  select m.merchant_id, ${newRows.names} from ${newRows.insertFrom(2)}`;

const insertItemsSql = `insert into auto_order_item (merchant_id, ${itemRows.names})
  select m.merchant_id, ${itemRows.names} from ${itemRows.insertFrom(2)}`;

/**
 * Writes locked records: deletes missing items, inserts new ones, and increases the version of each
 * record.
 */
export async function saveAutoOrders(
  tx: Database,
  merchantId: string,
  at: Temporal.Instant,
  changed: readonly CalculatedAutoOrder[],
): Promise<void> {
  await updateAutoOrders(tx, merchantId, at, wholeAutoOrders, changed);
  const items = changed.flatMap(itemSources);
  await tx.run(deleteMissingItemsSql, [merchantId, oidsOf(changed), ...keptItems.values(items)]);
  await tx.run(saveItemsSql, [merchantId, ...itemRows.values(items)]);
}

const keptItems = recordset(itemKeys);

const deleteMissingItemsSql = `
  delete from auto_order_item i where i.merchant_id = $1 and i.auto_order_oid = any($2::int[])
    and not exists (
      select from ${keptItems.updateFrom(3)}
      where r.auto_order_oid = i.auto_order_oid and r.auto_order_item_oid = i.auto_order_item_oid
    )`;

const saveItemsSql = `
  insert into auto_order_item (merchant_id, ${itemRows.names})
  select m.merchant_id, ${itemRows.names} from ${itemRows.insertFrom(2)}
  on conflict (merchant_id, auto_order_oid, auto_order_item_oid) do update
  set ${itemColumns.map(({ name }) => `${name} = excluded.${name}`).join(', ')},
    ${formerShipments(
      'auto_order_item',
      'excluded.next_shipment_at is distinct from auto_order_item.next_shipment_at',
    )}`;

/** A record to write, with its time of change if that differs between the records. */
export type Rebilled = CalculatedAutoOrder & { readonly at?: Temporal.Instant | undefined };

/**
 * Writes only the columns that a rebill changes, in two statements for any number of locked
 * records: states and dates, but no column that only users edit.
 */
export async function saveRebilled(
  tx: Database,
  merchantId: string,
  at: Temporal.Instant,
  rebilled: readonly Rebilled[],
): Promise<void> {
  await updateAutoOrders(tx, merchantId, at, movingAutoOrders, rebilled);
  await updateItems(tx, merchantId, movingItems, rebilled);
}

/**
 * Writes only the calculated columns, because the catalogue changed and the auto orders did not.
 */
export async function saveCalculated(
  tx: Database,
  merchantId: string,
  recalculated: readonly CalculatedAutoOrder[],
): Promise<void> {
  await updateItems(tx, merchantId, calculatedItems, recalculated);
}

/** An update of some columns: the assignments, and the values. */
interface Update<Source> {
  readonly assigned: string;
  readonly rows: Recordset<Source>;
}

const updateOf = <Source>(
  keys: readonly Column<Source>[],
  columns: readonly Column<Source>[],
): Update<Source> => ({
  assigned: recordset(columns).assigned,
  rows: recordset([...keys, ...columns]),
});

const changedKeys: readonly Column<Rebilled>[] = [
  oidColumn,
  { name: 'changed_at', type: 'timestamptz', read: ({ at }) => at },
];
const wholeAutoOrders = updateOf(changedKeys, autoOrderColumns);
const movingAutoOrders = updateOf(
  changedKeys,
  autoOrderColumns.filter((column) => column.moves),
);
const changedItems = updateOf(
  itemKeys,
  itemColumns.filter((column) => column.moves),
);
// The date that a rebill bills is stored with the rebill (`rebill.moved_from`).
const movingItems: Update<ItemSource> = {
  ...changedItems,
  assigned: `${changedItems.assigned}, ${formerShipments(
    'i',
    `r.next_shipment_at is distinct from i.next_shipment_at
       and r.number_of_rebills = i.number_of_rebills`,
  )}`,
};
const calculatedItems = updateOf(
  itemKeys,
  itemColumns.filter(({ name }) =>
    ['next_item_id', 'calculated_next_shipment_at', 'simple_schedule'].includes(name),
  ),
);

// The oids are passed a second time, here and below, so that no plan of the join can read other
// auto orders (docs/adr, plans that are kept).
async function updateAutoOrders(
  tx: Database,
  merchantId: string,
  at: Temporal.Instant,
  { assigned, rows }: Update<Rebilled>,
  changed: readonly Rebilled[],
): Promise<void> {
  await tx.run(
    `update auto_order a
     set version = a.version + 1, modified_at = coalesce(r.changed_at, $2), ${assigned}
     from ${rows.updateFrom(4)}
     where a.merchant_id = $1 and a.auto_order_oid = any($3::int[])
       and a.auto_order_oid = r.auto_order_oid`,
    [merchantId, at, oidsOf(changed), ...rows.values(changed)],
  );
}

async function updateItems(
  tx: Database,
  merchantId: string,
  { assigned, rows }: Update<ItemSource>,
  changed: readonly CalculatedAutoOrder[],
): Promise<void> {
  await tx.run(
    `update auto_order_item i set ${assigned}
     from ${rows.updateFrom(3)}
     where i.merchant_id = $1 and i.auto_order_oid = any($2::int[])
       and i.auto_order_oid = r.auto_order_oid and i.auto_order_item_oid = r.auto_order_item_oid`,
    [merchantId, oidsOf(changed), ...rows.values(changed.flatMap(itemSources))],
  );
}

const oidsOf = (changed: readonly CalculatedAutoOrder[]): number[] =>
  changed.map(({ autoOrder }) => autoOrder.autoOrderOid);

function itemSources({ autoOrder, calculated }: CalculatedAutoOrder): ItemSource[] {
  const { autoOrderOid } = autoOrder;
  return autoOrder.items.map((item, position) => ({
    autoOrderOid,
    position,
    item,
    calculated: calculated.items.get(item.itemOid) ?? {},
  }));
}

/** A line of an auto order's history. */
export interface LogLine {
  readonly autoOrderOid: number;
  readonly message: string;
  /** The time of the line, if that differs between the lines. */
  readonly at?: Temporal.Instant | undefined;
}

/** Appends lines to the histories, in their order. */
export async function appendLogs(
  tx: Database,
  merchantId: string,
  at: Temporal.Instant,
  lines: readonly LogLine[],
): Promise<void> {
  if (lines.length === 0) return;
  await tx.run(
    `insert into auto_order_log (merchant_id, log_id, auto_order_oid, at, message)
     overriding system value
     select m.merchant_id, line.id, line.oid, coalesce(line.line_at, $2), line.message
     from ${merchantRow} cross join unnest($3::bigint[], $4::int[], $5::text[], $6::timestamptz[])
       as line (id, oid, message, line_at)`,
    [
      merchantId,
      at,
      await takeIds(tx, 'auto_order_log.log_id', lines.length),
      lines.map((line) => line.autoOrderOid),
      lines.map((line) => line.message),
      lines.map((line) => line.at),
    ],
  );
}

/** The actor of a change. */
export interface ChangeActor {
  readonly kind: string;
  readonly name: string;
  readonly user_id: number | undefined;
  readonly address: string | undefined;
}

/** A line of history that is also stored as data. */
export interface ChangeLogLine extends LogLine {
  readonly actor: ChangeActor;
  readonly changes: readonly FieldChange[];
}

/** Appends changes by users and programs to the histories, in their order. */
export async function appendChangeLogs(
  tx: Database,
  merchantId: string,
  at: Temporal.Instant,
  lines: readonly ChangeLogLine[],
): Promise<void> {
  await tx.run(
    `insert into auto_order_log (merchant_id, log_id, auto_order_oid, at, message, actor, changes)
     overriding system value
     select m.merchant_id, line.id, line.oid, coalesce(line.line_at, $2), line.message, line.actor,
       line.changes
     from ${merchantRow}
     cross join unnest($3::bigint[], $4::int[], $5::text[], $6::json[], $7::json[],
       $8::timestamptz[]) as line (id, oid, message, actor, changes, line_at)`,
    [
      merchantId,
      at,
      await takeIds(tx, 'auto_order_log.log_id', lines.length),
      lines.map((line) => line.autoOrderOid),
      lines.map((line) => line.message),
      lines.map((line) => JSON.stringify(line.actor)),
      lines.map((line) => JSON.stringify(line.changes)),
      lines.map((line) => line.at),
    ],
  );
}

interface AutoOrderRow {
  merchant_id: string;
  auto_order_oid: number;
  auto_order_code: string;
  original_order_id: string;
  status: AutoOrderStatus;
  enabled: boolean;
  completed: boolean;
  signed_up_at: Temporal.Instant;
  cancel_after_next_x_orders: number | null;
  cancel_reason: string | null;
  canceled_by_user: string | null;
  canceled_at: Temporal.Instant | null;
  cancel_upgrade: boolean;
  cancel_downgrade: boolean;
  disabled_at: Temporal.Instant | null;
  merged_at: Temporal.Instant | null;
  merged_into_auto_order_oid: number | null;
  credit_card_attempt: number;
  next_attempt_at: Temporal.Instant | null;
  planned_attempt_at: Temporal.Instant | null;
  failure_reason: string | null;
  override_affiliate_id: number | null;
  rotating_transaction_gateway_code: string | null;
  charged_by_kind: string | null;
  charged_card_mark: string | null;
  rebill_count: number;
  add_ons: AddOn[];
  properties: Property[];
  version: number;
}

function fromRow(row: AutoOrderRow, items: readonly AutoOrderItem[]): AutoOrder {
  return {
    merchantId: row.merchant_id,
    autoOrderOid: row.auto_order_oid,
    autoOrderCode: row.auto_order_code,
    originalOrderId: row.original_order_id,
    status: row.status,
    enabled: row.enabled,
    completed: row.completed,
    signedUpAt: row.signed_up_at,
    cancelAfterNextXOrders: row.cancel_after_next_x_orders ?? undefined,
    cancelReason: row.cancel_reason ?? undefined,
    canceledByUser: row.canceled_by_user ?? undefined,
    canceledAt: row.canceled_at ?? undefined,
    cancelUpgrade: row.cancel_upgrade,
    cancelDowngrade: row.cancel_downgrade,
    disabledAt: row.disabled_at ?? undefined,
    mergedAt: row.merged_at ?? undefined,
    mergedIntoAutoOrderOid: row.merged_into_auto_order_oid ?? undefined,
    creditCardAttempt: row.credit_card_attempt,
    nextAttemptAt: row.next_attempt_at ?? undefined,
    plannedAttemptAt: row.planned_attempt_at ?? undefined,
    failureReason: row.failure_reason ?? undefined,
    overrideAffiliateId: row.override_affiliate_id ?? undefined,
    rotatingTransactionGatewayCode: row.rotating_transaction_gateway_code ?? undefined,
    chargedBy:
      row.charged_by_kind === null || row.charged_card_mark === null
        ? undefined
        : { kind: row.charged_by_kind, cardMark: row.charged_card_mark },
    rebillCount: row.rebill_count,
    addOns: row.add_ons,
    properties: row.properties,
    items,
    version: row.version,
  };
}

interface ItemRow {
  auto_order_oid: number;
  auto_order_item_oid: number;
  original_item_id: string;
  original_quantity: string;
  arbitrary_item_id: string | null;
  arbitrary_quantity: string | null;
  arbitrary_unit_cost: number | null;
  arbitrary_unit_cost_remaining_orders: number | null;
  arbitrary_percentage_discount: string | null;
  arbitrary_schedule_days: number | null;
  frequency: Frequency | null;
  next_shipment_at: Temporal.Instant | null;
  missed_until: Temporal.Instant | null;
  former_shipments_at: Temporal.Instant[];
  merged_at: Temporal.Instant | null;
  anchor: Temporal.PlainDateTime;
  next_preshipment_notice_at: Temporal.Instant | null;
  preshipment_notice_sent: boolean;
  no_order_after_at: Temporal.Instant | null;
  first_order_at: Temporal.Instant | null;
  last_order_at: Temporal.Instant | null;
  life_time_value: number;
  rebill_value: number;
  number_of_rebills: number;
  remaining_repeat_count: number | null;
  paused: boolean;
  step_index: number;
  step_done: number;
  options: { label: string; value: string }[];
  agreed_options: AgreedOption[] | null;
  properties: Property[];
  add_ons: AddOn[];
  paypal_payer_id: string | null;
  paypal_recurring_payment_profile_id: string | null;
}

function itemFromRow(row: ItemRow): AutoOrderItem {
  return {
    itemOid: row.auto_order_item_oid,
    originalItemId: row.original_item_id,
    originalQuantity: Number(row.original_quantity),
    arbitraryItemId: row.arbitrary_item_id ?? undefined,
    arbitraryQuantity: optionalNumber(row.arbitrary_quantity),
    arbitraryUnitCost:
      row.arbitrary_unit_cost === null ? undefined : storedAmount(row.arbitrary_unit_cost),
    arbitraryUnitCostRemainingOrders: row.arbitrary_unit_cost_remaining_orders ?? undefined,
    arbitraryPercentageDiscount: optionalNumber(row.arbitrary_percentage_discount),
    arbitraryScheduleDays: row.arbitrary_schedule_days ?? undefined,
    frequency: row.frequency ?? undefined,
    nextShipmentAt: row.next_shipment_at ?? undefined,
    missedUntil: present(row.missed_until),
    ...(row.former_shipments_at.length > 0 && { formerShipmentsAt: row.former_shipments_at }),
    mergedAt: present(row.merged_at),
    anchor: row.anchor,
    nextPreshipmentNoticeAt: row.next_preshipment_notice_at ?? undefined,
    preshipmentNoticeSent: row.preshipment_notice_sent,
    noOrderAfterAt: row.no_order_after_at ?? undefined,
    firstOrderAt: row.first_order_at ?? undefined,
    lastOrderAt: row.last_order_at ?? undefined,
    lifeTimeValue: storedAmount(row.life_time_value),
    rebillValue: storedAmount(row.rebill_value),
    numberOfRebills: row.number_of_rebills,
    remainingRepeatCount: row.remaining_repeat_count ?? undefined,
    paused: row.paused,
    step: { index: row.step_index, done: row.step_done },
    options: row.options,
    agreedOptions: present(row.agreed_options),
    properties: row.properties,
    addOns: row.add_ons,
    paypalPayerId: row.paypal_payer_id ?? undefined,
    paypalRecurringPaymentProfileId: row.paypal_recurring_payment_profile_id ?? undefined,
  };
}

const present = <Value>(value: Value | null): Value | undefined => value ?? undefined;

// The values are not validated here, so that a record with an amount out of range can be read and
// fixed. The engine parks it.
const storedAmount = (units: number): Minor => units as Minor;

const optionalNumber = (text: string | null): number | undefined =>
  text === null ? undefined : Number(text);

const oidOfRow = ([row]: readonly { readonly auto_order_oid: number }[]): number | undefined =>
  row?.auto_order_oid;
