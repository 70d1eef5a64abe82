import type { SystemClock } from '../platform/clock/systemClock.ts';
import {
  awaitedAnswer,
  type ChargeAnswer,
  type ChargeRequest,
  type Gateway,
  type HoldAnswer,
  isHardReason,
  type ReleaseAnswer,
  unconfirmedDecline,
} from './gateway.ts';
import type { BookAnswer, ChargeOrder, HoldBookAnswer, SimulatorBooks } from './simulatorBooks.ts';
import { factsOfToken } from './simulatorCards.ts';

// The simulator answers from memory. The limit only prevents a slow card from piling up work.
const simulatorConcurrency = 200;

/**
 * The simulator inside this process. A lost answer is returned as unknown at once, because waiting
 * for it gains nothing.
 */
export function simulatorGateway(code: string, books: SimulatorBooks, clock: SystemClock): Gateway {
  return {
    code,
    isReal: false,
    concurrency: simulatorConcurrency,
    // A charge of a slow card is booked at once; only its answer is delayed.
    answerMsMax: 0,
    async charge(request) {
      const answer = books.charge(chargeOrder(code, request));
      if (answer.kind === 'charge' && answer.delayMs > 0) await clock.sleep(answer.delayMs);
      return chargeAnswer(answer);
    },
    async find(request) {
      const answer = books.find(code, request.key);
      return answer.kind === 'absent' ? answer : chargeAnswer(answer);
    },
    async cancel(_request, reference) {
      return chargeAnswer(books.cancel(reference));
    },
    describe: async (cardToken) => factsOfToken(cardToken),
    async refund({ key, reference, amount }) {
      const answer = books.refund({ account: code, key, reference, amount });
      return answer.kind === 'lost' ? noAnswer : answer;
    },
    holds: {
      async hold(request) {
        const answer = books.hold(chargeOrder(code, request));
        if (answer.kind === 'hold' && answer.delayMs > 0) await clock.sleep(answer.delayMs);
        return heldAnswer(answer);
      },
      async find(request) {
        const answer = books.findHold(code, request.key);
        return answer.kind === 'absent' ? answer : holdAnswer(answer);
      },
      release: async (request) => releasedAnswer(books.release(code, request.key)),
    },
  };
}

/** Returns the parts of a request that the books need. */
export function chargeOrder(account: string, request: ChargeRequest): ChargeOrder {
  const { key, merchantId, amount, currency, cardToken, orderReference } = request;
  return { account, key, merchantId, amount, currency, cardToken, orderReference };
}

/** Converts the books' answer to a gateway's answer. */
export function chargeAnswer(answer: BookAnswer): ChargeAnswer {
  if (answer.kind === 'conflict')
    return { kind: 'unknown', message: 'the key belongs to a different charge' };
  if (answer.kind !== 'charge') return noAnswer;
  const { declined: reason, reference, isOpen } = answer.charge;
  if (isOpen) return awaitedAnswer(reference);
  if (reason === undefined) return { kind: 'approved', reference };
  if (reason === 'authentication required')
    return unconfirmedDecline('The simulator’s customer did not confirm the payment.', reference);
  return {
    kind: 'declined',
    reason,
    isHard: isHardReason(reason),
    message: `The simulator declined the card: ${reason}.`,
    reference,
  };
}

/** Converts the books' answer about a hold. */
export function holdAnswer(answer: HoldBookAnswer): HoldAnswer {
  if (answer.kind !== 'hold')
    return chargeAnswer(answer.kind === 'conflict' ? answer : { kind: 'lost' });
  const { hold } = answer;
  return hold.releases > 0
    ? { kind: 'released', reference: hold.reference }
    : chargeAnswer({ kind: 'charge', charge: { ...hold, refunded: 0 }, delayMs: 0 });
}

/** Converts the answer to a hold request. A hold that was released since then was approved. */
export function heldAnswer(answer: HoldBookAnswer): ChargeAnswer {
  const found = holdAnswer(answer);
  return found.kind === 'released' ? { kind: 'approved', reference: found.reference } : found;
}

/** Converts the answer to a request to release a hold. */
export function releasedAnswer(answer: HoldBookAnswer): ReleaseAnswer {
  const found = holdAnswer(answer);
  if (found.kind === 'released' || found.kind === 'unknown') return found;
  return { kind: 'unknown', message: 'the simulator has no such hold' };
}

const noAnswer = { kind: 'unknown', message: 'the simulator did not respond' } as const;
