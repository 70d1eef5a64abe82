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

// All tests of this file share one database; each test has a separate merchant.
const database = await testDatabase();
let merchants = 0;

/**
 * Makes a merchant with one auto order that was billed three times, and one whose card was declined
 * and which left an order.
 */
async function billed() {
  const rebills = await rebillsOn(database, {
    merchantId: `AU${++merchants}`,
    settings: { store_declined_rebills: true },
  });
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

test('untouched books add up', async () => {
  const { db, merchant } = await billed();
  assert.deepEqual(await auditMerchant(db, merchant), {
    autoOrderCount: 2,
    orderCount: 6,
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
    'an active auto order that is completed',
    'update auto_order set completed = true where merchant_id = $1 and auto_order_oid = 1',
    /^auto order 1 status active disabled$/m,
  ],
  [
    'a date that searches would miss',
    `update auto_order set next_shipment_at = shifted(next_shipment_at, 86400000)
     where merchant_id = $1 and auto_order_oid = 1`,
    /^auto order 1 next_shipment_dts /m,
  ],
  [
    'more failed attempts than were made',
    'update auto_order set credit_card_attempt = 9 where merchant_id = $1 and auto_order_oid = 2',
    /^auto order 2 credit_card_attempt 9 3$/m,
  ],
  [
    'a counter of an item',
    `update auto_order_item set number_of_rebills = 2
     where merchant_id = $1 and auto_order_oid = 1`,
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
    `update auto_order_item set last_order_at = shifted(last_order_at, -86400000)
     where merchant_id = $1 and auto_order_oid = 1`,
    /^auto order item 11 last_order_dts 2026-05-14T14:00:00Z 2026-05-15T14:00:00Z$/m,
  ],
  [
    'a schedule that left its day',
    `update auto_order_item set next_shipment_at = shifted(next_shipment_at, 172800000)
     where merchant_id = $1 and auto_order_oid = 1`,
    /^auto order item 11 next_shipment_dts 2026-06-17T10:00:00 2026-06-15T10:00:00$/m,
  ],
  [
    'an order that is gone',
    'delete from orders where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 2',
    /^rebill 1\/2 order_id AU\d+-\d+ none$/m,
  ],
  [
    'an order without a charge',
    'delete from rebill where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 3',
    /^order AU\d+-\d+ rebill_number 3 none$/m,
  ],
  [
    'an amount that was not charged',
    `update rebill set amount_minor = 1
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1`,
    /^rebill 1\/1 amount 1 1906$/m,
  ],
  [
    'a total that does not add up',
    `update orders set total_minor = 5
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1`,
    /^order AU\d+-\d+ total 5 1906$/m,
  ],
  [
    'tax at another rate',
    `update orders set summary = jsonb_set(summary::jsonb, '{tax,value}', '0.5')
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1`,
    /^order AU\d+-\d+ summary.tax 50 107$/m,
  ],
  [
    'a kept order that is paid although its rebill is not',
    `update orders set paid_at = now()
     where merchant_id = $1 and auto_order_oid = 2 and rebill_number = 1`,
    /^order AU\d+-\d+ paid_at \S+ none: its rebill is declined$/m,
  ],
  [
    'a paid rebill whose order is not paid',
    `update orders set paid_at = null
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1`,
    /^rebill 1\/1 paid_at 2026-03-15T14:00:00Z none$/m,
  ],
  [
    'a payment that says declined for a paid order',
    `update orders set payment = jsonb_set(payment::jsonb, '{payment_status}', '"Declined"')
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1`,
    /^order AU\d+-\d+ payment_status Declined paid$/m,
  ],
  [
    'a paid rebill without a capture',
    `update rebill set reference = null
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 2`,
    /^rebill 1\/2 reference none a capture$/m,
  ],
  [
    'two captures for one rebill',
    `update orders set payment = jsonb_set(payment::jsonb, '{transactions}',
       (payment::jsonb -> 'transactions') || (payment::jsonb -> 'transactions'))
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 2`,
    /^rebill 1\/2 captures 2 1$/m,
  ],
  [
    'a rebill that staff settled and a gateway captured',
    `update rebill set settled_by = 'Sue'
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 2`,
    /^rebill 1\/2 captures 1 0$/m,
  ],
  [
    'an amount in another currency',
    `update rebill set currency = 'EUR'
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1`,
    /^rebill 1\/1 currency EUR USD$/m,
  ],
  [
    'more charges than responses',
    'update rebill set attempt = 9 where merchant_id = $1 and auto_order_oid = 2',
    /^rebill 2\/1 attempts 9 3$/m,
  ],
  [
    'a charge in flight without a plan',
    `update rebill set state = 'unknown', lease_until = now(), planned = null
     where merchant_id = $1 and auto_order_oid = 2`,
    /^rebill 2\/1 planned none what is being charged$/m,
  ],
  [
    'a rebill of no auto order',
    `update rebill set auto_order_oid = 99
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 3`,
    /^rebill 99\/3 auto_order_oid 99 none$/m,
  ],
  [
    'an order of no auto order',
    `update orders set auto_order_oid = 99
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 3`,
    /^order AU\d+-\d+ auto_order_oid 99 none$/m,
  ],
  [
    'a charge under a key that belongs to no order',
    `insert into order_charge (merchant_id, key, route, requested_at)
     values ($1, 'order:' || $1 || ':' || $1 || '-0000000777', '{}', now())`,
    /^charge order:AU\d+:AU\d+-0000000777 order_id AU\d+-0000000777 none$/m,
  ],
  [
    'an original order that is gone',
    'delete from orders where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 0',
    /^auto order 1 original_order_id AU\d+-\d+ none$/m,
  ],
  [
    'a completed auto order with a date to come',
    `update auto_order set completed = true, status = 'disabled', enabled = false, due_at = null
     where merchant_id = $1 and auto_order_oid = 1`,
    /^auto order 1 completed true false: an item still has a next shipment$/m,
  ],
  [
    'an active auto order that is not enabled',
    `update auto_order set enabled = false, due_at = null
     where merchant_id = $1 and auto_order_oid = 1`,
    /^auto order 1 enabled false true$/m,
  ],
  [
    'an auto order that was merged into nothing',
    `update auto_order set status = 'merged', enabled = false, due_at = null,
      merged_into_auto_order_oid = 77
     where merchant_id = $1 and auto_order_oid = 1`,
    /^auto order 1 merged_into_auto_order_oid 77 none$/m,
  ],
  [
    'a list that is none',
    `update auto_order_item set add_ons = '5' where merchant_id = $1 and auto_order_oid = 1`,
    /^auto order 1 record unreadable /m,
  ],
  [
    'lines that are none',
    `update orders set items = '"none"'
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1`,
    /^auto order 1 record unreadable /m,
  ],
  [
    'declines that are not a list',
    `update rebill set declines = '{}'
     where merchant_id = $1 and auto_order_oid = 1 and rebill_number = 1`,
    /^auto order 1 record unreadable /m,
  ],
  [
    'a next attempt of an auto order that does not run',
    `update auto_order set next_attempt_at = '2026-06-01', status = 'disabled', enabled = false,
       due_at = null, disabled_at = '2026-05-20' where merchant_id = $1 and auto_order_oid = 1`,
    /^auto order 1 next_attempt 2026-06-01T/m,
  ],
  [
    'a date without end',
    `update auto_order_item set next_shipment_at = 'infinity'
     where merchant_id = $1 and auto_order_oid = 1`,
    /^auto order 1 next_shipment_dts 2026-06-15T14:00:00Z \+/m,
  ],
];

for (const [what, sql, found] of faults) {
  test(`${what} is found`, async () => {
    const { db, merchant } = await billed();
    await db.run(sql, [merchant.merchantId]);
    const { differences, differenceCount, autoOrderCount } = await auditMerchant(db, merchant);
    assert.ok(differenceCount > 0);
    // A record that cannot be read does not stop the audit of the others.
    assert.equal(autoOrderCount, 2);
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

// The engine had planned no attempt, or one at another time. A release that did not store the plan
// left null.
for (const planned of ['null', "'2026-05-15T12:00:00Z'"])
  test(`a next attempt that a client set belongs to the books: planned ${planned}`, async () => {
    const { db, merchant } = await billed();
    await db.run(
      `update auto_order set next_attempt_at = '2026-07-01', due_at = '2026-07-01',
         planned_attempt_at = ${planned}
       where merchant_id = $1 and auto_order_oid = 1`,
      [merchant.merchantId],
    );
    assert.deepEqual((await auditMerchant(db, merchant)).differences, []);
  });

// The next shipment is on 15 June.
for (const [what, moment, isFound] of [
  ['after the next shipment', '2026-07-01', true],
  ['before the next shipment', '2026-06-01', false],
] as const)
  test(`a past retry of the engine ${what} is ${isFound ? 'a' : 'no'} difference`, async () => {
    const { db, merchant } = await billed();
    await db.run(
      `update auto_order set next_attempt_at = $2, planned_attempt_at = $2,
         due_at = greatest(due_at, $2)
       where merchant_id = $1 and auto_order_oid = 1`,
      [merchant.merchantId, moment],
    );
    const { differences } = await auditMerchant(db, merchant);
    assert.deepEqual(
      differences.map(({ objectId, field }) => `${objectId} ${field}`),
      isFound ? ['1 next_attempt'] : [],
    );
  });

// The retry is planned for 18 March. A change of zone may move it by up to a day.
for (const [what, hours, found] of [
  ['as the decline says', 0, []],
  ['a day later', 26, []],
  ['two days later', 48, ['1 next_attempt']],
  ['two days earlier', -48, ['1 next_attempt']],
] as const)
  test(`the retry of a declined rebill that the engine planned ${what}`, async () => {
    const { db, merchant, add, addItem, play } = await rebillsOn(database, {
      merchantId: `AU${++merchants}`,
    });
    await addItem(coffee);
    const items = [anItem({ firstOrderAt: signedUpAt, lastOrderAt: signedUpAt })];
    const original = { cardToken: 'tok_decline', document: purchase };
    await add({ autoOrderOid: 1, signedUpAt, items }, original);
    await play('2026-03-16T00:00:00Z');
    const row = await db.row<{ next: Temporal.Instant | null; same: boolean }>(
      `select next_attempt_at as next, next_attempt_at = planned_attempt_at as same
       from auto_order where merchant_id = $1 and auto_order_oid = 1`,
      [merchant.merchantId],
    );
    assert.ok(row?.next && row.same, 'a retry is planned');
    await db.run(
      `update auto_order set next_attempt_at = $2, planned_attempt_at = $2, due_at = $2
       where merchant_id = $1 and auto_order_oid = 1`,
      [merchant.merchantId, row.next.add({ hours })],
    );
    const { differences } = await auditMerchant(db, merchant);
    assert.deepEqual(
      differences.map(({ objectId, field }) => `${objectId} ${field}`),
      found,
    );
  });

// When the item's end came, its shipment was overdue because the card had been declined.
test('an auto order may complete because the end of its overdue item had passed', async () => {
  const { db, merchant } = await billed();
  await db.run(
    `update auto_order_item set no_order_after_at = shifted(next_shipment_at, 172800000)
     where merchant_id = $1 and auto_order_oid = 1`,
    [merchant.merchantId],
  );
  const completeAfter = (days: number) =>
    db.run(
      `update auto_order set completed = true, status = 'disabled', enabled = false, due_at = null,
         disabled_at = shifted(next_shipment_at, 86400000 * $2::int)
       where merchant_id = $1 and auto_order_oid = 1`,
      [merchant.merchantId, days],
    );
  await completeAfter(3);
  assert.deepEqual((await auditMerchant(db, merchant)).differences, []);
  await completeAfter(1);
  assert.equal((await auditMerchant(db, merchant)).differenceCount, 1);
});
