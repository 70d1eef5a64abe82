import { Temporal } from 'temporal-polyfill';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';
import { type DeliveryLease, moveLeases } from './deliveryStore.ts';
import type { LoadedDelivery } from './webhook.ts';

/** A delivery that this process holds. Its lease is prolonged until the delivery is released. */
export interface LeasedDelivery extends LoadedDelivery {
  readonly merchantId: string;
  until: Temporal.Instant;
}

/** The dependencies of keeping leases. */
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

  /**
   * Stops prolonging a lease. A later lease of the same delivery continues: after the first one was
   * lost, this process may have taken the delivery again.
   */
  release(leased: LeasedDelivery): void {
    const { deliveryId } = leased.delivery;
    if (this.#leased.get(deliveryId) === leased) this.#leased.delete(deliveryId);
  }

  /** Prolongs all leases well before they end; does nothing until a third of their time is over. */
  async prolong(): Promise<void> {
    const { db, clock, leaseMs } = this.#parts;
    if (this.#leased.size === 0 || clock.monotonicMs() < this.#prolongAtMs) return;
    this.#prolongAtMs = clock.monotonicMs() + leaseMs / 3;
    const until = clock.now().add({ milliseconds: leaseMs });
    const byMerchant = Map.groupBy([...this.#leased.values()], ({ merchantId }) => merchantId);
    for (const [merchantId, own] of byMerchant) {
      const moved = await moveLeases(db, merchantId, own.map(leaseOf), until);
      for (const each of own) if (moved.has(each.delivery.deliveryId)) each.until = until;
    }
  }
}

/** Returns the lease as the database has it. */
export const leaseOf = ({ delivery, until }: LeasedDelivery): DeliveryLease => ({
  deliveryId: delivery.deliveryId,
  until,
});

/** Returns whether a lease has ended, so that another process may hold the delivery by now. */
export const isLost = ({ until }: LeasedDelivery, at: Temporal.Instant): boolean =>
  Temporal.Instant.compare(until, at) <= 0;
