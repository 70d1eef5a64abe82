import type { FeedPlace } from '../platform/events/feed.ts';

/** An event to deliver to a webhook, with the facts that forming needs. */
export interface PendingEvent {
  readonly place: FeedPlace;
  /** The type and id of its object. */
  readonly object: string;
  /** The size of the payload in bytes. */
  readonly size: number;
}

/** The webhook's limits of one delivery. */
export interface DeliveryLimits {
  readonly maximumEvents: number;
  /** The bytes of all payloads together; a larger event gets its own delivery. */
  readonly maximumSize: number;
}

/** The new deliveries of a webhook, and the events that still wait. */
export interface Formed<Event extends PendingEvent> {
  /** The events of each new delivery in order. */
  readonly deliveries: readonly (readonly Event[])[];
  /** Events that must wait until a delivery about their object is over. */
  readonly held: readonly Event[];
}

/**
 * Groups events, given oldest first, into deliveries such that the events of one object can never
 * overtake each other. If an object is in a running delivery (`busy`), or in one that was just
 * closed, its further events are held. Events of other objects do not wait for it.
 */
export function formDeliveries<Event extends PendingEvent>(
  events: readonly Event[],
  busy: ReadonlySet<string>,
  limits: DeliveryLimits,
): Formed<Event> {
  const closed: Event[][] = [];
  const held: Event[] = [];
  const blocked = new Set(busy);
  let open: Event[] = [];
  let openSize = 0;

  const close = () => {
    for (const { object } of open) blocked.add(object);
    if (open.length > 0) closed.push(open);
    open = [];
    openSize = 0;
  };
  for (const event of events) {
    if (
      open.length > 0 &&
      (open.length >= limits.maximumEvents || openSize + event.size > limits.maximumSize)
    )
      close();
    if (blocked.has(event.object)) held.push(event);
    else {
      open.push(event);
      openSize += event.size;
    }
  }
  close();
  return { deliveries: closed, held };
}
