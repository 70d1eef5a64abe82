import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anItem, at } from '../../../test/support/autoOrders.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { coffee, rebillsOn } from '../../../test/support/rebills.ts';
import { auditMerchant } from './auditOperations.ts';

const usd = (value: number) => ({ currency_code: 'USD', value });
const purchase = {
  items: [
    {
      merchant_item_id: 'COFFEE',
      item_reference_oid: 11,
      quantity: 1,
      cost: usd(12.99),
      discount: usd(0),
      total_cost_with_discount: usd(12.99),
    },
  ],
};
const signedUpAt = at('2026-01-15T10:00:00-05:00');

/** A merchant with one auto order that was billed three times, and one whose card was declined. */
async function billed(t: Parameters<typeof testDatabase>[0]) {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  const given = {
    signedUpAt,
    items: [anItem({ firstOrderAt: signedUpAt, lastOrderAt: signedUpAt })],
  };
  await rebills.add({ autoOrderOid: 1, ...given }, { document: purchase });
  await rebills.add(
    {
      autoOrderOid: 2,
      items: [anItem({ itemOid: 21, firstOrderAt: signedUpAt, lastOrderAt: signedUpAt })],
      signedUpAt,
    },
    {
      cardToken: 'tok_decline',
      document: { items: [{ ...purchase.items[0], item_reference_oid: 21 }] },
    },
  );
  await rebills.play('2026-05-16T00:00:00Z');
  return rebills;
}

test('books that nobody touched add up', async (t) => {
  const { db, merchant } = await billed(t);
  assert.deepEqual(await auditMerchant(db, merchant), {
    autoOrderCount: 2,
    orderCount: 5,
    attemptCount: 6,
    differenceCount: 0,
    differences: [],
  });
});

const faults: readonly (readonly [what: string, sql: string, found: RegExp])[] = [
  [
    'a rebill counted twice',
    'update auto_order set rebill_count = 4 where merchant_id = $1 and auto_order_oid = 1',
    /^auto order 1 rebill_count 4 3$/m,
  ],
  [
    'an auto order that was forgotten',
    'update auto_order set due_at = null where merchant_id = $1 and auto_order_oid = 1',
    /^auto order 1 due_at none 2026-06-15T14:00:00Z$/m,
  ],
  [
    'a date that searches would miss',
    "update auto_order set next_shipment_at = next_shipment_at + interval '1 day' where merchant_id = $1 and auto_order_oid = 1",
    /^auto order 1 next_shipment_dts /m,
  ],
  [
    'more failed attempts than were made',
    'update auto_order set credit_card_attempt = 9 where merchant_id = $1 and auto_order_oid = 2',
    /^auto order 2 credit_card_attempt 9 3$/m,
  ],
  [
    'a counter of an item',
    'update auto_order_item set number_of_rebills = 2 where merchant_id = $1 and auto_order_oid = 1',
    /^auto order item 11 number_of_rebills 2 3$/m,
  ],
  [
    'a value of an item',
    'update auto_order_item set rebill_value = 1 where merchant_id = $1 and auto_order_oid = 1',
    /^auto order item 11 rebill_value 1 3897$/m,
  ],
  [
    'a life time value',
    'update auto_order_item set life_time_value = 1 where merchant_id = $1 and auto_order_oid = 1',
    /^auto order item 11 life_time_value 1 5196$/m,
  ],
  [
    'the day of the last order',
    "update auto_order_item set last_order_at = last_order_at - interval '1 day' where merchant_id = $1 and auto_order_oid = 1",
    /^auto order item 11 last_order_dts 2026-05-14T14:00:00Z 2026-05-15T14:00:00Z$/m,
  ],
  [
    'a schedule that left its day',
    "update auto_order_item set next_shipment_at = next_shipment_at + interval '2 days' where merchant_id = $1 and auto_order_oid = 1",
    /^auto order item 11 next_shipment_dts 2026-06-17T10:00:00 2026-06-15T10:00:00$/m,
  ],
  [
    'an order that is gone',
    'delete from orders where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 2',
    /^rebill 1\/2 order_id DEMO-\d+ none$/m,
  ],
  [
    'an order nobody was charged for',
    'delete from rebill where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 3',
    /^order DEMO-\d+ rebill_number 3 none$/m,
  ],
  [
    'an amount that was not charged',
    'update rebill set amount_minor = 1 where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1',
    /^rebill 1\/1 amount 1 1906$/m,
  ],
  [
    'a total that does not add up',
    'update orders set total_minor = 5 where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1',
    /^order DEMO-\d+ total 5 1906$/m,
  ],
  [
    'tax at another rate',
    `update orders set summary = jsonb_set(summary::jsonb, '{tax,value}', '0.5') where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1`,
    /^order DEMO-\d+ summary.tax 50 107$/m,
  ],
];

for (const [what, sql, found] of faults) {
  test(`${what} is found`, async (t) => {
    const { db, merchant } = await billed(t);
    await db.run(sql, [merchant.merchantId]);
    const { differences, differenceCount } = await auditMerchant(db, merchant);
    assert.ok(differenceCount > 0);
    assert.match(
      differences
        .map(
          ({ objectType, objectId, field, stored, recomputed }) =>
            `${objectType} ${objectId} ${field} ${stored} ${recomputed}`,
        )
        .join('\n'),
      found,
    );
  });
}
