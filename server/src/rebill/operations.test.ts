import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';
import { anItem } from '../../../test/support/autoOrders.ts';
import { coffee, rebillsOn } from '../../../test/support/rebills.ts';

const app = await testApp();
/**
 * The engine bills a merchant other than the app's first one, so only this test changes its records
 * and clock.
 */
const rebills = await rebillsOn(app.db);
const key = await app.addKey('DEMO');
await rebills.addItem(coffee);
await rebills.addItem({
  ...coffee,
  merchant_item_id: 'CHOOSY',
  auto_order: { ...coffee.auto_order, auto_order_prohibit_expiring_cards: 6 },
});

let oids = 0;
async function anAutoOrderWith(
  cardToken: string,
  item: Parameters<typeof anItem>[0] = {},
): Promise<number> {
  await rebills.add({ autoOrderOid: ++oids, items: [anItem(item)] }, { cardToken });
  return oids;
}

const setClock = (now: string) => app.setClock(now, 'DEMO');
const attempt = (oid: number) =>
  app.request({ operation: 'attemptAutoOrderRebill', params: { auto_order_oid: oid }, key });
const pay = (oid: number, body: object) =>
  app.request({ operation: 'updateAutoOrderPayment', params: { auto_order_oid: oid }, body, key });

test('a rebill on request bills early and counts from the schedule', async () => {
  const oid = await anAutoOrderWith('tok_approve');
  await setClock('2026-03-10T14:00:00Z');
  const { status, body } = await attempt(oid);
  assert.deepEqual(
    [status, body.rebill_attempted, body.rebill_success, body.failure_reason],
    [200, true, true, undefined],
  );
  assert.match(body.rebill_order_id, /^DEMO-\d{10}$/);
  assert.equal(body.auto_order.auto_order_oid, oid);
  assert.equal(String((await rebills.load(oid)).items[0]?.nextShipmentAt), '2026-04-15T14:00:00Z');
});

test('a decline is a result, and the next attempt is three days later', async () => {
  const oid = await anAutoOrderWith('tok_decline_insufficient_funds');
  await setClock('2026-03-10T14:00:00Z');
  const { status, body } = await attempt(oid);
  assert.deepEqual(
    [status, body.rebill_attempted, body.rebill_success, body.rebill_order_id],
    [200, true, false, undefined],
  );
  assert.match(body.failure_reason, /^insufficient funds/);
  assert.equal(body.auto_order.credit_card_attempt, 1);
});

test('a requested rebill is refused when it would be one too many', async () => {
  const oid = await anAutoOrderWith('tok_approve');
  const rows: [what: string, now: string, status: number, message: RegExp][] = [
    ['four minutes before it is due', '2026-03-15T13:56:00Z', 400, /within 5 minutes/],
    ['overdue', '2026-03-15T15:00:00Z', 400, /within 5 minutes/],
    ['six minutes before', '2026-03-15T13:54:00Z', 200, /^$/],
    ['a minute after it was billed', '2026-03-15T13:55:00Z', 400, /within 24 hours/],
    ['a day after', '2026-03-16T13:54:00Z', 200, /^$/],
  ];
  for (const [what, now, status, message] of rows) {
    await setClock(now);
    const answer = await attempt(oid);
    assert.equal(answer.status, status, what);
    assert.match(answer.body.error?.user_message ?? '', message, what);
  }
  assert.equal((await attempt(9999)).status, 404);
});

test('a new card revives what declines have disabled, and is charged at once on request', async () => {
  const oid = await anAutoOrderWith('tok_decline_stolen_card');
  await rebills.run('2026-03-15T14:00:00Z');
  assert.equal((await rebills.load(oid)).status, 'disabled');

  await setClock('2026-03-20T14:00:00Z');
  const card = {
    card_number_token: 'tok_approve',
    card_expiration_month: 3,
    card_expiration_year: 2031,
  };
  const { status, body } = await pay(oid, { ...card, attempt_rebill: true });
  assert.deepEqual(
    [status, body.rebill_attempted, body.rebill_success],
    [200, true, true],
    JSON.stringify(body),
  );
  const revived = await rebills.load(oid);
  assert.deepEqual(
    [
      revived.status,
      revived.enabled,
      revived.creditCardAttempt,
      revived.rebillCount,
      revived.failureReason,
    ],
    ['active', true, 0, 1, undefined],
  );
  assert.equal(String(revived.items[0]?.nextShipmentAt), '2026-04-15T14:00:00Z');
});

test('a charge and a card from an older page are refused, from the present one done', async () => {
  const oid = await anAutoOrderWith('tok_approve');
  await setClock('2026-03-10T14:00:00Z');
  const params = { auto_order_oid: oid };
  const etag = async () =>
    String((await app.request({ operation: 'getAutoOrder', params, key })).headers['etag']);
  const body = { card_number_token: 'tok_approve', card_expiration_month: 3 };
  const card = { ...body, card_expiration_year: 2031 };
  const first = await etag();
  const pay = (tag: string) =>
    app.request({
      operation: 'updateAutoOrderPayment',
      params,
      body: card,
      key,
      headers: { 'if-match': tag },
    });
  const charge = (tag: string) =>
    app.request({
      operation: 'attemptAutoOrderRebill',
      params,
      key,
      headers: { 'if-match': tag },
    });
  assert.equal((await pay(first)).status, 200);
  assert.equal((await pay(first)).status, 412);
  assert.equal((await charge(first)).status, 412);
  assert.equal((await charge(await etag())).body.rebill_success, true);
});

test('cards that are refused', async () => {
  const oid = await anAutoOrderWith('tok_approve', { originalItemId: 'CHOOSY' });
  await setClock('2026-03-10T14:00:00Z');
  const rows: [what: string, body: object, status: number, field: RegExp][] = [
    ['no token', {}, 400, /card_number_token/],
    ['a number instead of a token', { card_number_token: '4444333322221111' }, 400, /card number/],
    [
      'no such month',
      { card_number_token: 'tok_1', card_expiration_month: 13, card_expiration_year: 2031 },
      400,
      /card_expiration_month/,
    ],
    [
      'expired',
      { card_number_token: 'tok_1', card_expiration_month: 2, card_expiration_year: 2026 },
      400,
      /has passed/,
    ],
    [
      'expires too soon for the item',
      { card_number_token: 'tok_1', card_expiration_month: 8, card_expiration_year: 2026 },
      400,
      /6 months/,
    ],
    [
      'long enough',
      { card_number_token: 'tok_1', card_expiration_month: 9, card_expiration_year: 2026 },
      200,
      /^$/,
    ],
  ];
  for (const [what, body, status, field] of rows) {
    const answer = await pay(oid, body);
    assert.equal(answer.status, status, `${what}: ${answer.text}`);
    assert.match(answer.body.error?.user_message ?? '', field, what);
  }
});

test('only a customer who cancels is charged the cancel item, once', async () => {
  await rebills.addItem({
    merchant_item_id: 'FEE',
    description: 'Cancelation',
    pricing: { cost: 9 },
  });
  await rebills.addItem({
    ...coffee,
    merchant_item_id: 'BOUND',
    auto_order: {
      ...coffee.auto_order,
      auto_order_cancel_item_id: 'FEE',
      auto_order_cancel_minimum_rebill_count: 2,
    },
  });
  const cancel = async (oid: number, body: object) => {
    await setClock('2026-03-01T14:00:00Z');
    const answer = await app.request({
      operation: 'updateAutoOrder',
      params: { auto_order_oid: oid },
      body: { enabled: false, ...body },
      key,
    });
    assert.equal(answer.status, 200, answer.text);
    await rebills.run('2026-03-01T14:00:01Z');
    const { status } = await rebills.load(oid);
    return [
      status,
      (await rebills.orders(oid)).map((order) =>
        order.document.items?.map((item) => [item.merchant_item_id, item.cost?.value]),
      ),
    ];
  };
  const bound = { originalItemId: 'BOUND' };
  assert.deepEqual(
    await cancel(await anAutoOrderWith('tok_approve', bound), {
      canceled_by_user: 'ann@example.com',
    }),
    ['canceled', [[['FEE', 9]]]],
  );
  assert.deepEqual(
    await cancel(await anAutoOrderWith('tok_approve', { ...bound, numberOfRebills: 2 }), {
      canceled_by_user: 'ann@example.com',
    }),
    ['canceled', []],
  );
  assert.deepEqual(
    await cancel(await anAutoOrderWith('tok_approve', bound), { cancel_reason: 'fraud' }),
    ['canceled', []],
  );
});

test("the reasons for canceling are the merchant's", async () => {
  await app.db.run(
    `update merchant
      set settings = '{"cancel_reasons": [{"reason": "Too much", "visible_in_myaccount": true}]}'
     where merchant_id = 'DEMO'`,
  );
  app.app.merchants.forget('DEMO');
  const { body } = await app.request({ operation: 'getAutoOrderCancelReasons', key });
  assert.deepEqual(body.cancel_reasons, [{ reason: 'Too much', visible_in_myaccount: true }]);
});
