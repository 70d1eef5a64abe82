// Tests payments of orders in Accounts Receivable over HTTP, and compares the gateway's books, the
// order, the auto order behind it and the audit afterwards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { testApp } from '../../../test/support/app.ts';

const app = await testApp();
const { merchantId } = app.merchant;
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'COFFEE',
    pricing: { cost: 20 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

const expand = { _expand: 'item,summary,payment,payment.transaction,auto_order' };

/** Inserts an order of one coffee, 20.00, that waits in Accounts Receivable. */
async function unpaid(
  token: string | undefined = 'tok_approve',
  flags: object = { no_realtime_payment_processing: true },
): Promise<string> {
  const { status, body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { email: 'ann@example.com' },
      items: [{ merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Monthly' }],
      channel_partner: flags,
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          ...(token === 'none' ? {} : { card_number_token: token }),
          card_expiration_month: 12,
          card_expiration_year: 2040,
        },
      },
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.order.current_stage, 'Accounts Receivable');
  return body.order.order_id;
}

const pay = (orderId: string, body: object = {}) =>
  app.request({ operation: 'processPayment', params: { order_id: orderId }, body });

async function read(orderId: string): Promise<Order> {
  const { body } = await app.request({
    operation: 'getOrder',
    params: { order_id: orderId },
    query: expand,
  });
  return body.order;
}

const capturesOf = (orderId: string): number[] =>
  app.books
    .captures()
    .filter(({ orderReference }) => orderReference === orderId)
    .map(({ amount }) => amount);

const differences = async () =>
  (await app.request({ operation: 'getAudit' })).body.differences as unknown[];

test('an unpaid order is charged, and its auto order begins', async () => {
  const orderId = await unpaid();
  const { status, body } = await pay(orderId);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.payment_transaction?.successful, true);
  const order = await read(orderId);
  assert.deepEqual(
    [order.current_stage, order.payment?.payment_status, order.auto_order?.status],
    ['Completed Order', 'Processed', 'active'],
  );
  assert.equal(order.payment?.credit_card?.card_authorization_amount, 20);
  assert.deepEqual(capturesOf(orderId), [2000]);
  assert.deepEqual(await differences(), []);
});

test('a decline is a result, and the next payment is another charge', async () => {
  const orderId = await unpaid('tok_decline', { store_if_payment_declines: true });
  const declined = await pay(orderId);
  assert.equal(declined.status, 200, JSON.stringify(declined.body));
  assert.equal(declined.body.payment_transaction?.successful, false);
  assert.deepEqual(
    declined.body.payment_transaction?.details?.find(({ name }) => name === 'code')?.value,
    'do not honor',
  );
  assert.equal((await read(orderId)).current_stage, 'Accounts Receivable');
  await app.request({
    operation: 'updateOrder',
    params: { order_id: orderId },
    body: { payment: { credit_card: { card_number_token: 'tok_approve_new' } } },
  });
  assert.equal((await pay(orderId)).body.payment_transaction?.successful, true);
  const { payment } = await read(orderId);
  assert.deepEqual(
    payment?.transactions?.map(({ transaction_id, successful }) => [transaction_id, successful]),
    [
      [1, false],
      [2, false],
      [3, true],
    ],
  );
  assert.deepEqual(capturesOf(orderId), [2000]);
});

test('a part of the amount leaves the rest owed', async () => {
  const orderId = await unpaid();
  const first = await pay(orderId, { amount: 5 });
  assert.equal(
    first.body.warning?.warning_message,
    '5.00 USD of 20.00 USD are paid. 15.00 USD are still owed.',
  );
  const order = await read(orderId);
  assert.deepEqual(
    [order.current_stage, order.payment?.payment_status],
    ['Accounts Receivable', 'Unprocessed'],
  );
  assert.equal((await pay(orderId, { amount: 15.01 })).status, 400);
  assert.equal((await pay(orderId)).body.warning, undefined);
  assert.equal((await read(orderId)).current_stage, 'Completed Order');
  assert.deepEqual(capturesOf(orderId), [500, 1500]);
  assert.deepEqual(await differences(), []);
});

const refusals: readonly (readonly [
  what: string,
  make: () => Promise<string>,
  sent: object,
  words: RegExp,
])[] = [
  ['zero', unpaid, { amount: 0 }, /`?amount`? is zero/],
  ['less than zero', unpaid, { amount: -1 }, /amount/],
  ['a fraction of a cent', unpaid, { amount: 1.001 }, /amount/],
  ['more than is owed', unpaid, { amount: 20.01 }, /is more than the 20\.00 USD that are owed/],
  ['an order without a card', () => unpaid('none'), {}, /has no card/],
  [
    'an order that is paid',
    async () => {
      const orderId = await unpaid();
      await pay(orderId);
      return orderId;
    },
    {},
    /is paid/,
  ],
  [
    'an order on hold',
    async () => {
      const orderId = await unpaid();
      await app.request({
        operation: 'updateOrder',
        params: { order_id: orderId },
        body: { current_stage: 'Hold' },
      });
      return orderId;
    },
    {},
    /is in the stage Hold/,
  ],
];
for (const [what, make, sent, words] of refusals)
  test(`refused, and nothing is charged: ${what}`, async () => {
    const orderId = await make();
    const before = capturesOf(orderId).length;
    const { status, body } = await pay(orderId, sent);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(body.error.user_message, words);
    assert.equal(capturesOf(orderId).length, before);
  });

test('an order that does not exist is 404', async () => {
  assert.equal((await pay(`${merchantId}-9999999999`)).status, 404);
});

test('a verification number has no effect, and a warning says so', async () => {
  const { body } = await pay(await unpaid(), { card_verification_number_token: 'cvv_1' });
  assert.match(body.warning?.warning_message ?? '', /card_verification_number_token had no effect/);
});

test('payments that arrive together charge once', async () => {
  const orderId = await unpaid('tok_slow_20');
  const answers = await Promise.all(Array.from({ length: 6 }, () => pay(orderId)));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 400, 400, 400, 400, 400],
  );
  assert.deepEqual(capturesOf(orderId), [2000]);
});

for (const [token, what] of [
  ['tok_timeout_after', 'after the charge'],
  ['tok_timeout_before', 'before the charge'],
] as const)
  test(`an answer that is lost ${what} is requested again, and the order is charged once`, async () => {
    const orderId = await unpaid(token);
    const { status, body } = await pay(orderId);
    assert.equal(status, 200);
    assert.deepEqual(body.payment_transaction, {});
    assert.match(body.warning?.warning_message ?? '', /has not answered/);
    // Until the outcome is known, nothing else can pay the order.
    assert.match((await pay(orderId)).body.error.user_message, /under way/);
    const marked = await app.request({
      operation: 'updateOrder',
      params: { order_id: orderId },
      body: { current_stage: 'Completed Order' },
    });
    assert.equal(marked.status, 400);
    assert.deepEqual(await differences(), []);
    await leasesEnd();
    await app.work('unsettled charges');
    assert.equal((await read(orderId)).payment?.payment_status, 'Processed');
    assert.deepEqual(capturesOf(orderId), [2000]);
    assert.deepEqual(await differences(), []);
  });

/** Ends all leases, as if the processes that hold them had stopped long ago. */
const leasesEnd = () =>
  app.db.run(
    `update orders set charge_lease_until = now() - interval '1 second'
     where merchant_id = $1 and charge_lease_until is not null`,
    [merchantId],
  );

test('an item that a customer may have once is refused before the charge', async () => {
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'CLUB',
      pricing: { cost: 30 },
      auto_order: {
        auto_orderable: true,
        auto_order_schedules: ['Monthly'],
        auto_order_upsell_one_per_customer: true,
      },
    },
  });
  const buy = (flags: object = {}) =>
    app.request({
      operation: 'insertOrder',
      body: {
        billing: { email: 'once@example.com' },
        items: [{ merchant_item_id: 'CLUB', auto_order_schedule: 'Monthly' }],
        channel_partner: flags,
        payment: {
          payment_method: 'Credit Card',
          credit_card: {
            card_number_token: 'tok_approve_once',
            card_expiration_month: 12,
            card_expiration_year: 2040,
          },
        },
      },
    });
  const captured = () => app.books.captures().length;
  assert.equal((await buy()).status, 200);
  const before = captured();
  const second = await buy();
  assert.equal(second.status, 400);
  assert.match(second.body.error.user_message, /CLUB is sold once to each customer/);
  assert.equal(captured(), before);
  // An order that was paid elsewhere is not refused: it is stored, and the partner gets a warning.
  const paid = await buy({ skip_payment_processing: true });
  assert.equal(paid.status, 200);
  assert.equal(paid.body.warning?.warning_code, 'one_per_customer');
  const strict = { skip_payment_processing: true, treat_warnings_as_errors: true };
  assert.equal((await buy(strict)).status, 400);
});
