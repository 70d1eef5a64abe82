import type { Temporal } from 'temporal-polyfill';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { batches, concurrencyLimit, type Gauge } from '../platform/jobs/batches.ts';
import type { MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Seal } from '../platform/seal.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { permitted, tryOnce, unsent } from './attempt.ts';
import { moveLeases } from './deliveryStore.ts';
import { concurrencyPerWebhook, countTry, isDown, newLane, roomOf } from './lane.ts';
import { isLost, type LeasedDelivery, type Leases, leaseOf } from './leases.ts';
import type { FindOwnerAccess } from './owner.ts';
import type { Send } from './send.ts';
import { settleTries } from './settleOperations.ts';
import type { LoadedDelivery, Tried } from './webhook.ts';
import { type Destination, findDestination } from './webhookStore.ts';

/** The dependencies of deliveries. */
export interface DeliveryParts extends MerchantRounds {
  readonly clock: SystemClock;
  readonly seal: Seal;
  readonly send: Send;
  /** Returns a number from 0 to 1 that spreads the attempts of many webhooks. */
  readonly jitter: () => number;
  /**
   * How long a lease on a delivery lasts. Leases are prolonged well before that. The leases of a
   * process that died end, and another process takes over. Tests shorten it.
   */
  readonly leaseMs?: number;
  /** Called before each delivery, so that an owner receives only what it may read now. */
  readonly findOwnerAccess: FindOwnerAccess;
  /** True if webhooks may lead to the server's own machine. */
  readonly isLoopbackAllowed: boolean;
}

/** The values that all lanes of a process share. */
export interface DeliveryProcess {
  readonly parts: DeliveryParts;
  readonly leases: Leases;
  /** Counts the deliveries that the process holds. */
  readonly underWay: Gauge;
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
  /** Ends the pause of the current round. */
  noteProgress(): void;
}

/** The default duration of a lease. */
export const defaultLeaseMs = 60_000;

const settledTogetherMax = 200;

/** A finished turn of a delivery: its attempt, or the reason why there was none. */
interface Ended {
  readonly leased: LeasedDelivery;
  readonly tried?: Tried;
  readonly failure?: unknown;
}

/**
 * The deliveries of one webhook in this process: its share of connections, its health, and its
 * attempts that are not recorded yet.
 */
export class DeliveryLane {
  readonly #process: DeliveryProcess;
  readonly #merchantId: string;
  readonly #webhookOid: number;
  readonly #state = newLane();
  readonly #limit = concurrencyLimit(concurrencyPerWebhook);
  readonly #ended = batches<Ended>((some) => this.#record(some), {
    sizeMax: settledTogetherMax,
    parallel: 1,
  });

  constructor(process: DeliveryProcess, merchantId: string, webhookOid: number) {
    this.#process = process;
    this.#merchantId = merchantId;
    this.#webhookOid = webhookOid;
  }

  /** Returns how many more deliveries the webhook may get now. */
  room(): number {
    return roomOf(this.#state);
  }

  /**
   * Returns whether a delivery to the webhook may be attempted. If the receiver is down, its
   * failures must be recorded first, because they determine the next attempt. A later round finds
   * the webhook when that is due.
   */
  mayStart(): boolean {
    if (!isDown(this.#state)) return true;
    if (this.#state.inHand > 0) return false;
    this.#state.failuresInARow = 0;
    return true;
  }

  /** Starts deliveries whose leases end at `until`; does not wait for them. */
  async start(
    merchant: Merchant,
    loaded: readonly LoadedDelivery[],
    until: Temporal.Instant,
  ): Promise<void> {
    const { parts, leases, underWay } = this.#process;
    const { db, seal, clock } = parts;
    const { merchantId } = merchant;
    const destination = await findDestination(db, seal, merchantId, this.#webhookOid, clock.now());
    if (!destination) return;
    for (const each of loaded) {
      const leased: LeasedDelivery = { merchantId, ...each, until };
      leases.hold(leased);
      underWay.up();
      this.#state.inHand++;
      this.#state.eventsInHand += each.delivery.places.length;
      void this.#limit(() => this.#tryInTurn(merchant, destination, leased)).then(
        (tried) => this.#ended.add({ leased, tried }),
        (failure) => this.#ended.add({ leased, failure }),
      );
    }
  }

  /**
   * Sends a delivery when its turn has come. Leaves it unsent if the server is stopping, the
   * receiver has gone down, the lease is lost, or the owner is gone.
   */
  async #tryInTurn(
    merchant: Merchant,
    destination: Destination,
    leased: LeasedDelivery,
  ): Promise<Tried> {
    const { parts, signal } = this.#process;
    const at = parts.clock.now();
    if (isDown(this.#state) || isLost(leased, at) || signal.aborted)
      return unsent(destination, leased.delivery, at);
    const access = await parts.findOwnerAccess(merchant.merchantId, destination.owner);
    // The next round disables the webhook; its events are kept for a new owner.
    if (!access) return unsent(destination, leased.delivery, at);
    const loaded = permitted(leased, access.permissions);
    const { send, isLoopbackAllowed } = parts;
    const attempt = { send, isLoopbackAllowed, signal };
    const tried = await tryOnce(attempt, merchant, destination, loaded, at);
    if (!tried.isForgotten) countTry(this.#state, tried.attempt);
    return tried;
  }

  /**
   * Records attempts, and releases deliveries that were not sent. A delivery whose attempt cannot
   * be recorded is sent again with the same id when its lease ends.
   */
  async #record(ended: readonly Ended[]): Promise<void> {
    const { parts, leases } = this.#process;
    // From here on no lease is prolonged, because the next attempt may be due before its end.
    for (const { leased } of ended) leases.release(leased);
    try {
      await this.#settle(await parts.contextFor(this.#merchantId), ended);
    } catch (error) {
      this.#logFailure(error);
    } finally {
      this.#letGo(ended);
    }
  }

  async #settle(context: Context, ended: readonly Ended[]): Promise<void> {
    const { db, seal, jitter, clock } = this.#process.parts;
    for (const { failure } of ended) if (failure !== undefined) this.#logFailure(failure);
    const over = ended.flatMap(({ tried }) => (tried === undefined || tried.isCut ? [] : [tried]));
    if (over.length > 0) await settleTries(context, seal, this.#webhookOid, over, jitter);
    const unsentLeases = ended.filter(({ tried }) => tried?.isCut).map(({ leased }) => leased);
    if (unsentLeases.length > 0)
      await moveLeases(db, this.#merchantId, unsentLeases.map(leaseOf), clock.now());
  }

  #logFailure(error: unknown): void {
    const facts = { err: error, merchantId: this.#merchantId, webhookOid: this.#webhookOid };
    this.#process.parts.log.error(facts, 'the results of deliveries could not be stored');
  }

  #letGo(ended: readonly Ended[]): void {
    this.#state.inHand -= ended.length;
    for (const { leased } of ended) this.#state.eventsInHand -= leased.delivery.places.length;
    this.#process.underWay.down(ended.length);
    this.#process.noteProgress();
  }
}
