import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { orderHooks } from '../autoOrders/hooks.ts';
import { orderAutoOrderJson } from '../autoOrders/present.ts';
import { recalculateOnItemUpdate } from '../autoOrders/recalculationListener.ts';
import { autoOrderRoutes } from '../autoOrders/routes.ts';
import { autoOrderWorker } from '../autoOrders/updateJobWorker.ts';
import { bookRoutes } from '../books/routes.ts';
import { customerRoutes } from '../customers/routes.ts';
import { itemRoutes } from '../items/routes.ts';
import { required } from '../kernel/assert.ts';
import type { IdFactory } from '../kernel/ids.ts';
import { merchantRoutes } from '../merchants/routes.ts';
import { factsExpand } from '../notifications/facts.ts';
import { noticeListener } from '../notifications/noticeListener.ts';
import { noticeSender, receiptExpand } from '../notifications/noticeWorker.ts';
import { noticeRoutes } from '../notifications/routes.ts';
import { applicationAccesses } from '../oauth/applicationAccess.ts';
import { bearerTokens } from '../oauth/bearerTokens.ts';
import { addOauthEndpoints } from '../oauth/endpoints.ts';
import { expiryWorker } from '../oauth/expiryWorker.ts';
import { addOauthPages } from '../oauth/pages.ts';
import { oauthRoutes } from '../oauth/routes.ts';
import { orderRoutes } from '../orders/routes.ts';
import { unsettledChargesWorker } from '../orders/unsettledChargesWorker.ts';
import type { EnteredCard } from '../payments/billingForm.ts';
import { makeBillingLink, readPublicUrl } from '../payments/billingLinkStore.ts';
import { addBillingPage, billingRoutes, subscriptionExpand } from '../payments/billingRoutes.ts';
import { chargingGate, clockStop, restoredStop, type StopSource } from '../payments/charging.ts';
import type { OpenGateways } from '../payments/gateways.ts';
import { orderCharge, orderObstacle } from '../payments/orderCharge.ts';
import { createPayments, type Payments } from '../payments/payments.ts';
import { withRestores } from '../payments/restored.ts';
import { addStripeWebhook, type LateAnswer } from '../payments/stripeWebhook.ts';
import { clockDifference } from '../platform/clock/clockDifference.ts';
import { readClock } from '../platform/clock/merchantClock.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { EventListener } from '../platform/context.ts';
import { type Context, systemActor } from '../platform/context.ts';
import { watchContinuity } from '../platform/continuity.ts';
import { outbox } from '../platform/events/outbox.ts';
import type { LinkHolder } from '../platform/files/files.ts';
import { type FileSettings, openFiles } from '../platform/files/openFiles.ts';
import { forgettingWorker } from '../platform/http/idempotency.ts';
import { addPages } from '../platform/http/pages.ts';
import { httpServer } from '../platform/http/pipeline.ts';
import { addProbes } from '../platform/http/probes.ts';
import { type RateLimit, rateLimiter } from '../platform/http/rateLimiter.ts';
import type { Routes } from '../platform/http/routes.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { MailTransport } from '../platform/mail/mailTransport.ts';
import { openMetrics } from '../platform/metrics.ts';
import type { Seal } from '../platform/seal.ts';
import type { DatabasePool } from '../platform/storage/database.ts';
import { readiness } from '../platform/storage/readiness.ts';
import { type Merchants, rememberedMerchants } from '../platform/tenancy/merchants.ts';
import { databaseTokens } from '../platform/tokens.ts';
import { readBilled, readOpenRebills } from '../rebill/billedStore.ts';
import { defaultTiming, type RebillTiming } from '../rebill/dueOperations.ts';
import { heldWorker } from '../rebill/heldWorker.ts';
import { lockRebill } from '../rebill/keptOrderOperations.ts';
import { requeryNow } from '../rebill/lateAnswerStore.ts';
import { replaceCard } from '../rebill/operations.ts';
import { wakeParked } from '../rebill/parkedListener.ts';
import { rebillDueWork } from '../rebill/rebillClockWork.ts';
import { rebillWorker, unansweredWorker } from '../rebill/rebillWorker.ts';
import { rebillRoutes } from '../rebill/routes.ts';
import { keepWallsOfRebills } from '../rebill/zoneOperations.ts';
import { advanceWorker } from '../sandbox/advanceWorker.ts';
import { sandboxRoutes } from '../sandbox/routes.ts';
import { type Keys, simpleKeys } from '../staff/authenticate.ts';
import { staffRoutes } from '../staff/routes.ts';
import { webhookListener } from '../webhooks/captureListener.ts';
import { deliveryWorker } from '../webhooks/deliveryWorker.ts';
import { reflowWorker } from '../webhooks/reflowWorker.ts';
import { retentionWorker } from '../webhooks/retentionWorker.ts';
import { webhookRoutes } from '../webhooks/routes.ts';
import type { Sender } from '../webhooks/send.ts';
import { liveSockets } from '../workflow/liveSockets.ts';
import { movingDueWork, movingWorker } from '../workflow/moveWorker.ts';
import { parkedTaskListener } from '../workflow/parkedTaskListener.ts';
import { workflowRoutes } from '../workflow/routes.ts';
import { systemTaskListener } from '../workflow/systemTaskListener.ts';
import { keepWallsOfTasks } from '../workflow/taskZones.ts';
import { objectIds, objectReaders, readAutoOrders, readOrder } from './objectReaders.ts';
import { readObjectFacts } from './taskObjects.ts';

/** What the application is put together from: the outside world, and what the settings decide. */
export interface AppParts {
  readonly db: DatabasePool;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
  readonly log: Logger;
  readonly rateLimits: readonly RateLimit[];
  readonly bodyLimitBytes: number;
  readonly trustedProxies: readonly string[];
  readonly gateways: OpenGateways;
  /** Reasons to charge nothing, besides a clock that is wrong, which the application finds by itself. */
  readonly stops?: readonly StopSource[];
  /** The file that remembers how far the database had come; absent: none is kept. */
  readonly markerPath?: string | undefined;
  readonly mail: MailTransport;
  /** Seals secrets that are stored. */
  readonly seal: Seal;
  /** Posts to receivers of webhooks; closed with the HTTP server. */
  readonly sender: Sender;
  /** Where attachments lie. */
  readonly files: FileSettings;
  /** The sender of mails whose merchant names none. */
  readonly mailFrom: string;
  /** How the machine's time is dealt out to charges; tests shorten it. */
  readonly rebillTiming?: RebillTiming;
}

/** The application, ready to answer requests and to do its background work. */
export interface App {
  readonly http: FastifyInstance;
  /** Background work, done by any process of role worker. */
  readonly workers: readonly Worker[];
  /** Work that each process that answers requests does for itself. */
  readonly apiWorkers: readonly Worker[];
  /** Work that every process does for itself; done once before it begins anything else. */
  readonly ownWorkers: readonly Worker[];
  readonly merchants: Merchants;
  readonly keys: Keys;
  readonly payments: Payments;
  /** A context for work that no request asked for: a worker, a command, a test. Fails for an unknown merchant. */
  contextFor(merchantId: string): Promise<Context>;
}

/** Puts the whole application together: all wiring is here, by hand, in the order of the layers. */
export function createApp(parts: AppParts): App {
  const { db, clock, log } = parts;
  const rounds = { db, log, contextFor };
  const merchants = rememberedMerchants(db, clock);
  const keys = simpleKeys(db, clock, bearerTokens(db, clock));
  const accesses = applicationAccesses(db, clock);
  const difference = clockDifference(db, clock, parts.log);
  const continuity = watchContinuity(parts);
  const gate = chargingGate([
    ...(parts.stops ?? []),
    () => (difference.isTooLarge() ? clockStop(difference.seconds()) : undefined),
    () => {
      const reason = continuity.heldReason();
      return reason === undefined ? undefined : restoredStop(reason);
    },
  ]);
  const metrics = openMetrics(clock, {
    poolUsage: () => db.usage(),
    stops: gate.stops,
    clockDifferenceSeconds: difference.seconds,
  });
  const limiter = rateLimiter(db, clock, parts.rateLimits);

  const listeners: EventListener[] = [
    recalculateOnItemUpdate,
    wakeParked,
    noticeListener((context, oids) => readAutoOrders(context, oids, factsExpand)),
  ];
  const webhooks = deliveryWorker({
    db,
    clock,
    contextFor,
    seal: parts.seal,
    send: parts.sender.send,
    findOwnerAccess: accesses.find,
    jitter: parts.ids.fraction,
  });
  listeners.push(webhookListener(objectReaders, webhooks.wake));
  const tokens = databaseTokens({ db, clock, seal: parts.seal, ids: parts.ids });
  const publicUrl = () => readPublicUrl(db);
  const fileStore = openFiles(parts.files, { tokens, ids: parts.ids, publicUrl, mayUseLink });
  const live = liveSockets({
    db,
    clock,
    log: parts.log,
    tokens,
    publicUrl,
    mayListen: async ({ merchantId, ...application }) =>
      (await accesses.find(merchantId, application))?.permissions.has('workflow_read') ?? false,
  });
  const files = { store: fileStore, clock };
  listeners.push(
    systemTaskListener(readObjectFacts),
    parkedTaskListener(readObjectFacts),
    live.listener,
  );
  const events = outbox(listeners);

  const payments = withRestores(createPayments(parts.gateways, gate), continuity);
  const rebills = { payments, timing: parts.rebillTiming ?? defaultTiming, clock, ...rounds };
  const orders = {
    charge: orderCharge(payments, contextFor),
    obstacle: orderObstacle(payments),
    hooks: { ...orderHooks, lockRebill },
    clock,
    autoOrder: orderAutoOrderJson,
  };
  const clocks = {
    ...rounds,
    clock,
    merchants,
    isReal: payments.isReal,
    dueWork: [rebillDueWork({ payments }, clock), movingDueWork],
  };
  const routes: Routes = {
    ...merchantRoutes({ merchants, keepWalls: [keepWallsOfRebills, keepWallsOfTasks] }),
    ...itemRoutes,
    ...customerRoutes,
    ...orderRoutes(orders),
    ...autoOrderRoutes({ readBilled, readOpenRebills }),
    ...rebillRoutes(rebills),
    ...noticeRoutes(async (context, oid) => (await readSubscription(context, oid)) !== undefined),
    ...billingRoutes(readSubscription),
    ...sandboxRoutes(clocks),
    ...webhookRoutes({ seal: parts.seal, clock, findOwnerAccess: accesses.find }),
    ...bookRoutes(parts.gateways.captures),
    ...staffRoutes,
    ...oauthRoutes,
    ...workflowRoutes({ readObjects: readObjectFacts, files, merchants, live }),
  };
  const notices = noticeSender({
    ...rounds,
    mail: parts.mail,
    mailFrom: parts.mailFrom,
    readOrder: (context, orderId) => readOrder(context, orderId, receiptExpand),
    updateBillingUrl: ({ merchant: { merchantId } }, oid) => makeBillingLink(db, merchantId, oid),
  });
  const workers: Worker[] = [
    forgettingWorker(db, clock, log),
    expiryWorker(db, clock, log),
    unsettledChargesWorker(rounds, orders),
    autoOrderWorker({ ...rounds, readBilled }),
    heldWorker(rebills),
    rebillWorker(rebills),
    unansweredWorker(rebills),
    unlessHeld(notices),
    advanceWorker(clocks),
    unlessHeld(webhooks),
    reflowWorker({ ...rounds, readers: objectReaders, ids: objectIds }),
    retentionWorker(db, clock, log),
    movingWorker(rounds, files),
  ];

  const http = httpServer({
    ...parts,
    metrics,
    events,
    merchants,
    authenticate: keys.authenticate,
    limiter,
    routes,
  });
  addProbes(http, { readiness: readiness(db, clock), metrics, stops: gate.stops });
  addPages(http);
  addOauthEndpoints(http, {
    db,
    clock,
    ids: parts.ids,
    limiter,
    publicUrl,
    forgetTokens: () => keys.forget(),
  });
  addOauthPages(http, { db, clock, ids: parts.ids, findContext });
  addBillingPage(http, { db, contextFor, readAutoOrder: readSubscription, updateCard });
  const { stripe } = parts.gateways;
  if (stripe?.webhookSecret !== undefined)
    addStripeWebhook(
      http,
      { ...stripe, webhookSecret: stripe.webhookSecret },
      clock,
      hearLateAnswer,
    );
  fileStore.addRoutes?.(http);
  live.addTo(http);
  http.addHook('onClose', () => limiter.close());
  http.addHook('onClose', async () => {
    await webhooks.stop();
    await parts.sender.close();
  });

  return {
    http,
    workers: workers.map(metrics.measured),
    apiWorkers: [limiter.worker, live.worker].map(metrics.measured),
    ownWorkers: [difference.worker, continuity.worker].map(metrics.measured),
    merchants,
    keys,
    payments,
    contextFor,
  };

  async function mayUseLink(
    merchantId: string,
    holder: LinkHolder,
    use: 'read' | 'write',
  ): Promise<boolean> {
    const access = await accesses.find(merchantId, holder);
    return access?.permissions.has(`workflow_${use}`) ?? false;
  }

  /** Waits while a restore is not confirmed: what goes out may have gone out before. */
  function unlessHeld(worker: Worker): Worker {
    return {
      ...worker,
      runOnce: async () =>
        (await continuity.read()).heldReason === undefined ? worker.runOnce() : 0,
    };
  }

  async function readSubscription(context: Context, oid: number): Promise<AutoOrder | undefined> {
    return (await readAutoOrders(context, [oid], subscriptionExpand)).get(oid);
  }

  async function updateCard(
    context: Context,
    oid: number,
    { cardToken, expiration }: EnteredCard,
  ): Promise<void> {
    await replaceCard(context, rebills, oid, {
      card_number_token: cardToken,
      card_expiration_month: expiration.month,
      card_expiration_year: expiration.year,
    });
  }

  async function hearLateAnswer({ merchantId, key, answer }: LateAnswer): Promise<void> {
    parts.log.info({ merchantId, key, answer: answer.kind }, 'a gateway told of a charge');
    await requeryNow(db, merchantId, key);
  }

  async function findContext(merchantId: string): Promise<Context | undefined> {
    return (await merchants.find(merchantId)) && contextFor(merchantId);
  }

  async function contextFor(merchantId: string): Promise<Context> {
    const merchant = required(await merchants.find(merchantId), `merchant ${merchantId}`);
    const now = readClock(merchant.clock, clock.now());
    return {
      merchant,
      db,
      now,
      actor: systemActor,
      events,
      ids: parts.ids,
      log: parts.log,
      requestId: parts.ids.uuid(),
    };
  }
}
