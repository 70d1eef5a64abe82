import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPool } from '../../server/src/platform/storage/database.ts';
import { keepWorkerSettings } from '../../server/src/platform/storage/workerSettings.ts';
import { isUnsettled } from '../../server/src/rebill/store.ts';
import { openTestDatabase } from '../support/database.ts';

const { db: first, connection } = await openTestDatabase();
// Connections that are opened from now on have these settings, as after the start of a server.
await keepWorkerSettings(first);

// A connection keeps the plan that PostgreSQL made for an empty table while the table fills
// (docs/adr, plans that are kept).
for (const table of [
  'event',
  'rebill',
  'orders',
  'auto_order',
  'webhook_delivery',
  'webhook_event',
  'workflow_task',
]) {
  test(`${table} is never read from end to end, however small it was when the plan was made`, async (t) => {
    const db = openPool({ connection, maxConnections: 1, prepareStatements: true });
    t.after(() => db.close());
    await db.run(`analyze ${table}`);
    const lines = await db.rows<{ 'QUERY PLAN': string }>(
      `explain select * from ${table} where merchant_id = 'M'`,
    );
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
    assert.match(plan, /Index/);
    assert.doesNotMatch(plan, /Seq Scan/);
  });
}

test('the charges that are not settled are found without reading the others', async (t) => {
  const db = openPool({ connection, maxConnections: 1, prepareStatements: true });
  t.after(() => db.close());
  await db.run('analyze rebill');
  const lines = await db.rows<{ 'QUERY PLAN': string }>(
    `explain select bool_or(checks < 3) from rebill where merchant_id = 'M' and ${isUnsettled}`,
  );
  assert.match(
    lines.map((line) => line['QUERY PLAN']).join('\n'),
    /rebill_open|merchant_id_lease_until/,
  );
});
