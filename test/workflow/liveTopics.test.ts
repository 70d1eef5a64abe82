// Tests the live socket with topics: what each topic reports, which topics a client may subscribe
// to, and that a client that reconnects misses nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import { type LiveFrame, type LiveTopic, liveTopics } from '../../contract/src/live.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { createApiKey } from '../../server/src/staff/apiKeyOperations.ts';
import { testApp, testNow } from '../support/app.ts';
import { connectTopics, listen } from '../support/liveClient.ts';
import { movedClock } from '../support/movedClock.ts';
import { answers, startReceiver } from '../support/receiver.ts';
import { logInAs } from '../support/sessions.ts';
import { webhookWorld } from '../support/webhooks.ts';
import { addSubscription, addTask, ask } from '../support/workflow.ts';

const clock = movedClock();
const app = await testApp({ clock });
const shop = await webhookWorld(app);
const address = await listen(app);
after(() => app.app.http.close());

const ours = { key: app.key };
const poll = () => app.app.apiWorkers.find(({ name }) => name === 'live sockets')!.runOnce();
const isOf = (topic: LiveTopic) => (frame: LiveFrame) => frame.event_topic === topic;
const summary = ({ event_topic, event_type, event_object_type, event_object_id }: LiveFrame) => [
  event_topic,
  event_type,
  event_object_type,
  event_object_id,
];

async function addKey(permissions: readonly string[]): Promise<{ key: string; keyId: number }> {
  const { key, stored } = await createApiKey(
    app.db,
    randomIds,
    { merchantId: 'TEST', name: 'listener', permissions, allowedIps: [] },
    testNow,
  );
  return { key, keyId: stored.keyId };
}

async function permit(keyId: number, permissions: readonly string[]): Promise<void> {
  await app.db.run(
    "update api_key set permissions = $2 where merchant_id = 'TEST' and key_id = $1",
    [keyId, permissions],
  );
  clock.move(1000);
}

/** Opens a connection that is refused, and returns the status and the text. */
async function refusal(url: string): Promise<{ status: number; text: string }> {
  const socket = new WebSocket(url).on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const part of response) text += String(part);
  return { status: response.statusCode, text };
}

test('a customer that was inserted and changed is reported to those who may read customers', async () => {
  const client = await connectTopics(app, address, ours, { topics: ['customers'] });
  await client.until(1);
  const { customer } = await ask(app, {
    operation: 'insertCustomer',
    body: { email: 'topical@example.com' },
  });
  const { customer_profile_oid: oid } = customer;
  await ask(app, {
    operation: 'updateCustomer',
    params: { customer_profile_oid: oid },
    body: { email: 'again@example.com' },
  });
  const frames = await client.until(2, isOf('customers'));
  assert.deepEqual(
    frames.map((frame) => [...summary(frame), frame.event_name]),
    ['customer_create', 'customer_update'].map((name) => [
      'customers',
      'customer changed',
      'customer_profile',
      String(oid),
      name,
    ]),
  );
  client.close();
});

test('tasks, auto orders and orders are reported to those who listen to them', async () => {
  const all = await connectTopics(app, address, ours);
  const tasks = await connectTopics(app, address, ours, { topics: ['tasks'] });
  await Promise.all([all.until(1), tasks.until(1)]);
  const { auto_order_oid: oid } = await addSubscription(app, 'topics@example.com');
  const { auto_order: order } = await ask(app, {
    operation: 'getAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: 'original_order' },
  });
  const { workflow_task_uuid: uuid } = await addTask(app, { task_name: 'Call Ann' });
  const [task] = await all.until(1, isOf('tasks'));
  assert.deepEqual(summary(task!), ['tasks', 'task created', 'workflow_task', uuid]);
  assert.equal(task!.event_task?.task_name, 'Call Ann');
  const autoOrders = all.frames.filter(isOf('auto_orders'));
  assert.deepEqual(summary(autoOrders[0]!), [
    'auto_orders',
    'auto order changed',
    'auto_order',
    String(oid),
  ]);
  assert.deepEqual(
    [autoOrders[0]!.event_name, autoOrders[0]!.event_sequence, autoOrders[0]!.event_dts],
    ['auto_order_create', 1, '2026-01-15T12:00:00-05:00'],
  );
  assert.equal(autoOrders[0]!.event_details?.order_id, order.original_order_id);
  const orders = all.frames.filter(isOf('orders'));
  assert.deepEqual(
    [...new Set(orders.map(({ event_object_id: id }) => id))],
    [order.original_order_id],
  );
  await tasks.until(1, isOf('tasks'));
  assert.deepEqual(
    [...new Set(tasks.frames.map(({ event_topic: topic }) => topic))],
    [undefined, 'tasks'],
  );
  all.close();
  tasks.close();
});

test('a stop of the charges is reported, and a new connection gets the present state', async () => {
  const client = await connectTopics(app, address, ours, { topics: ['charging'] });
  const [first] = await client.until(1, isOf('charging'));
  assert.deepEqual(summary(first!), ['charging', 'charging changed', 'merchant', 'TEST']);
  assert.deepEqual(first!.event_charging, { state: 'on' });
  await ask(app, { operation: 'stopCharging', body: { reason: 'wrong prices' } });
  await poll();
  const [, stopped] = await client.until(2, isOf('charging'));
  assert.equal(stopped!.event_charging?.reason, 'wrong prices');
  const newcomer = await connectTopics(app, address, ours, { topics: ['charging'] });
  const [told] = await newcomer.until(1, isOf('charging'));
  assert.deepEqual(told!.event_charging, stopped!.event_charging);
  await ask(app, { operation: 'startCharging' });
  await poll();
  for (const [each, count] of [
    [client, 3],
    [newcomer, 2],
  ] as const) {
    const frames = await each.until(count, isOf('charging'));
    assert.deepEqual(frames.at(-1)!.event_charging, { state: 'on' });
    each.close();
  }
});

test('an advance of the clock is reported as far as it has come, with its counts', async () => {
  const client = await connectTopics(app, address, ours, { topics: ['clock'] });
  await client.until(1);
  const { advance } = await ask(app, { operation: 'setClock', body: { advance_by: '5w' } });
  await poll();
  const isLast = ({ event_advance: shown }: LiveFrame) => shown?.done === true;
  const [last] = await client.until(1, isLast);
  assert.deepEqual(last!.event_advance, advance);
  assert.ok(advance.rebill_count >= 1);
  assert.deepEqual(summary(last!), ['clock', 'clock advanced', 'clock', advance.advance_id]);
  const reached = client.frames.flatMap(({ event_advance: shown }) => shown?.reached_dts ?? []);
  assert.deepEqual(reached, [...reached].sort(), 'never backwards');
  await poll();
  await poll();
  assert.equal(client.frames.filter(isLast).length, 1, 'only what has changed');
  const late = await connectTopics(app, address, ours, { topics: ['clock'] });
  assert.deepEqual((await late.until(1, isLast))[0]!.event_advance, advance);
  client.close();
  late.close();
});

test('tries of webhooks are reported once, in order, and after a reconnect', async (t) => {
  const receiver = await startReceiver(t);
  receiver.behave(answers(500));
  const { webhook_oid: oid } = await shop.addWebhook(receiver.url);
  await shop.addItem('before');
  await shop.deliver();
  clock.move(3_600_000);
  const topics: LiveTopic[] = ['deliveries', 'tasks'];
  const first = await connectTopics(app, address, ours, { topics });
  const [ready] = await first.until(1);
  receiver.behave(answers(200));
  await shop.deliver();
  await poll();
  const [tried] = await first.until(1, isOf('deliveries'));
  assert.deepEqual(summary(tried!), ['deliveries', 'delivery tried', 'webhook', String(oid)]);
  assert.deepEqual(
    [tried!.event_delivery?.success, tried!.event_delivery?.status_code],
    [true, 200],
    'the failed try was before',
  );
  const { deliveries } = await ask(app, {
    operation: 'getMerchantWebhookDeliveries',
    params: { webhookOid: oid },
  });
  assert.deepEqual(tried!.event_delivery, deliveries[0]);
  first.close();

  await addTask(app, { task_name: 'Missed' });
  await shop.addItem('missed');
  await shop.deliver();
  for (const [cursor, expected] of [
    [ready!.cursor, ['delivery tried', 'task created', 'delivery tried']],
    [tried!.cursor, ['task created', 'delivery tried']],
  ] as const) {
    const again = await connectTopics(app, address, ours, { topics, after: cursor });
    await again.until(expected.length + 1);
    await poll();
    assert.deepEqual(
      again.frames.map(({ type, event_type: event }) => event ?? type),
      ['ready', ...expected],
    );
    again.close();
  }
  const lost = await connectTopics(app, address, ours, { topics, after: '9.d9' });
  assert.equal((await lost.until(1))[0]!.type, 'resync');
  lost.close();
});

for (const topic of liveTopics)
  test(`the topic ${topic} needs its permission, and the refusal names both`, async () => {
    const { key } = await addKey([
      'item_read',
      ...(topic === 'tasks' ? ['order_read'] : ['workflow_read']),
    ]);
    const refused = await app.request({
      operation: 'authorizeLive',
      key,
      body: { topics: [topic === 'tasks' ? 'orders' : 'tasks', topic] },
    });
    assert.equal(refused.status, 401);
    assert.match(JSON.stringify(refused.body), new RegExp(`topic ${topic}`));
    const { live_auth: rest } = await ask(app, { operation: 'authorizeLive', key });
    assert.deepEqual(rest.topics, [topic === 'tasks' ? 'orders' : 'tasks']);
  });

test('a key without any of the permissions, and a list without a topic, get no token', async () => {
  const { key } = await addKey(['item_read']);
  assert.equal((await app.request({ operation: 'authorizeLive', key })).status, 401);
  const none = await app.request({ operation: 'authorizeLive', body: { topics: [] } });
  assert.equal(none.status, 400);
  const unknown = await app.request({
    operation: 'authorizeLive',
    body: { topics: ['weather' as LiveTopic] },
  });
  assert.equal(unknown.status, 400);
  assert.match(JSON.stringify(unknown.body), /topics/);
});

test('the address may choose among the topics of the token, and a token opens its kind', async () => {
  const { live_auth: auth } = await ask(app, {
    operation: 'authorizeLive',
    body: { topics: ['tasks', 'orders'] },
  });
  const { agent_auth: other } = await ask(app, {
    operation: 'getWorkflowAgentWebsocketAuthorization',
  });
  const url = `${address}/perennial/v1/live?token=${auth.jwt}`;
  for (const [name, asked, status, text] of [
    ['not in the token', `${url}&topics=tasks,clock`, 403, /topic clock.*configuration_read/],
    ['not a topic', `${url}&topics=weather`, 400, /"weather".*tasks, auto_orders/],
    ['no token', `${address}/perennial/v1/live`, 401, /^$/],
    ['of the workflow', `${address}/perennial/v1/live?token=${other.jwt}`, 401, /^$/],
    ['of topics', `${address}/perennial/v1/workflow/live?token=${auth.jwt}`, 401, /^$/],
  ] as const) {
    const refused = await refusal(asked);
    assert.equal(refused.status, status, name);
    assert.match(refused.text, text, name);
  }
});

test('a socket ends with the permission of one of its topics', async () => {
  const { key, keyId } = await addKey(['workflow_read', 'order_read']);
  const both = await connectTopics(app, address, { key });
  const tasks = await connectTopics(app, address, { key }, { topics: ['tasks'] });
  await Promise.all([both.until(1), tasks.until(1)]);
  await permit(keyId, ['workflow_read']);
  const closed = once(both.socket, 'close');
  await poll();
  assert.equal((await closed)[0], 1008);
  await addTask(app, { task_name: 'Still heard' });
  await tasks.until(1, isOf('tasks'));
  tasks.close();
});

test('a socket of a session ends with the session', async () => {
  const session = await logInAs(app, { login: 'live', permissions: ['workflow_read'] });
  const client = await connectTopics(app, address, session.request);
  const [, count] = await client.until(2);
  assert.deepEqual(
    [count!.event_topic, count!.event_type, count!.event_open_count],
    ['tasks', 'open count', 0],
  );
  await app.request({ operation: 'logOut', ...session.request });
  clock.move(1000);
  const closed = once(client.socket, 'close');
  await poll();
  await closed;
});
