import type { Temporal } from 'temporal-polyfill';
import { upperCode } from '../kernel/caseFolding.ts';
import type { FeedPlace } from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import { type Bind, bindings } from '../platform/storage/page.ts';
import type { Header } from './webhook.ts';

/** The filter of a list of attempts; all conditions must match. */
export interface LogFilter {
  /**
   * The names of the events that the caller may read; `text` is searched only in their payloads.
   */
  readonly readable: readonly string[];
  readonly since?: Temporal.Instant;
  readonly until?: Temporal.Instant;
  readonly request?: RequestId;
  readonly statusCode?: number;
  readonly success?: boolean;
  readonly eventName?: string;
  readonly orderId?: string;
  /** A part of the payload, regardless of case. */
  readonly text?: string;
  readonly durationMsMin?: number;
}

/** Identifies an attempt: the delivery, and the number of the attempt, from 1. */
export interface RequestId {
  readonly deliveryId: string;
  readonly attempt: number;
}

/** One attempt in the list of the log. */
export interface LogSummary extends RequestId {
  readonly at: Temporal.Instant;
  readonly success: boolean;
}

/** A complete attempt, except the body of the request, which is built again from its events. */
export interface LogEntry extends LogSummary {
  readonly uri: string;
  readonly places: readonly FeedPlace[];
  readonly requestHeaders: readonly Header[];
  readonly responseHeaders: readonly Header[];
  readonly response: string;
  readonly statusCode?: number;
  readonly durationMs: number;
  readonly queueDelayMs: number;
}

/**
 * Lists a page of a webhook's attempts, newest first, plus one more than `page.limit` if there are
 * more.
 */
export async function listLog(
  db: Database,
  merchantId: string,
  webhookOid: number,
  filter: LogFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<LogSummary[]> {
  const { values, bind } = bindings(merchantId, webhookOid);
  const conditions = logConditions(filter, bind).map((condition) => ` and ${condition}`);
  const rows = await db.rows<{
    delivery_id: string;
    attempt: number;
    delivered_at: Temporal.Instant;
    success: boolean;
  }>(
    `select l.delivery_id, l.attempt, l.delivered_at, l.success from webhook_log l
     where l.merchant_id = $1 and l.webhook_oid = $2${conditions.join('')}
     order by l.log_id desc limit ${bind(page.limit + 1)} offset ${bind(page.offset)}`,
    values,
  );
  return rows.map((row) => ({
    deliveryId: row.delivery_id,
    attempt: row.attempt,
    at: row.delivered_at,
    success: row.success,
  }));
}

/**
 * The conditions of a filter on `webhook_log l` of the merchant `$1` and the webhook `$2`. Only what
 * is given is in the statement: a plan for any filter would use no index.
 */
function logConditions(filter: LogFilter, bind: Bind): string[] {
  const { since, until, request, text } = filter;
  const among = (column: string, comparison: string, value: unknown): string[] =>
    value === undefined ? [] : [`l.${column} ${comparison} ${bind(value)}`];
  return [
    ...among('delivered_at', '>=', since),
    ...among('delivered_at', '<=', until),
    ...among('delivery_id', '=', request?.deliveryId),
    ...among('attempt', '=', request?.attempt),
    ...among('status_code', '=', filter.statusCode),
    ...among('success', '=', filter.success),
    ...among('duration_ms', '>=', filter.durationMsMin),
    ...(filter.eventName === undefined ? [] : [`${bind(filter.eventName)} = any (l.event_names)`]),
    ...(filter.orderId === undefined
      ? []
      : [isAbout([`order ${upperCode(filter.orderId)}`], bind)]),
    ...(text === undefined
      ? []
      : [
          `exists (
         select 1 from unnest(l.stamps, l.event_ids) p (stamp, event_id)
         join webhook_event e on e.merchant_id = $1 and e.stamp = p.stamp
           and e.event_id = p.event_id and e.webhook_oids @> array[$2::int]
         where e.name = any(${bind(filter.readable)})
           and position(fold(${bind(text)}) in fold(e.payload)) > 0)`,
        ]),
  ];
}

/**
 * The condition on `webhook_log l` that an attempt had an event of one of these objects. Each object
 * is given by type and id, as in `order DEMO-1`. An index on the objects serves it.
 */
export const isAbout = (objects: readonly string[], bind: Bind): string =>
  `l.objects && ${bind(objects)}::text[]`;

/** Returns whether an attempt had an event of one of these objects. */
export async function isAnyLogged(
  db: Database,
  merchantId: string,
  objects: readonly string[],
): Promise<boolean> {
  const { values, bind } = bindings(merchantId);
  // Counts, because for the first row alone PostgreSQL would read the table until it finds one.
  const row = await db.row<{ count: number }>(
    `select count(*)::int as count from webhook_log l
     where l.merchant_id = $1 and ${isAbout(objects, bind)}`,
    values,
  );
  return (row?.count ?? 0) > 0;
}

/** An attempt without its request and response. */
export interface Try extends LogSummary {
  readonly statusCode: number | null;
  readonly durationMs: number;
  readonly eventNames: readonly string[];
  /** The type and id of the objects of the events, as in `order DEMO-1`. */
  readonly objects: readonly string[];
  /** Why there was no response; null if there was one. */
  readonly failure: string | null;
  /** When the delivery is retried, if this was its latest attempt and it has not ended. */
  readonly nextTryAt: Temporal.Instant | null;
}

const tryColumns = `l.delivery_id as "deliveryId", l.attempt, l.delivered_at as at, l.success,
  l.status_code as "statusCode", l.duration_ms as "durationMs", l.event_names as "eventNames",
  l.objects, case when l.status_code is null and not l.success then l.response end as failure`;

/** Lists a page of a webhook's attempts, newest first, plus one more if there are more. */
export function listTries(
  db: Database,
  merchantId: string,
  webhookOid: number,
  success: boolean | undefined,
  page: { readonly limit: number; readonly offset: number },
): Promise<Try[]> {
  return db.rows(
    `select ${tryColumns}, d.next_at as "nextTryAt"
     from webhook_log l left join webhook_delivery d on d.merchant_id = $1
       and d.delivery_id = l.delivery_id and d.attempts = l.attempt
     where l.merchant_id = $1 and l.webhook_oid = $2
       and ($3::boolean is null or l.success = $3)
     order by l.log_id desc limit $4 + 1 offset $5`,
    [merchantId, webhookOid, success, page.limit, page.offset],
  );
}

/** An attempt with its webhook. */
export interface WebhookTry extends Try {
  readonly webhookOid: number;
}

/**
 * Lists the latest attempts of all webhooks with events of one object, the newest first. The object
 * is given by type and id, as in `order DEMO-1`.
 */
export function listTriesAbout(
  db: Database,
  merchantId: string,
  object: string,
  limit: number,
): Promise<WebhookTry[]> {
  const { values, bind } = bindings(merchantId);
  return db.rows(
    `select l.webhook_oid as "webhookOid", ${tryColumns}, d.next_at as "nextTryAt"
     from webhook_log l
     left join webhook_delivery d on d.merchant_id = $1
       and d.delivery_id = l.delivery_id and d.attempts = l.attempt
     where l.merchant_id = $1 and ${isAbout([object], bind)}
     order by l.delivered_at desc, l.log_id desc limit ${bind(limit)}`,
    values,
  );
}

/** Reads the attempts with these numbers in the log, in their order. */
export const readTries = (
  db: Database,
  merchantId: string,
  logIds: readonly number[],
): Promise<WebhookTry[]> =>
  db.rows(
    // The log is stored by webhook, and a merchant has few.
    `select l.webhook_oid as "webhookOid", ${tryColumns}, d.next_at as "nextTryAt"
     from unnest((select $2::bigint[])) with ordinality as asked (log_id, place)
     cross join (select webhook_oid from webhook where merchant_id = $1) w
     join webhook_log l on l.merchant_id = $1 and l.webhook_oid = w.webhook_oid
       and l.log_id = asked.log_id
     left join webhook_delivery d on d.merchant_id = $1
       and d.delivery_id = l.delivery_id and d.attempts = l.attempt
     order by asked.place`,
    [merchantId, logIds],
  );

interface LogRow {
  delivery_id: string;
  attempt: number;
  delivered_at: Temporal.Instant;
  success: boolean;
  uri: string;
  stamps: string[];
  event_ids: (string | number)[];
  request_headers: Header[];
  response_headers: Header[];
  response: string;
  status_code: number | null;
  duration_ms: number;
  queue_delay_ms: number;
}

/** Finds one attempt in the log with its request and response. */
export async function findLog(
  db: Database,
  merchantId: string,
  webhookOid: number,
  { deliveryId, attempt }: RequestId,
): Promise<LogEntry | undefined> {
  const row = await db.row<LogRow>(
    `select delivery_id, attempt, delivered_at, success, uri, stamps::text[] as stamps, event_ids,
       request_headers, response_headers, response, status_code, duration_ms, queue_delay_ms
     from webhook_log where merchant_id = $1 and webhook_oid = $2 and delivery_id = $3
       and attempt = $4`,
    [merchantId, webhookOid, deliveryId, attempt],
  );
  return (
    row && {
      deliveryId: row.delivery_id,
      attempt: row.attempt,
      at: row.delivered_at,
      success: row.success,
      uri: row.uri,
      places: row.stamps.map((stamp, index) => ({ stamp, eventId: Number(row.event_ids[index]) })),
      requestHeaders: row.request_headers,
      responseHeaders: row.response_headers,
      response: row.response,
      durationMs: row.duration_ms,
      queueDelayMs: row.queue_delay_ms,
      ...(row.status_code === null ? {} : { statusCode: row.status_code }),
    }
  );
}

/** An attempt in the form that the live socket reports. */
export interface LiveTry extends WebhookTry {
  readonly logId: number;
  /** The stamp of the transaction that logged it, as for events. */
  readonly stamp: string;
}

/**
 * Lists the attempts of all webhooks after a place, up to a stamp that no open transaction is below
 * (`feedHorizon`), in the order of stamps and numbers.
 */
export function listTriesAfter(
  db: Database,
  merchantId: string,
  after: { readonly stamp: string; readonly logId?: number },
  horizon: string,
  limit: number,
): Promise<LiveTry[]> {
  return db.rows(
    `select l.webhook_oid as "webhookOid", l.log_id as "logId", l.stamp::text as stamp,
       ${tryColumns}, null as "nextTryAt"
     from webhook_log l where merchant_id = $1 and (l.stamp, log_id) > ($2::xid8, $3)
       and l.stamp < $4::xid8
     order by l.stamp, log_id limit $5`,
    [merchantId, after.stamp, after.logId ?? 0, horizon, limit],
  );
}

/** Returns whether an attempt is still stored. */
export async function isTryKept(
  db: Database,
  merchantId: string,
  { stamp, logId }: { readonly stamp: string; readonly logId?: number },
): Promise<boolean> {
  const row = await db.row(
    'select log_id from webhook_log where merchant_id = $1 and stamp = $2::xid8 and log_id = $3',
    [merchantId, stamp, logId],
  );
  return row !== undefined;
}
