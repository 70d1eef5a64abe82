import { useRef } from 'react';
import { newDecisionKey } from '../shell/draftWrites.ts';

/** One decision of a person, however often its button is pressed. */
export interface Decision {
  /** Names the writes of the decision, so that the server does them once. */
  readonly key: () => string;
  /** Ends the decision, unless it failed without an answer that says so. */
  readonly end: (failed?: unknown) => void;
}

/**
 * Names the decisions that a form makes one after another. After a lost answer it is not known whether
 * the write was done, so the next press repeats the same decision; a refusal ends it.
 */
export function useDecision(): Decision {
  const key = useRef(newDecisionKey());
  return useRef<Decision>({
    key: () => key.current,
    end: (failed) => {
      if (!isLost(failed)) key.current = newDecisionKey();
    },
  }).current;
}

/** Whether a failure leaves open what the server did. */
const isLost = (failed: unknown): boolean =>
  failed instanceof Error &&
  'status' in failed &&
  (failed.status === 0 || Number(failed.status) >= 500);
