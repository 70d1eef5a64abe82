import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { testApp } from '../../../../test/support/app.ts';
import { auditMerchant } from '../../books/auditOperations.ts';
import { findLogin } from '../../staff/staffStore.ts';
import { fillMerchant } from './fill.ts';
import { demoLogin, ensureDemoStaff } from './staff.ts';

test('the demo has work for people, and moving its clock raises more', async () => {
  const app = await testApp();
  const { db } = app;
  const { merchant, now } = await app.context();
  await fillMerchant(db, { merchant, now, seed: '1', autoOrders: 400, daysMax: 700 });
  // Two servers start for the first time at the same moment.
  await Promise.all([1, 2].map(() => ensureDemoStaff(db, merchant.merchantId, now)));
  app.app.merchants.forget(merchant.merchantId);
  await ensureDemoStaff(db, merchant.merchantId, now);

  const found = async () => {
    const { body } = await app.request({ operation: 'getWorkflowTasks', body: {} });
    return body.tasks as unknown as Record<string, string>[];
  };
  const before = await found();
  const count = (matches: (task: Record<string, string>) => unknown) =>
    before.filter(matches).length;
  assert.ok(count(({ system_task_type: type }) => type) >= 3, 'tasks of rules');
  assert.equal(
    count(({ system_task_type: type }) => !type),
    6,
    'tasks of people',
  );
  assert.equal(
    count(({ status }) => status === 'closed'),
    1,
  );
  assert.equal(
    count(({ status }) => status === 'delayed'),
    1,
  );
  assert.equal(new Set(before.map(({ workflow_task_uuid: uuid }) => uuid)).size, before.length);
  assert.ok(await findLogin(db, merchant.merchantId, demoLogin));
  const searches = await db.rows(
    "select name from saved_search where merchant_id = 'TEST' and shared",
  );
  assert.equal(searches.length, 2);

  const moved = await app.request({ operation: 'setClock', body: { advance_by: '5w' } });
  assert.equal(moved.body.advance.done, true);
  const cards = (await found()).filter(
    ({ system_task_type: type, created_dts: created = '' }) =>
      type === 'auto_order_card_update_issue' && Temporal.Instant.compare(created, now) > 0,
  );
  assert.ok(cards.length >= 1, 'a card was declined for good within five weeks');
  const { differenceCount } = await auditMerchant(db, merchant);
  assert.equal(differenceCount, 0);
});
