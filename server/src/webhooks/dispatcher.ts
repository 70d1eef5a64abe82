import { Temporal } from 'temporal-polyfill';
import { isTestClock } from '../platform/clock/merchantClock.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { inTransaction, type Context } from '../platform/context.ts';
import { batches, gauge, limiter, type Batches } from '../platform/jobs/batches.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Seal } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { deliveryBody } from './body.ts';
import { claimDue, giveBack, lockForForming, merchantsWithWebhooks, readHeld, readPayloads, readPending, saveFormed, webhooksToForm } from './deliveryStore.ts';
import type { DestinationPolicy } from './destination.ts';
import { formDeliveries } from './forming.ts';
import type { Send, Sent } from './send.ts';
import { settle, type Tried } from './settling.ts';
import { signatureHeaders } from './signing.ts';
import { sendToQueue } from './sqs.ts';
import type { Delivery, DeliveredEvent, Header } from './webhook.ts';
import { findDestination, type Destination } from './webhookStore.ts';

export interface DispatcherParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly seal: Seal;
  readonly send: Send;
  /** From 0 to 1: spreads the tries of many webhooks. */
  readonly jitter: () => number;
  contextFor(merchantId: string): Promise<Context>;
}

export interface Dispatcher extends Worker {
  /** Looks for what to deliver at once. */
  wake(): void;
  /** Ends what is under way; whoever comes next sends it again. */
  stop(): Promise<void>;
}

/** Deliveries of one webhook that are under way or wait for their next try. */
const underWayMax = 400;
/** Events looked at in one go. */
const scanMax = 2000;
const concurrencyPerWebhook = 16;
/** Deliveries in this process's hands, over all webhooks. */
const inHandMax = 10_000;
/** A claim is ours for longer than a full lane of slow tries can take; a process that died is replaced after that. */
const leaseSeconds = 900;
/** How long a round with nothing to start waits for tries that are under way. */
const lookAgainMs = 250;
const settledTogetherMax = 200;

/** What belongs to one webhook in this process: its share of connections, and its tries that wait to be written down. */
interface Lane {
  readonly limit: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly tried: Batches<Tried>;
}

/**
 * Delivers what was captured: forms deliveries, sends them side by side and writes down what came of each. A round starts what may be started and never
 * waits for a slow receiver, so no webhook and no merchant holds up another.
 *
 * Deliveries live by the machine's clock: receivers are outside, whatever a test clock shows.
 */
export function webhookDispatcher(parts: DispatcherParts): Dispatcher {
  const stopping = new AbortController();
  const inHand = gauge();
  const lanes = new Map<string, Lane>();
  let noteProgress = () => {};
  let wakeLoop = () => {};

  return {
    name: 'webhooks',
    onLoop(wake) {
      wakeLoop = wake;
    },
    wake: () => {
      wakeLoop();
      noteProgress();
    },
    async runOnce() {
      let started = 0;
      for (const merchantId of await merchantsWithWebhooks(parts.db)) {
        if (stopping.signal.aborted || inHand.count >= inHandMax) break;
        started += await startMerchant(merchantId);
      }
      if (started > 0 || inHand.count === 0) return started;
      await Promise.race([new Promise<void>((resolve) => (noteProgress = resolve)), parts.clock.sleep(lookAgainMs, stopping.signal)]);
      return 1;
    },
    async stop() {
      stopping.abort();
      await inHand.until(0);
    },
  };

  async function startMerchant(merchantId: string): Promise<number> {
    const context = await parts.contextFor(merchantId);
    const now = parts.clock.now();
    const leasedUntil = now.add({ seconds: leaseSeconds });
    const deliveries = await claimDue(parts.db, merchantId, now, leasedUntil, underWayMax);
    for (const webhookOid of await webhooksToForm(parts.db, merchantId, now)) deliveries.push(...(await form(context, webhookOid, now, leasedUntil)));
    const byWebhook = Map.groupBy(deliveries, (delivery) => delivery.webhookOid);
    for (const [webhookOid, own] of byWebhook) await startWebhook(context, webhookOid, own);
    return deliveries.length;
  }

  async function startWebhook(context: Context, webhookOid: number, deliveries: readonly Delivery[]): Promise<void> {
    const { merchantId } = context.merchant;
    const destination = await findDestination(parts.db, parts.seal, merchantId, webhookOid, parts.clock.now());
    if (!destination) return;
    const payloads = await readPayloads(parts.db, merchantId, webhookOid, deliveries);
    const lane = laneOf(merchantId, webhookOid);
    for (const delivery of deliveries) {
      inHand.up();
      const load = payloads.get(delivery.deliveryId);
      void lane.limit(() => tryOnce(context.merchant, destination, delivery, load?.events ?? [], load?.recordedAt)).then((tried) => lane.tried.add(tried));
    }
  }

  function laneOf(merchantId: string, webhookOid: number): Lane {
    const key = `${merchantId} ${webhookOid}`;
    const known = lanes.get(key);
    if (known) return known;
    const lane = { limit: limiter(concurrencyPerWebhook), tried: batches<Tried>((tried) => writeDown(merchantId, webhookOid, tried), { sizeMax: settledTogetherMax, parallel: 1 }) };
    lanes.set(key, lane);
    return lane;
  }

  async function writeDown(merchantId: string, webhookOid: number, tried: readonly Tried[]): Promise<void> {
    const context = await parts.contextFor(merchantId);
    try {
      const [cut, over] = [tried.filter((each) => each.isCut), tried.filter((each) => !each.isCut)];
      if (cut.length > 0) await giveBack(parts.db, merchantId, cut.map((each) => each.attempt.delivery.deliveryId), parts.clock.now());
      if (over.length > 0) await settle(context, webhookOid, over, parts.jitter);
    } catch (error) {
      // The lease brings them back: they are sent once more with the same id.
      context.log.error({ err: error, merchantId, webhookOid }, 'deliveries could not be written down');
    } finally {
      inHand.down(tried.length);
      noteProgress();
    }
  }

  async function tryOnce(merchant: Merchant, destination: Destination, delivery: Delivery, events: readonly DeliveredEvent[], recordedAt: Temporal.Instant | undefined): Promise<Tried> {
    const at = parts.clock.now();
    const { headers, sent } = await sendDelivery(merchant, destination, delivery, events, at);
    const isDelivered = sent.statusCode !== undefined && sent.statusCode >= 200 && sent.statusCode < 300;
    return {
      attempt: {
        delivery,
        uri: destination.url,
        eventNames: [...new Set(events.map((event) => event.name))],
        requestHeaders: withoutSecrets(headers),
        responseHeaders: sent.responseHeaders,
        response: sent.response,
        ...(sent.statusCode === undefined ? {} : { statusCode: sent.statusCode }),
        success: isDelivered,
        durationMs: sent.durationMs,
        queueDelayMs: recordedAt === undefined ? 0 : at.epochMilliseconds - recordedAt.epochMilliseconds,
        at,
      },
      isForgotten: events.length < delivery.places.length,
      isCut: stopping.signal.aborted && sent.statusCode === undefined,
      ...(sent.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: sent.retryAfterSeconds }),
    };
  }

  async function sendDelivery(merchant: Merchant, destination: Destination, delivery: Delivery, events: readonly DeliveredEvent[], at: Temporal.Instant): Promise<{ headers: Record<string, string>; sent: Sent }> {
    if (events.length < delivery.places.length) {
      return { headers: {}, sent: { response: 'not sent: its events are older than what is kept', responseHeaders: [], durationMs: 0 } };
    }
    const body = deliveryBody(events, destination.compressEvents);
    const signed = signatureHeaders(delivery.deliveryId, Math.floor(at.epochMilliseconds / 1000), body, destination.secrets);
    const outgoing = { url: destination.url, body, policy: policyOf(merchant), signal: stopping.signal };
    const { authentication } = destination;
    if (authentication.type === 'aws iam') {
      const { accessKey, secretKey } = authentication;
      const sent = await sendToQueue({ ...outgoing, accessKey, secretKey, attributes: { ...signed }, deduplicationId: delivery.deliveryId }, parts.send);
      return { headers: { ...signed }, sent };
    }
    const headers = {
      'content-type': 'application/json; charset=UTF-8',
      'user-agent': 'Perennial-Webhooks/1',
      ...signed,
      ...(authentication.type === 'basic' ? { authorization: basic(authentication.username, authentication.password) } : {}),
    };
    return { headers, sent: await parts.send({ ...outgoing, headers }) };
  }

  /** Puts what the webhook wants next into deliveries that are ours; none when another process is at it. */
  function form(context: Context, webhookOid: number, now: Temporal.Instant, leasedUntil: Temporal.Instant): Promise<Delivery[]> {
    const { merchantId } = context.merchant;
    return inTransaction(context, async ({ db, ids }) => {
      const webhook = await lockForForming(db, merchantId, webhookOid);
      const room = webhook === undefined ? 0 : underWayMax - webhook.underWay;
      if (webhook === undefined || room <= 0) return [];
      const limit = Math.min(scanMax, room * webhook.maximumEvents);
      const released = await readHeld(db, merchantId, webhookOid, webhook.busy, limit);
      // What is held goes first; what comes later about the same objects must not pass it.
      const read = released.length < limit ? await readPending(db, merchantId, webhookOid, webhook.place, limit - released.length) : { events: [], place: webhook.place };
      const { deliveries, held } = formDeliveries([...released, ...read.events], webhook.busy, webhook);
      const made = deliveries.map((events): Delivery => ({
        deliveryId: ids.uuid(), webhookOid, places: events.map((event) => event.place), objects: [...new Set(events.map((event) => event.object))], attempts: 0, createdAt: now,
      }));
      const stillHeld = new Set(held);
      await saveFormed(db, merchantId, webhookOid, {
        deliveries: made, place: read.place, released: released.filter((event) => !stillHeld.has(event)).map((event) => event.place), held, leasedUntil,
      });
      return made;
    });
  }
}

/** A developer may receive on the own machine, where no customer is real. */
export function policyOf(merchant: Merchant): DestinationPolicy {
  const settings = merchant.settings['webhooks'] as { allow_loopback?: boolean } | undefined;
  return { allowLoopback: isTestClock(merchant.clock) && settings?.allow_loopback === true };
}

const basic = (username: string, password: string): string => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

function withoutSecrets(headers: Readonly<Record<string, string>>): Header[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value: name === 'authorization' ? 'Basic (not shown)' : value }));
}
