import { type Logger, pino } from 'pino';
import { Temporal } from 'temporal-polyfill';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { bearerTokens } from '../../server/src/oauth/bearerTokens.ts';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { outbox } from '../../server/src/platform/events/outbox.ts';
import { httpServer } from '../../server/src/platform/http/pipeline.ts';
import { type RateLimit, rateLimiter } from '../../server/src/platform/http/rateLimiter.ts';
import type { Routes } from '../../server/src/platform/http/routes.ts';
import { openMetrics } from '../../server/src/platform/metrics.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { insertMerchant } from '../../server/src/platform/tenancy/merchantStore.ts';
import { rememberedMerchants } from '../../server/src/platform/tenancy/merchants.ts';
import { allPermissions } from '../../server/src/staff/apiKey.ts';
import { createApiKey } from '../../server/src/staff/apiKeyOperations.ts';
import { type Keys, simpleKeys } from '../../server/src/staff/authenticate.ts';
import { sessionAuthentication } from '../../server/src/staff/authenticateSession.ts';
import { keyUses } from '../../server/src/staff/keyUseWorker.ts';
import { testDatabase } from '../support/database.ts';

/**
 * The HTTP pipeline in front of a test's own operations, on a database with one merchant `TEST`.
 */
export interface Door {
  readonly db: DatabasePool;
  readonly http: ReturnType<typeof httpServer>;
  readonly keys: Keys;
  readonly key: string;
  makeKey(details?: {
    permissions?: readonly string[];
    allowedIps?: readonly string[];
  }): Promise<{ key: string; keyId: number }>;
  ask(request: Ask): Promise<Reply>;
}

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly key?: string | null;
  readonly address?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface DoorOptions {
  readonly routes: Routes;
  readonly clock?: SystemClock;
  readonly rateLimits?: readonly RateLimit[];
  readonly log?: Logger;
}

export const itemsPath = '/rest/v2/item/items';

export async function openDoor(options: DoorOptions): Promise<Door> {
  const db = await testDatabase();
  const clock = options.clock ?? systemClock;
  const tokens = bearerTokens(db, clock);
  const keys = simpleKeys(db, clock, tokens, sessionAuthentication(db, clock), keyUses(db, clock));
  const http = httpServer({
    db,
    clock,
    ids: randomIds,
    log: options.log ?? pino({ level: 'silent' }),
    metrics: openMetrics(clock, {
      poolUsage: () => db.usage(),
      stops: () => [],
      clockDifferenceSeconds: () => 0,
      liveSockets: () => 0,
      figures: async () => ({ totals: new Map(), merchants: [], ageSeconds: 0 }),
    }),
    events: outbox([]),
    merchants: rememberedMerchants(db, clock),
    authenticate: keys.authenticate,
    limiter: rateLimiter(db, clock, options.rateLimits ?? []),
    routes: options.routes,
    bodyLimitBytes: 100_000,
    trustedProxies: [],
    publicUrl: async () => 'http://perennial.test',
    seal: sealWith(Buffer.alloc(32)),
  });
  await insertMerchant(db, doorMerchant, madeAt);
  const makeKey: Door['makeKey'] = async ({
    permissions = allPermissions,
    allowedIps = [],
  } = {}) => {
    const { key, stored } = await createApiKey(
      db,
      randomIds,
      { merchantId: 'TEST', name: 'test key', permissions, allowedIps },
      madeAt,
    );
    return { key, keyId: stored.keyId };
  };
  const { key } = await makeKey();
  return {
    db,
    http,
    keys,
    key,
    makeKey,
    ask: (request) => askServer(http, { key, ...request }),
  };
}

const madeAt = Temporal.Instant.from('2026-01-15T17:00:00Z');

const doorMerchant: Merchant = {
  merchantId: 'TEST',
  name: 'Test',
  timeZone: 'America/New_York',
  currency: 'USD',
  settings: {},
  clock: { kind: 'real' },
};

async function askServer(
  http: Door['http'],
  { method = 'GET', url = itemsPath, headers, body, key, address = '203.0.113.7' }: Ask,
): Promise<Reply> {
  const response = await http.inject({
    method,
    url,
    remoteAddress: address,
    headers: {
      'x-ultracart-api-version': '2017-03-01',
      ...(key === null ? {} : { 'x-ultracart-simple-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, headers: response.headers, text: response.body };
}
