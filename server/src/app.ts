import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { itemRoutes } from './items/routes.ts';
import { present } from './kernel/assert.ts';
import type { IdFactory } from './kernel/ids.ts';
import { readClock } from './platform/clock/merchantClock.ts';
import type { SystemClock } from './platform/clock/systemClock.ts';
import { systemActor, type Context } from './platform/context.ts';
import { type EventListener, outbox } from './platform/events/outbox.ts';
import { httpServer } from './platform/http/pipeline.ts';
import type { Routes } from './platform/http/routes.ts';
import type { Worker } from './platform/jobs/loop.ts';
import type { Database } from './platform/storage/database.ts';
import { rememberedMerchants, type Merchants } from './platform/tenancy/merchants.ts';
import { simpleKeys, type Keys } from './staff/authenticate.ts';

/** What the application is put together from: the outside world. */
export interface AppParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
  readonly log: Logger;
  readonly bodyLimitBytes: number;
  readonly trustedProxies: readonly string[];
}

/** The application, ready to answer requests and to do its background work. */
export interface App {
  readonly http: FastifyInstance;
  readonly workers: readonly Worker[];
  readonly merchants: Merchants;
  readonly keys: Keys;
  /** A context for work that no request asked for: a worker, a command, a test. Fails for an unknown merchant. */
  contextFor(merchantId: string): Promise<Context>;
}

/** Puts the whole application together: all wiring is here, by hand, in the order of the layers. */
export function createApp(parts: AppParts): App {
  const merchants = rememberedMerchants(parts.db, parts.clock);
  const keys = simpleKeys(parts.db, parts.clock);

  const listeners: EventListener[] = [];
  const events = outbox(listeners);

  const routes: Routes = { ...itemRoutes };
  const workers: Worker[] = [];

  const http = httpServer({ ...parts, events, merchants, authenticate: keys.authenticate, routes });
  return { http, workers, merchants, keys, contextFor };

  async function contextFor(merchantId: string): Promise<Context> {
    const merchant = present(await merchants.find(merchantId), `merchant ${merchantId}`);
    const now = readClock(merchant.clock, parts.clock.now());
    return { merchant, db: parts.db, now, actor: systemActor, events, ids: parts.ids, log: parts.log, requestId: parts.ids.uuid() };
  }
}
