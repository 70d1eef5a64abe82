// Tests background work while some merchants cannot be reached. The tests of a missing node need a
// Citus (CITUS_URL).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { ensureDemoMerchant } from '../../server/src/cli/demo.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { expiryWorker } from '../../server/src/oauth/expiryWorker.ts';
import { prepareBillingLinks } from '../../server/src/payments/billingLinkStore.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import { NodeMissing } from '../../server/src/platform/storage/failures.ts';
import {
  missingNodes,
  onMissingNodes,
  poll,
  readWhereReachable,
  unlessNodeMissing,
} from '../../server/src/platform/storage/nodes.ts';
import {
  findMerchant,
  listMerchantIds,
  reachableMerchantIds,
} from '../../server/src/platform/tenancy/merchantStore.ts';
import { rememberedMerchants } from '../../server/src/platform/tenancy/merchants.ts';
import { rebillWorker } from '../../server/src/rebill/rebillWorker.ts';
import { insertApiKey, listApiKeys } from '../../server/src/staff/apiKeyStore.ts';
import { keyUses } from '../../server/src/staff/keyUseWorker.ts';
import { at } from '../support/autoOrders.ts';
import { shutOut } from '../support/citus.ts';
import {
  addMerchantRow,
  nodesOfStore,
  openTestDatabase,
  testDatabase,
} from '../support/database.ts';
import { movedClock } from '../support/movedClock.ts';
import { coffee, type Rebills, rebillsOn } from '../support/rebills.ts';
import { serveDatabase } from '../support/served.ts';
import { withPool } from '../support/testStore.ts';

const [, worker] = await nodesOfStore();
const due = '2026-03-15T14:00:00Z';
const merchantIds = Array.from({ length: 8 }, (_, index) => `M${index}`);

/** Adds merchants with one due auto order each, and the worker that bills for all of them. */
async function dueMerchants(db: DatabasePool) {
  const of = new Map<string, Rebills>();
  for (const merchantId of merchantIds) {
    const clock = { kind: 'standing', at: at(due) } as const;
    const rebills = await rebillsOn(db, { merchantId, clock });
    await rebills.addItem(coffee);
    await rebills.add({ autoOrderOid: 1 });
    of.set(merchantId, rebills);
  }
  const { runOnce } = rebillWorker({
    ...of.get('M0')!.parts,
    db,
    log: pino({ level: 'silent' }),
    contextFor: async (merchantId) => of.get(merchantId)!.context(due),
  });
  return {
    bill: runOnce,
    async billed(among: readonly string[]) {
      const orders = await Promise.all(among.map((id) => of.get(id)!.orders(1)));
      return among.filter((_, index) => orders[index]!.length === 1);
    },
  };
}

test('a merchant whose rows PostgreSQL refuses keeps no other from being billed', {
  skip: worker !== undefined && 'Citus has no triggers on distributed tables',
}, async (t) => {
  const db = await testDatabase(t);
  const { bill, billed } = await dueMerchants(db);
  await db.run(
    `create function refuse() returns trigger language plpgsql as
     $$ begin raise 'the node is gone' using errcode = 'connection_failure'; end $$`,
  );
  await db.run(
    `create trigger is_gone before insert on rebill for each row
     when (new.merchant_id = 'M3') execute function refuse()`,
  );
  await bill();
  const others = merchantIds.filter((id) => id !== 'M3');
  assert.deepEqual(await billed(merchantIds), others);
  await db.run('drop trigger is_gone on rebill');
  await bill();
  assert.deepEqual(await billed(merchantIds), merchantIds);
});

test('on plain PostgreSQL a poll that fails is not read as one without those merchants', {
  skip: worker !== undefined && 'needs plain PostgreSQL',
}, async (t) => {
  const db = await testDatabase(t);
  await db.run(
    `create function lost() returns boolean language plpgsql as
     $$ begin raise 'the server is gone' using errcode = 'connection_failure'; end $$`,
  );
  const asked = poll(db, (only) => `select 1 from merchant m where ${only('m')} true or lost()`);
  assert.deepEqual(await asked, []);
  await assert.rejects(
    poll(db, (only) => `select lost() from (values (1)) m where ${only('m')} true`),
    /the server is gone/,
  );
  await assert.rejects(
    unlessNodeMissing(db, () => db.rows('select lost()')),
    /the server is gone/,
  );
  assert.deepEqual(missingNodes(db), []);
});

test('polls leave connections for requests, and those that wait come next', async (t) => {
  const db = await testDatabase(t);
  const busy: number[] = [];
  const polls = Array.from({ length: 9 }, async () => {
    await poll(db, () => 'select pg_sleep(0.05)');
    busy.push(db.usage().busy);
  });
  await Promise.all(polls);
  assert.equal(busy.length, 9);
  assert.ok(Math.max(...busy) <= 4, busy.join());
});

test('a merchant whose row does not come keeps one connection, however many requests it has', async (t) => {
  const db = await testDatabase(t);
  const clock = movedClock();
  const merchants = rememberedMerchants(db, clock);
  await addMerchantRow(db, 'M0');
  await db.transaction(async (tx) => {
    await tx.run('lock table merchant in access exclusive mode');
    const first = merchants.find('M0');
    clock.move(5000);
    assert.equal(merchants.find('M0'), first);
    await tx.run('select 1');
    assert.equal(db.usage().busy, 2, 'this transaction, and one read');
    void first.catch(() => {});
  });
  const read = await merchants.find('M0');
  assert.equal(read?.merchantId, 'M0');
  clock.move(1001);
  const later = merchants.find('M0');
  assert.notEqual(later, merchants.find('M1'));
  assert.equal((await later)?.merchantId, 'M0');
});

/** Makes the node's part of each table of merchants wait, as if the node was frozen. */
async function freezeNode(db: DatabasePool, database: string, work: () => Promise<void>) {
  const parts = await db.rows<{ name: string }>(
    `select shard_name as name from citus_shards
     where table_name = 'merchant'::regclass and nodename = $1 and nodeport = $2`,
    [worker!.host, worker!.port],
  );
  await withPool({ ...worker!, database }, (node) =>
    node.transaction(async (tx) => {
      const names = parts.map(({ name }) => name).join(', ');
      await tx.run('set local citus.enable_manual_changes_to_shards = on');
      await tx.run(`lock table ${names} in access exclusive mode`);
      await work();
    }),
  );
}

test('a node of Citus that is frozen is left out before the time of a statement is up', {
  skip: worker === undefined && 'needs CITUS_URL',
}, async (t) => {
  const { db, connection } = await openTestDatabase(t);
  const { bill, billed } = await dueMerchants(db);
  const merchants = rememberedMerchants(db, systemClock);
  await freezeNode(db, connection.database, async () => {
    const startedAt = performance.now();
    const reads = await Promise.allSettled(merchantIds.map((id) => merchants.find(id)));
    const frozen = merchantIds.filter((_, index) => reads[index]!.status === 'rejected');
    for (const read of reads)
      assert.ok(read.status === 'fulfilled' || read.reason instanceof NodeMissing);
    await bill();
    assert.ok(performance.now() - startedAt < 12_000, 'a statement may take 15 seconds');
    const others = merchantIds.filter((id) => !frozen.includes(id));
    assert.deepEqual(await reachableMerchantIds(db), others);
    assert.ok(frozen.length > 0 && others.length > 0, frozen.join());
    assert.deepEqual(await billed(others), others);
    await assert.rejects(merchants.find(frozen[0]!), NodeMissing);
  });
  while (missingNodes(db).length > 0) await bill();
  await bill();
  assert.deepEqual(await billed(merchantIds), merchantIds);
});

/** Makes each read of the part of the table with `merchantId` take five seconds. */
async function slowDown(db: DatabasePool, database: string, merchantId: string): Promise<void> {
  const part = await db.row<{ name: string; host: string; port: number }>(
    `select shard_name as name, nodename as host, nodeport as port from citus_shards
     where table_name = 'merchant'::regclass
       and shardid = get_shard_id_for_distribution_column('merchant', $1::text)`,
    [merchantId],
  );
  const { name, host, port } = part!;
  await withPool({ ...worker!, host, port, database }, (node) =>
    node.transaction(async (tx) => {
      await tx.run('set local citus.enable_manual_changes_to_shards = on');
      await tx.run('set local citus.enable_ddl_propagation = off');
      await tx.run(`alter table ${name} rename to slow_rows`);
      await tx.run(
        `create view ${name} as select r.* from slow_rows r, (select pg_sleep(5)) as after_sleep`,
      );
    }),
  );
}

test('a node of Citus that is slow and responds to everything is not lost for its merchants', {
  skip: worker === undefined && 'needs CITUS_URL',
  timeout: 300_000,
}, async (t) => {
  const { db, connection } = await openTestDatabase(t);
  for (const id of merchantIds) await addMerchantRow(db, id);
  await slowDown(db, connection.database, 'M0');
  const read = () =>
    readWhereReachable(db, 'M0', () => findMerchant(db, 'M0')).then(
      (merchant) => merchant?.merchantId,
      (error) => error.name,
    );
  // Until the node's state is known, it could be frozen.
  while ((await read()) !== 'NodeMissing');
  while (missingNodes(db).length > 0) await reachableMerchantIds(db);
  for (let i = 0; i < 3; i++) assert.equal(await read(), 'M0');
  assert.deepEqual(await reachableMerchantIds(db), merchantIds);
  assert.deepEqual(missingNodes(db), []);
});

/** Makes the node refuse connections to the test's database, like a node that is down. */
async function loseNode(database: string): Promise<() => Promise<void>> {
  const admin = { ...worker!, database: 'postgres' };
  const bringBack = () =>
    withPool(
      admin,
      async (db) => void (await db.run(`alter database ${database} allow_connections true`)),
    );
  await withPool(admin, (db) => shutOut(db, database));
  return bringBack;
}

test('while a node of Citus is gone the merchants of the others are billed, and its own once it is back', {
  skip: worker === undefined && 'needs CITUS_URL',
}, async (t) => {
  const { db, connection } = await openTestDatabase(t);
  const { bill, billed } = await dueMerchants(db);
  const changes: (readonly string[])[] = [];
  onMissingNodes(db, (missing) => changes.push(missing));
  const bringBack = await loseNode(connection.database);
  await bill();
  const reachable = await reachableMerchantIds(db);
  assert.ok(reachable.length > 0 && reachable.length < merchantIds.length, reachable.join());
  assert.deepEqual(await billed(reachable), reachable);
  const name = `${worker!.host}:${worker!.port}`;
  assert.deepEqual([missingNodes(db), changes], [[name], [[name]]]);
  await assert.rejects(listMerchantIds(db));
  await bringBack();
  while (missingNodes(db).length > 0) await bill();
  await bill();
  assert.deepEqual(changes, [[name], []]);
  assert.deepEqual(await billed(merchantIds), merchantIds);
});

test('what all nodes of Citus have a copy of is written once they all respond', {
  skip: worker === undefined && 'needs CITUS_URL',
}, async (t) => {
  const { db, connection } = await openTestDatabase(t);
  await addMerchantRow(db, 'M0');
  const createdAt = at(due);
  const facts = { merchantId: 'M0', name: 'key', prefix: 'pk', permissions: [], allowedIps: [] };
  const key = await insertApiKey(db, Buffer.from('hash'), { ...facts, createdAt });
  let nowMs = 0;
  const uses = keyUses(db, { ...systemClock, monotonicMs: () => nowMs });
  const minuteLater = () => {
    nowMs += 60_000;
    return uses.worker.runOnce();
  };
  const usedFrom = async () => (await listApiKeys(db, 'M0'))[0]?.lastUsedAddress;
  const bringBack = await loseNode(connection.database);
  uses.note(key, '192.0.2.1', false);
  await minuteLater();
  assert.equal(await expiryWorker(db, systemClock, pino({ level: 'silent' })).runOnce(), 0);
  assert.equal(await usedFrom(), undefined);
  await bringBack();
  // A pool connection that has not noticed yet that the node was down fails once more.
  while ((await usedFrom()) === undefined) await minuteLater();
  assert.equal(await usedFrom(), '192.0.2.1');
});

test('a server starts while a node of Citus is gone, serves the others, and takes up the rest later', {
  skip: worker === undefined && 'needs CITUS_URL',
}, async (t) => {
  const { db, connection, url } = await openTestDatabase(t);
  await dueMerchants(db);
  await ensureDemoMerchant(db, new AbortController().signal);
  await prepareBillingLinks(db, randomIds, { url: 'http://127.0.0.1:1', origin: 'only' });
  const all = [...merchantIds, 'DEMO'];
  const bringBack = await loseNode(connection.database);
  const { address, logged, end } = await serveDatabase(t, url);
  const name = `${worker!.host}:${worker!.port}`;
  const readyz = async () => (await (await fetch(`${address}/readyz`)).json()) as object;
  assert.deepEqual(await readyz(), {
    status: 'ready',
    missing_nodes: [name],
    charging: { state: 'on' },
  });
  const served = logged.flatMap((line) => line.merchantIds ?? []);
  assert.ok(served.length > 0 && served.length < all.length, served.join());
  assert.deepEqual(served.toSorted(), (await reachableMerchantIds(db)).toSorted());
  await bringBack();
  while ('missing_nodes' in (await readyz()));
  const about = logged.map(({ msg }) => msg).filter((msg) => msg.includes('of Citus'));
  assert.deepEqual(about, [
    'nodes of Citus do not respond; background work continues for the merchants of the others',
    'all nodes of Citus respond again',
  ]);
  await end();
});
