// Tests how an administrator repairs the webhook of another key: enables it and sends deliveries
// again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MerchantWebhookUpdate } from '@perennial/contract/perennial.ts';
import { testApp } from '../../../test/support/app.ts';
import { movedClock } from '../../../test/support/movedClock.ts';
import { answers, type Receiver, startReceiver } from '../../../test/support/receiver.ts';
import { subscribe, webhookWorld } from '../../../test/support/webhooks.ts';
import { ask } from '../../../test/support/workflow.ts';

const clock = movedClock();
const app = await testApp({ clock });
const { addItem, deliver } = await webhookWorld(app);
const owner = await app.addKey('TEST', ['webhook_read', 'webhook_write', 'item_read']);
const admin = await app.addKey('TEST', ['configuration_read', 'configuration_write', 'item_read']);

async function newWebhook(receiver: Receiver): Promise<{ webhookOid: number }> {
  const { webhook } = await ask(app, {
    operation: 'insertWebhook',
    key: owner,
    body: { webhook_url: receiver.url, event_categories: subscribe('item_create') },
  });
  return { webhookOid: webhook.webhook_oid };
}

type Named = { readonly webhookOid: number };

const latest = async (params: Named) =>
  (await ask(app, { operation: 'getMerchantWebhookDeliveries', key: admin, params })).deliveries[0];
const shown = async ({ webhookOid }: Named) =>
  (await ask(app, { operation: 'getMerchantWebhooks', key: admin })).webhooks.find(
    (each) => each.webhook_oid === webhookOid,
  )!;
const replay = (params: Named, deliveryId: string) =>
  app.request({
    operation: 'replayWebhookDelivery',
    key: admin,
    params: { ...params, delivery_id: deliveryId },
  });
const update = (params: Named, body: MerchantWebhookUpdate, key = admin) =>
  app.request({ operation: 'updateMerchantWebhook', key, params, body });

test('a delivery that failed is tried at once, under the same id', async (t) => {
  const receiver = await startReceiver(t);
  const params = await newWebhook(receiver);
  receiver.behave(answers(500));
  await addItem('late');
  await deliver();
  const failed = await latest(params);
  assert.deepEqual([failed.success, failed.attempt, failed.status_code], [false, 1, 500]);
  assert.ok(failed.next_try_dts, 'it is tried again by itself');
  assert.equal((await shown(params)).last_failure, 'status 500');

  receiver.behave(answers(200));
  await deliver();
  assert.equal(receiver.received.length, 1, 'its time has not come');
  const replayed = await replay(params, failed.delivery_id);
  assert.deepEqual(replayed.body.replay, { delivery_id: failed.delivery_id, attempt: 2 });
  await deliver();
  const done = await latest(params);
  assert.deepEqual([done.success, done.attempt, done.next_try_dts], [true, 2, undefined]);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  assert.equal(new Set(ids).size, 1);
});

test('a receiver that is down is tried at once as well', async (t) => {
  const receiver = await startReceiver(t);
  const params = await newWebhook(receiver);
  receiver.behave(answers(503));
  await addItem('down');
  for (let failures = 0; failures < 6; failures++) {
    await deliver();
    clock.move(2 * 3_600_000);
  }
  await deliver();
  const { delivery_id: id, attempt } = await latest(params);
  receiver.behave(answers(200));
  await deliver();
  assert.equal((await latest(params)).attempt, attempt);
  assert.equal((await replay(params, id)).status, 200);
  await deliver();
  assert.deepEqual((await latest(params)).success, true);
});

test('a delivery that arrived is sent once more, and only once at a time', async (t) => {
  const receiver = await startReceiver(t);
  const params = await newWebhook(receiver);
  await addItem('lost by the receiver');
  await deliver();
  const { delivery_id: id } = await latest(params);
  const answered = await Promise.all([replay(params, id), replay(params, id)]);
  assert.ok(
    answered.every(({ status }) => status === 200 || status === 400),
    answered.map(({ text }) => text).join(),
  );
  await deliver();
  assert.equal(receiver.received.length, 2);
  const [first, second] = receiver.received;
  assert.equal(second!.body, first!.body);
  assert.equal(second!.headers['webhook-id'], first!.headers['webhook-id']);
  assert.deepEqual([(await latest(params)).attempt, (await latest(params)).success], [2, true]);
});

test('refused: unknown deliveries, forgotten events, a disabled webhook', async (t) => {
  const receiver = await startReceiver(t);
  const [params, other] = [await newWebhook(receiver), await newWebhook(receiver)];
  await addItem('one');
  await deliver();
  const { delivery_id: id } = await latest(params);
  for (const unknown of ['nothing', '00000000-0000-4000-8000-000000000000'])
    assert.equal((await replay(params, unknown)).status, 404);
  assert.equal((await replay(other, id)).status, 404, 'of another webhook');
  await update(params, { disabled: true });
  const disabled = await replay(params, id);
  assert.equal(disabled.status, 400);
  assert.match(disabled.text, /The webhook is disabled. Enable it/);
  await update(params, { disabled: false });
  await app.db.run("delete from webhook_event where merchant_id = 'TEST'");
  const forgotten = await replay(params, id);
  assert.match(forgotten.text, /no longer stored/);
});

test('a webhook that the server disabled is enabled, and continues where it stopped', async (t) => {
  const receiver = await startReceiver(t);
  const params = await newWebhook(receiver);
  receiver.behave(answers(410));
  await addItem('gone');
  await deliver();
  const gone = await shown(params);
  assert.deepEqual(
    [gone.disabled, gone.disabled_reason, gone.pending],
    [true, 'the receiver returned status 410, gone', 1],
  );
  receiver.behave(answers(200));
  const enabled = await update(params, { disabled: false });
  assert.equal(enabled.status, 200, enabled.text);
  assert.deepEqual(
    [enabled.body.webhook.disabled, enabled.body.webhook.disabled_reason],
    [false, undefined],
  );
  await deliver();
  assert.deepEqual([(await shown(params)).pending, receiver.received.length], [0, 2]);
});

test('an administrator changes the rest, and neither owner nor credentials', async (t) => {
  const receiver = await startReceiver(t);
  const params = await newWebhook(receiver);
  const { owner: before } = await shown(params);
  const credentials = { basic_username: 'eve', basic_password: 'guess' };
  const changed = await update(params, {
    webhook_url: `${receiver.url}/new`,
    maximum_events: 7,
    ...credentials,
  });
  const { webhook } = changed.body;
  assert.deepEqual(
    [webhook.webhook_url, webhook.maximum_events, webhook.owner],
    [`${receiver.url}/new`, 7, before],
  );
  const { webhooks } = await ask(app, { operation: 'getWebhooks', key: owner });
  const own = webhooks.find((each) => each.webhook_oid === params.webhookOid)!;
  assert.deepEqual([own.authentication_type, own.basic_username], ['none', undefined]);

  const blind = await app.addKey('TEST', ['configuration_read', 'configuration_write']);
  const refused = await update(params, { webhook_url: receiver.url }, blind);
  assert.equal(refused.status, 401, 'the URL would get what the caller may not read');
  assert.equal((await update(params, { disabled: true }, blind)).status, 200);
  assert.equal((await update(params, { maximum_events: 0 })).status, 400);
});

test('a webhook without an owner is not enabled before it has one', async (t) => {
  const receiver = await startReceiver(t);
  const key = await app.addKey('TEST', ['webhook_read', 'webhook_write', 'item_read']);
  const { webhook } = await ask(app, {
    operation: 'insertWebhook',
    key,
    body: { webhook_url: receiver.url, event_categories: subscribe('item_create') },
  });
  const params = { webhookOid: webhook.webhook_oid };
  await update(params, { disabled: true });
  await app.db.run(
    "update api_key set revoked_at = now() where merchant_id = 'TEST' and key_id = $1",
    [Number((await shown(params)).owner.application_id.slice('key:'.length))],
  );
  clock.move(2000);
  const refused = await update(params, { disabled: false });
  assert.match(refused.text, /The owner of the webhook no longer exists/);
});

test('the deliveries of an order are listed over all webhooks', async (t) => {
  const receiver = await startReceiver(t);
  const all = await app.addKey('TEST');
  const webhooks = [receiver.url, `${receiver.url}/second`].map((url) => ({
    webhook_url: url,
    event_categories: subscribe('order_create'),
  }));
  const made: number[] = [];
  for (const body of webhooks)
    made.push(
      (await ask(app, { operation: 'insertWebhook', key: all, body })).webhook.webhook_oid ?? 0,
    );
  receiver.behave(answers(500));
  const orders: string[] = [];
  for (const first_name of ['Ann', 'Bob']) {
    const body = {
      billing: { first_name, email: `${first_name}@example.com`, country_code: 'US' },
      items: [{ merchant_item_id: 'W1', quantity: 1 }],
      payment: { payment_method: 'Check' as const },
    };
    const { order } = await ask(app, { operation: 'insertOrder', key: all, body });
    orders.push(order.order_id ?? '');
  }
  await deliver();
  const [ann = ''] = orders;
  const deliveriesOf = (id: string, key = all) =>
    app.request({ operation: 'getOrderDeliveries', key, params: { order_id: id } });
  const { deliveries } = (await deliveriesOf(ann)).body;
  const results = deliveries.map((each) => `${each.webhook_oid} ${each.status_code}`);
  assert.deepEqual(new Set(results), new Set(made.map((oid) => `${oid} 500`)));
  assert.ok(deliveries.every(({ objects }) => objects?.includes(`order ${ann}`)));
  assert.equal((await deliveriesOf('TEST-0000000000')).status, 404);
  assert.equal((await deliveriesOf(ann, owner)).status, 401, 'it lacks order_read');
});
