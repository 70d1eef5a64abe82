import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';

// What PostgreSQL plans for an empty table is what a connection keeps while the table fills
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
    const db = await testDatabase(t);
    await db.run(`analyze ${table}`);
    const lines = await db.rows<{ 'QUERY PLAN': string }>(
      `explain select * from ${table} where merchant_id = 'M'`,
    );
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
    assert.match(plan, /Index/);
    assert.doesNotMatch(plan, /Seq Scan/);
  });
}
