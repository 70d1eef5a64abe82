import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderStages } from '@perennial/contract/order.ts';
import { Temporal } from 'temporal-polyfill';
import { minor } from '../kernel/money.ts';
import type { OrderRecord } from './order.ts';
import { planPayment, settled } from './payment.ts';
import { inStage, isPaidStage, stageTransitions } from './stages.ts';

const now = { at: Temporal.Instant.from('2026-03-08T07:30:00Z'), timeZone: 'America/New_York' };

const plans: [Parameters<typeof planPayment>, string][] = [
  [['Credit Card', {}, 100], 'charge'],
  [['Credit Card', {}, 0], 'paid Processed'],
  [['Credit Card', { skip_payment_processing: true }, 100], 'paid Skipped'],
  [['Credit Card', { no_realtime_payment_processing: true }, 100], 'waiting Accounts Receivable'],
  [['Credit Card', { auto_approve_purchase_order: true }, 100], 'charge'],
  [['Purchase Order', {}, 100], 'waiting Accounts Receivable'],
  [['Purchase Order', { auto_approve_purchase_order: true }, 100], 'paid Processed'],
  [
    [
      'Purchase Order',
      { auto_approve_purchase_order: true, no_realtime_payment_processing: true },
      100,
    ],
    'waiting Accounts Receivable',
  ],
  [['Quote Request', { skip_payment_processing: true }, 0], 'waiting Quote Request'],
  [['Cash', {}, 100], 'paid Processed'],
  [['Check', {}, 100], 'waiting Accounts Receivable'],
  [['PayPal', {}, 100], 'waiting Accounts Receivable'],
  [['Unknown', {}, 100], 'waiting Accounts Receivable'],
];
for (const [[method, flags, total], expected] of plans) {
  test(`${method} ${JSON.stringify(flags)} ${total}: ${expected}`, () => {
    const plan = planPayment(method, flags, total);
    const detail =
      plan.kind === 'paid' ? ` ${plan.status}` : plan.kind === 'waiting' ? ` ${plan.stage}` : '';
    assert.equal(plan.kind + detail, expected);
  });
}

const pending: OrderRecord = {
  merchantId: 'TEST',
  orderId: 'TEST-1',
  createdAt: now.at,
  modifiedAt: now.at,
  currency: 'USD',
  total: minor(1234),
  charging: true,
  document: {
    current_stage: 'Pending Clearance',
    payment: { payment_method: 'Credit Card', payment_status: 'Unprocessed' },
  },
};

test('an approval sets the card and the moment', () => {
  const order = settled(
    pending,
    { kind: 'approved', gateway: 'G', reference: 'r1', card: { lastFour: '0005', type: 'AMEX' } },
    now,
  );
  assert.deepEqual(
    [order.charging, order.paidAt, order.document.current_stage],
    [false, now.at, 'Completed Order'],
  );
  assert.deepEqual(order.document.payment?.credit_card, {
    card_number: 'XXXXXXXXXXXX0005',
    card_number_truncated: true,
    card_type: 'AMEX',
    card_authorization_amount: 12.34,
    card_authorization_dts: '2026-03-08T03:30:00-04:00',
    card_authorization_reference_number: 'r1',
  });
});

test('a second try is a second transaction', () => {
  const kept = {
    ...pending,
    document: { ...pending.document, channel_partner: { store_if_payment_declines: true } },
  };
  const declined = settled(kept, { kind: 'declined', gateway: 'G', reason: 'no money' }, now);
  assert.deepEqual(
    [
      declined.charging,
      declined.paidAt,
      declined.document.current_stage,
      declined.document.reject_reason,
    ],
    [false, undefined, 'Accounts Receivable', undefined],
  );
  const approved = settled(declined, { kind: 'approved', gateway: 'G', reference: 'r2' }, now);
  assert.deepEqual(
    approved.document.payment?.transactions?.map((each) => [each.transaction_id, each.successful]),
    [
      [1, false],
      [2, true],
    ],
  );
});

test('every stage leads to other existing stages, and every unpaid one can become paid', () => {
  for (const stage of orderStages) {
    const next = stageTransitions[stage];
    assert.ok(
      next.length > 0 && !next.includes(stage) && next.every((each) => orderStages.includes(each)),
      stage,
    );
    const reaches = (from: typeof stage, seen = new Set<string>()): boolean =>
      isPaidStage(from) ||
      (!seen.has(from) && stageTransitions[from].some((each) => reaches(each, seen.add(from))));
    assert.ok(reaches(stage), stage);
  }
});

test('a rejected order has the moment of its rejection, until it is reopened', () => {
  const rejected = inStage({ current_stage: 'Accounts Receivable' }, 'Rejected', 'then');
  assert.equal(rejected.reject_dts, 'then');
  const back = inStage(rejected, 'Accounts Receivable', 'later');
  assert.deepEqual([back.reject_dts, back.current_stage_histories?.length], [undefined, 2]);
  assert.equal(inStage(back, 'Accounts Receivable', 'again'), back);
});
