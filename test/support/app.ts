import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Operation, type OperationId, operations } from '@perennial/contract/operations.ts';
import { type Logger, pino } from 'pino';
import { Temporal } from 'temporal-polyfill';
import { type App, createApp } from '../../server/src/app/app.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { prepareBillingLinks } from '../../server/src/payments/billingLinkStore.ts';
import type { StopSource } from '../../server/src/payments/charging.ts';
import { type GatewayConfig, openGateways } from '../../server/src/payments/gateways.ts';
import type { SimulatorBooks } from '../../server/src/payments/simulatorBooks.ts';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';
import type { Context } from '../../server/src/platform/context.ts';
import type { FileSettings } from '../../server/src/platform/files/openFiles.ts';
import type { VirusScanner } from '../../server/src/platform/files/virusScan.ts';
import type { RateLimit } from '../../server/src/platform/http/rateLimiter.ts';
import type { Mail, MailTransport } from '../../server/src/platform/mail/mailTransport.ts';
import { type Seal, sealWith } from '../../server/src/platform/seal.ts';
import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import {
  findMerchant,
  insertMerchant,
  saveClock,
} from '../../server/src/platform/tenancy/merchantStore.ts';
import type { Quotas } from '../../server/src/platform/tenancy/quotas.ts';
import { hashKey, keyBytes, prefixOf } from '../../server/src/staff/apiKey.ts';
import { insertApiKey } from '../../server/src/staff/apiKeyStore.ts';
import { httpSender, type Sender } from '../../server/src/webhooks/send.ts';
import type { AnswerBody } from './answerBody.ts';
import { checkAnswer } from './answerCheck.ts';
import { testDatabase } from './database.ts';

/** The whole application on a separate database, which tests call without a port. */
export interface TestApp {
  readonly app: App;
  readonly db: DatabasePool;
  /** The first merchant: `TEST`, New York, US dollars, a clock that does not run. */
  readonly merchant: Merchant;
  /** A key of the first merchant with every permission. */
  readonly key: string;
  /** The simulated gateway's own books, which show what was captured, independent of our tables. */
  readonly books: SimulatorBooks;
  /** The mails that were sent, oldest first. */
  readonly mails: readonly Mail[];
  /** Sends a request for an operation, or to any path. */
  request<Id extends OperationId = never>(request: TestRequest<Id>): Promise<TestAnswer<Id>>;
  addMerchant(merchantId: string, changes?: Partial<Merchant>): Promise<Merchant>;
  addKey(merchantId: string, permissions?: readonly string[]): Promise<string>;
  /** Sets the merchant's clock. */
  setClock(at: string, merchantId?: string): Promise<void>;
  /** Returns a context as an operation gets it, at the merchant's present moment. */
  context(merchantId?: string): Promise<Context>;
  /** Runs the named worker, or all workers, until no work is left. */
  work(name?: string): Promise<void>;
}

export interface TestRequest<Id extends OperationId = OperationId> {
  readonly operation?: Id;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path?: string;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  /** A body that is sent unchanged, for bodies that are not JSON. */
  readonly rawBody?: string;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestAnswer<Id extends OperationId = never> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  /** The body with the type of the contract. answerCheck.ts checks the shapes of all responses. */
  readonly body: AnswerBody<Id>;
}

/** The time of every test's clock until a test moves it: noon in New York, in winter. */
export const testNow = Temporal.Instant.from('2026-01-15T17:00:00Z');

export const allPermissions = [
  ...new Set(Object.values(operations).flatMap((operation: Operation) => operation.permissions)),
];

/** The settings that a test may choose. */
export interface TestAppOptions {
  readonly files?: FileSettings;
  readonly mail?: MailTransport;
  readonly sender?: Sender;
  readonly clock?: SystemClock;
  readonly rateLimits?: readonly RateLimit[];
  readonly sessionRateLimits?: readonly RateLimit[];
  readonly demo?: { readonly merchantId: string; readonly login: string };
  readonly publicUrl?: string;
  readonly bodyLimitBytes?: number;
  readonly isHttpsOnly?: boolean;
  readonly isStrict?: boolean;
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly trustedProxies?: readonly string[];
  readonly virusScanner?: VirusScanner;
  readonly webhookHosts?: readonly string[];
  readonly metricsToken?: string;
  readonly log?: Logger;
  /** A migrated database. Absent: a new one that is dropped at the end. */
  readonly db?: DatabasePool;
  /** The seal with which the secrets in `db` were sealed. */
  readonly seal?: Seal;
  readonly gateways?: GatewayConfig;
  readonly stops?: readonly StopSource[];
  readonly isLoopbackAllowed?: boolean;
  readonly markerPath?: string;
  readonly consoleFolder?: string;
  readonly quotas?: Quotas;
}

export async function testApp({
  db: given,
  clock = systemClock,
  gateways: config = {},
  mail,
  publicUrl = 'http://perennial.test',
  ...options
}: TestAppOptions = {}): Promise<TestApp> {
  const db = given ?? (await testDatabase());
  const gateways = openGateways(config, clock);
  const mails: Mail[] = [];
  await prepareBillingLinks(db, randomIds, { url: publicUrl, origin: 'setting' });
  const app = createApp({
    db,
    clock,
    ids: randomIds,
    log: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
    rateLimits: [],
    bodyLimitBytes: 1_000_000,
    trustedProxies: [],
    gateways,
    stops: [],
    mail: mail ?? mailbox(mails),
    mailFrom: 'orders@perennial.test',
    files: { folder: join(tmpdir(), `perennial-files-${process.pid}`) },
    seal: sealWith(randomBytes(32)),
    sender: httpSender({ clock }),
    isLoopbackAllowed: true,
    ...options,
  });
  const merchant = await addMerchant(db, 'TEST');
  const key = await addKey(db, 'TEST');

  return {
    app,
    db,
    merchant,
    key,
    books: gateways.books,
    mails,
    addMerchant: (merchantId, changes) => addMerchant(db, merchantId, changes),
    addKey: (merchantId, permissions) => addKey(db, merchantId, permissions),
    request: <Id extends OperationId = never>(request: TestRequest<Id>) =>
      send(app, key, request) as Promise<TestAnswer<Id>>,
    async setClock(at, merchantId = 'TEST') {
      await saveClock(db, merchantId, { kind: 'standing', at: Temporal.Instant.from(at) });
      app.merchants.forget(merchantId);
    },
    async context(merchantId = 'TEST') {
      app.merchants.forget(merchantId);
      return app.contextFor(merchantId);
    },
    async work(name) {
      for (const worker of app.workers) {
        if (name === undefined || worker.name === name) while ((await worker.runOnce()) > 0);
      }
    },
  };
}

/** Inserts a merchant if the id is not used yet. */
export async function addMerchant(
  db: DatabasePool,
  merchantId: string,
  changes: Partial<Merchant> = {},
): Promise<Merchant> {
  const merchant: Merchant = {
    merchantId,
    name: merchantId,
    timeZone: 'America/New_York',
    currency: 'USD',
    settings: {},
    clock: { kind: 'standing', at: testNow },
    ...changes,
  };
  if ((await findMerchant(db, merchantId)) === undefined)
    await insertMerchant(db, merchant, testNow);
  return merchant;
}

/** Inserts a key with these permissions, or by default with all, and returns its secret. */
export async function addKey(
  db: DatabasePool,
  merchantId: string,
  permissions: readonly string[] = allPermissions,
): Promise<string> {
  const key = randomIds.secret(keyBytes);
  await insertApiKey(db, hashKey(key), {
    merchantId,
    name: 'test key',
    prefix: prefixOf(key),
    permissions,
    allowedIps: [],
    createdAt: testNow,
  });
  return key;
}

function mailbox(mails: Mail[]): MailTransport {
  return {
    async send(mail) {
      mails.push(mail);
      return { kind: 'delivered', response: '250 kept' };
    },
    async close() {},
  };
}

async function send(app: App, defaultKey: string, request: TestRequest): Promise<TestAnswer> {
  const operation = request.operation && (operations[request.operation] as Operation);
  const path = request.path ?? pathOf(operation!, request);
  const payload = payloadOf(request);
  const response = await app.http.inject({
    method: request.method ?? operation?.method ?? 'GET',
    url: path,
    query: Object.fromEntries(
      Object.entries(request.query ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    headers: {
      ...headersOf(request.key === undefined ? defaultKey : request.key, payload),
      ...request.headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
  const isJson = String(response.headers['content-type'] ?? '').includes('json');
  if (operation && isJson && response.statusCode !== 429)
    checkAnswer(operation, response.statusCode, JSON.parse(response.body));
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.body,
    body: isJson && response.body !== '' ? JSON.parse(response.body) : undefined,
  };
}

/** Returns the body as text; undefined for a request without a body. */
function payloadOf({ body, rawBody }: TestRequest): string | undefined {
  return rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
}

const headersOf = (key: string | null, payload: string | undefined) => ({
  'x-ultracart-api-version': '2017-03-01',
  ...(key === null ? {} : { 'x-ultracart-simple-key': key }),
  ...(payload === undefined ? {} : { 'content-type': 'application/json; charset=UTF-8' }),
});

function pathOf({ base, path }: Operation, { params = {} }: TestRequest): string {
  return (
    base +
    path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')))
  );
}
