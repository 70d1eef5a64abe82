import { endsWithin, type SystemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';
import { countChargesOff } from '../platform/tenancy/merchantStore.ts';

/** The longest wait for a count: a probe must respond even while every connection is in use. */
const answerMsMax = 500;

/**
 * Counts the merchants whose charges a person stopped. When a count takes too long, it continues in
 * the background and the previous count is returned.
 */
export function stoppedMerchants(db: Database, clock: SystemClock): () => Promise<number> {
  let last = 0;
  let counting: Promise<void> | undefined;
  return async () => {
    counting ??= countChargesOff(db)
      .then(
        (count) => void (last = count),
        () => {},
      )
      .finally(() => (counting = undefined));
    await endsWithin(clock, answerMsMax, counting);
    return last;
  };
}
