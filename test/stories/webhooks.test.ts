// Tests the deliveries about two subscriptions to a merchant's warehouse, ERP and mail tool: the
// six events of the auto_order document and the pre-shipment notice. Real operations and the engine
// cause them. Each delivery has the parts that its webhook subscribes to, is signed, and arrives in
// the order of the auto order's changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import { Webhook } from 'standardwebhooks';
import type { AnswerBody } from '../support/answerBody.ts';
import { type TestRequest, testApp } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';

const expansions = {
  auto_order_create: 'items,original_order,original_order.billing',
  auto_order_update: '',
  auto_order_preshipment: 'items,items.future_schedules',
  auto_order_rebill: 'rebill_orders,rebill_orders.summary,rebill_orders.item',
  auto_order_decline: 'original_order,original_order.billing',
  auto_order_cancel: 'items',
  auto_order_disable: 'items,logs',
};

const world = await testApp();
await world.addMerchant('TEA', { settings: { webhooks: { allow_loopback: true } } });
const key = await world.addKey('TEA');

async function ask<Id extends OperationId>(request: TestRequest<Id>): Promise<AnswerBody<Id>> {
  const { status, body, text } = await world.request({ ...request, key });
  assert.ok(status === 200, text);
  return body;
}

const card = (token: string) => ({
  card_number_token: token,
  card_expiration_month: 12,
  card_expiration_year: 2040,
});

async function order(email: string): Promise<number> {
  const address = { first_name: 'Ann', last_name: 'Lee', country_code: 'US' };
  const payment = {
    payment_method: 'Credit Card',
    credit_card: card('tok_approve'),
  };
  const { order: made } = await ask({
    operation: 'insertOrder',
    body: {
      billing: { ...address, email },
      shipping: address,
      payment,
      items: [{ merchant_item_id: 'TEA-BOX' }],
    },
  });
  return (
    await ask({
      operation: 'getAutoOrderByReferenceOrderId',
      params: { reference_order_id: made.order_id },
    })
  )['auto_order'].auto_order_oid;
}

const until = async (wall: string): Promise<void> =>
  void (await ask({ operation: 'setClock', body: { now_dts: wall } }));

test('the warehouse receives everything that happens to two subscriptions', async (t) => {
  const receiver = await startReceiver(t);
  const secret = await subscribeWarehouse(receiver.url);
  await sellTeaBoxes();
  await until('2026-02-01T10:00');
  const [ann, bob] = [await order('ann@example.com'), await order('bob@example.com')];
  await ask({
    operation: 'updateAutoOrderPayment',
    params: { auto_order_oid: bob },
    body: card('tok_decline_stolen_card'),
  });
  await until('2026-03-05T00:00');
  for (const body of [
    { override_affiliate_id: 7 },
    { enabled: false, canceled_by_user: 'ann@example.com', cancel_reason: 'Moved away' },
  ])
    await ask({ operation: 'updateAutoOrder', params: { auto_order_oid: ann }, body });
  await world.work('webhooks');

  for (const { body, headers } of receiver.received)
    assert.ok(new Webhook(secret).verify(body, headers as Record<string, string>));
  const heard = receiver.received.flatMap(({ events }) => events) as Heard[];
  assertExpanded(heard);
  assertLifeOfAnn(heard.filter(({ payload }) => payload.auto_order_oid === ann));
  assertLifeOfBob(heard.filter(({ payload }) => payload.auto_order_oid === bob));
});

interface Heard {
  readonly name: keyof typeof expansions;
  readonly payload: AutoOrder;
}

/**
 * Subscribes to all events with their expansions, and returns the secret that signs the deliveries.
 */
async function subscribeWarehouse(url: string): Promise<string> {
  const events = Object.entries(expansions).map(([event_name, expansion]) => ({
    event_name,
    expansion,
    subscribed: true,
  }));
  const { webhook } = await ask({
    operation: 'insertWebhook',
    body: {
      webhook_url: url,
      maximum_events: 10,
      event_categories: [{ event_category: 'auto_order', events }],
    },
  });
  const { secrets } = await ask({
    operation: 'rotateWebhookSecret',
    params: { webhookOid: webhook.webhook_oid },
  });
  return secrets[0].secret;
}

async function sellTeaBoxes(): Promise<void> {
  const step = {
    type: 'item',
    recurring_merchant_item_id: 'TEA-BOX',
    schedule: 'Monthly',
    preshipment_notice_days: 3,
  };
  await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'TEA-BOX',
      pricing: { cost: 20 },
      auto_order: { auto_order_upsell: true, steps: [step] },
    },
  });
}

/** Asserts that each payload has the requested parts, and no others. */
function assertExpanded(heard: readonly Heard[]): void {
  const parts = [
    'items',
    'original_order',
    'rebill_orders',
    'logs',
    'management',
    'add_ons',
    'properties',
    'emails',
  ] as const;
  for (const { name, payload } of heard) {
    const asked = parts.filter((part) => expansions[name].split(',').includes(part));
    assert.deepEqual(
      parts.filter((part) => part in payload),
      asked,
      name,
    );
  }
}

const payloadIn = (heard: readonly Heard[], name: Heard['name']): AutoOrder =>
  heard.find((each) => each.name === name)!.payload;

function assertLifeOfAnn(heard: readonly Heard[]): void {
  assert.deepEqual(
    heard.map(({ name }) => name),
    [
      'auto_order_create',
      'auto_order_preshipment',
      'auto_order_rebill',
      'auto_order_update',
      'auto_order_update',
      'auto_order_cancel',
    ],
  );
  const created = payloadIn(heard, 'auto_order_create');
  assert.deepEqual(
    [created.status, created.original_order?.billing?.email, created.items?.[0]?.original_item_id],
    ['active', 'ann@example.com', 'TEA-BOX'],
  );
  const [coming] = payloadIn(heard, 'auto_order_preshipment').items!;
  assert.equal(coming?.future_schedules?.[0]?.shipment_dts, '2026-03-01T10:00:00-05:00');
  const [rebill, ...others] = payloadIn(heard, 'auto_order_rebill').rebill_orders!;
  assert.deepEqual(
    [rebill?.summary?.total?.value, rebill?.items?.[0]?.merchant_item_id, others],
    [20, 'TEA-BOX', []],
  );
  const updated = payloadIn(heard, 'auto_order_update');
  assert.equal(updated.override_affiliate_id, 7);
  // The payload shows the auto order as it was at the update, before Ann canceled.
  assert.equal(updated.status, 'active');
  const canceled = payloadIn(heard, 'auto_order_cancel');
  assert.deepEqual(
    [canceled.status, canceled.cancel_reason, canceled.enabled],
    ['canceled', 'Moved away', false],
  );
}

function assertLifeOfBob(heard: readonly Heard[]): void {
  assert.deepEqual(
    heard.map(({ name }) => name),
    ['auto_order_create', 'auto_order_preshipment', 'auto_order_decline', 'auto_order_disable'],
  );
  const declined = payloadIn(heard, 'auto_order_decline');
  assert.equal(declined.original_order?.billing?.email, 'bob@example.com');
  assert.match(declined.failure_reason!, /^stolen card/);
  const disabled = payloadIn(heard, 'auto_order_disable');
  assert.deepEqual(
    [disabled.status, disabled.enabled, (disabled.logs ?? []).length > 0],
    ['disabled', false, true],
  );
}

test('a pattern picks subscriptions by what is in them', async (t) => {
  const [mine, all] = [await startReceiver(t), await startReceiver(t)];
  const subscribe = (url: string, pattern: object) =>
    ask({
      operation: 'insertWebhook',
      body: {
        webhook_url: url,
        event_categories: [
          {
            events: [
              {
                event_name: 'auto_order_update',
                subscribed: true,
                expansion: 'original_order,original_order.billing',
                event_ruler: JSON.stringify(pattern),
              },
            ],
          },
        ],
      },
    });
  await subscribe(mine.url, {
    status: ['active'],
    original_order: { billing: { email: [{ suffix: '@example.org' }] } },
    override_affiliate_id: [{ numeric: ['>', 5] }],
  });
  await subscribe(all.url, { enabled: [true] });
  const [ann, org] = [await order('ann@example.com'), await order('staff@example.org')];
  for (const oid of [ann, org]) {
    for (const override_affiliate_id of [3, 9])
      await ask({
        operation: 'updateAutoOrder',
        params: { auto_order_oid: oid },
        body: { override_affiliate_id },
      });
  }
  await world.work('webhooks');
  const heard = (receiver: typeof mine) =>
    receiver.received.flatMap(({ events }) =>
      events.map(
        ({ payload }) => `${payload.original_order.billing.email} ${payload.override_affiliate_id}`,
      ),
    );
  assert.deepEqual(heard(mine), ['staff@example.org 9']);
  assert.equal(heard(all).length, 4);
});
