// Measures how much slower searches of tasks become as a merchant grows: each filter and sort with
// 10,000 and with 1,000,000 tasks, a page of 50 whole tasks as the API returns it. Also measures
// how soon a socket receives a change, commit included, against a bare echo of ws plus a commit of
// one row on this machine.
// `node bench/workflow.ts [tasks of the large one, default 1000000]`

import { once } from 'node:events';
import { pino } from 'pino';
import { Temporal } from 'temporal-polyfill';
import { WebSocket, WebSocketServer } from 'ws';
import { type App, createApp } from '../server/src/app/app.ts';
import { randomIds } from '../server/src/kernel/ids.ts';
import { prepareBillingLinks } from '../server/src/payments/billingLinkStore.ts';
import { openGateways } from '../server/src/payments/gateways.ts';
import { systemClock } from '../server/src/platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../server/src/platform/context.ts';
import { sealWith } from '../server/src/platform/seal.ts';
import type { DatabasePool } from '../server/src/platform/storage/database.ts';
import { insertMerchant } from '../server/src/platform/tenancy/merchantStore.ts';
import { httpSender } from '../server/src/webhooks/send.ts';
import { saveChangedTasks } from '../server/src/workflow/saveOperations.ts';
import type { TaskSearch } from '../server/src/workflow/search.ts';
import { lockTasks, readTaskPage } from '../server/src/workflow/taskStore.ts';
import { figure, median } from './support/figures.ts';
import { benchKey, benchNow } from './support/merchant.ts';
import { withPostgres } from './support/postgres.ts';

const sizes = { SMALL: 10_000, LARGE: Number(process.argv[2] ?? 1_000_000) };
const samples = 25;
/** The number of measured changes that a socket receives, not counting those that warm up. */
const rounds = 320;
const warmUp = 20;
const zone = 'America/New_York';

/**
 * Searches with mixed filters and sorts; a search for `text` uses the trigram index and has a
 * looser goal.
 */
const questions: readonly {
  readonly name: string;
  readonly search: TaskSearch;
  readonly sort?: string;
  readonly isText?: true;
}[] = [
  { name: 'newest', search: {} },
  { name: 'by_priority', search: {}, sort: 'priority' },
  { name: 'open_by_due', search: { status: 'open' }, sort: 'due_dts' },
  {
    name: 'open_critical_by_due',
    search: { status: 'open', priority: '4 - critical' },
    sort: 'due_dts',
  },
  { name: 'mine', search: { assigned_to_me: true, status: 'open' } },
  {
    name: 'group_by_created',
    search: { assigned_to_group_id: 3, status: 'open' },
    sort: 'created_dts',
  },
  { name: 'object', search: { object_type: 'order', object_id: 'ORDER-77' } },
  { name: 'email', search: { object_email: 'customer77@example.com' } },
  { name: 'rare_tag', search: { tags: ['tag-777'] } },
  {
    name: 'updated_since',
    search: { last_update_dts_begin: '2026-07-15T06:00:00-04:00' },
    sort: 'last_update_dts',
  },
  { name: 'rare_words', search: { text: 'ORDER-778 parcel' }, isText: true },
  { name: 'common_word', search: { text: 'parcel' }, isText: true },
];

await withPostgres(async ({ db }) => {
  for (const [merchantId, size] of Object.entries(sizes)) await fill(db, merchantId, size);
  await db.run('vacuum (analyze)');
  const now = Temporal.Instant.from('2026-07-20T12:00:00Z');
  for (const { name, search, sort, isText } of questions) {
    const ask = (merchantId: string) => () =>
      readTaskPage(db, merchantId, {
        search,
        searcher: { userId: 5, groupIds: [3], zone, now, namedObjects: [] },
        exactStatus: false,
        page: { limit: 50, offset: 0 },
        sort: sort === undefined ? [] : [{ field: sort, descending: false }],
      });
    const [small, large] = await sideBySide(ask('SMALL'), ask('LARGE'));
    console.log(`${name}: ${small.toFixed(1)} ms and ${large.toFixed(1)} ms`);
    figure(`workflow_search_${name}`, large / small, isText ? '<=5' : '<=2');
  }
  await measureLive(db);
});

/**
 * Inserts tasks by SQL, one every five minutes. The amount of open work does not depend on the
 * merchant's age: only the newest ten thousand tasks include open ones.
 */
async function fill(db: DatabasePool, merchantId: string, size: number): Promise<void> {
  await insertMerchant(
    db,
    {
      merchantId,
      name: merchantId,
      timeZone: zone,
      currency: 'USD',
      settings: {},
      clock: { kind: 'standing', at: benchNow },
    },
    benchNow,
  );
  await db.run(
    `insert into workflow_task (merchant_id, global_number, task_uuid, name, object_type,
      object_key, object_id, object_email, assigned_user_id, assigned_group_id,
       priority, status, created_at, updated_at, due_at, created_by_name, tags, properties,
         attachments, notes, version, search_text)
     select $1, n, $1 || '-' || n, 'Task ' || n, 'order', 'ORDER-' || n / 3, 'ORDER-' || n / 3,
       'customer' || n / 5 || '@example.com',
       case when n % 2 = 0 then n % 50 end, case when n % 2 = 1 then n % 20 end,
       (array['1 - low', '2 - medium', '3 - high', '4 - critical'])[1 + n % 4], case when n > 10000
         or n * 7 % 10 > 3 then 'closed' when n * 7 % 10 = 3 then 'delayed' else 'open' end,
       $2::timestamptz - make_interval(mins => n * 5), $2::timestamptz - make_interval(mins => n *
         4), $2::timestamptz - make_interval(mins => n * 5 - n % 7919),
       'bench', array['tag-' || n / 10], '[]', '[]', '[]', 1, 'task ' || n || ' order-' || n / 3 ||
         ' customer' || n / 5 || '@example.com a parcel is lost'
     from generate_series(1, $3::int) n`,
    [merchantId, benchNow, size],
  );
}

/** Runs two operations in turn, and returns the median of each in milliseconds. */
async function sideBySide(
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let i = 0; i < samples + 5; i++) {
    for (const [index, work] of [one, other].entries()) {
      const startedMs = performance.now();
      await work();
      if (i >= 5) times[index]!.push(performance.now() - startedMs);
    }
  }
  return [median(times[0]), median(times[1])];
}

/**
 * Measures the time from the commit of a change until a socket has received it, against a bare
 * echo. A commit is added to both, because neither side can send before it.
 */
async function measureLive(db: DatabasePool): Promise<void> {
  const app = await liveApp(db);
  const socket = await openSocket(app, await benchKey(db, 'SMALL'));
  const context = await app.contextFor('SMALL');
  const echo = await bareEcho();
  const changes: Change[] = [];
  const echoes: number[] = [];
  const commits: number[] = [];
  for (let i = 0; i < rounds; i++) {
    changes.push(await timeChange(context, socket, String(i)));
    echoes.push(await echo.ask());
    commits.push(await timeCommit(db));
  }
  const toSocketMs = median(changes.slice(warmUp).map((each) => each.toSocketMs));
  const [echoMs, commitMs] = [median(echoes.slice(warmUp)), median(commits.slice(warmUp))];
  console.log(
    'a change with its commit takes ' +
      `${median(changes.map((each) => each.changeMs)).toFixed(2)} ms; from there to the socket ` +
      `${toSocketMs.toFixed(2)} ms; a bare echo ${echoMs.toFixed(2)} ms, a commit ` +
      `${commitMs.toFixed(2)} ms`,
  );
  figure('workflow_change_to_socket', (toSocketMs + commitMs) / (echoMs + commitMs), '<=3');
  socket.terminate();
  echo.close();
  await app.http.close();
}

async function liveApp(db: DatabasePool): Promise<App> {
  await prepareBillingLinks(db, randomIds, { url: 'http://127.0.0.1', origin: 'setting' });
  return createApp({
    db,
    clock: systemClock,
    ids: randomIds,
    log: pino({ level: 'silent' }),
    rateLimits: [],
    isLoopbackAllowed: true,
    bodyLimitBytes: 1_000_000,
    trustedProxies: [],
    gateways: openGateways({}, systemClock),
    mail: { send: async () => ({ kind: 'delivered', response: '' }), close: async () => {} },
    mailFrom: 'bench@localhost',
    seal: sealWith(Buffer.alloc(32, 1)),
    sender: httpSender({ clock: systemClock }),
    files: { folder: '/nonexistent' },
  });
}

async function openSocket(app: App, key: string): Promise<WebSocket> {
  const address = await app.http.listen({ host: '127.0.0.1', port: 0 });
  const headers = { 'x-ultracart-api-version': '2017-03-01', 'x-ultracart-simple-key': key };
  const { agent_auth: auth } = (await (
    await fetch(`${address}/rest/v2/workflow/agent/auth`, { method: 'PUT', headers })
  ).json()) as { agent_auth: { jwt: string } };
  const socket = new WebSocket(
    `${address.replace('http', 'ws')}/perennial/v1/workflow/live?token=${auth.jwt}`,
  );
  await once(socket, 'message');
  return socket;
}

interface Change {
  readonly changeMs: number;
  readonly toSocketMs: number;
}

async function timeChange(context: Context, socket: WebSocket, details: string): Promise<Change> {
  const heard = once(socket, 'message').then(() => performance.now());
  const startedMs = performance.now();
  await inTransaction(context, async (context) => {
    const [task] = await lockTasks(context.db, 'SMALL', ['SMALL-1']);
    const change = { before: task!, after: { ...task!, details } };
    await saveChangedTasks(context, [change], { name: 'bench' });
  });
  const committedMs = performance.now();
  return { changeMs: committedMs - startedMs, toSocketMs: (await heard) - committedMs };
}

async function timeCommit(db: DatabasePool): Promise<number> {
  const startedMs = performance.now();
  await db.run(
    `update workflow_task set version = version + 1 where merchant_id = 'LARGE'
      and global_number = 1`,
  );
  return performance.now() - startedMs;
}

async function bareEcho(): Promise<{ ask(): Promise<number>; close(): void }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);
  await once(socket, 'open');
  return {
    async ask() {
      const startedMs = performance.now();
      socket.send('x'.repeat(1000));
      await once(socket, 'message');
      return performance.now() - startedMs;
    },
    close() {
      socket.terminate();
      server.close();
    },
  };
}
