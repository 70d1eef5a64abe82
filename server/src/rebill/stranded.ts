import type { DomainEvent } from '../platform/events/event.ts';
import { type AnsweredAttempt, goneGatewayOf } from './answeredAttempt.ts';
import { chargeKey, type OpenAttempt } from './attempt.ts';

/*
 * Charges of rebills whose outcome only a gateway knows that the settings no longer name. Each has
 * an event when that is noticed, and one when it is settled; they raise and close a task.
 */

/** Returns the events of the charges whose gateway is noticed to be gone. */
export const strandedEvents = (
  unknown: readonly AnsweredAttempt[],
  inFlight: ReadonlyMap<number, OpenAttempt>,
  merchantId: string,
): DomainEvent[] =>
  unknown.flatMap((answered) => {
    const { attempt } = answered;
    const gateway = goneGatewayOf(answered);
    const before = inFlight.get(attempt.autoOrderOid)?.goneGateway;
    if (gateway === undefined || gateway === before) return [];
    return [
      eventOf(attempt.autoOrderOid, {
        key: chargeKey(merchantId, attempt),
        gateway,
        amount: attempt.charge.order.total,
        currency: attempt.charge.currency,
        rebill_number: attempt.rebillNumber,
        order_id: attempt.orderId,
      }),
    ];
  });

/** Returns the events of the charges that have an outcome now. */
export const strandedEnds = (
  known: readonly AnsweredAttempt[],
  inFlight: ReadonlyMap<number, OpenAttempt>,
): DomainEvent[] =>
  known
    .filter(({ attempt }) => inFlight.get(attempt.autoOrderOid)?.goneGateway !== undefined)
    .map(({ attempt }) => eventOf(attempt.autoOrderOid, 'ended'));

const eventOf = (autoOrderOid: number, stranded_charge: object | 'ended'): DomainEvent => ({
  name: 'auto_order_update',
  objectType: 'auto order',
  objectId: String(autoOrderOid),
  data: { reason: 'charge in doubt', stranded_charge },
});
