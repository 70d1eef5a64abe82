import type { SystemClock } from '../clock/systemClock.ts';
import type { Database } from '../storage/database.ts';
import type { Merchant } from './merchant.ts';
import { findMerchant } from './merchantStore.ts';

/**
 * The merchants by id, remembered for a second: a request must not read its merchant's row each
 * time.
 */
export interface Merchants {
  find(merchantId: string): Promise<Merchant | undefined>;
  /** Forgets what is remembered, after a change made in this process. */
  forget(merchantId: string): void;
}

// Other processes see a change of settings or clock after this long.
const rememberedMs = 1000;

/** Creates the reader of merchants, which remembers each one for a moment. */
export function rememberedMerchants(db: Database, clock: SystemClock): Merchants {
  const known = new Map<string, { merchant: Promise<Merchant | undefined>; untilMs: number }>();
  return {
    find(merchantId) {
      const nowMs = clock.monotonicMs();
      const entry = known.get(merchantId);
      if (entry && entry.untilMs > nowMs) return entry.merchant;
      const merchant = findMerchant(db, merchantId);
      known.set(merchantId, { merchant, untilMs: nowMs + rememberedMs });
      merchant.catch(() => known.delete(merchantId));
      return merchant;
    },
    forget(merchantId) {
      known.delete(merchantId);
    },
  };
}
