// Tests the clock bar over HTTP before, during and after a move of the clock. The forecast is
// compared with what then happened.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClockAdvanceDay, ClockDueRebill } from '../../contract/src/clock.ts';
import type { OperationId } from '../../contract/src/operations.ts';
import { type TestApp, type TestRequest, testApp } from '../support/app.ts';

async function ask<Id extends OperationId>(app: TestApp, request: TestRequest<Id>) {
  const { status, body } = await app.request(request);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Opens a shop at noon of 15 January 2026 in New York, with a subscriber for each card. */
async function shopWith(cards: readonly string[], schedule = 'Monthly'): Promise<TestApp> {
  const app = await testApp();
  await ask(app, {
    operation: 'insertItem',
    body: {
      merchant_item_id: 'TEA',
      pricing: { cost: 12.5 },
      auto_order: { auto_orderable: true, auto_order_schedules: [schedule] },
    },
  });
  for (const [index, token] of cards.entries())
    await ask(app, {
      operation: 'insertOrder',
      body: {
        billing: { first_name: 'Ann', last_name: 'Smith', email: `ann${index}@example.com` },
        items: [{ merchant_item_id: 'TEA', quantity: 1, auto_order_schedule: schedule }],
        payment: {
          payment_method: 'Credit Card',
          credit_card: {
            card_type: 'VISA',
            card_number_token: token,
            card_expiration_month: 12,
            card_expiration_year: 2030,
          },
        },
      },
    });
  return app;
}

const dayLine = ({ day, rebills, paid, declined, total }: ClockAdvanceDay) =>
  `${day}: ${rebills} rebills, ${paid} paid, ${declined} declined, ${total}`;

test('what is due is shown before the clock moves, and happens as shown', async () => {
  const app = await shopWith(['tok_approve', 'tok_approve-2', 'tok_approve-3']);
  const [, , third] = (await ask(app, { operation: 'getAutoOrders' })).auto_orders;
  await ask(app, {
    operation: 'updateAutoOrderPayment',
    params: { auto_order_oid: third.auto_order_oid },
    body: {
      card_type: 'VISA',
      card_number_token: 'tok_decline_1x',
      card_expiration_month: 12,
      card_expiration_year: 2030,
    },
  });
  const { clock } = await ask(app, { operation: 'getClock' });
  assert.equal(clock.next_due_dts?.slice(0, 4), '2026');

  const { due } = await ask(app, { operation: 'getClockDue', query: { advance_by: '5w' } });
  assert.deepEqual(due.due, [{ kind: 'auto orders', count: 3 }]);
  assert.deepEqual(
    due.rebills.map(
      ({ due_dts: at, total, expected }: ClockDueRebill) =>
        `${at?.slice(0, 10)} ${total} ${expected}`,
    ),
    ['2026-02-15 12.5 paid', '2026-02-15 12.5 paid', '2026-02-15 12.5 declined'],
  );
  assert.deepEqual(
    [due.rebill_count, due.expected_declines, due.totals, due.is_complete],
    [3, 1, [{ currency_code: 'USD', total: 37.5 }], true],
  );
  assert.equal(
    (await ask(app, { operation: 'getClock' })).clock.now_dts,
    clock.now_dts,
    'looking moves nothing',
  );

  const { advance } = await ask(app, { operation: 'setClock', body: { advance_by: '5w' } });
  const params = { advance_id: advance.advance_id };
  const { days } = await ask(app, { operation: 'getClockAdvanceDays', params });
  assert.deepEqual(days.filter((day: ClockAdvanceDay) => day.rebills !== 0).map(dayLine), [
    '2026-02-15: 3 rebills, 2 paid, 1 declined, 25',
    '2026-02-18: 1 rebills, 1 paid, 0 declined, 12.5',
  ]);
  assert.deepEqual([advance.rebill_count, advance.decline_count], [3, 1]);
});

test('an auto order that ships weekly is counted each time', async () => {
  const app = await shopWith(['tok_approve'], 'Weekly');
  const until = '2026-02-06T00:00:00-05:00';
  const { due } = await ask(app, { operation: 'getClockDue', query: { until } });
  assert.deepEqual([due.rebill_count, due.totals[0].total, due.until_dts], [3, 37.5, until]);
  const { advance } = await ask(app, { operation: 'setClock', body: { now_dts: until } });
  assert.equal(advance.rebill_count, 3);
});

test('a limit bounds the preview, and the answer says so', async () => {
  const app = await shopWith(['tok_1', 'tok_2', 'tok_3']);
  const query = { advance_by: '5w', _limit: 2 };
  const { due } = await ask(app, { operation: 'getClockDue', query });
  assert.deepEqual([due.due[0].count, due.previewed_count, due.is_complete], [3, 2, false]);
});

test('mails that an advance did not send are counted with the reason', async () => {
  const app = await shopWith(['tok_approve', 'tok_approve-2']);
  await ask(app, {
    operation: 'updateMerchantSettings',
    body: { notices: { receipt: false, from_email: 'hello@shop.example' } },
  });
  const skippedIn = async (span: string) => {
    const { advance } = await ask(app, { operation: 'setClock', body: { advance_by: span } });
    const params = { advance_id: advance.advance_id };
    return (await ask(app, { operation: 'getClockAdvanceSkippedMails', params })).skipped_mails;
  };
  const receipts = { kind: 'receipt', reason: 'The merchant has switched this notice off.' };
  assert.deepEqual(await skippedIn('5w'), [{ ...receipts, count: 2 }]);
  assert.deepEqual(await skippedIn('1d'), []);
  const params = { advance_id: '00000000-0000-4000-8000-000000000000' };
  const { status } = await app.request({ operation: 'getClockAdvanceSkippedMails', params });
  assert.equal(status, 404);
});

test('advances are listed, the latest first, page by page', async () => {
  const app = await testApp();
  for (const span of ['1d', '2d', '3d'])
    await ask(app, { operation: 'setClock', body: { advance_by: span } });
  const first = await ask(app, { operation: 'getClockAdvances', query: { _limit: 2 } });
  assert.deepEqual(
    first.advances.map(({ to_dts: to }: { to_dts: string }) => to.slice(0, 10)),
    ['2026-01-21', '2026-01-18'],
  );
  assert.equal(first.metadata.result_set.more, true);
  const rest = await ask(app, { operation: 'getClockAdvances', query: { _limit: 2, _offset: 2 } });
  assert.deepEqual([rest.advances.length, rest.metadata.result_set.more], [1, false]);
});

for (const [what, query, words] of [
  ['nothing is requested', {}, /until is missing/],
  ['the moment has passed', { until: '2025-01-01' }, /until is before 2026-01-15/],
  ['the moment is not a date', { until: 'soon' }, /until/],
  ['the span is not a span', { advance_by: 'soon' }, /advance_by is not a span/],
  ['both are sent', { until: '2027-01-01', advance_by: '1d' }, /together with until/],
] as const)
  test(`what is due is refused when ${what}`, async () => {
    const app = await testApp();
    const { status, headers } = await app.request({ operation: 'getClockDue', query });
    assert.equal(status, 400);
    assert.match(String(headers['uc-rest-error']), words);
  });
