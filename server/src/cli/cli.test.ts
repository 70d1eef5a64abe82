import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { spawnQuietNode } from '../../../test/support/childProcess.ts';
import { runPerennial } from '../../../test/support/commandLine.ts';
import { openTestDatabase } from '../../../test/support/database.ts';
import { randomIds } from '../kernel/ids.ts';
import { prepareBillingLinks } from '../payments/billingLinkStore.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { findMerchant } from '../platform/tenancy/merchantStore.ts';
import { closeStore } from './closeStore.ts';
import { demoWelcome } from './demo.ts';
import { tell } from './serving.ts';

const root = new URL('../../../', import.meta.url).pathname;
const { db, url } = await openTestDatabase();

/** Runs `perennial …` on the test's database. */
const perennial = (args: readonly string[], env: Record<string, string> = {}) =>
  runPerennial(args, { DATABASE_URL: url, ...env });

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

const wrongWays: [args: string[], env: Record<string, string>, code: number, says: RegExp][] = [
  [['bill'], {}, 2, /there is no command bill/],
  [['key'], {}, 2, /give a command: create, list, rotate or revoke/],
  [['key', 'sell', '--merchant', 'DEMO'], {}, 2, /use create, list, rotate or revoke/],
  [
    ['key', 'create', '--merchant', 'DEMO', '--name', 'x', '--permissions', 'orders_read'],
    {},
    2,
    /there is no orders_read; there are auto_order_read/,
  ],
  [
    [
      'key',
      'create',
      '--merchant',
      'DEMO',
      '--name',
      'x',
      '--permissions',
      'read',
      '--ips',
      '10.0.0.0/40',
    ],
    {},
    2,
    /10\.0\.0\.0\/40 is neither/,
  ],
  [['key', 'list', '--merchant', 'NONE'], {}, 1, /there is no merchant NONE; make one/],
  [['key', 'list', '--colour', 'red'], {}, 2, /Unknown option '--colour'/],
  // Earlier, the command ignored this argument and audited every merchant instead of DEMO.
  [['audit', 'DEMO'], {}, 2, /unexpected argument DEMO/],
  [['merchant', 'list', 'DEMO'], {}, 2, /unexpected argument DEMO/],
  [['migrate', 'now'], {}, 2, /unexpected argument now/],
  [['backup', 'one', 'two'], {}, 2, /unexpected argument two/],
  [['restore'], {}, 2, /the folder is missing/],
  // Node's recursive mkdir never returned below a folder like this one.
  [
    ['serve'],
    { DATA_DIR: '/proc/perennial/data' },
    1,
    /mkdir '\/proc\/perennial'.* correct the place/,
  ],
  // Earlier, `npm start audit` started a server.
  [['serve', 'audit'], {}, 2, /run by: npm run perennial -- audit/],
  [
    ['application', 'create', '--name', 'x', '--permissions', 'read'],
    {},
    2,
    /--redirect-uris is missing/,
  ],
  [
    [
      'application',
      'create',
      '--name',
      'x',
      '--permissions',
      'read',
      '--redirect-uris',
      'http://desk.example/',
    ],
    {},
    2,
    /http:\/\/desk\.example\/ is not https/,
  ],
  [['application', 'disable', 'nobody'], {}, 1, /there is no application nobody/],
  [
    ['user', 'create', '--merchant', 'NONE', '--login', 'two words', '--permissions', 'all'],
    {},
    2,
    /--login: /,
  ],
  [['merchant', 'create', '--id', 'toolong', '--name', 'x'], {}, 2, /one to five capital letters/],
  [
    ['merchant', 'create', '--id', 'SHOP', '--name', 'x', '--time-zone', 'Mars/Base'],
    {},
    2,
    /Mars\/Base is not a time zone/,
  ],
  [
    ['serve'],
    { PORT: 'http', LOG_LEVEL: 'loud', TRUSTED_PROXIES: 'proxy' },
    2,
    /PORT=http[\s\S]*LOG_LEVEL=loud[\s\S]*TRUSTED_PROXIES: proxy/,
  ],
  [
    ['migrate'],
    { DATABASE_URL: 'postgres://me:s3cret@127.0.0.1:1/x' },
    1,
    /PostgreSQL at 127\.0\.0\.1:1 cannot be reached/,
  ],
];

for (const [args, env, code, says] of wrongWays) {
  test(`refused: perennial ${args.join(' ')}`, async () => {
    const ran = await perennial(args, env);
    assert.match(ran.err, says);
    assert.equal(ran.code, code);
    assert.doesNotMatch(ran.err, /s3cret|\n {4}at /);
  });
}

test('every command says what it does', async () => {
  const overview = await perennial([]);
  for (const name of ['serve', 'migrate', 'merchant', 'key', 'user', 'application', 'seed']) {
    assert.match(overview.out, new RegExp(`perennial ${name}`));
    const { code, out } = await perennial([name, '--help']);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^perennial ${name}`));
  }
  assert.match((await perennial(['serve', '--help'])).out, /RATE_LIMIT_PER_HOUR/);
});

test('a merchant and its keys: made, listed, revoked', async () => {
  assert.match((await perennial(['migrate'])).out, /up to date/);
  assert.equal(
    (
      await perennial([
        'merchant',
        'create',
        '--id',
        'SHOP',
        '--name',
        'Shop',
        '--currency',
        'EUR',
        '--time-zone',
        'Europe/Vienna',
      ])
    ).code,
    0,
  );
  assert.match(
    (await perennial(['merchant', 'create', '--id', 'SHOP', '--name', 'Shop'])).err,
    /there is a merchant SHOP already/,
  );
  assert.match(
    (await perennial(['merchant', 'list'])).out,
    /SHOP +Europe\/Vienna +EUR +real +on +Shop/,
  );

  const made = await perennial([
    'key',
    'create',
    '--merchant',
    'SHOP',
    '--name',
    'billing import',
    '--permissions',
    'auto_order_read,order_read',
    '--ips',
    '203.0.113.7',
  ]);
  assert.match(made.out, /^[0-9a-f]{64}\n$/, 'the key alone, for scripts');
  const listed = await perennial(['key', 'list', '--merchant', 'SHOP']);
  assert.match(
    listed.out,
    /valid +\S+ +never +203\.0\.113\.7 +billing import +auto_order_read,order_read/,
  );
  assert.ok(listed.out.includes(made.out.slice(0, 8)) && !listed.out.includes(made.out.trim()));
  const id = /^(\d+) /m.exec(listed.out)![1]!;
  assert.equal((await perennial(['key', 'revoke', '--merchant', 'SHOP', id])).code, 0);
  assert.match(
    (await perennial(['key', 'revoke', '--merchant', 'SHOP', id])).err,
    new RegExp(`no valid key ${id}`),
  );
  assert.match((await perennial(['key', 'list', '--merchant', 'SHOP'])).out, /revoked 20/);
});

test('a key gets another secret, and a day on which it expires', async () => {
  const shop = ['--merchant', 'SHOP'];
  await perennial(['key', 'create', ...shop, '--name', 'desk', '--permissions', 'read']);
  const { out } = await perennial(['key', 'list', ...shop]);
  const id = /^(\d+) .* desk /m.exec(out)![1]!;
  const rotate = ['key', 'rotate', '--merchant', 'SHOP', id];
  const rotated = await perennial([...rotate, '--keep-old-hours', '2', '--expires', '2999-01-31']);
  assert.match(rotated.out, /^[0-9a-f]{64}\n$/, 'the new secret alone, for scripts');
  assert.match(rotated.err, /the old one is valid until 20/);
  assert.match(
    (await perennial(['key', 'list', '--merchant', 'SHOP'])).out,
    /valid until 2999-01-31, old secret until 20.*never/,
  );
  assert.match((await perennial([...rotate, '--expires', '2020-01-31'])).err, /in the past/);
  assert.match((await perennial([...rotate, '--keep-old-hours', '9999'])).err, /from 0 to 2160/);
});

test('the key of card links is rotated, which the log of the installation shows', async () => {
  await prepareBillingLinks(db, randomIds, { url: 'http://perennial.test', origin: 'shared' });
  const rotated = await perennial(['secret', 'rotate-links', '--keep-old-days', '7']);
  assert.match(rotated.out, /^New card links have a new key. Links of the old one work until 20/);
  assert.deepEqual(
    await db.rows('select act, after from audit_entry where merchant_id = $1 and act = $2', [
      '-',
      'secret rotate-links',
    ]),
    [{ act: 'secret rotate-links', after: { keepOldDays: 7 } }],
  );
  const tooLong = await perennial(['secret', 'rotate-links', '--keep-old-days', '366']);
  assert.match(tooLong.err, /--keep-old-days: give a whole number from 0 to 365/);
});

test('commands are in the audit log, and an entry that was changed by hand is found', async () => {
  const shop = ['--merchant', 'LOGS'];
  await perennial(['merchant', 'create', '--id', 'LOGS', '--name', 'Logs', '--test-clock']);
  await perennial(['key', 'create', ...shop, '--name', 'desk', '--permissions', 'read']);
  await perennial(['seed', ...shop, '--auto-orders', '3']);
  const rows = await db.rows(
    'select act, actor_kind, address from audit_entry where merchant_id = $1 order by act',
    ['LOGS'],
  );
  const here = { actor_kind: 'command', address: hostname() };
  const acts = ['key create', 'merchant create', 'seed'];
  assert.deepEqual(
    rows,
    acts.map((act) => ({ act, ...here })),
  );
  const intact = await perennial(['audit', '--log', ...shop]);
  assert.deepEqual([intact.code, intact.out], [0, 'LOGS: all 3 entries are intact\n']);

  const entry = 'where merchant_id = $1 and entry_number = 2';
  await db.run(`update audit_entry set actor_name = 'another' ${entry}`, ['LOGS']);
  const changed = await perennial(['audit', '--log']);
  assert.equal(changed.code, 1);
  assert.match(changed.out, /^LOGS: 1 entries are intact; entry 2 was changed$/m);
  assert.match(changed.out, /^SHOP: all \d+ entries are intact$/m);

  await db.run(`delete from audit_entry ${entry}`, ['LOGS']);
  const removed = await perennial(['audit', '--log', ...shop]);
  assert.equal(removed.code, 1);
  assert.match(removed.out, /^LOGS: 1 entries are intact; entry 2 is missing; entry 3 follows$/m);
});

test('users and applications: made, listed, given another password, disabled', async () => {
  await perennial(['merchant', 'create', '--id', 'STAFF', '--name', 'Staff']);
  const ann = ['--merchant', 'STAFF', '--login', 'ann'];
  const password = await perennial([
    'user',
    'create',
    ...ann,
    '--name',
    'Ann Smith',
    '--permissions',
    'all',
  ]);
  assert.match(password.out, /^[0-9a-f]{24}\n$/, 'the password alone, for scripts');
  assert.match(
    (await perennial(['user', 'create', ...ann, '--permissions', 'read'])).err,
    /has a user ann already/,
  );
  assert.match(
    (await perennial(['user', 'list', '--merchant', 'STAFF'])).out,
    /ann +Ann Smith +yes/,
  );
  assert.notEqual((await perennial(['user', 'password', ...ann])).out, password.out);
  assert.match((await perennial(['user', 'second-factor', ...ann])).err, /--checked/);
  assert.match(
    (
      await perennial([
        'key',
        'create',
        '--merchant',
        'STAFF',
        '--name',
        'x',
        '--permissions',
        'all',
        '--user',
        '77',
      ])
    ).err,
    /has no user 77/,
  );
});

test('applications: made, listed, of another kind, disabled, enabled', async () => {
  const made = await perennial([
    'application',
    'create',
    '--name',
    'Desk',
    '--permissions',
    'order_read',
    '--redirect-uris',
    'https://desk.example/back',
    '--secret',
  ]);
  assert.match(made.out, /^[0-9a-f]{32}\n[0-9a-f]{64}\n$/);
  const clientId = made.out.split('\n')[0]!;
  await perennial(['application', 'disable', clientId]);
  const { out } = await perennial(['application', 'list']);
  assert.match(
    out,
    /disabled 20\S+ +confidential +\S+ +Desk +https:\/\/desk\.example\/back +order_read/,
  );
  assert.match((await perennial(['application', 'enable', clientId])).out, /is enabled/);
  assert.match((await perennial(['application', 'kind', clientId, 'public'])).out, /is public/);
});

/**
 * Prepares a server with demo data on this database: returns its folder, its port and a function
 * that starts it.
 */
async function demoServer(t: TestContext, databaseUrl: string) {
  const dataDir = await mkdtemp(join(tmpdir(), 'perennial-cli-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  const serve = () => {
    const child = spawnQuietNode([`${root}server/src/main.mjs`], {
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        DEMO: 'on',
        PORT: String(port),
        LOG_LEVEL: 'warn',
      },
    });
    t.after(() => child.kill('SIGKILL'));
    return child;
  };
  return { dataDir, port, serve };
}

test('Ctrl-C while the demo is made ends the start and leaves nothing of it', async (t) => {
  const empty = await openTestDatabase(t);
  const { dataDir, serve } = await demoServer(t, empty.url);
  const child = serve();
  const exited = once(child, 'exit');
  const printed = textOf(child.stdout);
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (part) => {
      if (String(part).includes('making the demo data')) resolve();
    });
  });
  child.kill('SIGINT');
  assert.deepEqual(await exited, [0, null]);
  assert.doesNotMatch(await printed, /Console/);
  await assert.rejects(stat(join(dataDir, 'demo.json')), { code: 'ENOENT' });
  assert.equal(await findMerchant(empty.db, 'DEMO'), undefined);
});

test('a demo server says where it is, keeps its key, and stops when it is told to', async (t) => {
  const { dataDir, port, serve } = await demoServer(t, url);
  // The merchant exists already, so the demo adds no data.
  await perennial(['merchant', 'create', '--id', 'DEMO', '--name', 'Demo']);
  const keys: string[] = [];
  for (let start = 0; start < 2; start++) {
    const child = serve();
    const exited = once(child, 'exit');
    const printed = textOf(child.stdout);
    // The server refuses connections until it listens; after that a request waits until the file is
    // written.
    while (!(await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)))
      assert.equal(child.exitCode, null);
    const demo = JSON.parse(await readFile(join(dataDir, 'demo.json'), 'utf8'));
    assert.equal((await stat(join(dataDir, 'demo.json'))).mode & 0o777, 0o600);
    const names = 'apiKey baseUrl consoleUrl login merchantId password';
    assert.equal(Object.keys(demo).sort().join(' '), names);
    assert.equal(demo.baseUrl, `http://127.0.0.1:${port}`);
    assert.equal(demo.consoleUrl, `${demo.baseUrl}/#demo=${demo.password}`);
    assert.equal(await logInStatus(demo), 200);
    const curl = /^ *(curl .*)$/m.exec(demoWelcome(demo, dataDir, true))?.[1];
    const pasted = spawn('sh', ['-c', `${curl} -s`]);
    assert.match(await textOf(pasted.stdout), /"success":true/);
    keys.push(demo.apiKey);
    child.kill('SIGTERM');
    assert.deepEqual((await exited)[0], 0);
    // Printed lines are kept in logs, so the server shows the key only on a terminal.
    assert.match(await printed, /The demo key and the log-in are in .*demo\.json/);
    for (const secret of [demo.apiKey, demo.password]) assert.ok(!(await printed).includes(secret));
  }
  assert.equal(keys[0], keys[1]);
  // If the server cannot write the file, it reports that and ends, although it listens already.
  await mkdir(join(dataDir, 'demo.json.new'));
  const failing = serve();
  const failed = once(failing, 'exit');
  assert.match(
    await textOf(failing.stderr),
    /demo\.json cannot be written \(EISDIR\); make DATA_DIR a folder that we may write to, or set DEMO=off/,
  );
  assert.equal((await failed)[0], 1);
});

/** Logs in with the demo's link as the log-in page does, and returns the status. */
async function logInStatus(demo: {
  baseUrl: string;
  merchantId: string;
  login: string;
  password: string;
}): Promise<number> {
  const { status } = await fetch(`${demo.baseUrl}/perennial/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      merchant_id: demo.merchantId,
      login: demo.login,
      password: demo.password,
    }),
  });
  return status;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('a port that is taken is named before the store is opened', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  // No PostgreSQL listens at this address: a start that connected to it first would report that
  // instead.
  const settings = { PORT: String(port), DATABASE_URL: 'postgres://x@127.0.0.1:1/x' };
  const { code, err } = await runPerennial(['serve'], settings);
  assert.equal(code, 1);
  assert.match(err, new RegExp(`port ${port} is taken; set PORT`));
});

test('a server ends even if PostgreSQL does not respond to the end of its connection (M2)', async () => {
  const said: object[] = [];
  const log = { error: (facts: object) => said.push(facts) };
  const codes: number[] = [];
  const exit = (code: number) => codes.push(code);
  const late = { ...systemClock, sleep: async () => {} };
  await closeStore({ close: () => new Promise(() => {}) }, log, late, exit);
  assert.deepEqual([codes, said], [[1], [{}]]);
  const err = new Error('the port is taken');
  await closeStore({ close: () => new Promise(() => {}) }, log, late, exit, err);
  assert.deepEqual(said[1], { err }, 'why it ends is not lost');
  codes.pop();
  await closeStore({ close: async () => {} }, log, systemClock, exit);
  assert.deepEqual(codes, [1], 'one that responds ends in order, and no time passes');
});

test('a start continues when no reader takes its informative lines', async () => {
  const said: object[] = [];
  const log = { warn: (facts: object) => said.push(facts) };
  const err = new Error('timeout exceeded when trying to connect');
  await tell(log, async () => {
    throw err;
  });
  assert.deepEqual(said, [{ err }]);
});
