import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';
import { movedClock } from '../../../test/support/movedClock.ts';
import { answers, startReceiver } from '../../../test/support/receiver.ts';
import { subscribe, webhookWorld } from '../../../test/support/webhooks.ts';
import { ask } from '../../../test/support/workflow.ts';

test('an administrator sees how a webhook of another key has been doing', async (t) => {
  const clock = movedClock();
  const app = await testApp({ clock });
  const { addItem, deliver } = await webhookWorld(app);
  const receiver = await startReceiver(t);
  const owner = await app.addKey('TEST', ['webhook_read', 'webhook_write', 'item_read']);
  const { webhook } = await ask(app, {
    operation: 'insertWebhook',
    key: owner,
    body: { webhook_url: receiver.url, event_categories: subscribe('item_create') },
  });
  const params = { webhookOid: webhook.webhook_oid };
  const admin = await app.addKey('TEST', ['configuration_read']);
  const shown = async () => {
    const { webhooks } = await ask(app, { operation: 'getMerchantWebhooks', key: admin });
    return webhooks.find((each) => each.webhook_oid === webhook.webhook_oid)!;
  };
  const deliveries = async (query: { success?: boolean; _limit?: number } = {}) =>
    (await ask(app, { operation: 'getMerchantWebhookDeliveries', key: admin, params, query }))
      .deliveries;

  const fresh = await shown();
  assert.deepEqual(
    [fresh.tries_24h, fresh.success_24h, fresh.failing_since],
    [0, undefined, undefined],
  );

  await addItem('first');
  await deliver();
  receiver.behave(answers(500));
  await addItem('second');
  await deliver();
  const failing = await shown();
  assert.deepEqual([failing.tries_24h, failing.success_24h, failing.pending], [2, 0.5, 1]);
  assert.ok(failing.failing_since, 'it fails since the second item');
  assert.ok(failing.pending_oldest_dts, 'the second item waits');

  const [latest, first] = await deliveries();
  assert.deepEqual(
    [latest?.success, latest?.status_code, latest?.attempt, latest?.event_names],
    [false, 500, 1, ['item_create']],
  );
  assert.deepEqual([first?.success, first?.status_code], [true, 200]);
  assert.equal((await deliveries({ success: false })).length, 1);
  assert.equal((await deliveries({ _limit: 1 })).length, 1);

  clock.move(25 * 3_600_000);
  assert.equal((await shown()).tries_24h, 0, 'a day later these tries do not count');
});
