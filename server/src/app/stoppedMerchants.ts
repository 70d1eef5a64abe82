import { endsWithin, type SystemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';
import { countChargesOff } from '../platform/tenancy/merchantStore.ts';

/** A probe must respond even while every connection is in use. */
const answerMsMax = 500;

/**
 * Counts the merchants whose charges a person stopped. A count that takes too long ends in
 * the background, and the one before is returned.
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
