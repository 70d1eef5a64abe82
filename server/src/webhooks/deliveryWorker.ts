import { Temporal } from 'temporal-polyfill';
import { isTestClock } from '../platform/clock/merchantClock.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { FeedPlace } from '../platform/events/feed.ts';
import { type Batches, batches, gauge, limiter } from '../platform/jobs/batches.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Seal } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { deliveryBody } from './body.ts';
import { claimDue, type Lease, moveLeases } from './deliveryStore.ts';
import type { DestinationPolicy } from './destination.ts';
import { formDeliveries } from './forming.ts';
import {
  type LoadedEvent,
  lockForForming,
  readHeld,
  readPending,
  saveFormed,
  takeFormingTurn,
  type WorkingWebhook,
  webhooksWithWork,
} from './formingStore.ts';
import { type FindOwnerAccess, mayHear, missingPermissions } from './owner.ts';
import { readPayloads } from './payloadStore.ts';
import type { Send, Sent } from './send.ts';
import { disableOwnerless, downAfterFailures, settle, type Tried } from './settleOperations.ts';
import { signatureHeaders } from './signing.ts';
import type { DeliveredEvent, Delivery, Header } from './webhook.ts';
import { type Destination, findDestination } from './webhookStore.ts';

export interface DispatcherParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly seal: Seal;
  readonly send: Send;
  /** From 0 to 1: spreads the tries of many webhooks. */
  readonly jitter: () => number;
  /** How long deliveries are ours before they are prolonged, and before somebody else takes over those of a process that died; tests shorten it. */
  readonly leaseMs?: number;
  /** Asked before each delivery: an owner that may no longer read an object is not told of it any more. */
  readonly findOwnerAccess: FindOwnerAccess;
  contextFor(merchantId: string): Promise<Context>;
}

export interface Dispatcher extends Worker {
  /** Looks for what to deliver at once. */
  wake(): void;
  /** Ends what is under way; whoever comes next sends it again. */
  stop(): Promise<void>;
}

/** Deliveries of one webhook that are under way or wait for their next try. */
const underWayMax = 1000;
/** Events looked at in one go. */
const scanMax = 2000;
const concurrencyPerWebhook = 16;
/** Deliveries of one webhook in this process's hands while its receiver answers quickly; a slow one gets no more than it can work on. */
const inHandPerQuickWebhook = 1000;
/** A receiver that answers within this time is quick. */
const quickMs = 1000;
/** Events of one webhook in this process's hands, whose payloads are in its memory. */
const eventsInHandPerWebhook = 4000;
/** Deliveries whose time to be tried again has come that are taken in one go: each may hold as many events as its webhook allows. */
const dueTogetherMax = 32;
/** Deliveries in this process's hands, over all webhooks. */
const inHandMax = 10_000;
/** Webhooks that are looked after side by side. */
const webhooksAtOnce = 4;
const defaultLeaseMs = 60_000;
/** How long a round with nothing to start waits for tries that are under way. */
const lookAgainMs = 250;
const settledTogetherMax = 200;

/** A delivery with what is sent of it. */
interface Loaded {
  readonly delivery: Delivery;
  readonly events: readonly DeliveredEvent[];
  /** When the oldest of its events happened, on the machine's clock; absent when none is kept any more. */
  readonly recordedAt?: Temporal.Instant;
  /** Why none of its events is sent, where the owner may not read them. */
  readonly withheld?: string;
}

/** A delivery in this process's hands; its lease is prolonged while it is. */
interface InHand extends Loaded {
  readonly merchantId: string;
  until: Temporal.Instant;
}

/** What belongs to one webhook in this process: its share of connections, its tries that wait to be written down, and how it has been doing here. */
interface Lane {
  readonly limit: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly tried: Batches<Tried>;
  inHand: number;
  eventsInHand: number;
  isQuick: boolean;
  failuresInARow: number;
}

/**
 * Delivers what was captured: forms deliveries, sends them side by side and writes down what came of each. A round starts what may be started and never
 * waits for a slow receiver, so no webhook and no merchant holds up another.
 *
 * Deliveries live by the machine's clock: receivers are outside, whatever a test clock shows.
 */
export function webhookDispatcher(parts: DispatcherParts): Dispatcher {
  const leaseMs = parts.leaseMs ?? defaultLeaseMs;
  const stopping = new AbortController();
  const count = gauge();
  const inHand = new Map<string, InHand>();
  const lanes = new Map<string, Lane>();
  let prolongAtMs = 0;
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
      const progress = new Promise<void>((resolve) => (noteProgress = resolve));
      await prolong();
      const inTurn = limiter(webhooksAtOnce);
      const working = stopping.signal.aborted
        ? []
        : await webhooksWithWork(parts.db, parts.clock.now());
      const started = await Promise.all(
        working.map((webhook) => inTurn(() => startSafely(webhook))),
      );
      const total = started.reduce((sum, each) => sum + each, 0);
      if (total > 0 || count.count === 0) return total;
      await Promise.race([progress, parts.clock.sleep(lookAgainMs, stopping.signal)]);
      return 1;
    },
    async stop() {
      stopping.abort();
      await count.until(0);
    },
  };

  /** A webhook that cannot be worked on holds up no other. */
  async function startSafely(webhook: WorkingWebhook): Promise<number> {
    try {
      return await start(webhook);
    } catch (error) {
      const { log } = await parts.contextFor(webhook.merchantId);
      const { merchantId, webhookOid } = webhook;
      log.error({ err: error, merchantId, webhookOid }, 'a webhook could not be worked on');
      return 0;
    }
  }

  /** Takes what this process has room for and starts it; answers how much came of it. */
  async function start({ merchantId, webhookOid, owner }: WorkingWebhook): Promise<number> {
    if (!(await parts.findOwnerAccess(merchantId, owner))) {
      await disableOwnerless(await parts.contextFor(merchantId), parts.seal, webhookOid);
      return 0;
    }
    const lane = laneOf(merchantId, webhookOid);
    // Until its failures are written down nobody knows when it may be tried again; afterwards it is only found when it may.
    if (isDown(lane) && lane.inHand > 0) return 0;
    if (isDown(lane)) lane.failuresInARow = 0;
    const room = Math.min(roomOf(lane), inHandMax - count.count);
    if (room <= 0 || stopping.signal.aborted) return 0;
    const context = await parts.contextFor(merchantId);
    const now = parts.clock.now();
    const until = now.add({ milliseconds: leaseMs });
    const due = await claimDue(
      parts.db,
      merchantId,
      webhookOid,
      now,
      until,
      Math.min(room, dueTogetherMax),
    );
    const again =
      due.length > 0
        ? await readPayloads(parts.db, merchantId, webhookOid, due)
        : new Map<string, Loaded>();
    const formed = await form(context, webhookOid, now, until, room - due.length);
    const loaded = [
      ...due.map(
        (delivery): Loaded => ({ events: [], ...again.get(delivery.deliveryId), delivery }),
      ),
      ...formed.loaded,
    ];
    if (loaded.length > 0) await startDeliveries(context, webhookOid, lane, loaded, until);
    return loaded.length + (formed.readOn ? 1 : 0);
  }

  async function startDeliveries(
    { merchant }: Context,
    webhookOid: number,
    lane: Lane,
    loaded: readonly Loaded[],
    until: Temporal.Instant,
  ): Promise<void> {
    const { merchantId } = merchant;
    const destination = await findDestination(
      parts.db,
      parts.seal,
      merchantId,
      webhookOid,
      parts.clock.now(),
    );
    if (!destination) return;
    for (const each of loaded) {
      const taken: InHand = { merchantId, ...each, until };
      inHand.set(each.delivery.deliveryId, taken);
      count.up();
      lane.inHand++;
      lane.eventsInHand += each.delivery.places.length;
      void lane
        .limit(() => tryInTurn(merchant, destination, lane, taken))
        .then((tried) => lane.tried.add(tried));
    }
  }

  function laneOf(merchantId: string, webhookOid: number): Lane {
    const key = `${merchantId} ${webhookOid}`;
    const known = lanes.get(key);
    if (known) return known;
    const tried = batches<Tried>((some) => writeDown(merchantId, webhookOid, lane, some), {
      sizeMax: settledTogetherMax,
      parallel: 1,
    });
    const lane: Lane = {
      limit: limiter(concurrencyPerWebhook),
      tried,
      inHand: 0,
      eventsInHand: 0,
      isQuick: false,
      failuresInARow: 0,
    };
    lanes.set(key, lane);
    return lane;
  }

  async function writeDown(
    merchantId: string,
    webhookOid: number,
    lane: Lane,
    tried: readonly Tried[],
  ): Promise<void> {
    const leases = tried
      .filter((each) => each.isCut)
      .map(({ attempt: { delivery } }) => ({
        deliveryId: delivery.deliveryId,
        until: inHand.get(delivery.deliveryId)!.until,
      }));
    // From here on no lease is prolonged any more: the next try may be due before its end.
    for (const { attempt } of tried) inHand.delete(attempt.delivery.deliveryId);
    const context = await parts.contextFor(merchantId);
    try {
      const over = tried.filter((each) => !each.isCut);
      if (over.length > 0) await settle(context, parts.seal, webhookOid, over, parts.jitter);
      if (leases.length > 0) await moveLeases(parts.db, merchantId, leases, parts.clock.now());
    } catch (error) {
      // The lease brings them back: they are sent once more with the same id.
      context.log.error(
        { err: error, merchantId, webhookOid },
        'deliveries could not be written down',
      );
    } finally {
      lane.inHand -= tried.length;
      for (const { attempt } of tried) lane.eventsInHand -= attempt.delivery.places.length;
      count.down(tried.length);
      noteProgress();
    }
  }

  /** Prolongs the leases of what is in hand, well before they end. */
  async function prolong(): Promise<void> {
    if (inHand.size === 0 || parts.clock.monotonicMs() < prolongAtMs) return;
    prolongAtMs = parts.clock.monotonicMs() + leaseMs / 3;
    const until = parts.clock.now().add({ milliseconds: leaseMs });
    for (const [merchantId, own] of Map.groupBy([...inHand.values()], (each) => each.merchantId)) {
      const leases = own.map(
        (each): Lease => ({ deliveryId: each.delivery.deliveryId, until: each.until }),
      );
      const moved = await moveLeases(parts.db, merchantId, leases, until);
      for (const each of own) if (moved.has(each.delivery.deliveryId)) each.until = until;
    }
  }

  /** Sends when its turn has come, unless it must not be sent any more: we are stopping, the receiver went down meanwhile, or the delivery is no longer ours. */
  async function tryInTurn(
    merchant: Merchant,
    destination: Destination,
    lane: Lane,
    taken: InHand,
  ): Promise<Tried> {
    const at = parts.clock.now();
    const isLost = Temporal.Instant.compare(taken.until, at) <= 0;
    if (isDown(lane) || isLost || stopping.signal.aborted)
      return unsent(destination, taken.delivery, at);
    const access = await parts.findOwnerAccess(merchant.merchantId, destination.owner);
    // The next round disables the webhook; what it did not send stays for an owner that an administrator may give it.
    if (!access) return unsent(destination, taken.delivery, at);
    const permitted = permittedOf(taken, access.permissions);
    const tried = await tryOnce(merchant, destination, permitted, at);
    if (tried.isForgotten) return tried;
    lane.isQuick = tried.attempt.success && tried.attempt.durationMs < quickMs;
    lane.failuresInARow = tried.attempt.success ? 0 : lane.failuresInARow + 1;
    return tried;
  }

  async function tryOnce(
    merchant: Merchant,
    destination: Destination,
    { delivery, events, recordedAt, withheld }: Loaded,
    at: Temporal.Instant,
  ): Promise<Tried> {
    const { headers, sent } =
      events.length === 0
        ? notSent(new Error(withheld ?? 'its events are older than what is kept'))
        : await sendDelivery(merchant, destination, delivery, events, at).catch(notSent);
    const isDelivered =
      sent.statusCode !== undefined && sent.statusCode >= 200 && sent.statusCode < 300;
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
        queueDelayMs:
          recordedAt === undefined ? 0 : at.epochMilliseconds - recordedAt.epochMilliseconds,
        at,
      },
      isForgotten: events.length === 0,
      isCut: stopping.signal.aborted && sent.statusCode === undefined,
      ...(sent.retryAfterSeconds === undefined
        ? {}
        : { retryAfterSeconds: sent.retryAfterSeconds }),
    };
  }

  async function sendDelivery(
    merchant: Merchant,
    destination: Destination,
    delivery: Delivery,
    events: readonly DeliveredEvent[],
    at: Temporal.Instant,
  ): Promise<{ headers: Record<string, string>; sent: Sent }> {
    const body = deliveryBody(events, destination.compressEvents);
    const signed = signatureHeaders(
      delivery.deliveryId,
      Math.floor(at.epochMilliseconds / 1000),
      body,
      destination.signingKeys,
    );
    const outgoing = {
      url: destination.url,
      body,
      policy: policyOf(merchant),
      signal: stopping.signal,
    };
    const { authentication } = destination;
    if (authentication.type === 'aws iam') {
      const { accessKey, secretKey } = authentication;
      // Amazon's library is large, and few webhooks need it.
      const { sendToQueue } = await import('./sqs.ts');
      const sent = await sendToQueue(
        {
          ...outgoing,
          accessKey,
          secretKey,
          attributes: { ...signed },
          deduplicationId: delivery.deliveryId,
        },
        parts.send,
      );
      return { headers: { ...signed }, sent };
    }
    const headers = {
      'content-type': 'application/json; charset=UTF-8',
      'user-agent': 'Perennial-Webhooks/1',
      ...signed,
      ...(authentication.type === 'basic'
        ? { authorization: basic(authentication.username, authentication.password) }
        : {}),
    };
    return { headers, sent: await parts.send({ ...outgoing, headers }) };
  }

  /** Puts what the webhook wants next into at most `roomMax` deliveries that are ours; none when another process is at it. */
  async function form(
    context: Context,
    webhookOid: number,
    now: Temporal.Instant,
    leasedUntil: Temporal.Instant,
    roomMax: number,
  ): Promise<{ loaded: Loaded[]; readOn: boolean }> {
    const { merchantId } = context.merchant;
    if (roomMax <= 0) return { loaded: [], readOn: false };
    return inTransaction(context, async ({ db, ids }) => {
      const turn = await takeFormingTurn(db, merchantId, webhookOid, now);
      if (turn === undefined) return { loaded: [], readOn: false };
      const limitOf = (room: number) => Math.min(scanMax, room * turn.maximumEvents);
      // Read before the webhook is locked: those who write down what arrived wait for that lock.
      const ahead = await readPending(db, merchantId, webhookOid, turn.place, limitOf(roomMax));
      const webhook = await lockForForming(db, merchantId, webhookOid, now);
      const room = webhook === undefined ? 0 : Math.min(roomMax, underWayMax - webhook.underWay);
      if (webhook === undefined || room <= 0) return { loaded: [], readOn: false };
      const limit = limitOf(room);
      const released = webhook.heldMayBeFree
        ? await readHeld(db, merchantId, webhookOid, webhook.busy, limit)
        : [];
      // What is held goes first; what comes later about the same objects must not pass it.
      const read = cutTo(limit - released.length, ahead, turn.place);
      const { deliveries, held } = formDeliveries(
        [...released, ...read.events],
        webhook.busy,
        webhook,
      );
      const loaded = deliveries.map((events) =>
        load(events, {
          deliveryId: ids.uuid(),
          webhookOid,
          places: events.map((event) => event.place),
          objects: [...new Set(events.map((event) => event.object))],
          attempts: 0,
          createdAt: now,
        }),
      );
      const stillHeld = new Set(held);
      await saveFormed(db, merchantId, webhookOid, {
        deliveries: loaded.map(({ delivery }) => delivery),
        place: read.place,
        released: released.filter((event) => !stillHeld.has(event)).map((event) => event.place),
        held,
        heldMayBeFree: released.length === limit,
        leasedUntil,
      });
      return { loaded, readOn: read.events.length > 0 };
    });
  }
}

/** How many more deliveries a webhook may be given: none as well while it has plenty, so that a round is worth its statements. */
function roomOf({ isQuick, inHand, eventsInHand }: Lane): number {
  const most = isQuick ? inHandPerQuickWebhook : concurrencyPerWebhook;
  if (
    inHand > Math.max(most / 2, concurrencyPerWebhook - 1) ||
    eventsInHand > eventsInHandPerWebhook / 2
  )
    return 0;
  return most - inHand;
}

/** At most so many of the events that were read, and the place after them. */
function cutTo(
  most: number,
  read: { readonly events: readonly LoadedEvent[]; readonly place: FeedPlace },
  from: FeedPlace,
): typeof read {
  if (read.events.length <= most) return read;
  const events = read.events.slice(0, most);
  return { events, place: events.at(-1)?.place ?? from };
}

const isDown = (lane: Lane): boolean => lane.failuresInARow >= downAfterFailures;

function load(events: readonly LoadedEvent[], delivery: Delivery): Loaded {
  const contents = events.flatMap(({ content }) => content ?? []);
  const [oldest] = contents;
  return {
    delivery,
    events: contents,
    ...(oldest === undefined ? {} : { recordedAt: oldest.recordedAt }),
  };
}

/** The delivery without the events that its owner may not read. */
function permittedOf(loaded: Loaded, permissions: ReadonlySet<string>): Loaded {
  const events = loaded.events.filter((event) => mayHear(permissions, event.name));
  if (events.length === loaded.events.length) return loaded;
  const lacking = missingPermissions(
    permissions,
    loaded.events.map((event) => event.name),
  );
  return {
    ...loaded,
    events,
    withheld: `the owner of the webhook lacks the permission ${lacking.join(', ')}`,
  };
}

const notSent = (error: unknown): { headers: Record<string, string>; sent: Sent } => ({
  headers: {},
  sent: {
    response: `not sent: ${error instanceof Error ? error.message : String(error)}`,
    responseHeaders: [],
    durationMs: 0,
  },
});

/** A try that was not made. */
function unsent({ url }: Destination, delivery: Delivery, at: Temporal.Instant): Tried {
  const nothing = {
    eventNames: [],
    requestHeaders: [],
    responseHeaders: [],
    response: '',
    success: false,
    durationMs: 0,
    queueDelayMs: 0,
  };
  return { attempt: { delivery, uri: url, at, ...nothing }, isForgotten: false, isCut: true };
}

/** A developer may receive on the own machine, where no customer is real. */
export function policyOf(merchant: Merchant): DestinationPolicy {
  const settings = merchant.settings['webhooks'] as { allow_loopback?: boolean } | undefined;
  return { allowLoopback: isTestClock(merchant.clock) && settings?.allow_loopback === true };
}

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

function withoutSecrets(headers: Readonly<Record<string, string>>): Header[] {
  return Object.entries(headers).map(([name, value]) => ({
    name,
    value: name === 'authorization' ? 'Basic (not shown)' : value,
  }));
}
