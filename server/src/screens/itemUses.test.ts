// Tests the list of the records that name an item, read before the item is deleted, and the effects
// of the deletion.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../../../test/support/app.ts';

const app = await testApp();

const ask = async <Id extends OperationId>(request: TestRequest<Id>) => {
  const { status, body } = await app.request(request);
  assert.ok(status < 300, JSON.stringify(body));
  return body;
};

const credit_card = {
  card_type: 'VISA',
  card_number_token: 'tok_approve',
  card_expiration_month: 12,
  card_expiration_year: 2030,
};
const schedule = { auto_orderable: true, auto_order_schedules: ['Monthly'] };

/** Orders the item, and returns the oids of the auto order and of its item. */
async function autoOrderOf(itemId: string, email: string): Promise<[number, number]> {
  const { order } = await ask({
    operation: 'insertOrder',
    body: {
      billing: { email, first_name: 'Pat', country_code: 'US' },
      items: [{ merchant_item_id: itemId, quantity: 1, auto_order_schedule: 'Monthly' }],
      payment: { payment_method: 'Credit Card', credit_card },
    },
  });
  const { auto_orders } = await ask({
    operation: 'searchAutoOrders',
    body: { text: order.order_id },
  });
  const [{ auto_order_oid: oid, items }] = auto_orders;
  return [oid, items[0].auto_order_item_oid];
}

const insert = (body: object) => ask({ operation: 'insertItem', body });

/** Makes a kit, a step, coupons and a cancelation setting that name the item. */
async function nameIt(): Promise<void> {
  const component = { component_merchant_item_id: 'PART', quantity: 2 };
  await insert({
    merchant_item_id: 'BOX',
    pricing: { cost: 9 },
    kit: true,
    kit_definition: { components: [component] },
  });
  const step = { type: 'item', recurring_merchant_item_id: 'part', schedule: 'Monthly' };
  await insert({
    merchant_item_id: 'CLUB',
    pricing: { cost: 9 },
    auto_order: {
      auto_orderable: true,
      auto_order_upsell: true,
      steps: [step],
      auto_order_cancel_item_id: 'Part',
    },
  });
  for (const [merchant_code, discount] of [
    ['OFF', { percent_off_items: { discount_percent: 5, items: ['MUG', 'part'] } }],
    ['NOT-IT', { percent_off_items: { discount_percent: 5, items: ['MUG'] } }],
  ] as const)
    await ask({ operation: 'insertCoupon', body: { merchant_code, ...discount } });
  await ask({
    operation: 'updateAutoApply',
    body: { required_items: [{ coupon_code: 'NOT-IT', required_item_id: 'Part' }] },
  });
}

test('the uses of an item are listed before its deletion, which then has the listed effects', async () => {
  const { item } = await insert({
    merchant_item_id: 'Part',
    pricing: { cost: 5 },
    auto_order: schedule,
  });
  const params = { merchant_item_oid: item.merchant_item_oid };
  const usesNow = async () =>
    (await ask({ operation: 'getItemUses', params })).uses.map(
      ({ kind, count, names }: { kind: string; count: number; names: string[] }) => [
        kind,
        count,
        names,
      ],
    );
  assert.deepEqual(await usesNow(), []);

  await nameIt();
  await insert({ merchant_item_id: 'MUG', pricing: { cost: 5 }, auto_order: schedule });
  const [[same], [swapped, auto_order_item_oid]] = [
    await autoOrderOf('Part', 'pat@example.com'),
    await autoOrderOf('Part', 'sam@example.com'),
  ];
  await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: swapped },
    body: { items: [{ auto_order_item_oid, arbitrary_item_id: 'MUG' }] },
  });
  assert.deepEqual(await usesNow(), [
    ['next_item', 1, []],
    ['original_item', 2, []],
    ['step', 1, ['CLUB']],
    ['kit', 1, ['BOX']],
    ['coupon', 1, ['OFF']],
    ['auto_apply', 1, ['NOT-IT']],
    ['cancel_item', 1, ['CLUB']],
  ]);
  const key = await app.addKey('TEST', ['item_read']);
  const { uses } = await ask({ operation: 'getItemUses', params, key });
  assert.equal(uses[0].kind, 'step');

  await ask({ operation: 'deleteItem', params });
  await app.setClock('2026-02-16T12:00:00Z');
  await app.work('rebill');
  const { auto_orders } = await ask({
    operation: 'searchAutoOrders',
    body: { state: ['parked'] },
    query: { _sort: 'auto_order_oid' },
  });
  assert.deepEqual(
    auto_orders.map(({ auto_order_oid: oid }: { auto_order_oid: number }) => oid),
    [same, swapped],
  );
});
