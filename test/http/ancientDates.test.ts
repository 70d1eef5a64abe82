// Tests that a date long ago costs no more than a recent one: schedules are calculated, not walked
// one shipment at a time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frequencies } from '@perennial/contract/frequency.ts';
import { Temporal } from 'temporal-polyfill';
import { testApp } from '../support/app.ts';

let calls = 0;
/** A request needs at most 230 calls. Walking the months since 1900 would take 1,500. */
const callsMax = 1000;
countCalls();

const app = await testApp();
const { body: inserted } = await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'TEA',
    pricing: { cost: 10 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});
assert.ok(inserted.item.merchant_item_oid > 0);

async function subscribe(): Promise<{ oid: number; item: number }> {
  const order = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { first_name: 'Ann', email: 'ann@example.com', country_code: 'US' },
      items: [{ merchant_item_id: 'TEA', quantity: 1, auto_order_schedule: 'Monthly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_approve',
          card_expiration_month: 12,
          card_expiration_year: 2030,
        },
      },
    },
  });
  const { body } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: order.body.order.order_id },
    query: { _expand: 'items' },
  });
  return {
    oid: body.auto_order.auto_order_oid,
    item: body.auto_order.items[0].auto_order_item_oid,
  };
}

for (const missed_shipments of ['one', 'skip', 'bill'] as const)
  for (const frequency of frequencies)
    test(`${frequency} since 1900, missed shipments: ${missed_shipments}`, async () => {
      await app.request({ operation: 'updateMerchantSettings', body: { missed_shipments } });
      const { oid, item } = await subscribe();
      const params = { auto_order_oid: oid };
      const before = calls;
      const set = await app.request({
        operation: 'updateAutoOrder',
        params,
        body: {
          items: [
            {
              auto_order_item_oid: item,
              frequency,
              ...(frequency === 'Every...' && { arbitrary_schedule_days: 1 }),
              next_shipment_dts: '1900-01-01T00:00:00-05:00',
            },
          ],
        },
      });
      assert.equal(set.status, 200, set.text);
      const preview = await app.request({ operation: 'previewAutoOrder', params });
      assert.equal(preview.status, 200, preview.text);
      const query = { _expand: 'items,items.future_schedules' };
      const read = await app.request({ operation: 'getAutoOrder', params, query });
      assert.equal(read.body.auto_order.items[0].future_schedules.length, 10);
      const calculated = calls - before;
      assert.ok(calculated < callsMax, `${calculated} calls of Temporal`);
    });

/** Counts the calls of Temporal, because the time that they take depends on the machine. */
function countCalls(): void {
  const { PlainDate, PlainDateTime, ZonedDateTime, Instant } = Temporal;
  for (const { prototype } of [PlainDate, PlainDateTime, ZonedDateTime, Instant])
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      if (typeof value === 'function' && name !== 'constructor')
        Object.defineProperty(prototype, name, {
          configurable: true,
          value(this: unknown, ...given: unknown[]) {
            calls++;
            return Reflect.apply(value, this, given);
          },
        });
}
