import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';
import { recordset } from '../platform/storage/recordset.ts';
import type {
  AwaitedAttempt,
  EarlierAttempt,
  EarlierDecline,
  InFlight,
  NewAttempt,
  OpenAttempt,
  PlannedRow,
  RebillKey,
  RebillState,
  SettledAttempt,
} from './attempt.ts';
import { chargeFromJson, chargeToJson, type StoredCharge } from './codec.ts';
import { explanationOf } from './explanation.ts';
import type { RecentRebill, RecentRebills } from './request.ts';

/*
 * The table `rebill`. A transaction that inserts or updates a row has locked its auto order; only
 * the leases of rows in flight may change without this lock.
 */

/** Returns the earlier attempts of these rebills, by auto order oid. */
export async function findEarlierAttempts(
  db: Database,
  merchantId: string,
  keys: readonly RebillKey[],
): Promise<ReadonlyMap<number, EarlierAttempt>> {
  const rows = await db.rows<{
    auto_order_oid: number;
    state: RebillState;
    attempt: number;
    order_id: string;
    first_declined_at: Temporal.Instant | null;
    edited_fields: string[] | null;
  }>(
    `select r.auto_order_oid, r.state, r.attempt, r.order_id, r.first_declined_at, r.edited_fields
     from unnest($2::int[], $3::int[]) as k (oid, number)
     cross join lateral (
       select * from rebill r
       where r.merchant_id = $1 and r.auto_order_oid = k.oid and r.rebill_number = k.number limit 1
     ) r`,
    [merchantId, keys.map((key) => key.autoOrderOid), keys.map((key) => key.rebillNumber)],
  );
  return new Map(
    rows.map((row) => [
      row.auto_order_oid,
      {
        state: row.state,
        attempt: row.attempt,
        orderId: row.order_id,
        ...(row.first_declined_at !== null && { firstDeclinedAt: row.first_declined_at }),
        editedFields: row.edited_fields ?? [],
      },
    ]),
  );
}

/**
 * Returns the rebills of an auto order that decide about its next charge: the one in flight, which
 * may be a charge of its order, and the last one that was paid.
 */
export async function findRecentRebills(
  db: Database,
  merchantId: string,
  autoOrderOid: number,
): Promise<RecentRebills> {
  const rows = await db.rows<{
    rebill_number: number;
    order_id: string;
    at: Temporal.Instant;
    is_in_flight: boolean;
  }>(
    `select rebill_number, order_id, at, lease_until is not null as is_in_flight from rebill
     where merchant_id = $1 and auto_order_oid = $2 and (lease_until is not null
       or state in ('paid', 'invoiced'))
     union all
     select rebill_number, order_id, modified_at, true from orders
     where merchant_id = $1 and auto_order_oid = $2 and charge_lease_until is not null
     order by rebill_number desc limit 2`,
    [merchantId, autoOrderOid],
  );
  const find = (isInFlight: boolean): RecentRebill | undefined => {
    const row = rows.find((each) => each.is_in_flight === isInFlight);
    return row && { rebillNumber: row.rebill_number, orderId: row.order_id, at: row.at };
  };
  const [inFlight, lastPaid] = [find(true), find(false)];
  return { ...(inFlight && { inFlight }), ...(lastPaid && { lastPaid }) };
}

/**
 * Stores the attempts as `charging`. Inserts first attempts; a retry replaces its declined attempt.
 * Throws if any other row exists, because the claim must prevent that.
 */
export async function startAttempts(
  tx: Database,
  merchantId: string,
  attempts: readonly NewAttempt[],
  leaseMs: number,
): Promise<void> {
  if (attempts.length === 0) return;
  const started = await tx.run(
    `insert into rebill (merchant_id, ${newAttempts.names}, state, lease_until)
     select m.merchant_id, ${newAttempts.names}, 'charging', ${leaseEnd('$2')}
     from ${newAttempts.insertFrom(3)}
     on conflict (merchant_id, auto_order_oid, rebill_number) do update
     set state = 'charging', attempt = excluded.attempt, epoch = excluded.epoch, at = excluded.at,
       amount_minor = excluded.amount_minor, currency = excluded.currency, route = excluded.route,
       planned = excluded.planned, replanned = false, moved_from = excluded.moved_from,
       explanation = excluded.explanation,
       reference = null, confirm_until = null, lease_until = excluded.lease_until, checks = 0
     where rebill.state = 'declined' and rebill.attempt < excluded.attempt`,
    [merchantId, leaseMs, ...newAttempts.values(attempts)],
  );
  if (started !== attempts.length)
    throw new Error(
      `${attempts.length - started} rebills of ${merchantId} were already under way ` +
        'when their auto orders were claimed',
    );
}

const newAttempts = recordset<NewAttempt>([
  { name: 'auto_order_oid', type: 'int', read: (attempt) => attempt.autoOrderOid },
  { name: 'rebill_number', type: 'int', read: (attempt) => attempt.rebillNumber },
  { name: 'attempt', type: 'smallint', read: ({ attempt }) => attempt },
  { name: 'epoch', type: 'int', read: ({ epoch }) => epoch ?? 1 },
  { name: 'at', type: 'timestamptz', read: ({ at }) => at },
  { name: 'order_id', type: 'text', read: ({ orderId }) => orderId },
  { name: 'amount_minor', type: 'bigint', read: ({ charge }) => charge.order.total },
  { name: 'currency', type: 'text', read: ({ charge }) => charge.currency },
  { name: 'route', type: 'text[]', read: ({ route }) => route },
  { name: 'planned', type: 'json', read: ({ charge }) => chargeToJson(charge) },
  { name: 'moved_from', type: 'json', read: ({ movedFrom }) => movedFrom },
  { name: 'explanation', type: 'json', read: ({ charge }) => explanationOf(charge.order) },
]);

/**
 * Returns those of these attempts that are still to be settled, by auto order oid. The caller has
 * locked their auto orders.
 */
export async function findInFlight(
  tx: Database,
  merchantId: string,
  attempts: readonly (RebillKey & { attempt: number })[],
): Promise<ReadonlyMap<number, OpenAttempt>> {
  const rows = await tx.rows<{
    auto_order_oid: number;
    edited_fields: string[] | null;
    planned: StoredCharge | null;
    declines: EarlierDecline[] | null;
    was_awaited: boolean;
    gone_gateway: string | null;
  }>(
    `select r.auto_order_oid, r.edited_fields, case when r.replanned then r.planned end as planned,
       r.confirm_until is not null as was_awaited, r.gone_gateway,
       case when r.attempt > 1 then r.declines end as declines
     from unnest($2::int[], $3::int[], $4::int[]) as k (oid, number, attempt)
     cross join lateral (
       select * from rebill r
       where r.merchant_id = $1 and r.auto_order_oid = k.oid and r.rebill_number = k.number limit 1
     ) r
     where r.attempt = k.attempt and r.lease_until is not null`,
    [
      merchantId,
      attempts.map((each) => each.autoOrderOid),
      attempts.map((each) => each.rebillNumber),
      attempts.map((each) => each.attempt),
    ],
  );
  return new Map(
    rows.map((row) => [
      row.auto_order_oid,
      {
        editedFields: row.edited_fields ?? [],
        declines: row.declines ?? [],
        ...(row.planned && { replanned: chargeFromJson(row.planned) }),
        ...(row.was_awaited && { wasAwaited: true }),
        ...(row.gone_gateway !== null && { goneGateway: row.gone_gateway }),
      },
    ]),
  );
}

/**
 * Returns all charges of the merchant in flight, and the declined ones whose order staff may still
 * pay.
 */
export async function findPlanned(db: Database, merchantId: string): Promise<PlannedRow[]> {
  const rows = await db.rows<{
    auto_order_oid: number;
    rebill_number: number;
    planned: StoredCharge;
  }>(
    `select auto_order_oid, rebill_number, planned from rebill
     where merchant_id = $1 and ${isUnsettled}
     union all
     select auto_order_oid, rebill_number, planned from rebill
     where merchant_id = $1 and state = 'declined' and planned is not null`,
    [merchantId],
  );
  return rows.map((row) => ({
    autoOrderOid: row.auto_order_oid,
    rebillNumber: row.rebill_number,
    charge: chargeFromJson(row.planned),
  }));
}

/** Replaces the plans of charges in flight. From then on, settling uses the plan in the row. */
export async function saveReplanned(
  tx: Database,
  merchantId: string,
  planned: readonly PlannedRow[],
): Promise<void> {
  if (planned.length === 0) return;
  await tx.run(
    `update rebill s set planned = r.planned, replanned = true from ${plannedRows.updateFrom(2)}
     where s.merchant_id = $1 and s.auto_order_oid = r.auto_order_oid
       and s.rebill_number = r.rebill_number`,
    [merchantId, ...plannedRows.values(planned)],
  );
}

const plannedRows = recordset<PlannedRow>([
  { name: 'auto_order_oid', type: 'int', read: ({ autoOrderOid }) => autoOrderOid },
  { name: 'rebill_number', type: 'int', read: ({ rebillNumber }) => rebillNumber },
  { name: 'planned', type: 'json', read: ({ charge }) => chargeToJson(charge) },
]);

/** Charges that this process took over, including those whose rows cannot be read. */
export interface Overdue {
  readonly count: number;
  readonly readable: readonly InFlight[];
  readonly unreadable: readonly { readonly autoOrderOid: number; readonly error: unknown }[];
}

/** Takes over charges whose lease has ended, and gives them a new lease. */
export async function takeOverdue(
  db: Database,
  merchantId: string,
  limit: number,
  leaseMs: number,
): Promise<Overdue> {
  const rows = await db.rows<InFlightRow>(
    `update rebill r set ${takenOver('$3')}
     from (
       select auto_order_oid, rebill_number from rebill
       where merchant_id = $1 and ${isUnsettled} and lease_until <= statement_timestamp()
       order by lease_until limit $2 for update skip locked
     ) as overdue
     where r.merchant_id = $1 and r.auto_order_oid = overdue.auto_order_oid
       and r.rebill_number = overdue.rebill_number
     returning ${inFlightColumns}`,
    [merchantId, limit, leaseMs],
  );
  const readable: InFlight[] = [];
  const unreadable: Overdue['unreadable'][number][] = [];
  for (const row of rows) {
    try {
      readable.push(inFlightFromRow(row));
    } catch (error) {
      unreadable.push({ autoOrderOid: row.auto_order_oid, error });
    }
  }
  return { count: rows.length, readable, unreadable };
}

/** What a process writes that takes over a charge: from then on only this process may settle it. */
export const takenOver = (ms: string): string =>
  `lease_until = ${leaseEnd(ms)}, checks = least(r.checks + 1, 1000), is_stranded = false`;

/** The columns of {@link InFlightRow} of the table `rebill`, named r. */
export const inFlightColumns = `r.auto_order_oid, r.rebill_number, r.attempt, r.epoch, r.at,
  r.order_id, r.route, r.planned, r.checks, r.reference, r.confirm_until`;

/** Reads a charge that is not settled yet from its row. Throws if its plan cannot be read. */
export const inFlightFromRow = (row: InFlightRow): InFlight => ({
  autoOrderOid: row.auto_order_oid,
  rebillNumber: row.rebill_number,
  attempt: row.attempt,
  epoch: row.epoch,
  at: row.at,
  orderId: row.order_id,
  route: row.route,
  charge: chargeFromJson(row.planned),
  checks: row.checks,
  ...(row.reference !== null &&
    row.confirm_until !== null && {
      awaits: { reference: row.reference, until: row.confirm_until },
    }),
});

/** A charge that is not settled yet, as its row keeps it. */
export interface InFlightRow {
  auto_order_oid: number;
  rebill_number: number;
  attempt: number;
  epoch: number;
  at: Temporal.Instant;
  order_id: string;
  route: string[];
  planned: StoredCharge;
  checks: number;
  reference: string | null;
  confirm_until: Temporal.Instant | null;
}

/** Stores the answers of attempts and ends their leases. */
export async function saveSettledAttempts(
  tx: Database,
  merchantId: string,
  settled: readonly SettledAttempt[],
): Promise<void> {
  if (settled.length === 0) return;
  await tx.run(
    `update rebill s set state = r.state, reference = r.reference, lease_until = null,
       confirm_until = null, gone_gateway = null, is_stranded = null,
       planned = case when r.kept then (s.planned::jsonb - 'card')::json end,
       route = case when r.code is null then s.route else array[r.code] end,
       first_declined_at = case when r.state = 'declined' then coalesce(s.first_declined_at, s.at)
         else s.first_declined_at end,
       declines = case when r.state = 'declined' then s.declines
           || decline_entry(s.attempt, s.at, r.decline)
         else s.declines end
     from ${settledAttempts.updateFrom(3)}
     where s.merchant_id = $1 and s.auto_order_oid = any($2::int[])
       and s.auto_order_oid = r.auto_order_oid and s.rebill_number = r.rebill_number`,
    [merchantId, settled.map((each) => each.autoOrderOid), ...settledAttempts.values(settled)],
  );
}

const settledAttempts = recordset<SettledAttempt>([
  { name: 'auto_order_oid', type: 'int', read: (settled) => settled.autoOrderOid },
  { name: 'rebill_number', type: 'int', read: (settled) => settled.rebillNumber },
  { name: 'state', type: 'text', read: ({ state }) => state },
  { name: 'code', type: 'text', read: ({ gatewayCode }) => gatewayCode },
  { name: 'reference', type: 'text', read: ({ reference }) => reference },
  { name: 'decline', type: 'jsonb', read: ({ decline }) => decline },
  { name: 'kept', type: 'boolean', read: ({ isKept }) => isKept },
]);

/**
 * Marks attempts as unknown and ends each lease after `recheckMs`, when the gateway is queried. One
 * with a `goneGateway` may be settled by a person from then on. Skips an attempt that another process
 * has taken over meanwhile (each take-over adds one to `checks`).
 */
export async function saveUnknown(
  tx: Database,
  merchantId: string,
  unknown: readonly UnknownRow[],
): Promise<void> {
  if (unknown.length === 0) return;
  await tx.run(
    `update rebill r set state = 'unknown', lease_until = shifted(statement_timestamp(), k.ms),
       gone_gateway = coalesce(k.gone, r.gone_gateway), is_stranded = k.gone is not null
     from unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::text[])
       as k (oid, number, ms, checks, gone)
     where r.merchant_id = $1 and r.auto_order_oid = k.oid and r.rebill_number = k.number
       and r.checks = k.checks`,
    [
      merchantId,
      unknown.map((each) => each.autoOrderOid),
      unknown.map((each) => each.rebillNumber),
      unknown.map((each) => each.recheckMs),
      unknown.map((each) => each.checks),
      unknown.map((each) => each.goneGateway ?? null),
    ],
  );
}

/** A charge whose outcome stays unknown. */
interface UnknownRow extends RebillKey {
  readonly checks: number;
  readonly recheckMs: number;
  /** The gateway that may know it and that the settings no longer name. */
  readonly goneGateway?: string | undefined;
}

/** A payment that waits for its customer, in its stored form. */
export interface AwaitedRow extends RebillKey, AwaitedAttempt {
  readonly gatewayCode: string;
  readonly checks: number;
  readonly recheckMs: number;
}

/**
 * Marks attempts as unknown whose payments wait for their customers. The first mark sets the
 * deadline. Skips an attempt that another process has taken over since.
 */
export async function saveAwaited(
  tx: Database,
  merchantId: string,
  awaited: readonly AwaitedRow[],
): Promise<void> {
  if (awaited.length === 0) return;
  await tx.run(
    `update rebill s set state = 'unknown', reference = r.reference, route = array[r.code],
       confirm_until = coalesce(s.confirm_until, r.until),
       lease_until = shifted(statement_timestamp(), r.ms)
     from ${awaitedRows.updateFrom(2)}
     where s.merchant_id = $1 and s.auto_order_oid = r.auto_order_oid
       and s.rebill_number = r.rebill_number and s.checks = r.checks`,
    [merchantId, ...awaitedRows.values(awaited)],
  );
}

const awaitedRows = recordset<AwaitedRow>([
  { name: 'auto_order_oid', type: 'int', read: ({ autoOrderOid }) => autoOrderOid },
  { name: 'rebill_number', type: 'int', read: ({ rebillNumber }) => rebillNumber },
  { name: 'checks', type: 'int', read: ({ checks }) => checks },
  { name: 'reference', type: 'text', read: ({ reference }) => reference },
  { name: 'code', type: 'text', read: ({ gatewayCode }) => gatewayCode },
  { name: 'until', type: 'timestamptz', read: ({ until }) => until },
  { name: 'ms', type: 'int', read: ({ recheckMs }) => recheckMs },
]);

/** Returns those of these merchants that have a charge whose gateway must be queried. */
export async function merchantsWithOverdue(
  db: Database,
  merchantIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} m.merchant_id = any($1::text[]) and exists (
       select from rebill r
       where ${only('r')}
         r.merchant_id = m.merchant_id and r.${isUnsettled} and r.lease_until <= statement_timestamp())`,
    [merchantIds],
  );
  return new Set(rows.map((row) => row.merchant_id));
}

/**
 * The condition that finds unsettled charges by the index of their leases. No other condition may
 * use this index: `is not null` is for the charge of one auto order.
 */
export const isUnsettled = "lease_until > '-infinity'";

/** The unsettled charges of the merchant. */
export interface Unsettled {
  /**
   * True if gateways must be queried about charges. Ignores payments that wait for their customers,
   * and charges that were queried `checksMax` times without success.
   */
  readonly hasOpen: boolean;
  /** When the first payment that waits for its customer is given up, on the merchant's clock. */
  readonly firstEndAt?: Temporal.Instant;
}

/** Returns the facts about the merchant's unsettled charges. */
export async function findUnsettled(
  db: Database,
  merchantId: string,
  checksMax: number,
): Promise<Unsettled> {
  const row = await db.row<{ has_open: boolean | null; first_end_at: Temporal.Instant | null }>(
    `select bool_or(confirm_until is null and checks < $2) as has_open,
       min(confirm_until) filter (where checks < 1000) as first_end_at
     from rebill where merchant_id = $1 and ${isUnsettled}`,
    [merchantId, checksMax],
  );
  return {
    hasOpen: row?.has_open ?? false,
    ...(row?.first_end_at && { firstEndAt: row.first_end_at }),
  };
}

// Leases use machine time, and all processes share PostgreSQL's clock.
const leaseEnd = (ms: string): string => `statement_timestamp() + ${ms} * interval '1 millisecond'`;
