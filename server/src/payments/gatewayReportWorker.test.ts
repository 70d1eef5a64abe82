import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';
import { minor } from '../kernel/money.ts';
import { keepReport } from './gatewayReportStore.ts';

const app = await testApp();
const { merchantId } = app.merchant;

const tasks = async () =>
  (await app.request({ operation: 'searchWorkflowTasks', body: {} })).body.tasks ?? [];

test('a report that no order matches is tried for days, and then becomes one task', async () => {
  await keepReport(app.db, {
    merchantId,
    gatewayKind: 'stripe',
    reportId: 'evt_1',
    report: {
      kind: 'dispute',
      gateway: 'stripe',
      orderId: 'TEST-0000000009',
      chargeReference: 'pi_lost',
      at: '2026-01-15T17:00:00Z',
      reference: 'dp_1',
      state: 'open',
      amount: minor(1299),
      dueAt: '2026-01-29T17:00:00Z',
    },
  });
  const tryAfter = async (attempts: number) => {
    await app.db.run(
      `update gateway_report set attempts = $2, next_try_at = now() - interval '1 second'
       where merchant_id = $1 and next_try_at is not null`,
      [merchantId, attempts],
    );
    await app.work('gateway reports');
  };
  await tryAfter(0);
  await tryAfter(70);
  assert.deepEqual(await tasks(), []);
  await tryAfter(79);
  await tryAfter(80);
  const [task, ...more] = await tasks();
  assert.deepEqual(more, []);
  assert.equal(task?.task_name, 'Check the charge pi_lost at the gateway');
  assert.match(task.task_details, /stripe reported a dispute .*TEST-0000000009.*2026-01-29T17/);
});
