// Orders that arrive together with the same number of a partner, or that are established together,
// are made and charged once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';
import { coffee } from '../../../test/support/rebills.ts';

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
    assert.equal(app.books.captures().length - before, 1);
    const made = answers.filter(({ status }) => status === 200);
    assert.equal(made.length, 1);
    for (const { body } of answers.filter(({ status }) => status !== 200))
      assert.match(
        body.error.user_message,
        new RegExp(`was inserted before, as order ${made[0]!.body.order.order_id}`),
      );
  });
}

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
