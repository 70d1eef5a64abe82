import type { Temporal } from 'temporal-polyfill';
import { type FeedPlace, feedHorizon } from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';
import { planAfresh, readInOrder } from '../platform/storage/planning.ts';
import { recordset } from '../platform/storage/recordset.ts';
import type { PendingEvent } from './forming.ts';
import type { Owner } from './owner.ts';
import type { DeliveredEvent, Delivery } from './webhook.ts';
import { ownerOf } from './webhookStore.ts';

/** A webhook with events or deliveries to send now. */
export interface WorkingWebhook {
  readonly merchantId: string;
  readonly webhookOid: number;
  readonly owner: Owner;
}

/**
 * Finds the webhooks, of all merchants, that may be sent to now and have deliveries due or events
 * that are not in a delivery yet. One statement for any number of webhooks. The check for events is
 * not an `exists`, because the planner may turn that into a join with all events in the table.
 */
export async function webhooksWithWork(
  db: Database,
  now: Temporal.Instant,
): Promise<WorkingWebhook[]> {
  const horizon = await feedHorizon(db);
  const rows = await poll<{
    merchant_id: string;
    webhook_oid: number;
    application_id: string;
    owner_user_id: number | null;
  }>(
    db,
    (only) => `select w.merchant_id, w.webhook_oid, w.application_id, w.owner_user_id
     from merchant m
     join webhook w on w.merchant_id = m.merchant_id
     where ${only('m')} ${only('w')} not w.disabled
       and (w.next_retry_at is null or w.next_retry_at <= $1)
       and (w.held_may_be_free
         or exists (select 1 from webhook_delivery d
           where ${only('d')} d.merchant_id = m.merchant_id and d.webhook_oid = w.webhook_oid
             and d.next_at <= $1)
         or (select true from webhook_event e
             where ${only('e')} e.merchant_id = m.merchant_id
               and (e.stamp, e.event_id) > (w.place_stamp, w.place_event_id) and e.stamp < $2::xid8
             order by e.stamp, e.event_id limit 1))
     order by 1, 2`,
    [now, horizon],
  );
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    webhookOid: row.webhook_oid,
    owner: ownerOf(row),
  }));
}

/** A webhook for which only this transaction forms deliveries. */
export interface FormingWebhook {
  readonly maximumEvents: number;
  readonly maximumSize: number;
  /** The number of deliveries that run or wait for their next attempt. */
  readonly underWay: number;
  /** The objects of those deliveries. */
  readonly busy: ReadonlySet<string>;
  /** True if a held event may be free; otherwise the objects of all held events are busy. */
  readonly heldMayBeFree: boolean;
}

/** The place where forming continues for a webhook. */
export interface FormingTurn {
  /** Its events up to this place are in deliveries or held. */
  readonly place: FeedPlace;
  readonly maximumEvents: number;
}

/**
 * Reserves the forming of a webhook's deliveries for this transaction until it ends; undefined
 * while another transaction has it, or when the webhook may not be sent to. The webhook's row stays
 * unlocked, so that finished attempts can be recorded.
 */
export async function takeFormingTurn(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  now: Temporal.Instant,
): Promise<FormingTurn | undefined> {
  const turn = await tx.row<{ is_ours: boolean }>(
    `select pg_try_advisory_xact_lock(
       hashtextextended('webhook ' || $1 || ' ' || $2::int, 0)) as is_ours`,
    [merchantId, webhookOid],
  );
  if (!turn?.is_ours) return undefined;
  await readInOrder(tx);
  await planAfresh(tx);
  const row = await tx.row<{ stamp: string; event_id: number; maximum_events: number }>(
    `select place_stamp::text as stamp, place_event_id as event_id, maximum_events from webhook
     where merchant_id = $1 and webhook_oid = $2 and not disabled
       and (next_retry_at is null or next_retry_at <= $3)`,
    [merchantId, webhookOid, now],
  );
  return (
    row && { place: { stamp: row.stamp, eventId: row.event_id }, maximumEvents: row.maximum_events }
  );
}

/**
 * Locks the webhook whose forming this transaction reserved; undefined when it may no longer be
 * sent to.
 */
export async function lockForForming(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  now: Temporal.Instant,
): Promise<FormingWebhook | undefined> {
  const webhook = await tx.row<{
    maximum_events: number;
    maximum_size: number;
    held_may_be_free: boolean;
  }>(
    `select maximum_events, maximum_size, held_may_be_free from webhook
     where merchant_id = $1 and webhook_oid = $2 and not disabled
       and (next_retry_at is null or next_retry_at <= $3) for no key update`,
    [merchantId, webhookOid, now],
  );
  if (!webhook) return undefined;
  const deliveries = await tx.rows<{ objects: string[] }>(
    'select objects from webhook_delivery where merchant_id = $1 and webhook_oid = $2',
    [merchantId, webhookOid],
  );
  return {
    maximumEvents: webhook.maximum_events,
    maximumSize: webhook.maximum_size,
    underWay: deliveries.length,
    busy: new Set(deliveries.flatMap((delivery) => delivery.objects)),
    heldMayBeFree: webhook.held_may_be_free,
  };
}

/**
 * An event to be delivered, with the content to send. The content is absent when it was deleted;
 * the delivery is then sent without it.
 */
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

const toLoaded = ({
  stamp,
  event_id,
  object,
  size,
  name,
  payload,
  recorded_at,
}: PendingRow): LoadedEvent => {
  const pending = { place: { stamp, eventId: event_id }, object, size: size ?? 0 };
  return size === null
    ? pending
    : { ...pending, content: { name, payload, recordedAt: recorded_at } };
};

/** Reads held events whose object is free again, oldest first. */
export async function readHeld(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  busy: ReadonlySet<string>,
  limit: number,
): Promise<LoadedEvent[]> {
  const rows = await tx.rows<PendingRow>(
    `select h.stamp::text as stamp, h.event_id, h.object, octet_length(e.payload) as size,
       e.name, e.payload, e.recorded_at
     from (select h.stamp, h.event_id, h.object from webhook_held h
           where h.merchant_id = $1 and h.webhook_oid = $2
             and not exists (select from unnest($3::text[]) as busy (object)
               where busy.object = h.object)
           order by h.stamp, h.event_id limit $4) h
     left join webhook_event e on e.merchant_id = $1 and e.stamp = h.stamp
       and e.event_id = h.event_id and e.webhook_oids @> array[$2::int]
     order by h.stamp, h.event_id`,
    [merchantId, webhookOid, [...busy], limit],
  );
  return rows.map(toLoaded);
}

/**
 * Reads the next events for the webhook after a place. Also returns the place after them, or after
 * all events if there are fewer than `limit`.
 */
export async function readPending(
  db: Database,
  merchantId: string,
  webhookOid: number,
  after: FeedPlace,
  limit: number,
): Promise<{ readonly events: LoadedEvent[]; readonly place: FeedPlace }> {
  const horizon = await feedHorizon(db, merchantId);
  const rows = await db.rows<PendingRow>(
    // `e.stamp`, because a bare `stamp` would sort as text, with 100 before 99.
    `select e.stamp::text as stamp, e.event_id, e.object, octet_length(e.payload) as size,
       e.name, e.payload, e.recorded_at
     from webhook_event e
     where e.merchant_id = $1 and (e.stamp, e.event_id) > ($3::xid8, $4) and e.stamp < $6::xid8
       and e.webhook_oids @> array[$2::int]
     order by e.stamp, e.event_id limit $5`,
    [merchantId, webhookOid, after.stamp, after.eventId, limit, horizon],
  );
  const events = rows.map(toLoaded);
  if (rows.length === limit) return { events, place: events.at(-1)!.place };
  // The page was not full, and no event can appear before the horizon any more. A place never moves
  // back.
  return {
    events,
    place: BigInt(horizon) > BigInt(after.stamp) ? { stamp: horizon, eventId: 0 } : after,
  };
}

/** New deliveries with the place up to which events were formed. */
export interface FormedDeliveries {
  readonly deliveries: readonly Delivery[];
  readonly place: FeedPlace;
  /** Events that were held until now and are now in a delivery. */
  readonly released: readonly FeedPlace[];
  readonly held: readonly PendingEvent[];
  /** True if some held events may still be free, because there were too many to check at once. */
  readonly heldMayBeFree: boolean;
  /** When this process's lease on the deliveries ends. */
  readonly leasedUntil: Temporal.Instant;
}

/** Stores new deliveries and the place of the webhook, in one transaction. */
export async function saveFormed(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  formed: FormedDeliveries,
): Promise<void> {
  const { place, released, held, heldMayBeFree, deliveries, leasedUntil } = formed;
  await tx.run(
    `update webhook set place_stamp = $3::xid8, place_event_id = $4, held_may_be_free = $5
     where merchant_id = $1 and webhook_oid = $2`,
    [merchantId, webhookOid, place.stamp, place.eventId, heldMayBeFree],
  );
  if (released.length > 0)
    await tx.run(
      `delete from webhook_held h using ${releasedRows.from(3)}
       where h.merchant_id = $1 and h.webhook_oid = $2 and h.stamp = r.stamp
         and h.event_id = r.event_id`,
      [merchantId, webhookOid, ...releasedRows.values(released)],
    );
  if (held.length > 0)
    await tx.run(
      `insert into webhook_held (merchant_id, webhook_oid, ${heldRows.names})
       select m.merchant_id, $2, ${heldRows.names} from ${heldRows.insertFrom(3)}
       on conflict do nothing`,
      [merchantId, webhookOid, ...heldRows.values(held)],
    );
  if (deliveries.length > 0)
    await tx.run(
      `insert into webhook_delivery (merchant_id, webhook_oid, ${deliveryRows.names}, next_at)
       select m.merchant_id, $2, ${deliveryRows.names}, $3 from ${deliveryRows.insertFrom(4)}`,
      [merchantId, webhookOid, leasedUntil, ...deliveryRows.values(deliveries)],
    );
}

const releasedRows = recordset<FeedPlace>([
  { name: 'stamp', type: 'xid8', read: ({ stamp }) => stamp },
  { name: 'event_id', type: 'bigint', read: ({ eventId }) => eventId },
]);

const heldRows = recordset<PendingEvent>([
  { name: 'stamp', type: 'xid8', read: ({ place }) => place.stamp },
  { name: 'event_id', type: 'bigint', read: ({ place }) => place.eventId },
  { name: 'object', type: 'text', read: ({ object }) => object },
]);

const deliveryRows = recordset<Delivery>([
  { name: 'delivery_id', type: 'uuid', read: ({ deliveryId }) => deliveryId },
  { name: 'stamps', type: 'xid8[]', read: ({ places }) => places.map((place) => place.stamp) },
  {
    name: 'event_ids',
    type: 'bigint[]',
    read: ({ places }) => places.map((place) => place.eventId),
  },
  { name: 'objects', type: 'text[]', read: ({ objects }) => objects },
  { name: 'created_at', type: 'timestamptz', read: ({ createdAt }) => createdAt },
]);
