import type { FastifyInstance } from 'fastify';
import type { Payments } from '../payments/payments.ts';
import type { Context } from '../platform/context.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import type { Keys } from '../staff/authenticate.ts';
import type { AppParts } from './appParts.ts';
import { wireFeatures } from './features.ts';
import { listenersOf } from './listeners.ts';
import { openHttp } from './openHttp.ts';
import { openServices } from './services.ts';
import { workersOf } from './workers.ts';

/** The application, ready for requests and background work. */
export interface App {
  readonly http: FastifyInstance;
  /** Background work that any process with the role worker may do. */
  readonly workers: readonly Worker[];
  /** Background work that each process with the role api does for itself. */
  readonly apiWorkers: readonly Worker[];
  /**
   * Background work that every process does for itself. Each runs once before the process starts
   * anything else.
   */
  readonly ownWorkers: readonly Worker[];
  readonly merchants: Merchants;
  readonly keys: Keys;
  readonly payments: Payments;
  /** Makes a context for a worker, a command or a test. Fails for an unknown merchant. */
  contextFor(merchantId: string): Promise<Context>;
}

/**
 * Puts the application together. All wiring is explicit, in this folder, in the order of the
 * layers.
 */
export function createApp(parts: AppParts): App {
  const services = openServices(parts);
  services.listeners.push(...listenersOf(services));
  const features = wireFeatures(parts, services);
  const http = openHttp(parts, services, features);
  const { measured } = services.metrics;
  return {
    http,
    workers: workersOf(parts, services, features).map(measured),
    apiWorkers: [services.limiter.worker, services.live.worker, services.keyUses.worker].map(
      measured,
    ),
    ownWorkers: services.charging.workers.map(measured),
    merchants: services.merchants,
    keys: services.keys,
    payments: services.charging.payments,
    contextFor: services.contexts.contextFor,
  };
}
