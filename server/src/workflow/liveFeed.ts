import type { LiveFrame } from '@perennial/contract/live.ts';
import type { FeedEvent, FeedPlace } from '../platform/events/feed.ts';

/**
 * Returns the frame that describes an event of the feed; undefined for events that are not about
 * tasks.
 */
export function frameOf({ name, objectType, data, place }: FeedEvent): LiveFrame | undefined {
  const type = objectType === 'workflow task' ? eventTypes[name] : undefined;
  return (
    type && {
      type: 'event',
      event_type: type,
      event_task: data['object'] as NonNullable<LiveFrame['event_task']>,
      cursor: cursorOf(place),
    }
  );
}

const eventTypes: Readonly<Record<string, NonNullable<LiveFrame['event_type']>>> = {
  workflow_task_create: 'task created',
  workflow_task_update: 'task updated',
  workflow_task_delete: 'task deleted',
};

/** Returns a place in the feed as the cursor that clients store. */
export const cursorOf = ({ stamp, eventId }: FeedPlace): string => `${stamp}.${eventId}`;

/** Returns the place of a cursor; undefined when the text is not a cursor. */
export function placeOf(cursor: string): FeedPlace | undefined {
  const match = /^(\d{1,19})\.(\d{1,15})$/.exec(cursor);
  return match ? { stamp: match[1]!, eventId: Number(match[2]) } : undefined;
}

/**
 * Compares two places: negative when `one` comes before `other`, zero when they are equal, else
 * positive.
 */
export function comparePlaces(one: FeedPlace, other: FeedPlace): number {
  const [a, b] = [BigInt(one.stamp), BigInt(other.stamp)];
  return a === b ? one.eventId - other.eventId : a < b ? -1 : 1;
}
