import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import { testApp } from '../../../test/support/app.ts';
import { answers, type Received, startReceiver } from '../../../test/support/receiver.ts';
import { subscribe, webhookWorld } from '../../../test/support/webhooks.ts';

const world = await testApp();
const { addWebhook, addItem, deliver, webhookOf, change, remove } = await webhookWorld(world);
const changeItem = (oid: number, description: string) =>
  world.request({
    operation: 'updateItem',
    params: { merchant_item_oid: oid },
    body: { description },
  });
/** The data of the event that reports a disabled webhook. */
interface DisabledData {
  readonly reason: string;
  readonly object: { readonly disabled: boolean; readonly webhook_oid: number };
}

const namesOf = (received: readonly Received[]) =>
  received.flatMap((delivery) => delivery.events.map((event) => event.name));

test('an event arrives as the reference says, signed, with generated credentials', async (t) => {
  const receiver = await startReceiver(t);
  const webhook = await addWebhook(receiver.url, { authentication_type: 'basic' });
  const secrets = await world.request({
    operation: 'rotateWebhookSecret',
    params: { webhookOid: webhook.webhook_oid },
    body: { keep_old_hours: 0 },
  });
  const oid = await addItem('dark roast');
  await deliver();
  assert.equal(receiver.received.length, 1);
  const { headers, body, events } = receiver.received[0]!;
  assert.deepEqual(
    events.map(({ name, payload }) => [name, payload.merchant_item_oid, payload.description]),
    [['item_create', oid, 'dark roast']],
  );
  assert.equal(
    headers.authorization,
    `Basic ${Buffer.from(`${webhook.basic_username}:${webhook.basic_password}`).toString('base64')}`,
  );
  assert.ok(
    new Webhook(secrets.body.secrets[0].secret).verify(body, headers as Record<string, string>),
  );
  await remove(webhook.webhook_oid);
});

test('credentials are shown once, and another application sees nothing of a webhook', async (t) => {
  const receiver = await startReceiver(t);
  const webhook = await addWebhook(receiver.url, { authentication_type: 'basic' });
  assert.ok(webhook.basic_password);
  const again = await webhookOf(webhook.webhook_oid);
  assert.equal(again.basic_username, webhook.basic_username);
  assert.equal(again.basic_password, undefined);
  const key = await world.addKey('TEST');
  assert.deepEqual((await world.request({ operation: 'getWebhooks', key })).body.webhooks, []);
  for (const request of [
    { operation: 'updateWebhook', body: { disabled: true } },
    { operation: 'deleteWebhook' },
    { operation: 'getWebhookLogSummaries' },
    { operation: 'getWebhookSecrets' },
  ] as const) {
    assert.equal(
      (await world.request({ ...request, key, params: { webhookOid: webhook.webhook_oid } }))
        .status,
      404,
      request.operation,
    );
  }
  await remove(webhook.webhook_oid);
});

test('a category that does not exist is refused, unless nothing of it is wanted', async () => {
  const insert = (subscribed: boolean) =>
    world.request({
      operation: 'insertWebhook',
      body: {
        webhook_url: 'https://shop.example/hook',
        event_categories: [{ event_category: 'orders', subscribed }],
      },
    });
  const { status, body } = await insert(true);
  assert.equal(status, 400);
  assert.match(
    body.error.user_message,
    /^event_categories\[0\]\.event_category holds an unknown value\. Send one of: auto_order, order, /,
  );
  const kept = await insert(false);
  assert.equal(kept.status, 200);
  await remove(kept.body.webhook.webhook_oid);
});

test('a listed event is received unless its flag says no; one that does not exist is refused', async () => {
  const insert = (event: object) =>
    world.request({
      operation: 'insertWebhook',
      body: {
        webhook_url: 'https://shop.example/hook',
        event_categories: [{ event_category: 'item', subscribed: false, events: [event] }],
      },
    });
  const received: [event: object, isReceived: boolean][] = [
    [{ event_name: 'item_create' }, true],
    [{ event_name: 'item_create', subscribed: null }, true],
    [{ event_name: 'item_create', subscribed: true }, true],
    [{ event_name: 'item_create', subscribed: false }, false],
  ];
  for (const [event, isReceived] of received) {
    const { body } = await insert(event);
    const [category] = body.webhook.event_categories;
    assert.equal(category?.any_subscribed ?? false, isReceived, JSON.stringify(event));
    await remove(body.webhook.webhook_oid);
  }
  const { status, body } = await insert({ event_name: 'item_created' });
  assert.equal(status, 400);
  assert.match(body.error.user_message, /events\[0\]\.event_name holds an unknown value/);
});

test('the payload is the object as of the event, not as of the delivery', async (t) => {
  const receiver = await startReceiver(t);
  const webhook = await addWebhook(receiver.url);
  const oid = await addItem('first');
  await changeItem(oid, 'second');
  await changeItem(oid, 'third');
  await deliver();
  assert.deepEqual(
    receiver.received.flatMap((delivery) =>
      delivery.events.map(({ payload }) => payload.description),
    ),
    ['first', 'second', 'third'],
  );
  await remove(webhook.webhook_oid);
});

test('expansion, event ruler and compression are the subscription’s', async (t) => {
  const [plain, ruled, compressed] = [
    await startReceiver(t),
    await startReceiver(t),
    await startReceiver(t),
  ];
  const oids = [
    await addWebhook(plain.url, {
      event_categories: [
        {
          events: [{ event_name: 'item_create', subscribed: true, expansion: 'pricing,nonsense' }],
        },
      ],
    }),
    await addWebhook(ruled.url, {
      event_categories: [
        {
          events: [
            {
              event_name: 'item_create',
              subscribed: true,
              event_ruler: '{"description":[{"prefix":"tea"}]}',
            },
          ],
        },
      ],
    }),
    await addWebhook(compressed.url, { compress_events: true }),
  ].map((webhook) => webhook.webhook_oid);
  await addItem('coffee');
  await addItem('tea green');
  await deliver();
  assert.deepEqual(
    plain.received.flatMap((delivery) =>
      delivery.events.map(({ payload }) => payload.pricing.cost),
    ),
    [10, 10],
  );
  assert.deepEqual(
    ruled.received.flatMap((delivery) => delivery.events.map(({ payload }) => payload.description)),
    ['tea green'],
  );
  const packed = JSON.parse(compressed.received[0]!.body).events;
  const events = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as object[];
  assert.deepEqual(
    events.map((event) => Object.keys(event)[0]),
    ['item_create', 'item_create'],
  );
  for (const oid of oids) await remove(oid);
});

test('a failed delivery is sent again unchanged, and one object’s later event waits for it', async (t) => {
  const receiver = await startReceiver(t);
  const webhook = await addWebhook(receiver.url, { maximum_events: 1 });
  const [held, free] = [await addItem(), await addItem()];
  receiver.behave(
    ({ events }, response) =>
      void response.writeHead(events[0]!.payload.merchant_item_oid === held ? 500 : 200).end(),
  );
  await deliver();
  await changeItem(held, 'later');
  await changeItem(free, 'later');
  await deliver();
  const about = (oid: number) =>
    namesOf(receiver.received.filter(({ events }) => events[0]!.payload.merchant_item_oid === oid));
  assert.deepEqual(about(held), ['item_create']);
  assert.deepEqual(about(free), ['item_create', 'item_update']);
  assert.equal((await webhookOf(webhook.webhook_oid)).pending, 2);
  receiver.behave(answers(200));
  // After the webhook is disabled and enabled again, deliveries continue at once from where they
  // stopped.
  for (const disabled of [true, false]) await change(webhook.webhook_oid, { disabled });
  await deliver();
  assert.deepEqual(about(held), ['item_create', 'item_create', 'item_update']);
  const ids = receiver.received
    .filter(({ events }) => events[0]!.payload.merchant_item_oid === held)
    .map(({ headers }) => headers['webhook-id']);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[1], ids[2]);
  assert.equal((await webhookOf(webhook.webhook_oid)).pending, 0);
  await remove(webhook.webhook_oid);
});

test('a receiver that returns 410 is disabled with an event; enabled again it receives what it missed', async (t) => {
  const receiver = await startReceiver(t);
  const webhook = await addWebhook(receiver.url);
  receiver.behave(answers(410));
  await addItem();
  await deliver();
  assert.equal((await webhookOf(webhook.webhook_oid)).disabled, true);
  const [event, ...more] = await world.db.rows<{ data: DisabledData }>(
    "select data from event where merchant_id = 'TEST' and name = 'webhook_disable'",
  );
  assert.deepEqual(
    [event!.data.reason, event!.data.object.disabled, event!.data.object.webhook_oid, more],
    ['the receiver returned status 410, gone', true, webhook.webhook_oid, []],
  );
  await addItem();
  await deliver();
  assert.equal(receiver.received.length, 1);
  receiver.behave(answers(200));
  await change(webhook.webhook_oid, { disabled: false });
  await deliver();
  assert.deepEqual(namesOf(receiver.received), ['item_create', 'item_create', 'item_create']);
  await remove(webhook.webhook_oid);
});

test('the log shows each try: what was sent, what came back, how long it took', async (t) => {
  const receiver = await startReceiver(t);
  const webhook = await addWebhook(receiver.url);
  const params = { webhookOid: webhook.webhook_oid };
  receiver.behave(answers(500, { 'x-why': 'full' }, 'no room'));
  await addItem('logged item');
  await deliver();
  const list = await world.request({
    operation: 'getWebhookLogSummaries',
    params,
    query: { success: false, event: 'item_create', request: 'LOGGED ITEM', status: '500' },
  });
  assert.equal(list.body.webhook_log_summaries.length, 1);
  const { request_id, delivery_dts } = list.body.webhook_log_summaries[0];
  const { body: ofThatSecond } = await world.request({
    operation: 'getWebhookLogSummaries',
    params,
    query: { beginDate: delivery_dts, endDate: delivery_dts },
  });
  assert.equal(ofThatSecond.webhook_log_summaries.length, 1);
  const { webhook_log: log } = (
    await world.request({
      operation: 'getWebhookLog',
      params: { ...params, requestId: request_id },
    })
  ).body;
  assert.equal(log.request, receiver.received[0]!.body);
  assert.deepEqual([log.status_code, log.response, log.success], [500, 'no room', false]);
  assert.ok(
    log.response_headers.some((header) => header.name === 'x-why' && header.value === 'full'),
  );
  assert.ok(log.request_headers.every((header) => !/Basic [A-Za-z0-9+/]{8}/.test(header.value)));
  const none: Record<string, string | number | boolean>[] = [
    { success: true },
    { event: 'item_update' },
    { requestId: 'nonsense' },
    { request: 'absent' },
    { duration: 60_000 },
    { orderId: 'X' },
  ];
  for (const query of none) {
    assert.deepEqual(
      (await world.request({ operation: 'getWebhookLogSummaries', params, query })).body
        .webhook_log_summaries,
      [],
      JSON.stringify(query),
    );
  }
  assert.equal(
    (
      await world.request({
        operation: 'getWebhookLog',
        params: { ...params, requestId: 'nonsense' },
      })
    ).status,
    404,
  );
  await remove(webhook.webhook_oid);
});

test('existing records are sent again to one webhook alone', async (t) => {
  const [asked, other] = [await startReceiver(t), await startReceiver(t)];
  const webhook = await addWebhook(asked.url);
  const beside = await addWebhook(other.url);
  const params = { webhookOid: webhook.webhook_oid };
  assert.deepEqual(
    (
      await world.request({
        operation: 'resendEvent',
        params: { ...params, eventName: 'item_update' },
      })
    ).body.reflow,
    { event_name: 'item_update', queued: true },
  );
  await world.work('webhook reflow');
  await deliver();
  const { total } = (await world.db.row<{ total: number }>(
    "select count(*) as total from item where merchant_id = 'TEST'",
  ))!;
  assert.equal(namesOf(asked.received).length, total);
  assert.deepEqual(other.received, []);
  assert.equal(
    (
      await world.request({
        operation: 'resendEvent',
        params: { ...params, eventName: 'item_create' },
      })
    ).status,
    400,
  );
  assert.equal(
    (
      await world.request({
        operation: 'resendEvent',
        params: { ...params, eventName: 'order_create' },
      })
    ).status,
    400,
  );
  assert.equal(
    (
      await world.request({
        operation: 'resendEvent',
        params: { ...params, eventName: 'nonsense' },
      })
    ).status,
    404,
  );
  await remove(webhook.webhook_oid);
  await remove(beside.webhook_oid);
});

test('a webhook is found and deleted by its URL', async (t) => {
  const receiver = await startReceiver(t);
  const webhook = await addWebhook(receiver.url);
  const removed = await world.request({
    operation: 'deleteWebhookByUrl',
    body: { webhook_url: receiver.url },
  });
  assert.equal(removed.body.webhook.webhook_oid, webhook.webhook_oid);
  assert.equal(
    (await world.request({ operation: 'deleteWebhookByUrl', body: { webhook_url: receiver.url } }))
      .status,
    404,
  );
});

const refused: [name: string, body: object, words: RegExp][] = [
  ['no URL', {}, /webhook_url is missing/],
  [
    'an internal address',
    { webhook_url: 'https://169.254.169.254/' },
    /webhook_url leads to an internal address/,
  ],
  ['no encryption', { webhook_url: 'http://example.com/' }, /not encrypted/],
  [
    'an unknown event',
    { webhook_url: 'https://example.com/', event_categories: subscribe('order_eaten') },
    /event_name holds an unknown value/,
  ],
  [
    'a pattern that cannot be read',
    {
      webhook_url: 'https://example.com/',
      event_categories: [
        { events: [{ event_name: 'order_create', subscribed: true, event_ruler: '{"a":1}' }] },
      ],
    },
    /event_ruler cannot be used: a must be an object/,
  ],
  [
    'too many events',
    { webhook_url: 'https://example.com/', maximum_events: 1001 },
    /maximum_events is out of range/,
  ],
  [
    'a queue without keys',
    { webhook_url: 'https://sqs.us-east-1.amazonaws.com/1/q', authentication_type: 'aws iam' },
    /iam_access_key is missing/,
  ],
];
for (const [name, body, words] of refused) {
  test(`refused: ${name}`, async () => {
    const answer = await world.request({ operation: 'insertWebhook', body });
    assert.equal(answer.status, 400);
    assert.match(answer.body.error.developer_message, words);
  });
}

test('the catalogue lists every event; a webhook shows the others too when placeholders are requested', async (t) => {
  const receiver = await startReceiver(t);
  const webhook = await addWebhook(receiver.url);
  const catalogue = (await world.request({ operation: 'getWebhookEventCategories' })).body
    .event_categories;
  const names = catalogue.flatMap((category) => category.events.map((event) => event.event_name));
  for (const name of [
    'auto_order_create',
    'auto_order_rebill',
    'order_create',
    'workflow_task_create',
  ])
    assert.ok(names.includes(name));
  const shown = async (query: object) =>
    (await world.request({ operation: 'getWebhooks', query: query as Record<string, boolean> }))
      .body.webhooks[0].event_categories;
  assert.deepEqual(
    (await shown({})).map((category) => category.event_category),
    ['item'],
  );
  assert.equal(
    (await shown({ _placeholders: true })).flatMap((category) => category.events).length,
    names.length,
  );
  await remove(webhook.webhook_oid);
});

test('the pull feed is gapless, in order and resumable', async () => {
  const first = await world.request({ operation: 'getEvents', query: { _limit: 1000 } });
  world.app.merchants.forget('TEST');
  const from = first.body.next_cursor;
  const oid = await addItem('fed');
  await changeItem(oid, 'fed more');
  const page = (after: string) =>
    world.request({ operation: 'getEvents', query: { after, _limit: 1 } });
  const one = await page(from);
  const two = await page(one.body.next_cursor);
  const none = await page(two.body.next_cursor);
  assert.deepEqual(
    [one, two].map(({ body }) => [
      body.events[0].event_name,
      body.events[0].object_sequence,
      body.events[0].payload.description,
      body.more,
    ]),
    [
      ['item_create', 1, 'fed', true],
      ['item_update', 2, 'fed more', false],
    ],
  );
  assert.deepEqual([none.body.events, none.body.next_cursor], [[], two.body.next_cursor]);
  assert.equal((await page('nonsense')).status, 400);
});
