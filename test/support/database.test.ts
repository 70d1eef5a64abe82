import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPool } from '../../server/src/platform/storage/database.ts';
import { openTestDatabase, testDatabase } from './database.ts';
import { withPool } from './testStore.ts';

test('each call gives a separate migrated database', async (t) => {
  const [one, other] = await Promise.all([testDatabase(t), testDatabase(t)]);
  await one.run(`insert into counter (merchant_id, name, value) values ('M', 'x', 1)`);
  assert.deepEqual(await one.rows(`select value from counter where merchant_id = 'M'`), [
    { value: 1 },
  ]);
  assert.deepEqual(await other.rows(`select value from counter where merchant_id = 'M'`), []);
});

test('the address serves another process', async (t) => {
  const { url, connection } = await openTestDatabase(t);
  const pool = openPool({ connection: { url }, maxConnections: 1, prepareStatements: true });
  t.after(() => pool.close());
  assert.deepEqual(await pool.row('select current_database() as name'), {
    name: connection.database,
  });
  assert.ok(await withPool(connection, (db) => db.row('select 1 as one')));
});
