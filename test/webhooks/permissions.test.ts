// Tests that webhooks, reflow, the log, the pull feed and the live socket show only what the caller
// or owner may read, and end with the key, the user or the grant behind them. The test moves the
// clock by hand, so that a second passes.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { events as catalogue, categoryPermissions } from '../../contract/src/events.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { insertApplication } from '../../server/src/oauth/applicationStore.ts';
import { insertGrant, revokeGrant } from '../../server/src/oauth/grantStore.ts';
import { createApiKey } from '../../server/src/staff/apiKeyOperations.ts';
import { revokeApiKey } from '../../server/src/staff/apiKeyStore.ts';
import { allPermissions, testApp, testNow } from '../support/app.ts';
import { connectLive, listen, openLive } from '../support/liveClient.ts';
import { monthlyItem, monthlyOrder } from '../support/monthly.ts';
import { movedClock } from '../support/movedClock.ts';
import { startReceiver } from '../support/receiver.ts';
import { addUser } from '../support/staff.ts';
import { subscribe, webhookWorld } from '../support/webhooks.ts';
import { addTask, ask } from '../support/workflow.ts';

const folder = await mkdtemp(join(tmpdir(), 'perennial-files-'));
const clock = movedClock();
const world = await testApp({ clock, files: { folder } });
const { addItem, deliver } = await webhookWorld(world);
const address = await listen(world);
after(async () => {
  await world.app.http.close();
  await rm(folder, { recursive: true, force: true });
});

type Category = keyof typeof categoryPermissions;
const categories = Object.keys(categoryPermissions) as Category[];
const webhookPermissions = ['webhook_read', 'webhook_write'];
const firstEvent = (category: Category) =>
  Object.entries(catalogue).find(([, event]) => event.category === category)![0];
const categoryOf = (name: string) => catalogue[name as keyof typeof catalogue].category;

/** Adds a key with these permissions, and returns it with its number. */
async function addKey(permissions: readonly string[], userId?: number) {
  const { key, stored } = await createApiKey(
    world.db,
    randomIds,
    {
      merchantId: 'TEST',
      name: 'receiver',
      permissions,
      allowedIps: [],
      ...(userId === undefined ? {} : { userId }),
    },
    testNow,
  );
  return { key, keyId: stored.keyId };
}

async function permit(keyId: number, permissions: readonly string[]): Promise<void> {
  await world.db.run(
    "update api_key set permissions = $2 where merchant_id = 'TEST' and key_id = $1",
    [keyId, permissions],
  );
  clock.move(1000);
}

async function revoke(keyId: number): Promise<void> {
  await revokeApiKey(world.db, 'TEST', keyId, testNow);
  clock.move(1000);
}

/** Returns the categories of events that a caller with these permissions may read. */
const visibleWith = (isHeld: (permission: string) => boolean) =>
  categories.filter((each) => each !== 'webhook' && isHeld(categoryPermissions[each]));
const everything = categories.map((category) => ({ event_category: category, subscribed: true }));
let made = 0;

/** Makes an object of each kind, so that there is an event of each category. */
async function makeEverything(): Promise<void> {
  const n = ++made;
  const itemId = `TEA${n}`;
  await ask(world, {
    operation: 'insertItem',
    body: monthlyItem(itemId, 5),
  });
  await ask(world, { operation: 'insertCustomer', body: { email: `p${n}@example.com` } });
  const { order } = await ask(world, {
    operation: 'insertOrder',
    body: monthlyOrder(itemId, { email: `o${n}@example.com` }),
  });
  await ask(world, {
    operation: 'updateOrder',
    params: { order_id: order.order_id },
    body: { current_stage: 'Shipping Department' },
  });
  await ask(world, {
    operation: 'insertChargeback',
    body: { order_id: order.order_id, status: 'won' },
  });
  await addTask(world, { task_name: 'Call' });
  await ask(world, { operation: 'insertUser', body: { login: `user${n}` } });
}

test('a subscription needs the permission of its category, and the refusal names it', async () => {
  let cases = 0;
  for (const held of categories) {
    const { key } = await addKey(['webhook_write', categoryPermissions[held]]);
    for (const wanted of categories) {
      const { status, body } = await world.request({
        operation: 'insertWebhook',
        key,
        body: {
          webhook_url: 'http://127.0.0.1:9/',
          event_categories: subscribe(firstEvent(wanted)),
        },
      });
      const isAllowed = categoryPermissions[held] === categoryPermissions[wanted];
      assert.equal(status, isAllowed ? 200 : 401, `${held} asks for ${wanted}`);
      if (!isAllowed)
        assert.match(
          body.error.developer_message,
          new RegExp(
            `for the event ${firstEvent(wanted)}. Grant it ${categoryPermissions[wanted]}`,
          ),
        );
      cases++;
    }
  }
  assert.equal(cases, categories.length ** 2);
});

test('a webhook cannot be pointed elsewhere by a key that may not read its events', async () => {
  const { key, keyId } = await addKey([...webhookPermissions, 'order_read']);
  const { webhook } = await ask(world, {
    operation: 'insertWebhook',
    key,
    body: { webhook_url: 'http://127.0.0.1:9/', event_categories: subscribe('order_create') },
  });
  await permit(keyId, webhookPermissions);
  const params = { webhookOid: webhook.webhook_oid };
  const change = (body: object) => world.request({ operation: 'updateWebhook', key, params, body });
  assert.equal((await change({ webhook_url: 'http://127.0.0.1:10/' })).status, 401);
  assert.equal((await change({ disabled: true })).status, 200, 'it may be stopped');
  assert.equal((await change({ disabled: false })).status, 401);
  assert.equal((await change({ event_categories: [], disabled: false })).status, 200);
});

for (const lost of categories) {
  test(`an owner that loses ${categoryPermissions[lost]} receives no ${lost} event any more`, async (t) => {
    const receiver = await startReceiver(t);
    const { key, keyId } = await addKey(allPermissions);
    const { webhook } = await ask(world, {
      operation: 'insertWebhook',
      key,
      body: { webhook_url: receiver.url, event_categories: everything },
    });
    await makeEverything();
    await permit(
      keyId,
      allPermissions.filter((each) => each !== categoryPermissions[lost]),
    );
    await deliver();
    const received = new Set(
      receiver.received.flatMap(({ events }) => events.map(({ name }) => categoryOf(name))),
    );
    assert.ok(!received.has(lost), `received ${[...received]}`);
    const others = visibleWith((permission) => permission !== categoryPermissions[lost]);
    assert.deepEqual([...received].sort(), others.sort());
    // The log of deliveries keeps everything that was sent, but shows the key no more than a
    // delivery would.
    const { body } = await world.request({
      operation: 'getWebhookLogSummaries',
      key,
      params: { webhookOid: webhook.webhook_oid },
    });
    if (lost !== 'webhook') assert.ok(body.webhook_log_summaries.length > 0);
    await world.request({
      operation: 'deleteMerchantWebhook',
      params: { webhookOid: webhook.webhook_oid },
    });
  });
}

test('what was sent before is not shown in the log to a key that may not read it any more', async (t) => {
  const receiver = await startReceiver(t);
  const { key, keyId } = await addKey([...webhookPermissions, 'item_read']);
  const { webhook } = await ask(world, {
    operation: 'insertWebhook',
    key,
    body: { webhook_url: receiver.url, event_categories: subscribe('item_create') },
  });
  await addItem('secret blend');
  await deliver();
  const params = { webhookOid: webhook.webhook_oid };
  const { webhook_log_summaries: logs } = await ask(world, {
    operation: 'getWebhookLogSummaries',
    key,
    params,
  });
  const logOf = () =>
    ask(world, {
      operation: 'getWebhookLog',
      key,
      params: { ...params, requestId: logs[0].request_id },
    });
  assert.match((await logOf()).webhook_log.request, /secret blend/);
  await permit(keyId, webhookPermissions);
  assert.doesNotMatch((await logOf()).webhook_log.request, /secret blend/);
  const search = await ask(world, {
    operation: 'getWebhookLogSummaries',
    key,
    params,
    query: { request: 'secret blend' },
  });
  assert.deepEqual(search.webhook_log_summaries, [], 'nor found by its text');
});

test('records are sent again only to an owner that may read them', async (t) => {
  const receiver = await startReceiver(t);
  const { key, keyId } = await addKey([...webhookPermissions, 'item_read']);
  const { webhook } = await ask(world, {
    operation: 'insertWebhook',
    key,
    body: { webhook_url: receiver.url, event_categories: subscribe('item_update') },
  });
  const resend = {
    operation: 'resendEvent',
    key,
    params: { webhookOid: webhook.webhook_oid, eventName: 'item_update' },
  } as const;
  assert.equal((await world.request(resend)).status, 200);
  await permit(keyId, webhookPermissions);
  assert.equal((await world.request(resend)).status, 401);
  await world.work('webhook reflow');
  await deliver();
  assert.equal(receiver.received.length, 0);
});

test('the pull feed shows a key what it may read, and says what it left out', async () => {
  const start = await ask(world, { operation: 'getEvents', query: { _limit: 1000 } });
  await makeEverything();
  for (const held of categories) {
    const { key } = await addKey(['webhook_read', categoryPermissions[held]]);
    const { events, warning } = await ask(world, {
      operation: 'getEvents',
      key,
      query: { after: start.next_cursor, _limit: 1000 },
    });
    const seen = new Set<string>(events.map((event) => categoryOf(event.event_name)));
    const mine = visibleWith((permission) => permission === categoryPermissions[held]);
    assert.deepEqual([...seen].sort(), mine.sort());
    const lacking = warning.warning_message;
    for (const other of visibleWith((permission) => permission !== categoryPermissions[held]))
      assert.ok(lacking.includes(categoryPermissions[other]), `${lacking} lacks ${other}`);
  }
});

test(
  'the link to the card page is in no payload, even where the change was made by a key that ' +
    'may see it',
  async (t) => {
    const receiver = await startReceiver(t);
    const { webhook } = await ask(world, {
      operation: 'insertWebhook',
      body: {
        webhook_url: receiver.url,
        event_categories: [
          {
            events: [
              {
                event_name: 'auto_order_update',
                subscribed: true,
                expansion: 'management,items,properties',
              },
            ],
          },
        ],
      },
    });
    assert.equal(webhook.event_categories[0].events[0].expansion, 'items,properties');
    await makeEverything();
    const { auto_orders: autoOrders } = await ask(world, { operation: 'getAutoOrders' });
    // A subscription of an earlier release: the name stays in the row and has no effect.
    await world.db.run(
      "update webhook_subscription set expansion = 'items,management' where merchant_id = 'TEST' and webhook_oid = $1",
      [webhook.webhook_oid],
    );
    await ask(world, {
      operation: 'updateAutoOrder',
      params: { auto_order_oid: autoOrders[0].auto_order_oid },
      body: { override_affiliate_id: 7 },
    });
    await deliver();
    const [update] = receiver.received.flatMap(({ events }) => events);
    assert.ok(update!.payload.items, 'the other expansions are there');
    for (const { body } of receiver.received) assert.doesNotMatch(body, /management|\/billing\//);
  },
);

test('a webhook ends with its key, and an administrator sees it, moves it or deletes it', async (t) => {
  const receiver = await startReceiver(t);
  const { key, keyId } = await addKey([...webhookPermissions, 'item_read']);
  const { webhook } = await ask(world, {
    operation: 'insertWebhook',
    key,
    body: { webhook_url: receiver.url, event_categories: subscribe('item_create') },
  });
  const params = { webhookOid: webhook.webhook_oid };
  await revoke(keyId);
  await addItem('after the revocation');
  await deliver();
  assert.equal(receiver.received.length, 0);
  const shown = async () => {
    const { webhooks } = await ask(world, {
      operation: 'getMerchantWebhooks',
      query: { _limit: 200 },
    });
    return webhooks.find((each) => each.webhook_oid === webhook.webhook_oid);
  };
  const orphan = (await shown())!;
  assert.deepEqual(
    [orphan.owner.application_id, orphan.owner.state, orphan.disabled],
    [`key:${keyId}`, 'gone', true],
  );
  assert.match(orphan.disabled_reason, /owner is gone/);

  const next = await addKey([...webhookPermissions, 'item_read']);
  const move = (application: string | null, by = world.key) =>
    world.request({
      operation: 'updateWebhookOwner',
      key: by,
      params,
      body: { application_id: application },
    });
  const lesser = await addKey(['configuration_write']);
  assert.equal((await move(`key:${next.keyId}`, lesser.key)).status, 401, 'gives what it lacks');
  assert.equal((await move(`key:${keyId}`)).status, 400, 'to a key that is gone');
  const unfit = await addKey(webhookPermissions);
  assert.equal((await move(`key:${unfit.keyId}`)).status, 401, 'to a key that may not read');
  assert.equal((await move(null)).status, 200, 'null is the caller');
  assert.equal((await move(`key:${next.keyId}`)).status, 200);
  const moved = (await shown())!;
  assert.deepEqual([moved.owner.state, moved.disabled], ['live', false]);
  await deliver();
  assert.deepEqual(
    receiver.received.flatMap(({ events }) => events.map(({ payload }) => payload.description)),
    ['after the revocation'],
    'it continues where it stopped',
  );
  const { status } = await world.request({ operation: 'deleteMerchantWebhook', params });
  assert.equal(status, 204);
  assert.equal(await shown(), undefined);
});

test('the webhook of a key that acts for a user ends with the user', async (t) => {
  const receiver = await startReceiver(t);
  const userId = await addUser(world.db, 'TEST', {
    login: 'leaves',
    permissions: [...webhookPermissions, 'item_read'],
  });
  const { key } = await addKey(allPermissions, userId);
  await ask(world, {
    operation: 'insertWebhook',
    key,
    body: { webhook_url: receiver.url, event_categories: subscribe('item_create') },
  });
  await addItem();
  await deliver();
  assert.equal(receiver.received.length, 1);
  await ask(world, {
    operation: 'updateUser',
    params: { user_id: userId },
    body: { permissions: [{ permission_Name: 'item_read', selected: false }] },
  });
  clock.move(1000);
  await addItem();
  await deliver();
  assert.equal(receiver.received.length, 1, 'without the permission');
  await world.request({ operation: 'deleteUser', params: { user_id: userId } });
  clock.move(1000);
  await addItem();
  await deliver();
  assert.equal(receiver.received.length, 1, 'without the user');
});

test('the webhook of an application shows what the user granted, and ends with the grant', async (t) => {
  const receiver = await startReceiver(t);
  const userId = await addUser(world.db, 'TEST', {
    login: 'grants',
    name: 'Grace',
    permissions: ['item_read', 'customer_read'],
  });
  const clientId = randomIds.uuid();
  await insertApplication(world.db, {
    clientId,
    name: 'ERP',
    description: '',
    redirectUris: [],
    kind: 'compatible',
    permissions: ['item_read', 'customer_read'],
    createdAt: testNow,
  });
  const grant = {
    merchantId: 'TEST',
    grantId: randomIds.uuid(),
    clientId,
    userId,
    permissions: ['item_read'],
    passwordVersion: 0,
  };
  await insertGrant(world.db, grant, testNow);
  const { webhook } = await ask(world, {
    operation: 'insertWebhook',
    body: {
      webhook_url: receiver.url,
      event_categories: subscribe('item_create', 'customer_create'),
    },
  });
  // Changes the row to that of a webhook which was added with the application's own token.
  await world.db.run(
    "update webhook set application_id = $2, owner_user_id = $3 where merchant_id = 'TEST' and webhook_oid = $1",
    [webhook.webhook_oid, `oauth:${clientId}`, userId],
  );
  await addItem();
  await ask(world, { operation: 'insertCustomer', body: { email: 'granted@example.com' } });
  await deliver();
  const names = () => receiver.received.flatMap(({ events }) => events.map(({ name }) => name));
  assert.deepEqual(names(), ['item_create']);
  const { webhooks } = await ask(world, {
    operation: 'getMerchantWebhooks',
    query: { _limit: 200 },
  });
  const shown = webhooks.find((each) => each.webhook_oid === webhook.webhook_oid)!;
  assert.equal(shown.owner.name, 'ERP for Grace');
  assert.deepEqual(shown.missing_permissions, ['customer_read']);
  await revokeGrant(world.db, grant, testNow);
  clock.move(1000);
  await addItem();
  await deliver();
  assert.deepEqual(names(), ['item_create']);
});

test('a live socket ends with the key behind it, and its token opens no other', async () => {
  const { key, keyId } = await addKey(['workflow_read']);
  const { agent_auth: auth } = await ask(world, {
    operation: 'getWorkflowAgentWebsocketAuthorization',
    key,
  });
  const client = await connectLive(world, address, key);
  await client.until(1);
  await revoke(keyId);
  const closed = once(client.socket, 'close');
  await world.app.apiWorkers.find(({ name }) => name === 'live sockets')!.runOnce();
  await closed;
  await addTask(world, { task_name: 'Not for you' });
  assert.ok(!client.frames.some((frame) => frame.event_task !== undefined));
  const url = `${address}${new URL(auth.websocket_url).pathname}?token=${auth.jwt}`;
  await assert.rejects(openLive(url), /401/);
});

test('a live socket ends with the permission to read tasks', async () => {
  const { key, keyId } = await addKey(['workflow_read', 'item_read']);
  const client = await connectLive(world, address, key);
  await client.until(1);
  await permit(keyId, ['item_read']);
  const closed = once(client.socket, 'close');
  await world.app.apiWorkers.find(({ name }) => name === 'live sockets')!.runOnce();
  await closed;
});

test('a link to upload a file ends with the key that requested it', async () => {
  const { key, keyId } = await addKey(['workflow_read', 'workflow_write']);
  const link = async () =>
    (
      await ask(world, {
        operation: 'getWorkflowTaskAttachmentUploadUrl',
        params: { extension: 'txt' },
        key,
      })
    ).workflow_attachment_upload_url.url.replace('http://perennial.test', '');
  const put = (url: string) =>
    world.app.http.inject({ method: 'PUT', url, payload: randomBytes(8) });
  const [first, second] = [await link(), await link()];
  assert.equal((await put(first)).statusCode, 200);
  await revoke(keyId);
  assert.equal((await put(second)).statusCode, 404);
});
