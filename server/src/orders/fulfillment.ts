import type { EventName } from '@perennial/contract/events.ts';
import type { OrderStage } from './stages.ts';

const eventOfStage: Readonly<Partial<Record<OrderStage, EventName>>> = {
  'Shipping Department': 'fulfillment_transmit',
  Hold: 'fulfillment_hold',
  'Fraud Review': 'fulfillment_hold',
};

/**
 * Returns the event that reports an order's new stage to a fulfillment house, or undefined (webhook
 * samples, category fulfillment).
 */
export const fulfillmentEvent = (stage: unknown): EventName | undefined =>
  typeof stage === 'string' && Object.hasOwn(eventOfStage, stage)
    ? eventOfStage[stage as OrderStage]
    : undefined;
