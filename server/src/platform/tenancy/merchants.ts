import type { SystemClock } from '../clock/systemClock.ts';
import type { Database } from '../storage/database.ts';
import { readWhereReachable } from '../storage/nodes.ts';
import type { Merchant } from './merchant.ts';
import { findMerchant } from './merchantStore.ts';

/**
 * The merchants by id, cached for a second, so that a request need not read its merchant's row each
 * time.
 */
export interface Merchants {
  find(merchantId: string): Promise<Merchant | undefined>;
  /** Drops the cached merchant after a change made in this process. */
  forget(merchantId: string): void;
}

// Other processes see a change of settings or clock after this time.
const rememberedMs = 1000;

interface Remembered {
  readonly merchant: Promise<Merchant | undefined>;
  /** Callers share a slow read, because each further read would hold another connection. */
  isUnderWay: boolean;
  readonly untilMs: number;
}

/** Creates the reader of merchants, which caches each one for a moment. */
export function rememberedMerchants(db: Database, clock: SystemClock): Merchants {
  const known = new Map<string, Remembered>();
  return {
    find(merchantId) {
      const nowMs = clock.monotonicMs();
      const entry = known.get(merchantId);
      if (entry && (entry.isUnderWay || entry.untilMs > nowMs)) return entry.merchant;
      const merchant = readWhereReachable(db, merchantId, () => findMerchant(db, merchantId));
      const read = { merchant, isUnderWay: true, untilMs: nowMs + rememberedMs };
      known.set(merchantId, read);
      merchant.then(
        () => (read.isUnderWay = false),
        () => known.get(merchantId) === read && known.delete(merchantId),
      );
      return merchant;
    },
    forget(merchantId) {
      known.delete(merchantId);
    },
  };
}
