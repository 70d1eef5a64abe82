// Tests that orders with the same partner number that arrive together, or are established together,
// are made and charged once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { testApp } from '../../../test/support/app.ts';
import { coffee } from '../../../test/support/rebills.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { refuse } from '../platform/http/refusal.ts';
import { insertOrder, type OrderParts } from './insertOperations.ts';

const app = await testApp();
for (const item of [coffee, { merchant_item_id: 'MUG', pricing: { cost: 9 } }])
  await app.request({ operation: 'insertItem', body: item });

const together = <Value>(count: number, call: () => Promise<Value>) =>
  Promise.all(Array.from({ length: count }, call));

const placed = {
  billing: { email: 'ann@example.com' },
  items: [{ merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Monthly' }],
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number_token: 'tok_slow_20',
      card_expiration_month: 12,
      card_expiration_year: 2040,
    },
  },
};
test('an item that is sold once to a customer, ordered at once: one order is charged', async () => {
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'ONCE',
      pricing: { cost: 5 },
      auto_order: {
        auto_orderable: true,
        auto_order_upsell: true,
        auto_order_upsell_one_per_customer: true,
        steps: [{ type: 'item', schedule: 'Monthly', recurring_merchant_item_id: 'ONCE' }],
      },
    },
  });
  const buy = (token: string, email = 'once@example.com', more: object = {}) =>
    app.request({
      operation: 'insertOrder',
      body: {
        billing: { email },
        items: [{ merchant_item_id: 'once', quantity: 1 }],
        payment: {
          payment_method: 'Credit Card',
          credit_card: { ...placed.payment.credit_card, card_number_token: token },
        },
        ...more,
      },
    });
  const declined = await buy('tok_decline_stolen_card');
  assert.equal(declined.body.order.current_stage, 'Rejected', declined.text);
  const lines = { items: ['ONCE', 'once'].map((id) => ({ merchant_item_id: id, quantity: 1 })) };
  const twice = await buy('tok_approve', 'twice@example.com', lines);
  assert.match(twice.body.error.user_message, /^items\[1\]\.merchant_item_id .* an earlier line/);
  const several = { items: [{ merchant_item_id: 'ONCE', quantity: 2 }] };
  const pair = await buy('tok_approve', 'pair@example.com', several);
  assert.match(
    pair.body.error.user_message,
    /^items\[0\]\.quantity is 2, but an order may contain at most 1 of ONCE/,
  );
  const before = app.books.captures().length;
  const answers = await together(6, () => buy('tok_slow_20'));
  const made = answers.filter(({ status }) => status === 200);
  assert.deepEqual([made.length, app.books.captures().length - before], [1, 1]);
  for (const { body } of answers.filter(({ status }) => status !== 200))
    assert.match(body.error.user_message, /sold once to each customer, and (order|this one)/);
  const partner = { channel_partner: { channel_partner_order_id: 'ONCE-1' } };
  const [first, repeat] = [
    await buy('tok_approve', 'other@example.com', partner),
    await buy('tok_approve', 'other@example.com', partner),
  ];
  assert.deepEqual([first.status, repeat.body.order], [200, first.body.order]);
  const starts = `select 1 from auto_order_search where merchant_id = 'TEST' and billing_email = $1`;
  assert.equal((await app.db.rows(starts, ['once@example.com'])).length, 1);
});

test('the same paid elsewhere: every order is stored, one auto order starts, the others raise a task', async () => {
  const answers = await together(4, () =>
    app.request({
      operation: 'insertOrder',
      body: {
        billing: { email: 'elsewhere@example.com' },
        items: [{ merchant_item_id: 'ONCE', quantity: 1 }],
        channel_partner: { skip_payment_processing: true },
        payment: placed.payment,
      },
    }),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  const starts = `select 1 from auto_order_search where merchant_id = 'TEST' and billing_email = $1`;
  assert.equal((await app.db.rows(starts, ['elsewhere@example.com'])).length, 1);
  const raised = await Promise.all(
    answers.map(async ({ body }) => {
      const found = await app.request({
        operation: 'searchWorkflowTasks',
        body: { object_id: body.order.order_id },
      });
      return found.body.tasks?.map(({ task_name }) => task_name) ?? [];
    }),
  );
  assert.deepEqual(raised.flat(), Array(3).fill('Start an auto order by hand'));
});

const partners: [what: string, partners: readonly object[]][] = [
  ['a code', [{ channel_partner_code: 'AMZ', channel_partner_order_id: 'A-1' }]],
  ['no code', [{ channel_partner_order_id: 'A-2' }]],
  ['an empty code', [{ channel_partner_code: '', channel_partner_order_id: 'A-3' }]],
  [
    'cases and blanks that differ',
    [
      { channel_partner_code: 'amz', channel_partner_order_id: 'a-4' },
      { channel_partner_code: ' AMZ ', channel_partner_order_id: 'A-4 ' },
    ],
  ],
];
for (const [what, sent] of partners) {
  test(`orders with the same partner's number and ${what}, at once: one is made and charged`, async () => {
    const before = app.books.captures().length;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        app.request({
          operation: 'insertOrder',
          body: { ...placed, channel_partner: sent[index % sent.length] },
        }),
      ),
    );
    const [orderId, ...others] = new Set(answers.map(({ body }) => body.order?.order_id));
    assert.deepEqual(others, []);
    const captured = app.books.captures().slice(before);
    assert.deepEqual(
      captured.map(({ orderReference }) => orderReference),
      [orderId],
      JSON.stringify(captured),
    );
    const warned = answers.filter(({ body }) => body.warning?.warning_code === 'inserted_before');
    assert.equal(warned.length, 5);
  });
}

test('a refusal after an order was stored reaches its partner, who is not told that all is well', async () => {
  const body = { ...placed, channel_partner: { channel_partner_order_id: 'LATE-1' } };
  const onPaid = async () =>
    refuse('state_conflict', { reason: 'The auto order cannot start', fix: 'Try again' });
  const parts = {
    charge: async () => ({ kind: 'approved', gateway: 'simulator', reference: 'late' }),
    obstacle: () => undefined,
    hooks: { onPaid },
    clock: systemClock,
  } as unknown as OrderParts;
  // `onPaid` refuses, so the settlement is rolled back. A worker settles the charge later with the
  // same key.
  await assert.rejects(insertOrder(await app.context(), body as Order, parts), /cannot start/);
  const repeated = await app.request({ operation: 'insertOrder', body });
  assert.equal(repeated.body.warning?.warning_code, 'inserted_before');
});

test("orders without a partner's number are all made", async () => {
  for (const partner of [{}, { channel_partner_code: 'AMZ' }, { channel_partner_order_id: '' }])
    for (const { status } of await together(2, () =>
      app.request({
        operation: 'insertOrder',
        body: { ...placed, channel_partner: partner },
      }),
    ))
      assert.equal(status, 200);
});

test('an auto order is established once from an order, also by simultaneous calls', async () => {
  const { body } = await app.request({
    operation: 'insertOrder',
    body: { ...placed, items: [{ merchant_item_id: 'MUG', quantity: 1 }] },
  });
  const answers = await together(6, () =>
    app.request({
      operation: 'establishAutoOrderByReferenceOrderId',
      params: { reference_order_id: body.order.order_id },
    }),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [200, 400, 400, 400, 400, 400],
  );
});

test('the last piece, ordered at once: one order is charged, and a decline puts it back', async () => {
  const counted = (id: string, inventory_level: number) => ({
    merchant_item_id: id,
    pricing: { cost: 5 },
    shipping: {
      track_inventory: true,
      distribution_centers: [{ distribution_center_code: 'DFLT', handles: true, inventory_level }],
    },
  });
  await app.request({ operation: 'insertItem', body: counted('LAST', 1) });
  const components = [{ component_merchant_item_id: 'LAST', quantity: 1 }];
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'BOX',
      pricing: { cost: 9 },
      kit: true,
      kit_definition: { components },
    },
  });
  const buy = (token: string, id = 'last') =>
    app.request({
      operation: 'insertOrder',
      body: {
        billing: { email: 'last@example.com' },
        items: [{ merchant_item_id: id, quantity: 1 }],
        payment: {
          payment_method: 'Credit Card',
          credit_card: { ...placed.payment.credit_card, card_number_token: token },
        },
      },
    });
  const level = async () =>
    (
      await app.request({
        operation: 'getItemByMerchantItemId',
        params: { merchant_item_id: 'LAST' },
        query: { _expand: 'shipping.distribution_centers' },
      })
    ).body.item.shipping.distribution_centers[0].inventory_level;
  const declined = await buy('tok_decline_stolen_card');
  assert.equal(declined.body.order.current_stage, 'Rejected', declined.text);
  assert.equal(await level(), 1);
  const before = app.books.captures().length;
  const answers = await together(6, () => buy('tok_slow_20'));
  const refused = answers.filter(({ status }) => status !== 200);
  assert.deepEqual([refused.length, app.books.captures().length - before], [5, 1]);
  for (const { status, text } of refused) {
    assert.equal(status, 400);
    assert.match(text, /items\[0\]\.merchant_item_id is refused because only 0 of LAST are left/);
  }
  assert.equal(await level(), 0);
  const kit = await buy('tok_approve', 'BOX');
  assert.match(kit.text, /only 0 of LAST are left/);
  assert.equal(app.books.captures().length - before, 1);
});
