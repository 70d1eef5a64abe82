import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** The health of a webhook. Its times are on the machine's clock. */
export interface WebhookHealth {
  readonly failingSince: Temporal.Instant | null;
  /** When the oldest waiting event was recorded. */
  readonly pendingOldestAt: Temporal.Instant | null;
  /** The attempts since a moment, at most {@link triesMax}. */
  readonly tries: number;
  readonly successes: number;
  /** The latest failed attempt among these. */
  readonly lastFailure: LastFailure | null;
}

/** A failed attempt. */
export interface LastFailure {
  readonly at: Temporal.Instant;
  readonly statusCode: number | null;
  /** The response, or why there was none. */
  readonly response: string;
}

/** The most log rows that are read, so that counting stays cheap for a busy webhook. */
const triesMax = 10_000;

/** Returns the health of these webhooks by oid; attempts are counted from `since`. */
export async function findHealth(
  db: Database,
  merchantId: string,
  webhookOids: readonly number[],
  since: Temporal.Instant,
): Promise<ReadonlyMap<number, WebhookHealth>> {
  const rows = await db.rows<HealthRow>(
    `select w.webhook_oid, w.failing_since as "failingSince",
       least(
         (select min(d.created_at) from webhook_delivery d
          where d.merchant_id = $1 and d.webhook_oid = w.webhook_oid),
         (select min(e.recorded_at) from webhook_held h
          join webhook_event e on e.merchant_id = $1 and e.stamp = h.stamp
            and e.event_id = h.event_id
          where h.merchant_id = $1 and h.webhook_oid = w.webhook_oid),
         (select e.recorded_at from webhook_event e
          where e.merchant_id = $1 and (e.stamp, e.event_id) > (w.place_stamp, w.place_event_id)
            and e.webhook_oids @> array[w.webhook_oid]
          order by e.stamp, e.event_id limit 1)) as "pendingOldestAt",
       recent.tries, recent.successes, f.delivered_at as failed_at, f.status_code, f.response
     from webhook w cross join lateral (
       select count(*) filter (where l.delivered_at >= $3) as tries,
         count(*) filter (where l.delivered_at >= $3 and l.success) as successes,
         max(l.log_id) filter (where not l.success) as failed
       from (select log_id, delivered_at, success from webhook_log
             where merchant_id = $1 and webhook_oid = w.webhook_oid
             order by log_id desc limit ${triesMax}) l) recent
     left join webhook_log f on f.merchant_id = $1 and f.webhook_oid = w.webhook_oid
       and f.log_id = recent.failed
     where w.merchant_id = $1 and w.webhook_oid = any($2::int[])`,
    [merchantId, webhookOids, since],
  );
  return new Map(
    rows.map(
      ({ webhook_oid: oid, failed_at: at, status_code: statusCode, response, ...health }) => [
        oid,
        { ...health, lastFailure: at && { at, statusCode, response: response ?? '' } },
      ],
    ),
  );
}

interface HealthRow extends Omit<WebhookHealth, 'lastFailure'> {
  readonly webhook_oid: number;
  readonly failed_at: Temporal.Instant | null;
  readonly status_code: number | null;
  readonly response: string | null;
}
