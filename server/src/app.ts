import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { orderHooks } from './autoOrders/hooks.ts';
import { orderAutoOrderJson } from './autoOrders/present.ts';
import { recalculateOnItemUpdate } from './autoOrders/recalculation.ts';
import { autoOrderRoutes } from './autoOrders/routes.ts';
import { autoOrderWorker } from './autoOrders/worker.ts';
import { itemRoutes } from './items/routes.ts';
import { present } from './kernel/assert.ts';
import type { IdFactory } from './kernel/ids.ts';
import { standInCharge } from './orders/charge.ts';
import { orderRoutes } from './orders/routes.ts';
import { unsettledChargesWorker } from './orders/unsettledCharges.ts';
import { readClock } from './platform/clock/merchantClock.ts';
import type { SystemClock } from './platform/clock/systemClock.ts';
import { systemActor, type Context } from './platform/context.ts';
import { type EventListener, outbox } from './platform/events/outbox.ts';
import { forgettingWorker } from './platform/http/idempotency.ts';
import { addPages } from './platform/http/pages.ts';
import { httpServer } from './platform/http/pipeline.ts';
import { addProbes } from './platform/http/probes.ts';
import { rateLimiter, type RateLimit } from './platform/http/rateLimiter.ts';
import type { Routes } from './platform/http/routes.ts';
import type { Worker } from './platform/jobs/loop.ts';
import { openMetrics } from './platform/metrics.ts';
import type { DatabasePool } from './platform/storage/database.ts';
import { rememberedMerchants, type Merchants } from './platform/tenancy/merchants.ts';
import { listMerchants } from './platform/tenancy/merchantStore.ts';
import { simpleKeys, type Keys } from './staff/authenticate.ts';

/** What the application is put together from: the outside world, and what the settings decide. */
export interface AppParts {
  readonly db: DatabasePool;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
  readonly log: Logger;
  readonly rateLimits: readonly RateLimit[];
  readonly bodyLimitBytes: number;
  readonly trustedProxies: readonly string[];
}

/** The application, ready to answer requests and to do its background work. */
export interface App {
  readonly http: FastifyInstance;
  /** Background work, done by any process of role worker. */
  readonly workers: readonly Worker[];
  /** Work that each process that answers requests does for itself. */
  readonly apiWorkers: readonly Worker[];
  readonly merchants: Merchants;
  readonly keys: Keys;
  /** A context for work that no request asked for: a worker, a command, a test. Fails for an unknown merchant. */
  contextFor(merchantId: string): Promise<Context>;
}

/** Puts the whole application together: all wiring is here, by hand, in the order of the layers. */
export function createApp(parts: AppParts): App {
  const { db, clock } = parts;
  const merchants = rememberedMerchants(db, clock);
  const keys = simpleKeys(db, clock);
  const metrics = openMetrics(clock, () => db.usage());
  const limiter = rateLimiter(db, clock, parts.rateLimits);

  const listeners: EventListener[] = [recalculateOnItemUpdate];
  const events = outbox(listeners);

  const orders = { charge: standInCharge, hooks: orderHooks, autoOrder: orderAutoOrderJson };
  const routes: Routes = { ...itemRoutes, ...orderRoutes(orders), ...autoOrderRoutes };
  const workers: Worker[] = [forgettingWorker(db, clock), unsettledChargesWorker(allContexts, orders), autoOrderWorker({ db, contextFor })];

  const http = httpServer({ ...parts, metrics, events, merchants, authenticate: keys.authenticate, limiter, routes });
  addProbes(http, db, metrics);
  addPages(http);
  http.addHook('onClose', () => limiter.close());

  return { http, workers: workers.map(metrics.measured), apiWorkers: [limiter.worker].map(metrics.measured), merchants, keys, contextFor };

  async function allContexts(): Promise<Context[]> {
    return Promise.all((await listMerchants(db)).map(({ merchantId }) => contextFor(merchantId)));
  }

  async function contextFor(merchantId: string): Promise<Context> {
    const merchant = present(await merchants.find(merchantId), `merchant ${merchantId}`);
    const now = readClock(merchant.clock, clock.now());
    return { merchant, db, now, actor: systemActor, events, ids: parts.ids, log: parts.log, requestId: parts.ids.uuid() };
  }
}
