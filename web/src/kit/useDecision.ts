import { useState } from 'react';
import { isMismatch, isUnanswered, newDecisionKey } from '../shell/draftWrites.ts';

/** The writes of one form: each thing that the person wants is done once, however often they press. */
export interface Decision {
  /** The idempotency key for the write of `wish`: the values of the form, as data. */
  key(wish?: unknown): string;
  /** Reports how the last write ended. Without `failed`: it was done. */
  end(failed?: unknown): void;
}

/** The decision of a form, kept while the form is open. */
export const useDecision = (): Decision => useState(newDecision)[0];

/**
 * A write without an answer may have been done, so its wish keeps its key: pressing again repeats
 * it. Until that answer is known, other values are sent with the same key. If the first write was
 * done, the server refuses them (`idempotency_mismatch`), and the person learns of it; pressing
 * again is then a second write, which the person wants. The first values never get another key
 * before their own answer.
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
