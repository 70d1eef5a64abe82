import type { Temporal } from 'temporal-polyfill';
import { inBatches, removalBatch } from '../platform/privacy/retention.ts';
import type { Database } from '../platform/storage/database.ts';
import { planAfresh } from '../platform/storage/planning.ts';
import { recordset } from '../platform/storage/recordset.ts';
import { takeIds } from '../platform/storage/takenIds.ts';
import type { Waiting } from './retry.ts';
import type { Attempt, Delivery } from './webhook.ts';

interface DeliveryRow {
  delivery_id: string;
  webhook_oid: number;
  stamps: string[];
  event_ids: (string | number)[];
  objects: string[];
  attempts: number;
  created_at: Temporal.Instant;
}

/**
 * Claims deliveries of a webhook whose next attempt is due. Among them are those of a process that
 * died, because their lease has ended.
 */
export async function claimDueDeliveries(
  db: Database,
  merchantId: string,
  webhookOid: number,
  now: Temporal.Instant,
  leasedUntil: Temporal.Instant,
  limit: number,
): Promise<Delivery[]> {
  const rows = await db.rows<DeliveryRow>(
    `update webhook_delivery d set next_at = $4
     from (select c.delivery_id from webhook_delivery c
           join webhook w on w.merchant_id = $1 and w.webhook_oid = $2
           where c.merchant_id = $1 and c.webhook_oid = $2 and c.next_at <= $3 and not w.disabled
             and (w.next_retry_at is null or w.next_retry_at <= $3)
           order by c.next_at limit $5 for update of c skip locked) due
     where d.merchant_id = $1 and d.delivery_id = due.delivery_id
     returning d.delivery_id, d.webhook_oid, d.stamps::text[] as stamps, d.event_ids, d.objects,
       d.attempts, d.created_at`,
    [merchantId, webhookOid, now, leasedUntil, limit],
  );
  return rows.map((row) => ({
    deliveryId: row.delivery_id,
    webhookOid: row.webhook_oid,
    places: row.stamps.map((stamp, index) => ({ stamp, eventId: Number(row.event_ids[index]) })),
    objects: row.objects,
    attempts: row.attempts,
    createdAt: row.created_at,
  }));
}

/** Reads a delivery of a webhook that has not ended, and locks it. */
export async function lockWaiting(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  deliveryId: string,
): Promise<Waiting | undefined> {
  const row = await tx.row<{
    next_at: Temporal.Instant;
    attempts: number;
    tried_at: Temporal.Instant | null;
  }>(
    `select d.next_at, d.attempts, (select max(l.delivered_at) from webhook_log l
       where l.merchant_id = $1 and l.delivery_id = $3 and l.attempt = d.attempts) as tried_at
     from webhook_delivery d
     where d.merchant_id = $1 and d.webhook_oid = $2 and d.delivery_id = $3 for update of d`,
    [merchantId, webhookOid, deliveryId],
  );
  return (
    row && {
      nextAt: row.next_at,
      attempts: row.attempts,
      ...(row.tried_at ? { lastTriedAt: row.tried_at } : {}),
    }
  );
}

/** Makes a locked delivery due now, even if its receiver counts as down. */
export async function makeDue(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  deliveryId: string,
  now: Temporal.Instant,
): Promise<void> {
  await tx.run(
    'update webhook_delivery set next_at = $3 where merchant_id = $1 and delivery_id = $2',
    [merchantId, deliveryId, now],
  );
  await tx.run(
    `update webhook set next_retry_at = least(next_retry_at, $3)
     where merchant_id = $1 and webhook_oid = $2`,
    [merchantId, webhookOid, now],
  );
}

/**
 * Adds a finished delivery again, due now, if its events are still stored. The caller has locked
 * the webhook. Returns the number of its attempts so far; undefined when none is stored, and `kept`
 * is false when its events are deleted.
 */
export async function addAgain(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  deliveryId: string,
  now: Temporal.Instant,
): Promise<{ readonly attempts: number; readonly kept: boolean } | undefined> {
  const last = await tx.row<{ log_id: number; attempt: number; kept: boolean }>(
    `select l.log_id, l.attempt, exists (
       select 1 from unnest(l.stamps, l.event_ids) p (stamp, event_id)
       join webhook_event e on e.merchant_id = $1 and e.stamp = p.stamp
         and e.event_id = p.event_id and e.webhook_oids @> array[$2::int]) as kept
     from webhook_log l
     where l.merchant_id = $1 and l.webhook_oid = $2 and l.delivery_id = $3
     order by l.attempt desc, l.log_id desc limit 1`,
    [merchantId, webhookOid, deliveryId],
  );
  if (last?.kept)
    await tx.run(
      `insert into webhook_delivery (merchant_id, delivery_id, webhook_oid, stamps, event_ids,
         objects, attempts, next_at, created_at)
       select merchant_id, delivery_id, webhook_oid, stamps, event_ids, objects, attempt, $4, $4
       from webhook_log where merchant_id = $1 and webhook_oid = $2 and log_id = $3
       on conflict do nothing`,
      [merchantId, webhookOid, last.log_id, now],
    );
  return last && { attempts: last.attempt, kept: last.kept };
}

/** A finished attempt, and when the next one is due; absent when there is no next one. */
export interface SettledDelivery {
  readonly attempt: Attempt;
  readonly retryAt?: Temporal.Instant | undefined;
}

/**
 * Records the attempts of one webhook's deliveries. Deletes a delivery without a next attempt; the
 * others wait. Does not change a delivery that another process has finished.
 */
export async function settleDeliveries(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  settled: readonly SettledDelivery[],
): Promise<void> {
  await planAfresh(tx);
  const left = [
    ...(await takeArrived(tx, merchantId, settled)),
    ...(await postponeWaiting(tx, merchantId, settled)),
  ];
  const deliveries = new Map(left.map((row) => [row.delivery_id, row]));
  const logged = settled.flatMap((each): Logged[] => {
    const delivery = deliveries.get(each.attempt.delivery.deliveryId);
    return delivery ? [{ attempt: each.attempt, delivery }] : [];
  });
  if (logged.length === 0) return;
  const ids = await takeIds(tx, 'webhook_log.log_id', logged.length);
  await tx.run(
    `insert into webhook_log (merchant_id, webhook_oid, ${tries.names})
     overriding system value
     select m.merchant_id, $2, ${tries.names} from ${tries.insertFrom(3)}`,
    [
      merchantId,
      webhookOid,
      ...tries.values(logged.map((each, index) => ({ ...each, id: ids[index] }))),
    ],
  );
}

interface LeftRow {
  readonly delivery_id: string;
  readonly stamps: readonly string[];
  readonly event_ids: readonly string[];
  readonly objects: readonly string[];
}

/** A finished attempt with the events of its delivery. */
interface Logged {
  readonly attempt: Attempt;
  readonly delivery: LeftRow;
}

const leftColumns =
  'd.delivery_id, d.stamps::text[] as stamps, d.event_ids::text[] as event_ids, d.objects';

async function takeArrived(
  tx: Database,
  merchantId: string,
  settled: readonly SettledDelivery[],
): Promise<LeftRow[]> {
  const arrived = settled.filter(({ retryAt }) => retryAt === undefined);
  if (arrived.length === 0) return [];
  return tx.rows<LeftRow>(
    `delete from webhook_delivery d
     where d.merchant_id = $1 and d.delivery_id = any($2::uuid[]) returning ${leftColumns}`,
    [merchantId, arrived.map(({ attempt }) => attempt.delivery.deliveryId)],
  );
}

async function postponeWaiting(
  tx: Database,
  merchantId: string,
  settled: readonly SettledDelivery[],
): Promise<LeftRow[]> {
  const waiting = settled.filter(({ retryAt }) => retryAt !== undefined);
  if (waiting.length === 0) return [];
  return tx.rows<LeftRow>(
    `update webhook_delivery d set attempts = r.attempt, next_at = r.retry_at
     from ${retries.updateFrom(2)}
     where d.merchant_id = $1 and d.delivery_id = r.delivery_id returning ${leftColumns}`,
    [merchantId, ...retries.values(waiting)],
  );
}

const retries = recordset<SettledDelivery>([
  { name: 'delivery_id', type: 'uuid', read: ({ attempt }) => attempt.delivery.deliveryId },
  { name: 'attempt', type: 'int', read: ({ attempt }) => attempt.delivery.attempts + 1 },
  { name: 'retry_at', type: 'timestamptz', read: ({ retryAt }) => retryAt },
]);

const tries = recordset<Logged & { readonly id: number | undefined }>([
  { name: 'log_id', type: 'bigint', read: ({ id }) => id },
  { name: 'delivery_id', type: 'uuid', read: ({ attempt }) => attempt.delivery.deliveryId },
  { name: 'attempt', type: 'int', read: ({ attempt }) => attempt.delivery.attempts + 1 },
  { name: 'delivered_at', type: 'timestamptz', read: ({ attempt }) => attempt.at },
  { name: 'uri', type: 'text', read: ({ attempt }) => attempt.uri },
  { name: 'stamps', type: 'xid8[]', read: ({ delivery }) => delivery.stamps },
  { name: 'event_ids', type: 'bigint[]', read: ({ delivery }) => delivery.event_ids },
  { name: 'event_names', type: 'text[]', read: ({ attempt }) => attempt.eventNames },
  { name: 'objects', type: 'text[]', read: ({ delivery }) => delivery.objects },
  { name: 'request_headers', type: 'json', read: ({ attempt }) => attempt.requestHeaders },
  { name: 'response_headers', type: 'json', read: ({ attempt }) => attempt.responseHeaders },
  { name: 'response', type: 'text', read: ({ attempt }) => attempt.response },
  { name: 'status_code', type: 'int', read: ({ attempt }) => attempt.statusCode },
  { name: 'success', type: 'boolean', read: ({ attempt }) => attempt.success },
  { name: 'duration_ms', type: 'int', read: ({ attempt }) => Math.round(attempt.durationMs) },
  {
    name: 'queue_delay_ms',
    type: 'bigint',
    read: ({ attempt }) => Math.max(0, Math.round(attempt.queueDelayMs)),
  },
]);

/** The failures of a webhook since its last success. */
export interface Failing {
  readonly isDisabled: boolean;
  readonly consecutiveFailures: number;
  readonly failingSince?: Temporal.Instant | undefined;
}

/**
 * Marks a webhook's held events for another check, because this transaction finished some of its
 * deliveries. The caller has locked the webhook. So either forming has ended, and its held events
 * are visible here, or it begins later and sees that those deliveries are gone.
 */
export async function freeHeld(
  tx: Database,
  merchantId: string,
  webhookOid: number,
): Promise<void> {
  await tx.run(
    `update webhook w set held_may_be_free = true
     where w.merchant_id = $1 and w.webhook_oid = $2 and not w.held_may_be_free
       and exists (select from webhook_held h where h.merchant_id = $1 and h.webhook_oid = $2)`,
    [merchantId, webhookOid],
  );
}

/** Reads and locks the failures of a webhook; undefined when it was deleted. */
export async function lockFailing(
  tx: Database,
  merchantId: string,
  webhookOid: number,
): Promise<Failing | undefined> {
  const row = await tx.row<{
    disabled: boolean;
    consecutive_failures: number;
    failing_since: Temporal.Instant | null;
  }>(
    `select disabled, consecutive_failures, failing_since from webhook
     where merchant_id = $1 and webhook_oid = $2 for no key update`,
    [merchantId, webhookOid],
  );
  return (
    row && {
      isDisabled: row.disabled,
      consecutiveFailures: row.consecutive_failures,
      ...(row.failing_since ? { failingSince: row.failing_since } : {}),
    }
  );
}

/** The effect of the attempts on their webhook. */
export interface Consequence {
  /** The reason why it is disabled from now on; undefined when it stays enabled. */
  readonly disabledReason: string | undefined;
  /** The end of the pause that the receiver requested. */
  readonly pausedUntil?: Temporal.Instant | undefined;
  /** Nothing is sent until the first of its failed deliveries is due again. */
  readonly isDown: boolean;
}

/**
 * Stores the effect of an attempt on its webhook: failures in a row, the next attempt, and whether
 * it is disabled.
 */
export async function saveFailing(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  failing: Omit<Failing, 'isDisabled'> & Consequence,
): Promise<void> {
  await tx.run(
    `update webhook set consecutive_failures = $3, failing_since = $4,
       disabled = disabled or $5::text is not null,
       disabled_reason = coalesce(disabled_reason, $5),
       next_retry_at = case when $3 = 0 then null
         when $6::timestamptz is not null then greatest(next_retry_at, $6)
         when $7 then (select min(d.next_at) from webhook_delivery d
           where d.merchant_id = $1 and d.webhook_oid = $2 and d.attempts > 0)
         else next_retry_at end
     where merchant_id = $1 and webhook_oid = $2`,
    [
      merchantId,
      webhookOid,
      failing.consecutiveFailures,
      failing.failingSince,
      failing.disabledReason,
      failing.pausedUntil,
      failing.isDown,
    ],
  );
}

/**
 * A delivery that this process holds. While `next_at` in the database is still the end of its
 * lease, no other process holds it.
 */
export interface DeliveryLease {
  readonly deliveryId: string;
  readonly until: Temporal.Instant;
}

/**
 * Moves the ends of leases that this process still holds: to prolong them, or to release deliveries
 * that were not sent. Returns the ids of the deliveries whose lease was moved.
 */
export async function moveLeases(
  db: Database,
  merchantId: string,
  leases: readonly DeliveryLease[],
  to: Temporal.Instant,
): Promise<Set<string>> {
  return db.transaction(async (tx) => {
    await planAfresh(tx);
    const rows = await tx.rows<{ delivery_id: string }>(
      `update webhook_delivery d set next_at = $2
       from (select c.delivery_id from ${leased.updateFrom(3)}
             join webhook_delivery c on c.merchant_id = $1 and c.delivery_id = r.delivery_id
               and c.next_at = r.until for update of c skip locked) own
       where d.merchant_id = $1 and d.delivery_id = own.delivery_id returning d.delivery_id`,
      [merchantId, to, ...leased.values(leases)],
    );
    return new Set(rows.map((row) => row.delivery_id));
  });
}

const leased = recordset<DeliveryLease>([
  { name: 'delivery_id', type: 'uuid', read: ({ deliveryId }) => deliveryId },
  { name: 'until', type: 'timestamptz', read: ({ until }) => until },
]);

/**
 * Deletes payloads from before a moment, and held events without a payload. Returns the number of
 * deleted payloads.
 */
export async function forgetPayloads(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  const deleted = await inBatches(removalBatch, () =>
    db.run(
      `delete from webhook_event where merchant_id = $1 and (stamp, event_id, expansion) in (
         select e.stamp, e.event_id, e.expansion from webhook_event e
         where e.merchant_id = $1 and e.recorded_at < $2 limit ${removalBatch})`,
      [merchantId, before],
    ),
  );
  await db.run(
    `delete from webhook_held h
     where h.merchant_id = $1 and not exists (select 1 from webhook_event e
       where e.merchant_id = $1 and e.stamp = h.stamp and e.event_id = h.event_id)`,
    [merchantId],
  );
  return deleted;
}

/** Deletes the entries of the delivery log from before a moment. Returns their number. */
export const forgetLog = (
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> =>
  inBatches(removalBatch, () =>
    db.run(
      `delete from webhook_log where merchant_id = $1 and (webhook_oid, log_id) in (
         select l.webhook_oid, l.log_id from webhook_log l
         where l.merchant_id = $1 and l.delivered_at < $2 limit ${removalBatch})`,
      [merchantId, before],
    ),
  );

/** Counts the entries that {@link forgetLog} would delete. */
export async function countLog(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  const row = await db.row<{ count: number }>(
    'select count(*) as count from webhook_log where merchant_id = $1 and delivered_at < $2',
    [merchantId, before],
  );
  return row?.count ?? 0;
}
