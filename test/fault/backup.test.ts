// Tests `perennial backup` while servers write and a rebill run is in progress, and `perennial
// restore`: every write that was acknowledged before the end of the backup is restored, and a
// damaged or unfinished backup restores nothing.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { auditMerchant } from '../../server/src/books/auditOperations.ts';
import { required } from '../../server/src/kernel/assert.ts';
import { type BackupParts, takeBackup } from '../../server/src/platform/backup/backup.ts';
import { wholeDatabase } from '../../server/src/platform/backup/catalogue.ts';
import { checkBackup } from '../../server/src/platform/backup/checkFolder.ts';
import type { Manifest } from '../../server/src/platform/backup/manifest.ts';
import { restoreDatabase } from '../../server/src/platform/backup/restore.ts';
import { openRowStream } from '../../server/src/platform/backup/rowStream.ts';
import { readContinuity } from '../../server/src/platform/continuityStore.ts';
import { type DatabasePool, openPool } from '../../server/src/platform/storage/database.ts';
import { readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { noLimits } from '../../server/src/platform/storage/sessionSettings.ts';
import { emptyDatabase, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { coffee, type Rebills, rebillsOn } from '../support/rebills.ts';
import { withPool } from '../support/testStore.ts';
import { openWire } from '../support/wire.ts';

const due = '2026-03-15T14:00:00Z';

interface Installation {
  readonly rebills: Rebills;
  readonly db: DatabasePool;
  backup(more?: Partial<BackupParts>): Promise<Manifest>;
  /** Restores the folder into a new database. */
  restore(): Promise<DatabasePool>;
  readonly folder: string;
}

/** Prepares a merchant with due auto orders, and a folder for a backup. */
async function installation(t: TestContext, autoOrders: number): Promise<Installation> {
  return installationOn(t, await openTestDatabase(t), autoOrders);
}

async function installationOn(
  t: TestContext,
  { db, connection }: Pick<TestDatabase, 'db' | 'connection'>,
  autoOrders: number,
): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-backup-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const attachments = join(folder, 'attachments');
  await writeFile(attachments, 'a note');
  const rebills = await rebillsOn(db);
  await rebills.addItem(coffee);
  await rebills.addMany(
    Array.from({ length: autoOrders }, (_, index) => ({ autoOrderOid: index + 1 })),
  );
  const into = join(folder, 'backup');
  return {
    rebills,
    db,
    folder: into,
    backup: (more) =>
      takeBackup({
        connection,
        folder: into,
        sources: { notes: attachments },
        onProgress() {},
        ...more,
      }),
    async restore() {
      const manifest = await checkBackup(into, () => {});
      const empty = await emptyDatabase(t, connection);
      await restoreDatabase(
        {
          connection: empty,
          folder: into,
          migrations: readMigrations(),
          now: Temporal.Now.instant(),
          onProgress() {},
        },
        manifest,
      );
      const restored = openPool({
        connection: empty,
        limits: noLimits,
        maxConnections: 2,
        prepareStatements: false,
      });
      t.after(() => restored.close());
      return restored;
    },
  };
}

/**
 * Whether a write was done. A write that waited too long for the end of a backup is refused, and
 * its client repeats it: on Citus on a busy machine the end can take longer than a write may wait.
 */
const isWritten = (write: Promise<unknown>): Promise<boolean> =>
  write.then(
    () => true,
    (error: { code?: string }) => {
      if (error.code === '55P03') return false;
      throw error;
    },
  );

interface Acknowledged {
  readonly message: string;
  readonly atMs: number;
}

/**
 * Starts clients that insert, change and delete rows until they are stopped. The test records the
 * content of each row and when it was acknowledged, as the client knows it.
 */
function writing({ db, rebills }: Installation, clients: number) {
  const lives: Acknowledged[][] = [];
  let isStopped = false;
  let writes = 0;
  const put = async (life: Acknowledged[], sql: string, message: string, old: string) => {
    while (!(await isWritten(db.run(sql, [rebills.merchant.merchantId, message, old])))) {}
    life.push({ message, atMs: Date.now() });
    writes++;
  };
  const insert =
    'insert into auto_order_log (merchant_id, auto_order_oid, at, message) ' +
    'select m.merchant_id, 1, statement_timestamp(), $2 from merchant m ' +
    'where m.merchant_id = $1 and $3::text is not null';
  const change =
    'update auto_order_log set message = $2 ' +
    'where merchant_id = $1 and auto_order_oid = 1 and message = $3';
  const remove =
    'delete from auto_order_log where merchant_id = $1 and auto_order_oid = 1 ' +
    'and message = $3 and $2::text is not null';
  const done = Array.from({ length: clients }, async (_, client) => {
    for (let count = 0; !isStopped; count++) {
      const life: Acknowledged[] = [];
      lives.push(life);
      const name = `write ${client}.${count}`;
      await put(life, insert, name, '');
      if (count % 3 === 1) await put(life, change, `${name} changed`, name);
      if (count % 7 === 2) await put(life, remove, 'gone', life.at(-1)!.message);
    }
  });
  const all = Promise.all(done);
  return {
    /** Waits until `count` writes were acknowledged. */
    async reach(count: number) {
      while (writes < count) await Promise.race([all, pause(5)]);
    },
    written: () => writes,
    async stop() {
      isStopped = true;
      await all;
      return lives;
    },
  };
}

test('a backup during 10,000 writes and a rebill run holds all that was acknowledged before its end', async (t) => {
  const shop = await installation(t, 120);
  const clients = writing(shop, 6);
  const run = shop.rebills.run(due);
  await clients.reach(5000);
  const manifest = await shop.backup();
  await clients.reach(10_000);
  const lives = await clients.stop();
  assert.equal((await run).paid, 120);

  assert.equal(manifest.didWritersWait, true);
  const endMs = Date.parse(manifest.takenAt);
  const restored = await shop.restore();
  const rows = await restored.rows<{ message: string }>(
    'select message from auto_order_log where merchant_id = $1',
    [shop.rebills.merchant.merchantId],
  );
  const found = new Set(rows.map(({ message }) => message));
  let checked = 0;
  for (const life of lives) {
    const before = life.filter(({ atMs }) => atMs < endMs);
    const last = before.at(-1);
    if (last === undefined) continue;
    // The backup may also contain the row's next write, which was acknowledged later.
    const next = life[before.length];
    assert.ok(
      [last, next].some((each) => each !== undefined && isHeld(life, each, found)),
      JSON.stringify(life),
    );
    checked++;
  }
  assert.ok(checked > 3000, `${checked} rows were checked`);
  t.diagnostic(`${clients.written()} writes, ${checked} rows acknowledged before the end`);

  const { differences } = await auditMerchant(restored, shop.rebills.merchant);
  assert.deepEqual(differences, []);
  const { epoch, heldReason } = await readContinuity(restored);
  assert.equal(epoch, 2);
  assert.equal(heldReason, `the backup of ${manifest.takenAt} was restored`);
});

/** Whether the database contains a row in the state after one of its writes. */
function isHeld(life: readonly Acknowledged[], { message }: Acknowledged, found: Set<string>) {
  const texts = life.map((each) => each.message).filter((text) => text !== 'gone');
  return message === 'gone' ? texts.every((text) => !found.has(text)) : found.has(message);
}

test('every table comes back as it was', async (t) => {
  const shop = await installation(t, 20);
  await shop.rebills.run(due);
  await shop.backup();
  assert.deepEqual(await digests(await shop.restore()), await digests(shop.db));
});

/**
 * Returns a checksum of each table's rows, without the counters: a restore begins a new epoch,
 * which skips numbers.
 */
async function digests(db: DatabasePool): Promise<Record<string, string>> {
  const tables = await db.rows<{ name: string }>(
    `select quote_ident(relname) as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'r'
       and relname not in ('continuity', 'counter', 'readiness') order by 1`,
  );
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    const row = await db.row<{ digest: string }>(
      `select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) as digest
       from ${name} t ${wholeDatabase}`,
    );
    found[name] = row!.digest;
  }
  return found;
}

test('an interrupted backup continues, and forgets what was changed and deleted meanwhile', async (t) => {
  const shop = await installation(t, 30);
  let isCut = false;
  const cut = shop.backup({
    onProgress() {
      if (isCut) return;
      isCut = true;
      throw new Error('the disk is full');
    },
  });
  await assert.rejects(cut, /the disk is full/);
  await assert.rejects(
    checkBackup(shop.folder, () => {}),
    /was not finished; continue it with/,
  );
  await shop.db.run("delete from orders where merchant_id = $1 and order_id like '%1'", [
    shop.rebills.merchant.merchantId,
  ]);
  await shop.rebills.run(due);
  let read = 0;
  await shop.backup({ onProgress: () => read++ });
  assert.ok(read > 0);
  assert.deepEqual(await digests(await shop.restore()), await digests(shop.db));
  await assert.rejects(shop.backup(), /holds the state of .* already/);
});

test('a backup that fails while writers wait lets them go', async (t) => {
  const { db, connection } = await openTestDatabase(t);
  const other = openPool({ connection, maxConnections: 1, prepareStatements: false });
  t.after(() => other.close());
  // Rows that are newer than an open transaction are read while writers wait.
  await other.run('begin');
  await other.row('select pg_current_xact_id()');
  const shop = await installationOn(t, { db, connection }, 1);
  // The rows do not fit into one part of an answer, so PostgreSQL still sends rows after the
  // failure.
  await db.run(
    `insert into auto_order_log (merchant_id, auto_order_oid, at, message)
     select merchant_id, 1, statement_timestamp(), repeat('x', 500)
     from auto_order, generate_series(1, 2000) where merchant_id = $1`,
    [shop.rebills.merchant.merchantId],
  );
  const failing = shop.backup({
    onProgress() {
      const files = readdirSync(join(shop.folder, 'tables'));
      if (files.includes('auto_order_log.changed')) throw new Error('the disk is full');
    },
  });
  await assert.rejects(failing, /the disk is full/);
  await db.run('delete from auto_order_log where merchant_id = $1', [
    shop.rebills.merchant.merchantId,
  ]);
  await other.run('rollback');
  await shop.backup();
  assert.deepEqual(await digests(await shop.restore()), await digests(shop.db));
});

test('an interrupted backup of many rows keeps the tables that were read', async (t) => {
  const shop = await installation(t, 30);
  let calls = 0;
  const cut = shop.backup({
    onProgress() {
      if (++calls === 5) throw new Error('stopped');
    },
  });
  await assert.rejects(cut, /stopped/);
  assert.ok(calls <= 6, `the other reader ended its table and read no more (${calls} parts)`);
  const state = JSON.parse(await readFile(join(shop.folder, 'unfinished.json'), 'utf8')) as {
    bases: { base: { path: string } }[];
  };
  const first = join(shop.folder, state.bases[0]!.base.path);
  const { mtimeMs } = await stat(first);
  await shop.backup();
  assert.equal((await stat(first)).mtimeMs, mtimeMs);
});

test('a damaged backup restores nothing', async (t) => {
  const shop = await installation(t, 3);
  const manifest = await shop.backup();
  const table = manifest.tables.find(({ name }) => name === 'auto_order')!;
  // If another test's transaction is older than the rows, they are in the second file.
  const file = required(
    [table.base, table.changed].find((each) => (each?.bytes ?? 0) > 3),
    'a file with rows',
  );
  const path = join(shop.folder, file.path);
  const whole = await readFile(path);
  await appendFile(path, 'x');
  await assert.rejects(shop.restore(), new RegExp(`${file.path} is damaged`));
  const changed = Buffer.from(whole);
  changed[3] = changed[3]! ^ 1;
  await writeFile(path, changed);
  await assert.rejects(shop.restore(), /is damaged/);
  await rename(path, `${path}.gone`);
  await assert.rejects(shop.restore(), /cannot be read .*use another folder/);
});

test('a backup of the first format is restored, and one of a later release is refused', async (t) => {
  const shop = await installation(t, 2);
  const { kind, ...manifest } = await shop.backup();
  assert.equal(kind, 'database');
  const write = (change: object) =>
    writeFile(join(shop.folder, 'manifest.json'), JSON.stringify({ ...manifest, ...change }));
  await write({ format: 1 });
  assert.deepEqual(await digests(await shop.restore()), await digests(shop.db));
  await write({ format: 3 });
  await assert.rejects(shop.restore(), /was written by a newer release/);
  await write({ kind: 'merchant', merchantId: 'TEA' });
  await assert.rejects(
    shop.restore(),
    /holds only the merchant TEA; add it with: perennial import/,
  );
  await writeFile(join(shop.folder, 'manifest.json'), '{');
  await assert.rejects(shop.restore(), /manifest\.json is damaged/);
});

test('a restore needs an empty database and a release that knows the backup', async (t) => {
  const shop = await installation(t, 1);
  const manifest = await shop.backup();
  const parts = { folder: shop.folder, now: Temporal.Now.instant(), onProgress() {} };
  const { connection } = await openTestDatabase(t);
  await withPool(connection, (db) =>
    db.run("insert into merchant (merchant_id, name, created_at) values ('SHOP', 'Shop', now())"),
  );
  const migrations = readMigrations();
  await assert.rejects(
    restoreDatabase({ connection, migrations, ...parts }, manifest),
    /has merchants already \(SHOP\)/,
  );
  const empty = await emptyDatabase(t, connection);
  await assert.rejects(
    restoreDatabase({ connection: empty, migrations: migrations.slice(0, -1), ...parts }, manifest),
    new RegExp(`has the migration ${migrations.at(-1)!.name}`),
  );
});

test('a connection to a PostgreSQL that does not respond any more is closed', async (t) => {
  const { connection } = await openTestDatabase(t);
  const wire = await openWire(t, connection);
  const rows = await openRowStream(wire.connection, 1);
  await rows.command('begin');
  wire.freeze();
  await rows.close();
});
