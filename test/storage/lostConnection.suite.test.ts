import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase } from '../support/database.ts';

test('a connection that is lost in the middle of a transaction fails it, and nothing else', async (t) => {
  const db = await testDatabase(t);
  await assert.rejects(
    db.transaction(async (tx) => {
      const { pid } = (await tx.row<{ pid: number }>('select pg_backend_pid() as pid'))!;
      await db.run('select pg_terminate_backend($1)', [pid]);
      // Time for the news to arrive while no statement is under way.
      await pause(50);
      await tx.run(`insert into counter (merchant_id, name, value) values ('M', 'x', 1)`);
    }),
  );
  assert.deepEqual(await db.rows(`select value from counter where merchant_id = 'M'`), []);
});
