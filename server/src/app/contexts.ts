import type { Logger } from 'pino';
import { required } from '../kernel/assert.ts';
import type { IdFactory } from '../kernel/ids.ts';
import { readClock } from '../platform/clock/merchantClock.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, type EventSink, systemActor } from '../platform/context.ts';
import type { DatabasePool } from '../platform/storage/database.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';

/** The parts from which a context is made. */
export interface ContextParts {
  readonly db: DatabasePool;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
  readonly log: Logger;
  readonly merchants: Merchants;
  readonly events: EventSink;
}

/** Makes contexts for work outside a request: a worker, a command, a page without a key. */
export interface Contexts {
  /** Fails for an unknown merchant. */
  contextFor(merchantId: string): Promise<Context>;
  /** Returns undefined for an unknown merchant. */
  findContext(merchantId: string): Promise<Context | undefined>;
}

/** Contexts with the server itself as the actor, at the merchant's current time. */
export function openContexts({ db, clock, ids, log, merchants, events }: ContextParts): Contexts {
  async function contextFor(merchantId: string): Promise<Context> {
    const merchant = required(await merchants.find(merchantId), `merchant ${merchantId}`);
    const now = readClock(merchant.clock, clock.now());
    return { merchant, db, now, actor: systemActor, events, ids, log, requestId: ids.uuid() };
  }
  return {
    contextFor,
    findContext: async (merchantId) => (await merchants.find(merchantId)) && contextFor(merchantId),
  };
}
