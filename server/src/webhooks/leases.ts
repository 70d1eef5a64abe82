import { Temporal } from 'temporal-polyfill';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';
import { type Lease, moveLeases } from './deliveryStore.ts';
import type { LoadedDelivery } from './webhook.ts';

/** A delivery that this process holds. Its lease is prolonged until the delivery is released. */
export interface LeasedDelivery extends LoadedDelivery {
  readonly merchantId: string;
  until: Temporal.Instant;
}

/** What keeping leases needs. */
export interface LeaseParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly leaseMs: number;
}

/** The deliveries that this process holds, over all webhooks. */
export class Leases {
  readonly #parts: LeaseParts;
  readonly #leased = new Map<string, LeasedDelivery>();
  #prolongAtMs = 0;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  hold(leased: LeasedDelivery): void {
    this.#leased.set(leased.delivery.deliveryId, leased);
  }

  /** Returns the lease of a delivery that this process holds. */
  leaseOf(deliveryId: string): Lease {
    return { deliveryId, until: this.#leased.get(deliveryId)!.until };
  }

  /** Stops prolonging the lease of a delivery. */
  release(deliveryId: string): void {
    this.#leased.delete(deliveryId);
  }

  /** Prolongs all leases well before they end; does nothing until a third of their time is over. */
  async prolong(): Promise<void> {
    const { db, clock, leaseMs } = this.#parts;
    if (this.#leased.size === 0 || clock.monotonicMs() < this.#prolongAtMs) return;
    this.#prolongAtMs = clock.monotonicMs() + leaseMs / 3;
    const until = clock.now().add({ milliseconds: leaseMs });
    const byMerchant = Map.groupBy([...this.#leased.values()], ({ merchantId }) => merchantId);
    for (const [merchantId, own] of byMerchant) {
      const leases = own.map((each) => this.leaseOf(each.delivery.deliveryId));
      const moved = await moveLeases(db, merchantId, leases, until);
      for (const each of own) if (moved.has(each.delivery.deliveryId)) each.until = until;
    }
  }
}

/** Tells whether a lease has ended, so that another process may hold the delivery by now. */
export const isLost = ({ until }: LeasedDelivery, at: Temporal.Instant): boolean =>
  Temporal.Instant.compare(until, at) <= 0;
