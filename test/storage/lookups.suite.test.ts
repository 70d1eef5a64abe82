import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';

const backend = 'select $1::int as asked, pg_backend_pid() as pid';

test('lookups share a few connections, and each gets its own rows', async (t) => {
  const db = await testDatabase(t);
  const found = await Promise.all(
    Array.from({ length: 300 }, (_, asked) =>
      db.lookup<{ asked: number; pid: number }>(backend, [asked]),
    ),
  );
  assert.deepEqual(
    found.map((rows) => rows.map((row) => row.asked)),
    found.map((_, asked) => [asked]),
  );
  const connections = new Set(found.flat().map((row) => row.pid)).size;
  assert.ok(connections <= 4, `${connections} connections`);
});

test('a lookup that fails does so alone', async (t) => {
  const db = await testDatabase(t);
  const settled = await Promise.allSettled(
    [3, 0, 2].map((divisor) =>
      db.lookup<{ share: number }>('select 6 / $1::int as share', [divisor]),
    ),
  );
  assert.deepEqual(
    settled.map((each) =>
      each.status === 'fulfilled'
        ? each.value[0]?.share
        : /division by zero/.test(String(each.reason)),
    ),
    [2, true, 3],
  );
});

test('a lookup whose response does not come makes the next ones wait for half a second at most', async (t) => {
  const db = await testDatabase(t);
  let isFree = false;
  const free = () => void (isFree = true);
  const frozen = Array.from({ length: 20 }, () => db.lookup('select pg_sleep(4)').then(free, free));
  await db.run('select pg_sleep(0.6)');
  const found = await db.lookup<{ asked: number }>(backend, [7]);
  assert.deepEqual([found[0]?.asked, isFree], [7, false]);
  await db.run(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query = 'select pg_sleep(4)'`,
  );
  await Promise.all(frozen);
});

test('lookups whose connection is lost fail; the next opens another', async (t) => {
  const db = await testDatabase(t);
  const lost = await Promise.allSettled(
    Array.from({ length: 20 }, () => db.lookup('select pg_terminate_backend(pg_backend_pid())')),
  );
  assert.deepEqual(new Set(lost.map(({ status }) => status)), new Set(['rejected']));
  assert.equal((await db.lookup<{ asked: number }>(backend, [7]))[0]?.asked, 7);
});

test('inside a transaction a lookup sees what the transaction wrote', async (t) => {
  const db = await testDatabase(t);
  const value = `select value from counter where merchant_id = 'M' and name = 'x'`;
  await db.transaction(async (tx) => {
    await tx.run(`insert into counter (merchant_id, name, value) values ('M', 'x', 1)`);
    assert.deepEqual(await tx.lookup(value), [{ value: 1 }]);
    assert.deepEqual(await db.lookup(value), []);
  });
  assert.deepEqual(await db.lookup(value), [{ value: 1 }]);
});
