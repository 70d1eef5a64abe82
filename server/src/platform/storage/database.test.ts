import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase, testDatabase } from '../../../../test/support/database.ts';
import { type Database, openPool } from './database.ts';
import { isUnavailable } from './failures.ts';

const countSql = 'select count(*)::int as count from merchant where merchant_id = $1';

test('statements of a transaction may be sent at once, and run in their order', async () => {
  const db = await testDatabase();
  const seen = await db.transaction(async (tx) => {
    const all = [1, 2, 3].map((n) => tx.row<{ n: number }>('select $1::int as n', [n]));
    return Promise.all(all);
  });
  assert.deepEqual(seen, [{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test('a statement that was sent right after a failing one is refused, and stores nothing', async () => {
  const db = await testDatabase();
  const started = Promise.withResolvers<void>();
  let late: Promise<unknown> | undefined;
  const failed = db.transaction(async (tx) => {
    late = (async () => {
      await started.promise;
      await tx.run(
        "insert into merchant (merchant_id, name, created_at) values ('LATE', '', now())",
      );
    })();
    await Promise.all([late, tx.run('select 1 / 0')]);
  });
  await assert.rejects(failed, /division by zero/);
  started.resolve();
  await assert.rejects(late!, /sent after the end of its transaction/);
  assert.deepEqual(await db.row(countSql, ['LATE']), { count: 0 });
});

test('a snapshot sees one moment, and writes nothing', async () => {
  const db = await testDatabase();
  const insert = (id: string) =>
    db.run("insert into merchant (merchant_id, name, created_at) values ($1, '', now())", [id]);
  const counts = await db.snapshot(async (tx) => {
    const before = await tx.row(countSql, ['SNAP']);
    await insert('SNAP');
    return [before, await tx.row(countSql, ['SNAP'])];
  });
  assert.deepEqual(counts, [{ count: 0 }, { count: 0 }]);
  assert.deepEqual(await db.row(countSql, ['SNAP']), { count: 1 });
  await assert.rejects(
    db.snapshot((tx) => tx.run('delete from merchant where merchant_id = $1', ['SNAP'])),
    { code: '25006' },
  );
  await assert.rejects(
    db.transaction((tx) => tx.snapshot(async () => {})),
    /a transaction has begun/,
  );
});

test('a transaction that takes its time may be busy between two statements', async (t) => {
  const { connection } = await openTestDatabase(t);
  const limits = { statementMs: 2000, lockMs: 2000, idleInTransactionMs: 2000 };
  const db = openPool({ connection, maxConnections: 1, prepareStatements: false, limits });
  t.after(() => db.close());
  const busy = async (tx: Database) => {
    await tx.run('select 1');
    // The process does nothing else during this time, as in a long calculation.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2300);
    await tx.run('select pg_sleep(2.3)');
  };
  await db.transaction(async (tx) => {
    await tx.takeTime();
    await busy(tx);
  });
  // Other transactions of this process keep their limits.
  await assert.rejects(db.transaction(busy), isUnavailable);
});
