// Measures the cost of the whole server on top of its query. GET of one auto order with items,
// original order and rebill orders, and a list of 100 with items, are compared with a server of a
// few lines that sends the same JSON from the same PostgreSQL, and with a Prism mock of our OpenAPI
// document.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabasePool } from '../server/src/platform/storage/database.ts';
import { findSystemPostgres } from '../test/support/systemPostgres.ts';
import { figure, median } from './support/figures.ts';
import { requestsPerSecond } from './support/load.ts';
import { benchKey, benchMerchant } from './support/merchant.ts';
import { withPostgres } from './support/postgres.ts';
import { type ServerProcess, startServer } from './support/processes.ts';

const autoOrders = 3000;
/**
 * Each pair measures both servers, one after the other; the figure is the median of the pairs'
 * ratios.
 */
const pairs = 15;
const seconds = 1;
const callers = 8;

const offsetsOfPages = Array.from({ length: 20 }, (_, index) => index * 100);
const api = '/rest/v2/auto_order/auto_orders';
const mockDocument = join(tmpdir(), `perennial-bench-${process.pid}.json`);
const prism = 'bench/peers/node_modules/@stoplight/prism-cli/dist/index.js';

/** Whether only the two PostgreSQL servers are compared: `node bench/http.ts own`. */
const isOwnAlone = process.argv[2] === 'own';

await withPostgres(async ({ db, url }) => {
  const { env, headers, oids } = await benchServer(db, url);
  const servers: ServerProcess[] = [];
  const started = async (server: Promise<ServerProcess>) => {
    servers.push(await server);
    return servers.at(-1)!.baseUrl;
  };
  try {
    const ours = await started(
      startServer({ args: ['server/src/main.mjs'], env, readyPath: '/readyz' }),
    );
    const { one, list } = targetsOf(ours, headers, oids);
    if (isOwnAlone) return await measureOwnPostgres(one, list);
    await measureYardstick(started, env, { one, list, oids });
    await measureOwnPostgres(one, list);
    await measureMock(started, one);
  } finally {
    for (const server of servers) await server.stop();
    await rm(mockDocument, { force: true });
  }
});

/** Starts a server that is stopped at the end, and returns its address. */
type Start = (server: Promise<ServerProcess>) => Promise<string>;

/** Compares with a server of a few lines that sends the same JSON from the same PostgreSQL. */
async function measureYardstick(
  started: Start,
  env: Readonly<Record<string, string>>,
  { one, list, oids }: { one: Target; list: Target; oids: readonly number[] },
): Promise<void> {
  const baseUrl = await started(
    startServer({ args: ['bench/support/yardstick.ts'], env, readyPath: '/ready' }),
  );
  const bareOne = { baseUrl, headers: {}, paths: oids.map((oid) => `/one/${oid}`) };
  figure('http_one', await compare('one auto order', one, bareOne, pairs), '>=0.6');
  const paths = offsetsOfPages.map((offset) => `/many?offset=${offset}`);
  const bareList = { baseUrl, headers: {}, paths };
  figure('http_list', await compare('a list of 100', list, bareList, pairs), '>=0.8');
}

/** Compares with a Prism mock of our OpenAPI document. */
async function measureMock(started: Start, one: Target): Promise<void> {
  const { headers } = one;
  const [path = ''] = one.paths;
  const answer = await fetch(`${one.baseUrl}${path}`, { headers });
  await writeMockDocument(mockDocument, await answer.json());
  const mock = await started(
    startServer({
      args: [prism, 'mock', '-p', '{port}', mockDocument],
      readyPath: path,
      headers,
    }),
  );
  const mocked = { baseUrl: mock, headers, paths: [path] };
  const what = 'one auto order, against a Prism mock';
  figure('http_mock', await compare(what, one, mocked, pairs), '>=6');
}

/**
 * Compares the machine's own PostgreSQL with its defaults, including JIT, with the embedded one.
 */
async function measureOwnPostgres(embeddedOne: Target, embeddedList: Target): Promise<void> {
  const own = await findSystemPostgres();
  if (own === undefined)
    return console.log('figures http_own_… skipped: this machine has no PostgreSQL');
  await withPostgres(async ({ db, url }) => {
    const { env, headers, oids } = await benchServer(db, url);
    const server = await startServer({ args: ['server/src/main.mjs'], env, readyPath: '/readyz' });
    try {
      const { one, list } = targetsOf(server.baseUrl, headers, oids);
      const words = `on ${own.version}, against the embedded one`;
      const oneRatio = await compare(`one auto order ${words}`, one, embeddedOne, pairs);
      figure('http_own_one', oneRatio, '>=0.8');
      const listRatio = await compare(`a list of 100 ${words}`, list, embeddedList, pairs);
      figure('http_own_list', listRatio, '>=0.8');
    } finally {
      await server.stop();
    }
  }, own);
}

/**
 * Makes a merchant and its key, and returns what a server needs to show it. Rate limits are on as
 * usual, but too high to be reached.
 */
async function benchServer(db: DatabasePool, url: string) {
  await benchMerchant(db, 'BENCH', { autoOrders, daysMax: 400 });
  const key = await benchKey(db, 'BENCH');
  const oids = await db.rows<{ oid: number }>(
    `select auto_order_oid as oid from auto_order where merchant_id = $1 and rebill_count between 3
      and 5 limit 200`,
    ['BENCH'],
  );
  return {
    oids: oids.map(({ oid }) => oid),
    headers: { 'x-ultracart-simple-key': key, 'x-ultracart-api-version': '2017-03-01' },
    env: {
      DATABASE_URL: url,
      DEMO: 'off',
      LOG_LEVEL: 'warn',
      RATE_LIMIT_PER_HOUR: '1000000000',
      RATE_LIMIT_PER_DAY: '1000000000',
    },
  };
}

/** Returns the requests that are sent to a server. */
function targetsOf(baseUrl: string, headers: Target['headers'], oids: readonly number[]) {
  const expand = '_expand=items,original_order,rebill_orders';
  return {
    one: { baseUrl, headers, paths: oids.map((oid) => `${api}/${oid}?${expand}`) },
    list: {
      baseUrl,
      headers,
      paths: offsetsOfPages.map((offset) => `${api}?_limit=100&_offset=${offset}&_expand=items`),
    },
  };
}

/**
 * Writes our OpenAPI document with our own response as the example. The mock cannot generate one
 * from the schemas alone, because orders contain customers who contain orders.
 */
async function writeMockDocument(path: string, answer: unknown): Promise<void> {
  const document = JSON.parse(
    await readFile(new URL('../contract/openapi.json', import.meta.url), 'utf8'),
  );
  document.paths[`${api}/{auto_order_oid}`].get.responses['200'].content[
    'application/json'
  ].example = answer;
  await writeFile(path, JSON.stringify(document));
}

interface Target {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
}

/**
 * Measures interleaved pairs after a round that warms both servers up, and prints the median of the
 * ratios ours : theirs.
 */
async function compare(
  what: string,
  ours: Target,
  theirs: Target,
  rounds: number,
): Promise<number> {
  for (const target of [ours, theirs]) await requestsPerSecond({ ...target, callers, seconds });
  const measured: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    measured.push({
      ours: await requestsPerSecond({ ...ours, callers, seconds }),
      theirs: await requestsPerSecond({ ...theirs, callers, seconds }),
    });
  }
  const rate = (side: 'ours' | 'theirs') => median(measured.map((each) => each[side])).toFixed(0);
  console.log(
    `${what}: ${rate('ours')} requests/s, the other ${rate('theirs')} (medians of ${rounds})`,
  );
  return median(measured.map((each) => each.ours / each.theirs));
}
