import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openApiDocument } from '@perennial/contract/openapi.ts';
import { type OperationId, operation } from '@perennial/contract/operations.ts';
import { pino } from 'pino';
import { Random } from '../../server/src/cli/demo/random.ts';
import { insertApplication } from '../../server/src/oauth/applicationStore.ts';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';
import type { Sender } from '../../server/src/webhooks/send.ts';
import { checkAnswer } from '../support/answerCheck.ts';
import { allPermissions, type TestApp, testApp, testNow } from '../support/app.ts';
import {
  type FuzzDocument,
  type FuzzRequest,
  type FuzzTarget,
  requestTo,
  targetsOf,
} from './fuzzRequests.ts';
import type { Making } from './fuzzValues.ts';
import { objectsOf } from './objects.ts';

/**
 * A forbidden outcome, once for each operation and cause, with the first request that led to it.
 */
export interface FuzzFault {
  readonly what: string;
  readonly call: number;
  readonly request?: FuzzRequest;
}

export interface Fuzzed {
  readonly faults: readonly FuzzFault[];
  /** The number of responses by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Megabytes of live objects after the first tenth of the calls, and after the last call. */
  readonly heapMb: readonly [number, number];
}

export interface Fuzzing {
  readonly seed: string;
  readonly calls: number;
  /** Reports progress from time to time. */
  readonly tell?: (line: string) => void;
}

/**
 * The number of calls after which a new merchant is used, because earlier calls may have stopped
 * everything in the old one.
 */
const callsPerWorld = 250;
const callsPerRound = 50;
/** The limit is much longer than a slow machine needs, so a call that exceeds it never returns. */
const hangMs = 300_000;

/**
 * Sends requests that follow from the seed alone, with values from the schema and values that are
 * made to break something, and runs every worker between them. Each of these is a fault: a status
 * of 500 or above, a response that the contract does not allow, a call without a response, a worker
 * that fails.
 */
export async function fuzz({ seed, calls, tell }: Fuzzing): Promise<Fuzzed> {
  const failures: string[] = [];
  const app = await testApp({ clock: hurried, sender: receivers, log: failureLog(failures) });
  const found = new Map<string, FuzzFault>();
  const statuses: Record<string, number> = {};
  const report = (what: string, call: number, request?: FuzzRequest) => {
    if (!found.has(what)) found.set(what, { what, call, ...(request && { request }) });
  };
  let world: World | undefined;
  let heapAtFirst = 0;
  for (let call = 0; call < calls; call++) {
    if (call % callsPerWorld === 0) {
      await world?.end();
      world = await startWorld(app, `${seed}/${Math.floor(call / callsPerWorld)}`, call);
    }
    const { request, status, faults } = await world!.ask(failures);
    statuses[status] = (statuses[status] ?? 0) + 1;
    for (const fault of faults) report(fault, call, request);
    if (call % callsPerRound === callsPerRound - 1)
      for (const fault of await workRound(app, failures)) report(fault, call);
    if (call === Math.floor(calls / 10)) heapAtFirst = liveMb();
    if (call % 5_000 === 4_999) tell?.(`${call + 1} calls, ${found.size} faults`);
  }
  await world?.end();
  const heapMb = [heapAtFirst, liveMb()] as const;
  await app.app.http.close();
  return { faults: [...found.values()], statuses, heapMb };
}

/** One merchant with data, and the requests to it. */
interface World {
  ask(
    failures: string[],
  ): Promise<{ request: FuzzRequest; status: number; faults: readonly string[] }>;
  end(): Promise<void>;
}

const document = openApiDocument() as unknown as FuzzDocument;
const targets = targetsOf(document);
const weights = targets.map((target) => [target, weightOf(target)] as const);

/** Writes of records that charges depend on are chosen most often, and reads least often. */
function weightOf({ operation: id, body }: FuzzTarget): number {
  const isCentral =
    /^(update|insert)(AutoOrder|Order|Item|Webhook|MerchantSettings|WorkflowTask)$|^setClock$/;
  return isCentral.test(id) ? 8 : body === undefined ? 1 : 2;
}

async function startWorld(app: TestApp, seed: string, number: number): Promise<World> {
  const random = new Random(seed);
  const merchantId = `F${number.toString(36).toUpperCase().padStart(4, '0')}`.slice(-5);
  await app.addMerchant(merchantId);
  const key = await app.addKey(merchantId);
  const clientId = `fuzz-${merchantId.toLowerCase()}`;
  await insertApplication(app.db, {
    clientId,
    name: 'Fuzz',
    description: '',
    kind: 'compatible',
    redirectUris: ['https://fuzz.example/back'],
    permissions: allPermissions,
    deviceScope: 'fuzz',
    createdAt: testNow,
  });
  const values = await objectsOf(app, key, 2);
  const read = await readAll(app, key, values);
  const making: Making = {
    random,
    models: document.components.schemas,
    known: knownValues(values, clientId, merchantId),
    hostility: 0.15,
  };
  return {
    async ask(failures) {
      failures.length = 0;
      const made = requestTo(random.weighted(weights), making, read);
      const request = { ...made, headers: { ...made.headers, 'x-ultracart-simple-key': key } };
      const answer = await within(hangMs, app.app.http.inject({ ...request, url: request.url }));
      if (answer === 'late')
        return {
          request,
          status: 0,
          faults: [`${request.operation}: no response in ${hangMs} ms`],
        };
      const { statusCode: status, body } = answer;
      remember(read, body);
      return { request, status, faults: faultsOf(request, status, body, failures) };
    },
    async end() {
      await forgetMerchant(app, merchantId);
    },
  };
}

function faultsOf(
  { operation: id }: FuzzRequest,
  status: number,
  body: string,
  failures: readonly string[],
): string[] {
  if (status >= 500) return [`${id}: ${status}: ${failures.at(-1) ?? body.slice(0, 200)}`];
  const known = document.paths;
  const isOperation = Object.values(known).some((methods) =>
    Object.values(methods).some((row) => row.operationId === id),
  );
  if (!isOperation || id.startsWith('oauth') || body === '') return [];
  try {
    checkAnswer(operation(id as OperationId), status, JSON.parse(body));
    return [];
  } catch (error) {
    return [`${id}: ${status}: ${(error as Error).message.slice(0, 300)}`];
  }
}

/** Reads objects of the world in full, because a client would send them back. */
async function readAll(
  app: TestApp,
  key: string,
  params: Readonly<Record<string, string>>,
): Promise<Map<string, Record<string, unknown>>> {
  const read = new Map<string, Record<string, unknown>>();
  const operations = [
    'getAutoOrder',
    'getOrder',
    'getItem',
    'getCustomer',
    'getWebhooks',
    'getWorkflowTask',
    'getUser',
    'getGroup',
    'getMerchantSettings',
    'getWorkflowRules',
  ] as const;
  for (const id of operations) {
    const { text } = await app.request({ operation: id, key, params, query: { _expand: all } });
    remember(read, text);
  }
  return read;
}

const all =
  'items,add_ons,logs,properties,original_order,billing,shipping,item,payment,summary,taxes,' +
  'coupon,pricing,auto_order,content,tax,cards,attributes,tags';

/** The model of each payload from which a body may be made. */
const modelOfPayload: Readonly<Record<string, string>> = {
  auto_order: 'AutoOrder',
  order: 'Order',
  item: 'Item',
  customer: 'Customer',
  webhook: 'Webhook',
  task: 'WorkflowTask',
  user: 'User',
  group: 'Group',
  settings: 'MerchantSettings',
  rules: 'WorkflowRules',
  saved_search: 'SavedSearch',
};

function remember(read: Map<string, Record<string, unknown>>, text: string): void {
  if (!text.startsWith('{"')) return;
  for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
    const model = modelOfPayload[name];
    if (model !== undefined) read.set(model, value as Record<string, unknown>);
  }
}

/** Texts that a library may accept as the name of a zone. */
const notZones = ['2026-11-25T12:00:00Z', '+02:00', 'Etc/Unknown', 'EST5EDT', 'local', ''];

function knownValues(
  values: Readonly<Record<string, string>>,
  clientId: string,
  merchantId: string,
): Record<string, readonly unknown[]> {
  const items = ['COFFEE1', 'COFFEE2', 'NOTHING'];
  return {
    ...Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        [/_?[oO]id$|user_id/.test(name) ? Number(value) : value],
      ]),
    ),
    merchant_item_id: items,
    original_item_id: items,
    arbitrary_item_id: items,
    item_id: items,
    client_id: [clientId],
    merchant_id: [merchantId],
    redirect_uri: ['https://fuzz.example/back'],
    response_type: ['code'],
    grant_type: [
      'refresh_token',
      'authorization_code',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    scope: ['fuzz', 'auto_order_read'],
    login: ['ann1', 'ann2'],
    eventName: ['item_create', 'item_update', 'order_create', 'auto_order_rebill'],
    event_name: ['item_update', 'auto_order_rebill', 'auto_order_update', 'order_create'],
    card_number_token: ['tok_1', 'tok_approve', 'tok_decline_stolen_card'],
    payment_method: ['Credit Card', 'Cash', 'Check'],
    auto_order_schedule: ['Monthly', 'Weekly'],
    frequency: ['Monthly', 'Weekly', 'Every...'],
    time_zone: ['America/New_York', 'Pacific/Apia', 'Europe/Amsterdam', ...notZones],
    object_type: ['order', 'auto order', 'item', 'customer profile'],
    advance_by: ['1d', 'P1M', '1y'],
    webhook_url: ['https://example.com/hook1', 'https://example.com/hook2'],
    _expand: [all, 'items,items.future_schedules', 'rebill_orders,rebill_orders.summary'],
    _sort: ['auto_order_oid', '-next_shipment_dts', 'creation_dts', 'due_dts', 'webhook_oid'],
  };
}

/** Runs each worker once. Work that is left is done in the next round. */
async function workRound({ app }: TestApp, failures: string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const worker of app.workers) {
    failures.length = 0;
    const outcome = await within(
      hangMs,
      worker.runOnce().then(
        () => 'done' as const,
        (error: unknown) => shown(error),
      ),
    );
    if (outcome === 'late') faults.push(`worker ${worker.name}: not done after ${hangMs} ms`);
    else if (outcome !== 'done') faults.push(`worker ${worker.name}: ${outcome}`);
    faults.push(...failures.map((failure) => `worker ${worker.name} logs: ${failure}`));
  }
  return faults;
}

/**
 * The machine's clock, except that durations are counted in readings instead of seconds: each
 * reading is half a second after the one before. An advance to the year 2999, which may take ten
 * seconds, stops after twenty stretches, and the lease of a charge never ends because the machine
 * is slow.
 */
const hurried: SystemClock = {
  ...systemClock,
  monotonicMs: () => {
    readMs += 500;
    return readMs;
  },
};
let readMs = 0;

/** A sender whose webhook receivers accept everything. */
const receivers: Sender = {
  send: async () => ({ statusCode: 200, responseHeaders: [], response: '', durationMs: 1 }),
  close: async () => {},
};

/** A log that keeps only errors, each as the cause of a fault. */
const failureLog = (failures: string[]) =>
  pino(
    { level: 'error', base: null },
    {
      write(line: string) {
        const { err, msg } = JSON.parse(line) as { err?: Error; msg: string };
        failures.push(err === undefined ? msg : shown(err));
      },
    },
  );

/** Identifies an error by its message and the first line of our code in its stack. */
function shown(error: unknown): string {
  const { message, stack = '' } = error as Error;
  const place = /(?:server|contract|test)\/[\w/.]+:\d+/.exec(stack)?.[0] ?? '';
  const words = message.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, 'N').slice(0, 160);
  return `${words} at ${place}`;
}

async function within<Value>(ms: number, work: Promise<Value>): Promise<Value | 'late'> {
  const stop = new AbortController();
  const late = systemClock.sleep(ms, stop.signal).then(() => 'late' as const);
  const value = await Promise.race([work, late]);
  stop.abort();
  return value;
}

/** Deletes all rows of a merchant, so that a long run stays as fast as a short one. */
async function forgetMerchant({ db, app }: TestApp, merchantId: string): Promise<void> {
  const tables = await db.rows<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      and a.attname = 'merchant_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition`,
  );
  await db.transaction(async (tx) => {
    // On Citus this setting passes the next one on to the workers. Elsewhere its name has no
    // meaning.
    await tx.run("set local citus.propagate_set_commands = 'local'");
    await tx.run('set local session_replication_role = replica');
    for (const { name } of tables)
      await tx.run(`delete from ${name} where merchant_id = $1`, [merchantId]);
  });
  app.merchants.forget(merchantId);
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function liveMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1_000_000;
}
