// Tests that a merchant moves from one installation to another with a different SECRET_KEY, and
// that at most one of the two charges its customers.
import assert from 'node:assert/strict';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type TestApp, testApp, testNow } from '../../../../test/support/app.ts';
import { type Ran, runPerennial } from '../../../../test/support/commandLine.ts';
import { openTestDatabase } from '../../../../test/support/database.ts';
import { fileChecksum } from '../../platform/backup/checkedFiles.ts';
import { checkExport } from '../../platform/backup/checkFolder.ts';
import type { MerchantManifest } from '../../platform/backup/manifest.ts';
import { readMerchantTables } from '../../platform/backup/merchantRows.ts';
import { systemClock } from '../../platform/clock/systemClock.ts';
import { openSeal, type Seal } from '../../platform/seal.ts';
import type { DatabasePool } from '../../platform/storage/database.ts';

const folder = await mkdtemp(join(tmpdir(), 'perennial-moving-'));
after(() => rm(folder, { recursive: true, force: true }));

interface Installation {
  readonly app: TestApp;
  readonly db: DatabasePool;
  readonly seal: Seal;
  readonly dataDir: string;
  run(args: readonly string[], onError?: (text: string) => void): Promise<Ran>;
}

async function installation(name: string): Promise<Installation> {
  const { db, url } = await openTestDatabase();
  const dataDir = join(folder, name);
  const key = `the secret key of the installation ${name}`;
  const seal = await openSeal(db, { dataDir, key });
  const env = { DATABASE_URL: url, DATA_DIR: dataDir, SECRET_KEY: key };
  await mkdir(dataDir);
  await writeFile(join(folder, `${name}.key`), `${key}\n`);
  const app = await testApp({ db, seal, files: { folder: join(dataDir, 'files') } });
  return { app, db, seal, dataDir, run: (args, onError) => runPerennial(args, env, onError) };
}

/** Reads every row of the merchant, by table. */
async function rowsOf(db: DatabasePool): Promise<Map<string, string[]>> {
  const rows = new Map<string, string[]>();
  for (const { name, columns } of await readMerchantTables(db)) {
    const own = await db.rows<{ row: string }>(
      `select row_to_json(t)::text as row
       from (select ${columns.join(', ')} from ${name} where merchant_id = $1) as t`,
      ['MOVE'],
    );
    rows.set(name, own.map(({ row }) => row).sort());
  }
  return rows;
}

const later = '2026-04-15T17:00:00Z';
const folderOf = (name: string) => join(folder, name);
const webhook = {
  webhook_url: 'http://127.0.0.1:9/',
  authentication_type: 'basic',
  basic_username: 'shop',
  basic_password: 'let me in',
} as const;

const there = await installation('there');
const here = await installation('here');
await there.app.addMerchant('MOVE', {
  settings: { webhooks: { allow_loopback: true } },
  clock: { kind: 'standing', at: testNow },
});
await there.run(['seed', '--merchant', 'MOVE', '--auto-orders', '30']);
const key = await there.app.addKey('MOVE');
const added = await there.app.request({ operation: 'insertWebhook', body: webhook, key });
assert.equal(added.status, 200, added.text);
const item = { merchant_item_id: 'TEA', description: 'tea\u2028and\ttabs' };
const made = await there.app.request({ operation: 'insertItem', body: item, key });
assert.equal(made.status, 200, made.text);
await mkdir(join(there.dataDir, 'files', 'MOVE'), { recursive: true });
await writeFile(join(there.dataDir, 'files', 'MOVE', 'letter'), 'Dear shop');
const secret = ['--secret-key-file', join(folder, 'there.key')];
let before: ReadonlyMap<string, string[]> = new Map();

test('an export with --move puts the merchant on hold and records it', async () => {
  assert.match(
    (await there.run(['export', '--merchant', 'NONE', folderOf('none')])).err,
    /no merchant/,
  );
  const exported = await there.run(['export', '--merchant', 'MOVE', '--move', folderOf('move')]);
  assert.equal(exported.code, 0, exported.err);
  assert.match(exported.err, /^MOVE is on hold here from now on; .*\n$/);
  assert.match(exported.out, /^MOVE: [\d,]+ rows and 1 attachments are in .*\nIt is on hold here/);
  assert.match(
    (await there.run(['export', '--merchant', 'MOVE', folderOf('move')])).err,
    /move is not empty/,
  );
  const isFile = await there.run(['export', '--merchant', 'MOVE', join(folder, 'there.key')]);
  assert.match(isFile.err, /^perennial: a file cannot be written or read \(EEXIST.*again\n$/);
  const { err } = await here.run(['import', '--secret-key-file', '/no/key', folderOf('move')]);
  assert.match(err, /^perennial: [^\n]*\/no\/key/);
  before = await rowsOf(there.db);
  await there.app.setClock(later, 'MOVE');
  await there.app.work();
  assert.equal(there.app.books.captures().length, 0, 'the installation before charges nothing');
});

test('an import that is damaged or cannot be read is refused and leaves nothing', async () => {
  const customers = join(folderOf('move'), 'tables', 'customer.base');
  await appendFile(customers, ' ');
  const damaged = await here.run(['import', ...secret, folderOf('move')]);
  assert.match(damaged.err, /customer\.base is damaged: .*nothing was changed/);
  await truncate(customers, (await readFile(customers)).length - 1);
  const unread = await here.run(['import', folderOf('move')]);
  assert.match(unread.err, /sealed with another SECRET_KEY; name a file that contains it/);
  const half = await here.run(['import', join(folderOf('move'), 'tables')]);
  assert.match(half.err, /has no manifest\.json: it is not an export of this release/);
  assert.deepEqual([damaged.code, unread.code, half.code], [1, 1, 1]);
  assert.match((await here.run(['merchant', 'list'])).out, /TEST/);
  assert.doesNotMatch((await here.run(['merchant', 'list'])).out, /MOVE/);
});

test('a folder cannot write rows of another merchant or files of another place', async () => {
  const forged = folderOf('forged');
  await cp(folderOf('move'), forged, { recursive: true });
  const manifest = JSON.parse(
    await readFile(join(forged, 'manifest.json'), 'utf8'),
  ) as MerchantManifest;
  const { base, columns } = manifest.tables.find(({ name }) => name === 'item')!;
  const row = (await readFile(join(forged, base.path), 'utf8')).split('\n')[0]!.split('\t');
  const others = row.map((value, index) => (columns[index] === 'merchant_id' ? 'TEST' : value));
  await appendFile(join(forged, base.path), `${others.join('\t')}\n`);
  Object.assign(base, await fileChecksum(join(forged, base.path), () => {}));
  const refused = async () => {
    await writeFile(join(forged, 'manifest.json'), JSON.stringify(manifest));
    return (await here.run(['import', ...secret, forged])).err;
  };
  assert.match(await refused(), /item\.base has rows of a merchant other than MOVE/);
  assert.doesNotMatch((await here.run(['merchant', 'list'])).out, /MOVE/);
  Object.assign(manifest.files[0]!, { path: 'files/attachments/../../../letter' });
  assert.match(await refused(), /letter is not a path in the folder/);
  Object.assign(manifest, { tables: [{ ...manifest.tables[0], columns: ['name, (select 1)'] }] });
  Object.assign(manifest, { files: [] });
  assert.match(await refused(), /has a column merchant\.name, \(select 1\), which this release/);
  Object.assign(manifest, { format: 3 });
  assert.match(await refused(), /was written by a newer release/);
});

test('every row, secret and attachment arrives', async () => {
  const imported = await here.run(['import', ...secret, folderOf('move')]);
  assert.deepEqual([imported.code, imported.err], [0, '']);
  assert.match(imported.out, /^MOVE was added, on hold/);
  assert.match((await here.run(['import', ...secret, folderOf('move')])).err, /MOVE already/);

  // The export, the import and the clock changed these tables; the rest of this test checks them.
  const changed = ['merchant', 'audit_head', 'audit_entry', 'webhook', 'webhook_secret'];
  const arrived = await rowsOf(here.db);
  for (const [name, rows] of before)
    if (!changed.includes(name)) assert.deepEqual(arrived.get(name), rows, name);
  assert.equal(before.get('auto_order')!.length, 30);
  assert.ok(before.get('event')!.length > 0);
  const sealed = await here.db.row<{ password: Buffer }>(
    'select basic_password as password from webhook where merchant_id = $1',
    ['MOVE'],
  );
  assert.equal(here.seal.open(sealed!.password), 'let me in');
  assert.equal(await readFile(join(here.dataDir, 'files', 'MOVE', 'letter'), 'utf8'), 'Dear shop');
  assert.match((await here.run(['audit', '--merchant', 'MOVE'])).out, /: 0 differences/);
  const log = await here.run(['audit', '--log', '--merchant', 'MOVE']);
  assert.match(log.out, /^MOVE: all \d+ entries are intact/);
});

test('the merchant is charged and its events are sent after an operator confirms the move', async () => {
  // While the merchant is on hold, its clock continues and nothing is charged or sent. Then an
  // operator confirms.
  await here.app.setClock(later, 'MOVE');
  await here.app.work();
  assert.equal(here.app.books.captures().length, 0);
  assert.deepEqual(here.app.mails, []);
  assert.equal((await here.run(['merchant', 'resume', '--id', 'MOVE'])).code, 0);
  assert.match((await here.run(['merchant', 'resume', '--id', 'MOVE'])).err, /MOVE is not on hold/);
  here.app.app.merchants.forget('MOVE');
  await here.app.work('held rebills');
  await here.app.work('rebill');
  assert.ok(here.app.books.captures().length > 0, 'it is charged here');
  const listed = await here.app.request({ operation: 'getWebhooks', key });
  assert.equal(listed.status, 200, 'its keys are valid here');
});

test('an export with --move waits for the charges that were sent', async (t) => {
  // The command checks every three seconds; this makes the checks follow at once.
  const { sleep } = systemClock;
  t.mock.method(systemClock, 'sleep', (ms: number, signal?: AbortSignal) =>
    ms === 3000 ? Promise.resolve() : sleep(ms, signal),
  );
  await there.app.addMerchant('WAIT', { clock: { kind: 'standing', at: testNow } });
  await there.run(['seed', '--merchant', 'WAIT', '--auto-orders', '3']);
  await there.db.run("update orders set card_token = 'tok_timeout_after' where merchant_id = $1", [
    'WAIT',
  ]);
  await there.app.setClock(later, 'WAIT');
  await there.app.work('rebill');
  const captured = there.app.books.captures().length;
  assert.ok(captured > 0, 'the gateway has taken money of which the answers were lost');

  let answered: Promise<void> | undefined;
  const exported = await there.run(
    ['export', '--merchant', 'WAIT', '--move', folderOf('wait')],
    (line) => {
      if (line.startsWith('waiting')) answered ??= answerWaiting();
    },
  );
  await answered;
  assert.deepEqual(
    [exported.code, exported.out.split('\n')[1]?.slice(0, 18)],
    [0, 'It is on hold here'],
  );
  const [held, waiting, ...more] = exported.err.split('\n');
  assert.match(held!, /^WAIT is on hold .* perennial merchant resume --id WAIT ends the hold$/);
  assert.equal(
    waiting,
    `waiting until ${captured} charges and 0 refunds that were sent have ended`,
  );
  assert.deepEqual(more, ['']);
  assert.equal(there.app.books.captures().length, captured);
  assert.deepEqual([...new Set(await statesOf(folderOf('wait')))], ['paid']);
});

/**
 * Ends the leases of the open charges, so the gateway is asked about them now instead of in a
 * minute.
 */
async function answerWaiting(): Promise<void> {
  await there.db.run(
    `update rebill set lease_until = statement_timestamp()
     where merchant_id = $1 and lease_until is not null`,
    ['WAIT'],
  );
  await there.app.work('unanswered charges');
}

/** Returns the states of the rebills in an exported folder. */
async function statesOf(exported: string): Promise<string[]> {
  const { tables } = await checkExport(exported, () => {});
  const { base, columns } = tables.find(({ name }) => name === 'rebill')!;
  const lines = (await readFile(join(exported, base.path), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => line.split('\t')[columns.indexOf('state')]!);
}
