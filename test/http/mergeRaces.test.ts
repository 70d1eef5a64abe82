// A merge that meets a charge of its source: the shipment is billed once, wherever its item is
// then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';
import { heldAnswers, heldToken } from '../support/heldAnswers.ts';

const held = heldAnswers();
const app = await testApp({ clock: held.clock });
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'COFFEE',
    pricing: { cost: 5 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

async function subscribe(token: string): Promise<number> {
  const address = { first_name: 'Ann', last_name: 'Lee', country_code: 'US' };
  const card = { card_number_token: token, card_expiration_month: 12, card_expiration_year: 2040 };
  const { body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { ...address, email: 'ann@example.com' },
      shipping: address,
      payment: { payment_method: 'Credit Card', credit_card: card },
      items: [{ merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Monthly' }],
    },
  });
  const { body: found } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: body.order.order_id },
  });
  return found.auto_order.auto_order_oid;
}

const merge = (target: number, source: number) =>
  app.request({
    operation: 'consolidateAutoOrders',
    params: { auto_order_oid: target },
    body: { source_auto_order_oids: [source] },
  });

const rebillsOf = (oid: number) =>
  app.books.captures().filter(({ key }) => new RegExp(`^rebill:.*TEST:${oid}:`).test(key)).length;

test('a source that is being charged stays; after the charge it moves', async () => {
  const target = await subscribe('tok_approve');
  const source = await subscribe(heldToken);
  await app.setClock('2026-02-15T17:00:00Z');
  held.hold();
  const working = app.work('rebill');
  while (rebillsOf(source) === 0) await app.db.row('select 1');
  const refused = await merge(target, source);
  held.answer();
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.user_message, /charge under way/);
  await working;
  assert.equal((await merge(target, source)).status, 200);
  await app.setClock('2026-02-16T17:00:00Z');
  await app.work('rebill');
  assert.deepEqual([rebillsOf(target), rebillsOf(source)], [1, 1]);
  await app.setClock('2026-03-16T17:00:00Z');
  await app.work('rebill');
  assert.deepEqual([rebillsOf(target), rebillsOf(source)], [2, 1]);
});
