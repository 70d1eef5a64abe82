import type { EventName } from '@perennial/contract/events.ts';
import type { Temporal } from 'temporal-polyfill';

/** Something that happened to an object, named as in the contract's event catalogue. */
export interface DomainEvent {
  readonly name: EventName;
  readonly objectType: ObjectType;
  /** The object's wire id: auto_order_oid, order id, item oid, task uuid. */
  readonly objectId: string;
  /**
   * The data that listeners need beyond the object itself: reasons, order ids, the fields that
   * changed. Plain JSON.
   */
  readonly data?: Readonly<Record<string, unknown>>;
  /** When it happened, if one call reports several times; otherwise the context's time applies. */
  readonly at?: Temporal.Instant;
}

/** The kinds of objects that events are about. */
export const objectTypes = [
  'auto order',
  'order',
  'chargeback',
  'item',
  'customer profile',
  'workflow task',
  'user',
  'webhook',
] as const;

/** A kind of object that events are about. */
export type ObjectType = (typeof objectTypes)[number];

/** An event in its stored form, in the order of its object's changes. */
export interface RecordedEvent extends DomainEvent {
  readonly eventId: number;
  /**
   * Together with `eventId`, the event's place in the feed (see `feed.ts`): a whole number as text.
   */
  readonly stamp: string;
  /** Counts the events of this object from 1, without gaps. */
  readonly objectSequence: number;
}

/**
 * Returns the event of an object that was deleted. Readers can no longer load the object, so the
 * event contains its last state in the wire format.
 */
export function deletion(
  name: EventName,
  objectType: ObjectType,
  objectId: string,
  object: object,
): DomainEvent {
  return { name, objectType, objectId, data: { object } };
}
