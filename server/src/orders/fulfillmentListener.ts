import type { EventListener } from '../platform/context.ts';
import type { DomainEvent, RecordedEvent } from '../platform/events/event.ts';
import { fulfillmentEvent } from './fulfillment.ts';

/**
 * Notifies fulfillment houses of orders that may ship or are held, with one event for each move of
 * an order. For rebills the move itself emits the event, so that a batch needs no further
 * statement.
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
