import type { Temporal } from 'temporal-polyfill';
import type { FeedPlace } from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import { recordset } from '../platform/storage/recordset.ts';
import type { DeliveredEvent } from './webhook.ts';

/** An event's payload at one expansion, and the webhooks that receive it. */
export interface CapturedEvent {
  readonly place: FeedPlace;
  readonly expansion: string;
  readonly webhookOids: readonly number[];
  readonly name: string;
  readonly object: string;
  readonly payload: string;
}

/** One subscription of a webhook to an event. */
export interface Subscriber {
  readonly webhookOid: number;
  readonly eventName: string;
  readonly expansion: string;
  /** The rule that an event must match. Null: every event is delivered. */
  readonly eventRuler: string | null;
}

/** Finds the webhooks that subscribe to one of these events. */
export function findSubscribers(
  db: Database,
  merchantId: string,
  eventNames: readonly string[],
): Promise<Subscriber[]> {
  return db.rows<Subscriber>(
    `select webhook_oid as "webhookOid", event_name as "eventName", expansion,
       event_ruler as "eventRuler"
     from webhook_subscription
     where merchant_id = $1 and event_name = any($2)`,
    [merchantId, eventNames],
  );
}

/** Stores the payloads of events, in the transaction of the events. */
export async function insertCaptured(
  db: Database,
  merchantId: string,
  events: readonly CapturedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await db.run(
    `insert into webhook_event
       (merchant_id, stamp, event_id, expansion, webhook_oids, name, object, payload)
     select m.merchant_id, r.stamp, r.event_id, r.expansion, r.webhook_oids, r.name, r.object, r.payload
     from ${captured.insertFrom(2)}`,
    [merchantId, ...captured.values(events)],
  );
}

const captured = recordset<CapturedEvent>([
  { name: 'stamp', type: 'xid8', read: ({ place }) => place.stamp },
  { name: 'event_id', type: 'bigint', read: ({ place }) => place.eventId },
  { name: 'expansion', type: 'text', read: ({ expansion }) => expansion },
  { name: 'webhook_oids', type: 'int[]', read: ({ webhookOids }) => webhookOids },
  { name: 'name', type: 'text', read: ({ name }) => name },
  { name: 'object', type: 'text', read: ({ object }) => object },
  { name: 'payload', type: 'text', read: ({ payload }) => payload },
]);

/**
 * Reads the events of deliveries with their payloads, by delivery and in order, and the time of the
 * oldest event.
 */
export async function readPayloads(
  db: Database,
  merchantId: string,
  webhookOid: number,
  deliveries: readonly { readonly deliveryId: string; readonly places: readonly FeedPlace[] }[],
): Promise<
  Map<string, { readonly events: DeliveredEvent[]; readonly recordedAt: Temporal.Instant }>
> {
  const rows = await db.rows<{
    delivery_id: string;
    name: string;
    payload: string;
    recorded_at: Temporal.Instant;
  }>(
    `select r.delivery_id, e.name, e.payload, e.recorded_at
     from ${parts.from(3)}
     join webhook_event e on e.merchant_id = $1 and e.stamp = r.stamp and e.event_id = r.event_id
       and e.webhook_oids @> array[$2::int]
     order by r.delivery_id, r.position`,
    [
      merchantId,
      webhookOid,
      ...parts.values(
        deliveries.flatMap(({ deliveryId, places }) =>
          places.map((place, position) => ({ deliveryId, place, position })),
        ),
      ),
    ],
  );
  const byDelivery = new Map<string, { events: DeliveredEvent[]; recordedAt: Temporal.Instant }>();
  for (const row of rows) {
    const known = byDelivery.get(row.delivery_id);
    if (known) known.events.push({ name: row.name, payload: row.payload });
    else
      byDelivery.set(row.delivery_id, {
        events: [{ name: row.name, payload: row.payload }],
        recordedAt: row.recorded_at,
      });
  }
  return byDelivery;
}

const parts = recordset<{
  readonly deliveryId: string;
  readonly place: FeedPlace;
  readonly position: number;
}>([
  { name: 'delivery_id', type: 'text', read: ({ deliveryId }) => deliveryId },
  { name: 'stamp', type: 'xid8', read: ({ place }) => place.stamp },
  { name: 'event_id', type: 'bigint', read: ({ place }) => place.eventId },
  { name: 'position', type: 'int', read: ({ position }) => position },
]);

/** Reads the payloads that were stored for the pull feed, by the id of the event. */
export async function readFeedPayloads(
  db: Database,
  merchantId: string,
  feedOid: number,
  places: readonly FeedPlace[],
): Promise<Map<number, string>> {
  const rows = await db.rows<{ event_id: number; payload: string }>(
    `select e.event_id, e.payload from unnest($2::text[], $3::bigint[]) as p (stamp, event_id)
     join webhook_event e on e.merchant_id = $1 and e.stamp = p.stamp::xid8
       and e.event_id = p.event_id and e.webhook_oids @> array[$4::int]`,
    [merchantId, places.map((place) => place.stamp), places.map((place) => place.eventId), feedOid],
  );
  return new Map(rows.map((row) => [row.event_id, row.payload]));
}
