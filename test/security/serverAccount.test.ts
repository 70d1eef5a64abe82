// Tests servers that use a database account with access to rows alone (deploy/server-account.sql),
// together with commands that use the owner's account. All of erasure.test.ts uses that account,
// too.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { feedEnd, readFeed } from '../../server/src/platform/events/feed.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { testApp } from '../support/app.ts';
import { openTestDatabase } from '../support/database.ts';
import { openAsServer } from '../support/serverAccount.ts';

const database = await openTestDatabase();
const db = await openAsServer({ after }, database);
const app = await testApp({ db });

test('a server needs no right to change tables, and has none (ASVS 13.2.2)', async () => {
  assert.deepEqual(await migrate(db, readMigrations()), []);
  const item = { merchant_item_id: 'TEA', description: 'Tea', pricing: { cost: 1 } };
  assert.equal((await app.request({ operation: 'insertItem', body: item })).status, 200);
  for (const statement of [
    'create table mine (id integer)',
    'alter table orders add column mine text',
    'drop table event',
    'truncate event',
    'create extension pg_stat_statements',
    "insert into migration (name, checksum) values ('9999_mine.sql', '')",
    'delete from migration',
  ])
    await assert.rejects(db.run(statement), { code: '42501' }, statement);
});

test('a release with migrations asks for the owner’s account, and then starts', async () => {
  const ours = readMigrations();
  const next = {
    name: '9998_next.sql',
    sql: '-- compatible\ncreate table tried (merchant_id text primary key);\n',
  };
  await assert.rejects(migrate(db, [...ours, next]), /run perennial migrate with the account/);
  await migrate(database.db, [...ours, next]);
  assert.deepEqual(await migrate(db, [...ours, next]), []);
  await db.run("insert into tried values ('TEST')");
});

test('readers wait for what a command writes as the owner', async () => {
  const from = await feedEnd(db, 'TEST');
  const read = async () => (await readFeed(db, 'TEST', from, 10)).map(({ objectId }) => objectId);
  const insert = async (tx: Database, objectId: string) => {
    const drawn = await tx.row<{ stamp: string }>('select pg_current_xact_id()::text as stamp');
    await tx.run(
      `insert into event (merchant_id, stamp, name, object_type, object_id, object_sequence, at, data)
       values ('TEST', $1::xid8, 'auto_order_update', 'auto order', $2, 1, now(), '{}')`,
      [drawn?.stamp, objectId],
    );
  };
  await database.db.transaction(async (owner) => {
    await insert(owner, 'owner');
    await db.transaction((server) => insert(server, 'server'));
    assert.deepEqual(await read(), []);
  });
  assert.deepEqual(await read(), ['owner', 'server']);
});
