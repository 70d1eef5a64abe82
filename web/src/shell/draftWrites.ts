import { newIdempotencyKey } from '../api/call.ts';
import { isOutdated, Refused } from '../api/refused.ts';
import type { Draft, DraftBase } from '../kit/draft.ts';
import type { Undo } from './changes.ts';

export { isMismatch, isUnanswered } from '../api/refused.ts';

/** Returns an idempotency key: pressing the button again has no second effect. */
export const newDecisionKey = newIdempotencyKey;

/** The result of saving: saved, with an undo; or the form as another person saved it. */
export type Written =
  | { readonly kind: 'saved'; readonly undo: Undo }
  | { readonly kind: 'conflict'; readonly theirs: DraftBase };

/** Saves the difference between the original and the current form, under one key. */
export type Write = (from: DraftBase, to: Draft, idempotencyKey: string) => Promise<Written>;

/**
 * A form does not change after it was opened, so that no typed text is lost; a new dialog reads the
 * record again.
 */
export const asOpened = {
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
} as const;

/**
 * Sends a write. If another person has saved the record since, returns that form, read by
 * `readTheirs`; throws other refusals.
 */
export async function written<Result>(
  write: () => Promise<Result>,
  undoOf: (result: Result) => Undo,
  readTheirs?: () => Promise<DraftBase>,
): Promise<Written> {
  try {
    const result = await write();
    return { kind: 'saved', undo: undoOf(result) };
  } catch (error) {
    if (readTheirs && error instanceof Refused && isOutdated(error))
      return { kind: 'conflict', theirs: await readTheirs() };
    throw error;
  }
}
