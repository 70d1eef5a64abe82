import { Temporal } from 'temporal-polyfill';
import { feedHorizon, type FeedPlace } from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import { rowsText } from '../platform/storage/moments.ts';
import { planAfresh, readInOrder } from '../platform/storage/planning.ts';
import type { PendingEvent } from './forming.ts';
import type { Attempt, DeliveredEvent, Delivery } from './webhook.ts';

/** An event's payload at one expansion, and who wants it. */
export interface CapturedEvent {
  readonly place: FeedPlace;
  readonly expansion: string;
  readonly webhookOids: readonly number[];
  readonly name: string;
  readonly object: string;
  readonly payload: string;
}

/** Who subscribes to any of these events. */
export interface Subscriber {
  readonly webhook_oid: number;
  readonly event_name: string;
  readonly expansion: string;
  readonly event_ruler: string | null;
}

export function findSubscribers(db: Database, merchantId: string, eventNames: readonly string[]): Promise<Subscriber[]> {
  return db.rows<Subscriber>(
    'select webhook_oid, event_name, expansion, event_ruler from webhook_subscription where merchant_id = $1 and event_name = any($2)',
    [merchantId, eventNames],
  );
}

export async function insertCaptured(db: Database, merchantId: string, events: readonly CapturedEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db.run(
    `insert into webhook_event (merchant_id, stamp, event_id, expansion, webhook_oids, name, object, payload)
     select $1, stamp::xid8, event_id, expansion, webhook_oids, name, object, payload
     from jsonb_to_recordset($2::jsonb) as e (stamp text, event_id bigint, expansion text, webhook_oids int[], name text, object text, payload text)`,
    [merchantId, JSON.stringify(events.map((event) => ({
      stamp: event.place.stamp, event_id: event.place.eventId, expansion: event.expansion, webhook_oids: event.webhookOids,
      name: event.name, object: event.object, payload: event.payload,
    })))],
  );
}

/** A webhook that has something to send. */
export interface WorkingWebhook {
  readonly merchantId: string;
  readonly webhookOid: number;
}

/**
 * Webhooks, of all merchants, that have deliveries due or events that are in no delivery yet, and that may be sent to now. One statement, however many they
 * are; the look for events is no `exists`, of which the planner may make a join with all events there are.
 */
export async function webhooksWithWork(db: Database, now: Temporal.Instant): Promise<WorkingWebhook[]> {
  const horizon = await feedHorizon(db);
  const rows = await db.rows<{ merchant_id: string; webhook_oid: number }>(
    `select w.merchant_id, w.webhook_oid from merchant m join webhook w on w.merchant_id = m.merchant_id
     where not w.disabled and (w.next_retry_at is null or w.next_retry_at <= $1)
       and (w.held_may_be_free
         or exists (select 1 from webhook_delivery d where d.merchant_id = m.merchant_id and d.webhook_oid = w.webhook_oid and d.next_at <= $1)
         or (select true from webhook_event e
             where e.merchant_id = m.merchant_id and (e.stamp, e.event_id) > (w.place_stamp, w.place_event_id) and e.stamp < $2::xid8
             order by e.stamp, e.event_id limit 1))
     order by 1, 2`,
    [now, horizon],
  );
  return rows.map((row) => ({ merchantId: row.merchant_id, webhookOid: row.webhook_oid }));
}

/** A webhook that this transaction alone forms deliveries of. */
export interface FormingWebhook {
  readonly maximumEvents: number;
  readonly maximumSize: number;
  /** Deliveries under way or waiting for their next try. */
  readonly underWay: number;
  /** The objects of those deliveries. */
  readonly busy: ReadonlySet<string>;
  /** Whether a held event may be free; otherwise the object of each is busy. */
  readonly heldMayBeFree: boolean;
}

/** Where forming goes on for a webhook. */
export interface FormingTurn {
  /** Its events up to here are in deliveries or held. */
  readonly place: FeedPlace;
  readonly maximumEvents: number;
}

/**
 * Lets this transaction alone form deliveries of a webhook, until its end; undefined while another one is at it, or nothing may be sent to the webhook. The
 * webhook's row stays free for those who write down what arrived.
 */
export async function takeFormingTurn(tx: Database, merchantId: string, webhookOid: number, now: Temporal.Instant): Promise<FormingTurn | undefined> {
  const turn = await tx.row<{ is_ours: boolean }>("select pg_try_advisory_xact_lock(hashtextextended('webhook ' || $1 || ' ' || $2::int, 0)) as is_ours", [merchantId, webhookOid]);
  if (!turn?.is_ours) return undefined;
  await readInOrder(tx);
  await planAfresh(tx);
  const row = await tx.row<{ stamp: string; event_id: number; maximum_events: number }>(
    `select place_stamp::text as stamp, place_event_id as event_id, maximum_events from webhook
     where merchant_id = $1 and webhook_oid = $2 and not disabled and (next_retry_at is null or next_retry_at <= $3)`,
    [merchantId, webhookOid, now],
  );
  return row && { place: { stamp: row.stamp, eventId: row.event_id }, maximumEvents: row.maximum_events };
}

/** Locks the webhook whose turn this is; undefined when nothing may be sent to it any more. */
export async function lockForForming(tx: Database, merchantId: string, webhookOid: number, now: Temporal.Instant): Promise<FormingWebhook | undefined> {
  const webhook = await tx.row<{ maximum_events: number; maximum_size: number; held_may_be_free: boolean }>(
    `select maximum_events, maximum_size, held_may_be_free from webhook
     where merchant_id = $1 and webhook_oid = $2 and not disabled and (next_retry_at is null or next_retry_at <= $3) for no key update`,
    [merchantId, webhookOid, now],
  );
  if (!webhook) return undefined;
  const deliveries = await tx.rows<{ objects: string[] }>('select objects from webhook_delivery where merchant_id = $1 and webhook_oid = $2', [merchantId, webhookOid]);
  return {
    maximumEvents: webhook.maximum_events,
    maximumSize: webhook.maximum_size,
    underWay: deliveries.length,
    busy: new Set(deliveries.flatMap((delivery) => delivery.objects)),
    heldMayBeFree: webhook.held_may_be_free,
  };
}

/** An event to be delivered, with what is sent of it; that is absent when it was forgotten meanwhile, and its delivery goes without it. */
export interface LoadedEvent extends PendingEvent {
  readonly content?: DeliveredEvent & { readonly recordedAt: Temporal.Instant };
}

interface PendingRow {
  stamp: string;
  event_id: number;
  object: string;
  size: number | null;
  name: string;
  payload: string;
  recorded_at: Temporal.Instant;
}

const toLoaded = ({ stamp, event_id, object, size, name, payload, recorded_at }: PendingRow): LoadedEvent => {
  const pending = { place: { stamp, eventId: event_id }, object, size: size ?? 0 };
  return size === null ? pending : { ...pending, content: { name, payload, recordedAt: recorded_at } };
};

/** Held events whose object is free again, oldest first. */
export async function readHeld(tx: Database, merchantId: string, webhookOid: number, busy: ReadonlySet<string>, limit: number): Promise<LoadedEvent[]> {
  const rows = await tx.rows<PendingRow>(
    `select h.stamp::text as stamp, h.event_id, h.object, octet_length(e.payload) as size, e.name, e.payload, e.recorded_at
     from (select h.stamp, h.event_id, h.object from webhook_held h
           where h.merchant_id = $1 and h.webhook_oid = $2 and not exists (select from unnest($3::text[]) as busy (object) where busy.object = h.object)
           order by h.stamp, h.event_id limit $4) h
     left join webhook_event e on e.merchant_id = $1 and e.stamp = h.stamp and e.event_id = h.event_id and e.webhook_oids @> array[$2::int]
     order by h.stamp, h.event_id`,
    [merchantId, webhookOid, [...busy], limit],
  );
  return rows.map(toLoaded);
}

/** Reads on from a place: the next events that the webhook wants, and the place after them, or after everything there is. */
export async function readPending(db: Database, merchantId: string, webhookOid: number, after: FeedPlace, limit: number): Promise<{ readonly events: LoadedEvent[]; readonly place: FeedPlace }> {
  const horizon = await feedHorizon(db);
  const rows = await db.rows<PendingRow>(
    // A bare `stamp` would order by the text, and 100 comes before 99 then.
    `select e.stamp::text as stamp, e.event_id, e.object, octet_length(e.payload) as size, e.name, e.payload, e.recorded_at
     from webhook_event e
     where e.merchant_id = $1 and (e.stamp, e.event_id) > ($3::xid8, $4) and e.stamp < $6::xid8 and e.webhook_oids @> array[$2::int]
     order by e.stamp, e.event_id limit $5`,
    [merchantId, webhookOid, after.stamp, after.eventId, limit, horizon],
  );
  const events = rows.map(toLoaded);
  if (rows.length === limit) return { events, place: events.at(-1)!.place };
  // The page was not full, and nothing can come before the horizon any more; a place never goes back.
  return { events, place: BigInt(horizon) > BigInt(after.stamp) ? { stamp: horizon, eventId: 0 } : after };
}

export interface FormedDeliveries {
  readonly deliveries: readonly Delivery[];
  readonly place: FeedPlace;
  /** Events that were held until now and are in a delivery. */
  readonly released: readonly FeedPlace[];
  readonly held: readonly PendingEvent[];
  /** Whether some of the held may be free all the same, because there were too many to look at. */
  readonly heldMayBeFree: boolean;
  /** Until when the deliveries are ours to send. */
  readonly leasedUntil: Temporal.Instant;
}

export async function saveFormed(tx: Database, merchantId: string, webhookOid: number, formed: FormedDeliveries): Promise<void> {
  await tx.run(
    `with moved as (
       update webhook set place_stamp = $3::xid8, place_event_id = $4, held_may_be_free = $9 where merchant_id = $1 and webhook_oid = $2
     ), released as (
       delete from webhook_held h using jsonb_to_recordset($5::jsonb) as r (stamp text, event_id bigint)
       where h.merchant_id = $1 and h.webhook_oid = $2 and h.stamp = r.stamp::xid8 and h.event_id = r.event_id
     ), held as (
       insert into webhook_held (merchant_id, webhook_oid, stamp, event_id, object)
       select $1, $2, stamp::xid8, event_id, object from jsonb_to_recordset($6::jsonb) as h (stamp text, event_id bigint, object text)
       on conflict do nothing
     )
     insert into webhook_delivery (merchant_id, delivery_id, webhook_oid, stamps, event_ids, objects, next_at, created_at)
     select $1, delivery_id, $2, stamps::xid8[], event_ids, objects, $8, created_at
     from jsonb_to_recordset($7::jsonb) as d (delivery_id uuid, stamps text[], event_ids bigint[], objects text[], created_at timestamptz)`,
    [
      merchantId, webhookOid, formed.place.stamp, formed.place.eventId,
      JSON.stringify(formed.released.map((place) => ({ stamp: place.stamp, event_id: place.eventId }))),
      JSON.stringify(formed.held.map(({ place, object }) => ({ stamp: place.stamp, event_id: place.eventId, object }))),
      rowsText(formed.deliveries.map((delivery) => ({
        delivery_id: delivery.deliveryId, stamps: delivery.places.map((place) => place.stamp), event_ids: delivery.places.map((place) => place.eventId),
        objects: delivery.objects, created_at: delivery.createdAt,
      }))),
      formed.leasedUntil, formed.heldMayBeFree,
    ],
  );
}

interface DeliveryRow {
  delivery_id: string;
  webhook_oid: number;
  stamps: string[];
  event_ids: (string | number)[];
  objects: string[];
  attempts: number;
  created_at: Temporal.Instant;
}

/** Takes deliveries of a webhook whose next try is due, those of a process that died among them. */
export async function claimDue(db: Database, merchantId: string, webhookOid: number, now: Temporal.Instant, leasedUntil: Temporal.Instant, limit: number): Promise<Delivery[]> {
  const rows = await db.rows<DeliveryRow>(
    `update webhook_delivery d set next_at = $4
     from (select c.delivery_id from webhook_delivery c join webhook w on w.merchant_id = $1 and w.webhook_oid = $2
           where c.merchant_id = $1 and c.webhook_oid = $2 and c.next_at <= $3 and not w.disabled and (w.next_retry_at is null or w.next_retry_at <= $3)
           order by c.next_at limit $5 for update of c skip locked) due
     where d.merchant_id = $1 and d.delivery_id = due.delivery_id
     returning d.delivery_id, d.webhook_oid, d.stamps::text[] as stamps, d.event_ids, d.objects, d.attempts, d.created_at`,
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

/** The events of deliveries with their payloads, each delivery's in their order, and when the oldest happened. */
export async function readPayloads(
  db: Database, merchantId: string, webhookOid: number, deliveries: readonly { readonly deliveryId: string; readonly places: readonly FeedPlace[] }[],
): Promise<Map<string, { readonly events: DeliveredEvent[]; readonly recordedAt: Temporal.Instant }>> {
  const rows = await db.rows<{ delivery_id: string; name: string; payload: string; recorded_at: Temporal.Instant }>(
    `select d.delivery_id, e.name, e.payload, e.recorded_at
     from jsonb_to_recordset($3::jsonb) as d (delivery_id text, stamp text, event_id bigint, position int)
     join webhook_event e on e.merchant_id = $1 and e.stamp = d.stamp::xid8 and e.event_id = d.event_id and e.webhook_oids @> array[$2::int]
     order by d.delivery_id, d.position`,
    [merchantId, webhookOid, JSON.stringify(deliveries.flatMap(({ deliveryId, places }) =>
      places.map((place, position) => ({ delivery_id: deliveryId, stamp: place.stamp, event_id: place.eventId, position }))))],
  );
  const byDelivery = new Map<string, { events: DeliveredEvent[]; recordedAt: Temporal.Instant }>();
  for (const row of rows) {
    const known = byDelivery.get(row.delivery_id);
    if (known) known.events.push({ name: row.name, payload: row.payload });
    else byDelivery.set(row.delivery_id, { events: [{ name: row.name, payload: row.payload }], recordedAt: row.recorded_at });
  }
  return byDelivery;
}

/** The payloads that the pull feed kept of these events, by event. */
export async function readFeedPayloads(db: Database, merchantId: string, feedOid: number, places: readonly FeedPlace[]): Promise<Map<number, string>> {
  const rows = await db.rows<{ event_id: number; payload: string }>(
    `select e.event_id, e.payload from unnest($2::text[], $3::bigint[]) as p (stamp, event_id)
     join webhook_event e on e.merchant_id = $1 and e.stamp = p.stamp::xid8 and e.event_id = p.event_id and e.webhook_oids @> array[$4::int]`,
    [merchantId, places.map((place) => place.stamp), places.map((place) => place.eventId), feedOid],
  );
  return new Map(rows.map((row) => [row.event_id, row.payload]));
}

/** A try that is over, and when the next one is due; absent when there is none. */
export interface SettledDelivery {
  readonly attempt: Attempt;
  readonly retryAt?: Temporal.Instant;
}

/** Writes down the tries of one webhook's deliveries: those without a next try are gone, the others wait. A delivery that somebody else has finished meanwhile stays as it is. */
export async function settleDeliveries(tx: Database, merchantId: string, webhookOid: number, settled: readonly SettledDelivery[]): Promise<void> {
  await planAfresh(tx);
  await tx.run(
    `with given as (
       select * from jsonb_to_recordset($3::jsonb) as g (delivery_id uuid, attempt int, delivered_at timestamptz, uri text, event_names text[], request_headers jsonb, response_headers jsonb, response text, status_code int, success boolean, duration_ms int, queue_delay_ms bigint, retry_at timestamptz)
     ), arrived as (
       delete from webhook_delivery d using given g where d.merchant_id = $1 and d.delivery_id = g.delivery_id and g.retry_at is null
       returning d.delivery_id, d.stamps, d.event_ids, d.objects
     ), waiting as (
       update webhook_delivery d set attempts = g.attempt, next_at = g.retry_at from given g
       where d.merchant_id = $1 and d.delivery_id = g.delivery_id and g.retry_at is not null
       returning d.delivery_id, d.stamps, d.event_ids, d.objects
     )
     insert into webhook_log (merchant_id, webhook_oid, delivery_id, attempt, delivered_at, uri, stamps, event_ids, event_names, objects, request_headers, response_headers,
       response, status_code, success, duration_ms, queue_delay_ms)
     select $1, $2, g.delivery_id, g.attempt, g.delivered_at, g.uri, d.stamps, d.event_ids, g.event_names, d.objects, g.request_headers, g.response_headers,
       g.response, g.status_code, g.success, g.duration_ms, g.queue_delay_ms
     from given g join (select * from arrived union all select * from waiting) d on d.delivery_id = g.delivery_id`,
    [merchantId, webhookOid, rowsText(settled.map(({ attempt, retryAt }) => ({
      delivery_id: attempt.delivery.deliveryId, attempt: attempt.delivery.attempts + 1, delivered_at: attempt.at, uri: attempt.uri,
      event_names: attempt.eventNames, request_headers: attempt.requestHeaders, response_headers: attempt.responseHeaders,
      response: attempt.response, status_code: attempt.statusCode, success: attempt.success, duration_ms: Math.round(attempt.durationMs),
      queue_delay_ms: Math.max(0, Math.round(attempt.queueDelayMs)), retry_at: retryAt,
    })))],
  );
}

/** How a webhook did since the last success. */
export interface Failing {
  readonly isDisabled: boolean;
  readonly consecutiveFailures: number;
  readonly failingSince?: Temporal.Instant;
}

/**
 * Tells forming to look at held events again, for deliveries of this transaction that are over. The webhook is locked by now, so forming is either over
 * and what it holds is seen here, or begins later and sees that those deliveries are gone.
 */
export async function freeHeld(tx: Database, merchantId: string, webhookOid: number): Promise<void> {
  await tx.run(
    `update webhook w set held_may_be_free = true
     where w.merchant_id = $1 and w.webhook_oid = $2 and not w.held_may_be_free and exists (select from webhook_held h where h.merchant_id = $1 and h.webhook_oid = $2)`,
    [merchantId, webhookOid],
  );
}

/** Reads and locks how a webhook has been doing; undefined when it was deleted. */
export async function lockFailing(tx: Database, merchantId: string, webhookOid: number): Promise<Failing | undefined> {
  const row = await tx.row<{ disabled: boolean; consecutive_failures: number; failing_since: Temporal.Instant | null }>(
    'select disabled, consecutive_failures, failing_since from webhook where merchant_id = $1 and webhook_oid = $2 for no key update',
    [merchantId, webhookOid],
  );
  return row && { isDisabled: row.disabled, consecutiveFailures: row.consecutive_failures, ...(row.failing_since ? { failingSince: row.failing_since } : {}) };
}

/** What follows from how a webhook has been doing. */
export interface Consequence {
  readonly disabled: boolean;
  /** The receiver asked for a pause until then. */
  readonly pausedUntil?: Temporal.Instant;
  /** Nothing is sent until the first of its failed deliveries is due again. */
  readonly isDown: boolean;
}

export async function saveFailing(tx: Database, merchantId: string, webhookOid: number, failing: Omit<Failing, 'isDisabled'> & Consequence): Promise<void> {
  await tx.run(
    `update webhook set consecutive_failures = $3, failing_since = $4, disabled = disabled or $5,
       next_retry_at = case when $3 = 0 then null when $6::timestamptz is not null then greatest(next_retry_at, $6)
         when $7 then (select min(d.next_at) from webhook_delivery d where d.merchant_id = $1 and d.webhook_oid = $2 and d.attempts > 0) else next_retry_at end
     where merchant_id = $1 and webhook_oid = $2`,
    [merchantId, webhookOid, failing.consecutiveFailures, failing.failingSince, failing.disabled, failing.pausedUntil, failing.isDown],
  );
}

/** A delivery in the hands of a process. While `next_at` in the store is still the end of its lease, it is in nobody else's. */
export interface Lease {
  readonly deliveryId: string;
  readonly until: Temporal.Instant;
}

/** Moves the ends of leases that are still ours: to prolong them, or to give deliveries back that were not sent. Answers whose were moved. */
export async function moveLeases(db: Database, merchantId: string, leases: readonly Lease[], to: Temporal.Instant): Promise<Set<string>> {
  return db.transaction(async (tx) => {
    await planAfresh(tx);
    const rows = await tx.rows<{ delivery_id: string }>(
      `update webhook_delivery d set next_at = $3
       from (select c.delivery_id from jsonb_to_recordset($2::jsonb) as l (delivery_id uuid, until timestamptz)
             join webhook_delivery c on c.merchant_id = $1 and c.delivery_id = l.delivery_id and c.next_at = l.until for update of c skip locked) own
       where d.merchant_id = $1 and d.delivery_id = own.delivery_id returning d.delivery_id`,
      [merchantId, JSON.stringify(leases.map(({ deliveryId, until }) => ({ delivery_id: deliveryId, until }))), to],
    );
    return new Set(rows.map((row) => row.delivery_id));
  });
}

/** Forgets payloads and logs from before a moment, and events that were still held. */
export async function forgetDeliveries(db: Database, merchantId: string, before: Temporal.Instant): Promise<number> {
  const events = await db.run('delete from webhook_event where merchant_id = $1 and recorded_at < $2', [merchantId, before]);
  await db.run(
    'delete from webhook_held h where h.merchant_id = $1 and not exists (select 1 from webhook_event e where e.merchant_id = $1 and e.stamp = h.stamp and e.event_id = h.event_id)',
    [merchantId],
  );
  return events + (await db.run('delete from webhook_log where merchant_id = $1 and delivered_at < $2', [merchantId, before]));
}
