import type { Temporal } from 'temporal-polyfill';
import type { Context } from '../platform/context.ts';
import { concurrencyLimit, gauge } from '../platform/jobs/batches.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { holdOf } from '../platform/tenancy/hold.ts';
import {
  DeliveryLane,
  type DeliveryParts,
  type DeliveryProcess,
  defaultLeaseMs,
} from './deliveryLane.ts';
import { claimDueDeliveries } from './deliveryStore.ts';
import { type WorkingWebhook, webhooksWithWork } from './formingStore.ts';
import { formNext } from './formOperations.ts';
import { Leases } from './leases.ts';
import { readPayloads } from './payloadStore.ts';
import { disableOwnerless } from './settleOperations.ts';
import type { LoadedDelivery } from './webhook.ts';

/** The worker that forms and sends deliveries. */
export interface DeliveryWorker extends Worker {
  /** Looks for deliveries now. */
  wake(): void;
  /** Aborts the running requests; another process, or the next start, sends them again. */
  stop(): Promise<void>;
}

/** The most retried deliveries that are claimed together. Each may contain many events. */
const dueTogetherMax = 32;
/** The most deliveries that this process holds, over all webhooks. */
const inHandMax = 10_000;
/** The most webhooks for which deliveries are formed at the same time. */
const webhooksAtOnce = 4;
/** How long a round that started nothing waits for running attempts. */
const idleRoundMs = 250;

/**
 * Delivers captured events: forms deliveries, sends them concurrently and records the results. A
 * round starts all deliveries that may start and never waits for a slow receiver, so no webhook or
 * merchant delays another.
 *
 * Deliveries follow the machine's clock, because receivers are outside, whatever a test clock
 * shows.
 */
export function deliveryWorker(parts: DeliveryParts): DeliveryWorker {
  const deliveries = new Deliveries(parts);
  let wakeLoop = () => {};
  return {
    name: 'webhooks',
    onLoop(wake) {
      wakeLoop = wake;
    },
    wake() {
      wakeLoop();
      deliveries.noteProgress();
    },
    runOnce: () => deliveries.runRound(),
    stop: () => deliveries.stop(),
  };
}

/** A webhook for which a round starts deliveries. */
interface Round {
  readonly context: Context;
  readonly webhookOid: number;
  readonly lane: DeliveryLane;
  readonly now: Temporal.Instant;
  /** When the leases of this round's deliveries end. */
  readonly until: Temporal.Instant;
}

/** The deliveries of this process, and the health of each webhook. */
class Deliveries {
  readonly #parts: DeliveryParts;
  readonly #leaseMs: number;
  readonly #leases: Leases;
  readonly #underWay = gauge();
  readonly #stopping = new AbortController();
  readonly #lanes = new Map<string, DeliveryLane>();
  readonly #process: DeliveryProcess;
  /** Ends the pause of the current round. */
  noteProgress = (): void => {};

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#leaseMs = parts.leaseMs ?? defaultLeaseMs;
    this.#leases = new Leases({ db: parts.db, clock: parts.clock, leaseMs: this.#leaseMs });
    this.#process = {
      parts,
      leases: this.#leases,
      underWay: this.#underWay,
      signal: this.#stopping.signal,
      noteProgress: () => this.noteProgress(),
    };
  }

  /**
   * Starts all deliveries that may start; returns their number, or 1 while attempts are running.
   */
  async runRound(): Promise<number> {
    const { db, clock } = this.#parts;
    const { signal } = this.#stopping;
    const progress = new Promise<void>((resolve) => (this.noteProgress = resolve));
    await this.#leases.prolong();
    const inTurn = concurrencyLimit(webhooksAtOnce);
    const working = signal.aborted ? [] : await webhooksWithWork(db, clock.now());
    const started = await Promise.all(
      working.map((webhook) => inTurn(() => this.#startSafely(webhook))),
    );
    const total = started.reduce((sum, each) => sum + each, 0);
    if (total > 0 || this.#underWay.count === 0) return total;
    await Promise.race([progress, clock.sleep(idleRoundMs, signal)]);
    return 1;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#underWay.until(0);
  }

  /** Starts the deliveries of a webhook. A failure is logged and does not delay other webhooks. */
  async #startSafely(webhook: WorkingWebhook): Promise<number> {
    try {
      return await this.#start(webhook);
    } catch (error) {
      const { merchantId, webhookOid } = webhook;
      this.#parts.log.error(
        { err: error, merchantId, webhookOid },
        'deliveries could not be started',
      );
      return 0;
    }
  }

  /** Starts as many deliveries of a webhook as this process has room for; returns their number. */
  async #start({ merchantId, webhookOid, owner }: WorkingWebhook): Promise<number> {
    const { clock, seal, contextFor, findOwnerAccess } = this.#parts;
    if (!(await findOwnerAccess(merchantId, owner))) {
      await disableOwnerless(await contextFor(merchantId), seal, webhookOid);
      return 0;
    }
    const lane = this.#laneOf(merchantId, webhookOid);
    if (!lane.mayStart()) return 0;
    const room = Math.min(lane.room(), inHandMax - this.#underWay.count);
    if (room <= 0 || this.#stopping.signal.aborted) return 0;
    const context = await contextFor(merchantId);
    if (holdOf(context.merchant) !== undefined) return 0;
    const now = clock.now();
    const until = now.add({ milliseconds: this.#leaseMs });
    return this.#startRound({ context, webhookOid, lane, now, until }, room);
  }

  async #startRound(round: Round, room: number): Promise<number> {
    const { context, webhookOid, lane, now, until } = round;
    const due = await this.#loadDue(round, Math.min(room, dueTogetherMax));
    const formed = await formNext(context, {
      webhookOid,
      now,
      leasedUntil: until,
      roomMax: room - due.length,
    });
    const loaded = [...due, ...formed.loaded];
    if (loaded.length > 0) await lane.start(context.merchant, loaded, until);
    return loaded.length + (formed.readOn ? 1 : 0);
  }

  /** Claims deliveries that are due again, and loads their events. */
  async #loadDue({ context, webhookOid, now, until }: Round, most: number) {
    const { db } = this.#parts;
    const { merchantId } = context.merchant;
    const due = await claimDueDeliveries(db, merchantId, webhookOid, now, until, most);
    if (due.length === 0) return [];
    const payloads = await readPayloads(db, merchantId, webhookOid, due);
    return due.map(
      (delivery): LoadedDelivery => ({
        events: [],
        ...payloads.get(delivery.deliveryId),
        delivery,
      }),
    );
  }

  #laneOf(merchantId: string, webhookOid: number): DeliveryLane {
    const key = `${merchantId} ${webhookOid}`;
    const known = this.#lanes.get(key);
    if (known) return known;
    const lane = new DeliveryLane(this.#process, merchantId, webhookOid);
    this.#lanes.set(key, lane);
    return lane;
  }
}
