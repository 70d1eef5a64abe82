import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { IdFactory } from './kernel/ids.ts';
import type { SystemClock } from './platform/clock/systemClock.ts';
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
}

/** Puts the whole application together: all wiring is here, by hand, in the order of the layers. */
export function createApp(parts: AppParts): App {
  const merchants = rememberedMerchants(parts.db, parts.clock);
  const keys = simpleKeys(parts.db, parts.clock);

  const listeners: EventListener[] = [];
  const events = outbox(listeners);

  const routes: Routes = {};
  const workers: Worker[] = [];

  const http = httpServer({ ...parts, events, merchants, authenticate: keys.authenticate, routes });
  return { http, workers, merchants, keys };
}
