import type { EventListener } from '../platform/context.ts';
import type { DomainEvent, RecordedEvent } from '../platform/events/event.ts';
import { fulfillmentEvent } from './fulfillment.ts';

/**
 * Tells fulfillment houses about orders that may ship or are held, by one event for each move of an
 * order. Moves of rebills carry the event themselves, so that a batch costs no further statement.
 */
export const tellFulfillment: EventListener = async (context, events) => {
  await context.events.emit(context, events.flatMap(toldBy));
};

function toldBy({ name, objectType, objectId, data, at }: RecordedEvent): DomainEvent[] {
  if (name !== 'order_stage_change' && name !== 'order_create') return [];
  const told = fulfillmentEvent(data?.['to']);
  if (told === undefined) return [];
  return [{ name: told, objectType, objectId, ...(at === undefined ? {} : { at }) }];
}
