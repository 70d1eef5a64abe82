import type { Minor } from '../kernel/money.ts';
import type { DomainEvent } from '../platform/events/event.ts';
import type { OrderRecord } from './order.ts';

/*
 * A charge of an order whose outcome only a gateway knows that the settings no longer name. An event
 * when that is noticed raises a task, and one when the charge is settled closes it.
 */

/** Such a charge, as its task describes it. */
export interface StrandedCharge {
  readonly key: string;
  readonly gateway: string;
  readonly amount: Minor;
  readonly currency: string;
}

/** Returns the event when the gateway of a charge is noticed to be gone. */
export const strandedEvent = (orderId: string, charge: StrandedCharge): DomainEvent =>
  eventOf(orderId, charge);

/** Returns the event when a charge is settled whose gateway was gone; none for other charges. */
export const strandedEnd = ({ orderId, goneGateway }: OrderRecord): DomainEvent[] =>
  goneGateway === undefined ? [] : [eventOf(orderId, 'ended')];

const eventOf = (objectId: string, stranded_charge: StrandedCharge | 'ended'): DomainEvent => ({
  name: 'order_update',
  objectType: 'order',
  objectId,
  data: { changed: ['payment'], stranded_charge },
});
