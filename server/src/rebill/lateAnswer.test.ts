import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../../test/support/database.ts';
import { coffee, rebillsOn } from '../../../test/support/rebills.ts';
import { startStripeStandIn } from '../../../test/support/stripeStandIn.ts';
import { openGateways } from '../payments/gateways.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { requeryNow } from './lateAnswerStore.ts';

test('a charge without an answer is settled when Stripe notifies, and captured once', async (t) => {
  const standIn = await startStripeStandIn();
  t.after(() => standIn.close());
  const gateways = openGateways(
    { stripe: { secretKey: 'sk_test_1', host: standIn.host, timeoutMs: 2000 } },
    systemClock,
  );
  const rebills = await rebillsOn(await testDatabase(t), {
    gateways,
    clock: { kind: 'real' },
    settings: { gateways: { list: [{ code: 'stripe', kind: 'stripe' }] } },
  });
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 }, { cardToken: 'cus_3/pm_lost_after' });

  const now = '2026-03-15T14:00:00Z';
  assert.equal((await rebills.run(now)).unknown, 1);
  assert.equal((await rebills.resolve(now)).paid, 0, 'its turn has not come');
  for (const key of [
    'rebill:DEMO:1:1:2',
    'rebill:DEMO:2:1:1',
    'order:DEMO:DEMO-0000000001',
    'rebill:DEMO:1:x:1',
    '',
  ])
    await requeryNow(rebills.db, 'DEMO', key);
  assert.equal((await rebills.resolve(now)).paid, 0, 'other keys change nothing');

  await requeryNow(rebills.db, 'DEMO', 'rebill:DEMO:1:1:1');
  assert.equal((await rebills.resolve(now)).paid, 1);
  assert.deepEqual(standIn.captures(), [{ key: 'rebill:DEMO:1:1:1', amount: 1906 }]);
  assert.equal((await rebills.orders(1)).length, 1);
});
