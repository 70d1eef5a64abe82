import { behaviourOf } from '../payments/simulatorCards.ts';
import { chargeKey } from '../rebill/attempt.ts';
import type { PreviewedRebill } from './preview.ts';

/** The expected outcome of a charge of a test card. */
export type Expected = 'paid' | 'declined' | 'no answer';

/** The facts of an auto order that decide the outcome of its test card. */
export interface TestCardFacts {
  readonly merchantId: string;
  readonly autoOrderOid: number;
  /** The declines of the next rebill. */
  readonly attempts: number;
  /** All declines of the auto order. */
  readonly declines: number;
}

/**
 * Returns the outcomes of a test card for the rebills of one auto order, one entry per rebill.
 * Outcomes after a charge that is not paid depend on the retries, so they are not predicted.
 */
export function expectedOutcomes(
  rebills: readonly PreviewedRebill[],
  { merchantId, autoOrderOid, attempts, declines }: TestCardFacts,
): (Expected | undefined)[] {
  let isKnown = true;
  return rebills.map(({ rebillNumber, cardToken }, index) => {
    if (!isKnown) return undefined;
    const attempt = index === 0 ? attempts + 1 : 1;
    const key = chargeKey(merchantId, { autoOrderOid, rebillNumber, attempt });
    const outcome = cardToken === undefined ? 'paid' : outcomeOf(cardToken, key, declines);
    isKnown = outcome === 'paid';
    return outcome;
  });
}

/**
 * After a charge whose answer is lost once, the gateway is asked again, and the charge is approved.
 */
function outcomeOf(cardToken: string, key: string, declinesBefore: number): Expected {
  const behaviour = behaviourOf(cardToken, { key, declinesBefore });
  if (behaviour.kind === 'decline') return 'declined';
  return behaviour.kind === 'time out' && behaviour.when === 'always' ? 'no answer' : 'paid';
}
