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

/** The parts that deliveries need. */
export interface DeliveryParts extends MerchantRounds {
  readonly clock: SystemClock;
  readonly seal: Seal;
  readonly send: Send;
  /** Returns a number from 0 to 1 that spreads the tries of many webhooks. */
  readonly jitter: () => number;
  /**
   * How long a lease on a delivery lasts. Leases are prolonged well before that; those of a process
   * that died end, and another process takes over. Tests shorten it.
   */
  readonly leaseMs?: number;
  /** Called before each delivery, so that an owner receives only what it may read now. */
  readonly findOwnerAccess: FindOwnerAccess;
  /** Whether webhooks may lead to the server's own machine. */
  readonly isLoopbackAllowed: boolean;
}

/** The parts that the lanes of a process share. */
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

/** How long a lease lasts where nothing else is said. */
export const defaultLeaseMs = 60_000;

const settledTogetherMax = 200;

/** A delivery whose turn is over: its try, or why none could be made. */
interface Ended {
  readonly leased: LeasedDelivery;
  readonly tried?: Tried;
  readonly failure?: unknown;
}

/**
 * The deliveries of one webhook in this process: its share of connections, how it is doing, and its
 * tries that wait to be recorded.
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
   * Tells whether the webhook may be tried. A receiver that is down may not until its failures are
   * recorded, because its next try is unknown before. After that a round finds it when it is due.
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
   * receiver has gone down meanwhile, the lease is lost, or the owner is gone.
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
   * Records tries, and gives back the deliveries that were not sent. What cannot be recorded is sent
   * once more with the same id when its lease ends.
   */
  async #record(ended: readonly Ended[]): Promise<void> {
    const { parts, leases } = this.#process;
    // From here on no lease is prolonged, because the next try may be due before its end.
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
