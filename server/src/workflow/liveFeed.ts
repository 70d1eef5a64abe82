import type { EventName } from '@perennial/contract/events.ts';
import {
  type LiveEventDetails,
  type LiveFrame,
  type LiveTopic,
  liveTopicPermissions,
} from '@perennial/contract/live.ts';
import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import type { ObjectType } from '../platform/events/event.ts';
import type { FeedEvent, FeedPlace } from '../platform/events/feed.ts';

/**
 * A place among the merchant's events and the delivery attempts of its webhooks. Both have the
 * stamp of their transaction; attempts come after the events of their transaction.
 */
export interface LivePlace extends FeedPlace {
  /** The number of an attempt, from 1. `eventId` is then higher than that of every event. */
  readonly logId?: number;
}

/** One delivery attempt with its place. */
export interface LiveDelivery {
  readonly place: LivePlace;
  readonly webhookOid: number;
  readonly delivery: WebhookDelivery;
}

/** A change that a room reports: an event of the feed, or a delivery attempt. */
export type LiveChange = FeedEvent | LiveDelivery;

/** The topics of a client; absent: a workflow socket, with its frames. */
export type Topics = ReadonlySet<LiveTopic> | undefined;

/** Returns whether a client with these topics receives changes of a topic. */
export const includes = (topics: Topics, topic: LiveTopic): boolean =>
  topics === undefined ? topic === 'tasks' : topics.has(topic);

/** Returns the permissions that these topics need. */
export const permissionsFor = (topics: Iterable<LiveTopic>): string[] => [
  ...new Set([...topics].map((topic) => liveTopicPermissions[topic])),
];

/** Returns the topic of an event's object type; undefined when there is none. */
export const topicOf = (objectType: string): LiveTopic | undefined =>
  topicsOf[objectType as ObjectType];

const topicsOf: Readonly<Record<ObjectType, LiveTopic | undefined>> = {
  'workflow task': 'tasks',
  'auto order': 'auto_orders',
  order: 'orders',
  'customer profile': 'customers',
  chargeback: undefined,
  item: undefined,
  user: undefined,
  webhook: undefined,
};

/**
 * Returns the frame that describes a change to a client with these topics; undefined when the
 * client has no topic for it. `zone` is the merchant's.
 */
export function frameOf(change: LiveChange, topics: Topics, zone: string): LiveFrame | undefined {
  if ('delivery' in change) return includes(topics, 'deliveries') ? tried(change) : undefined;
  const topic = topicOf(change.objectType);
  if (topic === undefined || !includes(topics, topic)) return undefined;
  const content = topic === 'tasks' ? taskContent(change) : recordContent(change);
  if (content === undefined) return undefined;
  return {
    type: 'event',
    ...content,
    ...(topics && about(change, topic, zone)),
    cursor: cursorOf(change.place),
  };
}

const about = (event: FeedEvent, topic: LiveTopic, zone: string): LiveFrame => ({
  event_topic: topic,
  event_object_type: event.objectType.replaceAll(' ', '_'),
  event_object_id: event.objectId,
  event_name: event.name,
  event_dts: wireDate(event.at, zone),
  event_sequence: event.objectSequence,
});

/** Undefined for an event that a newer server made. */
function taskContent({ name, data }: FeedEvent): LiveFrame | undefined {
  const type: LiveFrame['event_type'] = taskTypes[name as TaskEvent];
  return (
    type && {
      event_type: type,
      event_task: data['object'] as NonNullable<LiveFrame['event_task']>,
    }
  );
}

type TaskEvent = Extract<EventName, `workflow_task_${string}`>;

const taskTypes: Readonly<Record<TaskEvent, NonNullable<LiveFrame['event_type']>>> = {
  workflow_task_create: 'task created',
  workflow_task_update: 'task updated',
  workflow_task_delete: 'task deleted',
};

function recordContent({ objectType, objectId, data }: FeedEvent): LiveFrame {
  if (objectType === 'customer profile') return { event_type: 'customer changed' };
  const known: LiveEventDetails & { readonly orderId?: string } = data;
  return {
    event_type: objectType === 'order' ? 'order changed' : 'auto order changed',
    event_details: fromLoose<LiveEventDetails>({
      order_id: objectType === 'order' ? objectId : (known.order_id ?? known.orderId),
      auto_order_oid: known.auto_order_oid,
      rebill_number: known.rebill_number,
      reason: known.reason,
    }),
  };
}

const tried = ({ place, webhookOid, delivery }: LiveDelivery): LiveFrame => ({
  type: 'event',
  event_type: 'delivery tried',
  event_topic: 'deliveries',
  event_object_type: 'webhook',
  event_object_id: String(webhookOid),
  event_delivery: delivery,
  cursor: cursorOf(place),
});

/** Returns a place as the cursor that clients store. */
export const cursorOf = ({ stamp, eventId, logId }: LivePlace): string =>
  `${stamp}.${logId === undefined ? eventId : `d${logId}`}`;

/** Returns the place of a cursor; undefined when the text is not a cursor. */
export function livePlaceOf(cursor: string): LivePlace | undefined {
  const match = /^(\d{1,19})\.(d?)(\d{1,15})$/.exec(cursor);
  if (!match) return undefined;
  const [, stamp = '', kind, id] = match;
  return kind === 'd' ? placeOfTry(stamp, Number(id)) : { stamp, eventId: Number(id) };
}

/** Returns the place of a delivery attempt. */
export const placeOfTry = (stamp: string, logId: number): LivePlace => ({
  stamp,
  eventId: afterEvents,
  logId,
});

/** Higher than the number of any event. */
const afterEvents = 999_999_999_999_999;

/**
 * Compares two places: negative when `one` comes before `other`, zero when they are equal, else
 * positive.
 */
export function comparePlaces(one: LivePlace, other: LivePlace): number {
  const [a, b] = [BigInt(one.stamp), BigInt(other.stamp)];
  if (a !== b) return a < b ? -1 : 1;
  return one.eventId - other.eventId || (one.logId ?? 0) - (other.logId ?? 0);
}

/**
 * Merges two lists in the order of their places, up to the place where both are complete: after a
 * full page there may be more.
 */
export function mergedByPlace(
  events: readonly FeedEvent[],
  deliveries: readonly LiveDelivery[],
  pageSize: number,
): LiveChange[] {
  const ends = [events, deliveries]
    .filter((list) => list.length >= pageSize)
    .map((list) => list.at(-1)!.place)
    .sort(comparePlaces);
  const end = ends[0];
  return [...events, ...deliveries]
    .filter(({ place }) => end === undefined || comparePlaces(place, end) <= 0)
    .sort((one, other) => comparePlaces(one.place, other.place));
}
