// Tests an order with a line that another system last billed long ago: the response states what is
// charged for the shipments in the past.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'TEA',
    pricing: { cost: 10 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

const cases: readonly {
  readonly setting: 'one' | 'skip' | 'bill';
  readonly last: string;
  readonly warning: RegExp | undefined;
}[] = [
  { setting: 'one', last: '2025-09-20T10:00:00-04:00', warning: /one shipment is charged/ },
  { setting: 'skip', last: '2025-09-20T10:00:00-04:00', warning: /nothing is charged/ },
  {
    setting: 'bill',
    last: '2025-09-20T10:00:00-04:00',
    warning:
      /3 shipments are charged .* a day .*: 1 × TEA for 10\.00 USD, due 2025-10-20T10:00:00-/,
  },
  { setting: 'one', last: '2026-01-10T10:00:00-05:00', warning: undefined },
];

for (const { setting, last, warning } of cases)
  test(`last billed ${last}, missed shipments: ${setting}`, async () => {
    await app.request({
      operation: 'updateMerchantSettings',
      body: { missed_shipments: setting },
    });
    const { status, body, text } = await app.request({
      operation: 'insertOrder',
      body: {
        billing: { first_name: 'Ann', email: 'ann@example.com', country_code: 'US' },
        items: [
          {
            merchant_item_id: 'TEA',
            quantity: 1,
            auto_order_schedule: 'Monthly',
            auto_order_last_rebill_dts: last,
          },
        ],
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
    assert.equal(status, 200, text);
    if (warning === undefined) return assert.equal(body.warning, undefined);
    assert.equal(body.warning.warning_code, 'missed_shipments');
    assert.match(body.warning.warning_message, warning);
    assert.match(body.warning.warning_message, /items\[0\]\.auto_order_last_rebill_dts/);
  });
