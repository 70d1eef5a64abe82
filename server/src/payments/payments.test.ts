import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { chargeOf } from './gateway.suite.ts';
import { openGateways } from './gateways.ts';
import { createPayments } from './payments.ts';

const app = await testApp();
const inTime = { leavesTimeFor: () => true };

/** Adds a merchant with these gateways, and returns payments whose books only this test writes. */
async function merchantWith(merchantId: string, gateways: object) {
  await app.addMerchant(merchantId, { settings: { gateways } });
  const opened = openGateways({}, systemClock);
  const context = await app.context(merchantId);
  return { context, books: opened.books, payments: createPayments(opened) };
}
const simulator = (code: string, more: object = {}) => ({ code, kind: 'simulator', ...more });
const capturedAt = (books: { captures(): { account: string }[] }) =>
  books.captures().map((capture) => capture.account);
const later = (context: Context, hours: number): Context => ({
  ...context,
  now: context.now.add({ hours }),
});

test('a merchant without settings has one simulator, and a real clock with Stripe is real', async () => {
  const gateways = openGateways({ stripe: { secretKey: 'sk_test' } }, systemClock);
  const payments = createPayments(gateways);
  const demo = await app.addMerchant('DEMO');
  const shop = await app.addMerchant('SHOP', { clock: { kind: 'real' } });
  const both = await app.addMerchant('BOTH', {
    settings: {
      gateways: { list: [simulator('a'), { code: 's', kind: 'stripe', state: 'inactive' }] },
    },
  });
  assert.deepEqual([demo, shop, both].map(payments.isReal), [false, true, true]);
  assert.deepEqual((await payments.of(await app.context('DEMO'))).route('key'), ['simulator']);
  assert.deepEqual((await payments.of(await app.context('SHOP'))).route('key'), ['stripe']);
});

test('settings that name no usable gateway are a fault, not a guess', async () => {
  const { payments, context } = await merchantWith('WRONG', {
    list: [{ code: 'x', kind: 'braintree' }],
  });
  await assert.rejects(payments.of(context), /settings.gateways.list holds/);
});

test('a decline for a chosen reason continues at the next gateway; a repetition takes the same way', async () => {
  const list = [simulator('first'), simulator('spare', { state: 'stand-by' })];
  const { payments, context, books } = await merchantWith('CASC', {
    list,
    cascade_on: ['processing error'],
  });
  const merchant = await payments.of(context);
  const request = chargeOf('tok_approve-c', { merchantId: 'CASC' });
  books.script('tok_approve-c', [{ kind: 'decline', reason: 'processing error' }]);
  const route = merchant.route(request.key);
  assert.deepEqual(route, ['first', 'spare']);

  const charged = await merchant.charge(route, request, inTime);
  assert.deepEqual([charged.code, charged.answer.kind], ['spare', 'approved']);
  assert.deepEqual(await merchant.resolve(route, request, inTime), charged);
  assert.deepEqual(capturedAt(books), ['spare']);

  const declined = await merchant.charge(
    route,
    chargeOf('tok_decline_stolen_card', { merchantId: 'CASC' }),
    inTime,
  );
  assert.deepEqual([declined.code, declined.answer.kind], ['first', 'declined']);
});

test('a lost answer reaches no second gateway, and resolving it captures once', async () => {
  const list = [simulator('first'), simulator('spare', { state: 'stand-by' })];
  const { payments, context, books } = await merchantWith('LOST', {
    list,
    cascade_on: ['processing error'],
  });
  const merchant = await payments.of(context);
  for (const token of ['tok_timeout_before', 'tok_timeout_after']) {
    const request = chargeOf(token, { merchantId: 'LOST' });
    const route = merchant.route(request.key);
    assert.deepEqual((await merchant.charge(route, request, inTime)).answer.kind, 'unknown');
    assert.deepEqual((await merchant.resolve(route, request, inTime)).answer.kind, 'approved');
  }
  assert.deepEqual(capturedAt(books), ['first', 'first']);
});

test('what a later gateway captured is found, also when the settings no longer cascade', async () => {
  const list = [simulator('first'), simulator('spare', { state: 'stand-by' })];
  const { payments, context, books } = await merchantWith('DROP', {
    list,
    cascade_on: ['do not honor'],
  });
  const request = chargeOf('tok_approve-d', { merchantId: 'DROP' });
  books.script('tok_approve-d', [
    { kind: 'decline', reason: 'do not honor' },
    { kind: 'time out', when: 'after capture' },
  ]);
  const route = (await payments.of(context)).route(request.key);
  assert.equal(
    (await (await payments.of(context)).charge(route, request, inTime)).answer.kind,
    'unknown',
  );

  const changed = {
    ...context,
    merchant: { ...context.merchant, settings: { gateways: { list } } },
  };
  const resolved = await (await payments.of(changed)).resolve(route, request, inTime);
  assert.deepEqual([resolved.code, resolved.answer.kind], ['spare', 'approved']);
  assert.deepEqual(capturedAt(books), ['spare']);
});

test('failures in a row make a gateway inactive for a day', async () => {
  const list = [simulator('ill', { weight: 1000 }), simulator('well', { weight: 0.001 })];
  const { payments, context } = await merchantWith('ROTA', { list, inactive_after_failures: 3 });
  const charge = async (token: string) =>
    (await payments.of(context)).charge(['ill'], chargeOf(token, { merchantId: 'ROTA' }), inTime);
  const firstChoice = async (at: Context) => (await payments.of(at)).route('ROTA/key/1')[0];

  for (const token of [
    'tok_decline',
    'tok_decline',
    'tok_approve',
    'tok_decline',
    'tok_timeout_always',
  ])
    await charge(token);
  assert.equal(await firstChoice(context), 'ill');
  await charge('tok_decline');
  assert.equal(await firstChoice(context), 'well');
  assert.equal(await firstChoice(later(context, 25)), 'ill');
});

test('a charge that could outlive its lease is not sent, and says nothing about the gateway', async () => {
  const list = [simulator('one', { weight: 1000 }), simulator('two', { weight: 0.001 })];
  const { payments, context, books } = await merchantWith('LATE', {
    list,
    cascade_on: ['do not honor'],
    inactive_after_failures: 1,
  });
  const merchant = await payments.of(context);
  const late = { leavesTimeFor: () => false };
  const request = chargeOf('tok_decline_1x-late', { merchantId: 'LATE' });
  const route = merchant.route('LATE/key/1');
  for (const ask of [merchant.charge, merchant.resolve]) {
    const { answer } = await ask(route, request, late);
    assert.deepEqual(answer.kind === 'unknown' && answer.isUnsent, true);
  }
  assert.deepEqual(books.charges(), []);
  assert.deepEqual((await payments.of(context)).route('LATE/key/1'), route, 'both stay active');

  // The time ends between two gateways of the route, so the first one's decline is not the final
  // outcome.
  let looks = 0;
  const between = { leavesTimeFor: () => looks++ === 0 };
  const { code, answer } = await merchant.charge(route, request, between);
  assert.deepEqual([code, answer.kind === 'unknown' && answer.isUnsent], [route[1], true]);
  assert.equal((await merchant.resolve(route, request, inTime)).answer.kind, 'approved');
  assert.deepEqual(capturedAt(books), [route[1]]);
});

test('a charge through a gateway that the settings no longer name stays unknown', async () => {
  const { payments, context } = await merchantWith('GONE', { list: [simulator('a')] });
  const { answer } = await (await payments.of(context)).resolve(
    ['taken_out'],
    chargeOf('tok_approve', { merchantId: 'GONE' }),
    inTime,
  );
  assert.equal(answer.kind, 'unknown');
});

test('an order whose first answer was lost is paid once, under the key of the order', async () => {
  assert.equal(
    (
      await app.request({
        operation: 'insertItem',
        body: { merchant_item_id: 'COFFEE', pricing: { cost: 12.99 } },
      })
    ).status,
    200,
  );
  const { body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { email: 'ann@example.com' },
      items: [{ merchant_item_id: 'COFFEE' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_timeout_after',
          card_expiration_month: 5,
          card_expiration_year: 2030,
        },
      },
    },
  });
  assert.equal(body.warning.warning_code, 'payment_unknown');
  await app.db.run(
    `update orders set charge_lease_until = now() where merchant_id = 'TEST' and order_id = $1`,
    [body.order.order_id],
  );
  await app.work('unsettled charges');
  assert.deepEqual(
    app.books.captures().map(({ key, amount, orderReference }) => [key, amount, orderReference]),
    [[`order:TEST:${body.order.order_id}`, 1299, body.order.order_id]],
  );
  const read = await app.request({
    operation: 'getOrder',
    params: { order_id: body.order.order_id },
    query: { _expand: 'payment' },
  });
  assert.equal(read.body.order.payment.payment_status, 'Processed');
});
