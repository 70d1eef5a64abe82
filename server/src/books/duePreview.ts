import { behaviourOf } from '../payments/simulatorCards.ts';
import { chargeKey } from '../rebill/attempt.ts';
import type { PreviewedRebill } from './preview.ts';

/** The expected outcome of a charge of a test card. */
export type Expected = 'paid' | 'declined' | 'no answer';

/** The facts of an auto order by which its test card decides. */
export interface TestCardFacts {
  readonly merchantId: string;
  readonly autoOrderOid: number;
  /** The declines of the rebill that is next. */
  readonly attempts: number;
  /** All declines of the auto order. */
  readonly declines: number;
}

/**
 * Returns what the test cards will do with the rebills of one auto order, one entry a rebill. What
 * happens behind a charge that is not paid depends on the retries, so it is not predicted.
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

/** A charge whose answer is lost once is asked about again, and then it is approved. */
function outcomeOf(cardToken: string, key: string, declinesBefore: number): Expected {
  const behaviour = behaviourOf(cardToken, { key, declinesBefore });
  if (behaviour.kind === 'decline') return 'declined';
  return behaviour.kind === 'time out' && behaviour.when === 'always' ? 'no answer' : 'paid';
}
