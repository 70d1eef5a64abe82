import { useState } from 'react';
import { isMismatch, isUnanswered, newDecisionKey } from '../shell/draftWrites.ts';

/**
 * The idempotency keys of one form: each distinct input is written only once, however often the
 * person presses the button.
 */
export interface Decision {
  /** Returns the idempotency key for writing `wish`: the values of the form, as data. */
  key(wish?: unknown): string;
  /** Reports the result of the last write. Without `failed`: it succeeded. */
  end(failed?: unknown): void;
}

/** The decision of a form, kept while the form is open. */
export const useDecision = (): Decision => useState(newDecision)[0];

/**
 * A write without an answer may have succeeded, so its values keep their key: pressing again
 * repeats it. Until the answer is known, other values are sent with the same key. If the first
 * write succeeded, the server refuses them (`idempotency_mismatch`) and the person is told;
 * pressing again is then an intended second write. The first values never get another key before
 * their own answer.
 */
export function newDecision(): Decision {
  let current = newDecisionKey();
  let last = '';
  const unanswered = new Map<string, string>();
  const isOpen = () => [...unanswered.values()].includes(current);
  return {
    key(wish) {
      last = JSON.stringify(wish ?? null);
      return unanswered.get(last) ?? current;
    },
    end(failed) {
      if (failed === undefined) unanswered.clear();
      if (isUnanswered(failed)) unanswered.set(last, unanswered.get(last) ?? current);
      else unanswered.delete(last);
      if (isMismatch(failed) || !isOpen()) current = newDecisionKey();
    },
  };
}
