// Tests which parts of an order ship, which centers ship them, and the effects of a shipment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderStages } from '@perennial/contract/order.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { Temporal } from 'temporal-polyfill';
import { minor } from '../kernel/money.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import {
  acknowledgedOrder,
  paidStage,
  parcelLines,
  shippedByUpdate,
  shippedOrder,
  waitingCenters,
} from './shipping.ts';
import { type OrderStage, stageTransitions } from './stages.ts';

const at = Temporal.Instant.from('2026-03-01T15:00:00Z');
const now = { at, timeZone: 'America/New_York', by: 'Ann' };
const today = '2026-03-01T10:00:00-05:00';

const line = (item_index: number, more: OrderItem = {}): OrderItem => ({
  item_index,
  merchant_item_id: `ITEM${item_index}`,
  quantity: 1,
  ...more,
});
const west = { distribution_center_code: 'west' };

const order = (items: OrderItem[], more: OrderDocument = {}): OrderRecord => ({
  merchantId: 'TEST',
  orderId: 'TEST-0000000001',
  document: { current_stage: 'Shipping Department', items, ...more },
  createdAt: at,
  modifiedAt: at,
  paidAt: at,
  currency: 'USD',
  total: minor(1000),
});

for (const [name, items, ships] of [
  ['goods', [line(1)], [1]],
  ['digital goods', [line(1, { tax_product_type: 'digital' }), line(2)], [2]],
  ['a service', [line(1, { tax_product_type: 'service' })], []],
  ['a kit without its components', [line(1, { kit: true })], [1]],
  [
    'a kit and its components',
    [line(1, { kit: true }), line(2, { kit_component: true, parent_item_index: 1 })],
    [2],
  ],
  ['a line given back altogether', [line(1, { quantity_refunded: 1 }), line(2)], [2]],
  ['a line given back in part', [line(1, { quantity: 2, quantity_refunded: 1 })], [1]],
] as const)
  test(`${name}: ${ships.length} of ${items.length} lines ship`, () => {
    assert.deepEqual(
      parcelLines({ items: [...items] }).map((each) => each.item_index),
      ships,
    );
  });

const shippedByMerchant = { channel_partner: { store_completed: false } };
for (const [name, document, stage] of [
  ['a partner that ships itself', { items: [line(1)] }, 'Completed Order'],
  [
    'a partner that leaves it to the merchant',
    { ...shippedByMerchant, items: [line(1)] },
    'Shipping Department',
  ],
  [
    'digital goods',
    { ...shippedByMerchant, items: [line(1, { tax_product_type: 'digital' })] },
    'Completed Order',
  ],
  [
    'an order that was in the Shipping Department',
    {
      current_stage: 'Completed Order',
      items: [line(1)],
      current_stage_histories: [
        { before_stage: 'Accounts Receivable', after_stage: 'Shipping Department' },
      ],
    },
    'Shipping Department',
  ],
] as const satisfies readonly (readonly [string, OrderDocument, OrderStage])[])
  test(`paid, ${name}: ${stage}`, () => {
    assert.equal(paidStage(document as OrderDocument), stage);
  });

test('two centers: each ships its lines, and the last one completes the order', () => {
  const before = order([line(1), line(2, west), line(3)]);
  assert.deepEqual(waitingCenters(before.document), [
    { code: 'DFLT', isAcknowledged: false },
    { code: 'WEST', isAcknowledged: false },
  ]);
  const first = shippedOrder(
    before,
    {
      center: 'WEST',
      trackingNumbers: ['1Z'],
      costs: { shipping: minor(785), fee: minor(100) },
      user: 'West',
    },
    now,
  );
  assert.deepEqual([first.lines, first.newNumbers], [[2], ['1Z']]);
  const { document } = first.order;
  assert.equal(document.current_stage, 'Shipping Department');
  assert.deepEqual(document.shipping, { shipping_date: today, tracking_numbers: ['1Z'] });
  assert.equal(document.items?.[1]?.shipped_by_user, 'West');
  assert.equal(document.items?.[0]?.shipped_dts, undefined);
  assert.deepEqual(
    [document.summary?.actual_shipping?.value, document.summary?.actual_fulfillment?.value],
    [7.85, 1],
  );
  assert.deepEqual(waitingCenters(document), [{ code: 'DFLT', isAcknowledged: false }]);
  const second = shippedOrder(
    first.order,
    { center: 'DFLT', trackingNumbers: ['2Z'], costs: { shipping: minor(200) }, user: 'Ann' },
    now,
  );
  assert.deepEqual(second.lines, [1, 3]);
  assert.equal(second.order.document.current_stage, 'Completed Order');
  assert.equal(second.order.document.summary?.actual_shipping?.value, 9.85);
  assert.deepEqual(second.order.document.shipping?.tracking_numbers, ['1Z', '2Z']);
  assert.deepEqual(waitingCenters(second.order.document), []);
});

test('a repeated shipment changes nothing; another number is added without its costs', () => {
  const shipment = { center: 'DFLT', trackingNumbers: ['1Z'], user: 'Ann' };
  const once = shippedOrder(order([line(1)]), { ...shipment, costs: { fee: minor(5) } }, now).order;
  assert.equal(shippedOrder(once, { ...shipment, costs: { fee: minor(5) } }, now).order, once);
  const more = shippedOrder(
    once,
    { ...shipment, trackingNumbers: ['1Z', '2Z'], costs: { fee: minor(5) } },
    now,
  );
  assert.deepEqual([more.lines, more.newNumbers], [[], ['2Z']]);
  assert.equal(more.order.document.summary?.actual_fulfillment?.value, 0.05);
});

test('an acknowledged center waits no more for the order, and once is enough', () => {
  const acknowledged = acknowledgedOrder(order([line(1), line(2, west)]), 'WEST', now);
  assert.deepEqual(waitingCenters(acknowledged.document), [
    { code: 'DFLT', isAcknowledged: false },
    { code: 'WEST', isAcknowledged: true },
  ]);
  assert.equal(acknowledgedOrder(acknowledged, 'WEST', now), acknowledged);
});

const tracked = { shipping: { tracking_numbers: ['1Z'] } };
for (const [name, before, after, expected] of [
  ['nothing new', {}, {}, undefined],
  ['a tracking number', {}, tracked, [[1], ['1Z'], 'Completed Order']],
  ['a number that was there', tracked, tracked, undefined],
  [
    'completed without a number',
    {},
    { current_stage: 'Completed Order' },
    [[1], [], 'Completed Order'],
  ],
  [
    'a number on a completed order',
    { current_stage: 'Completed Order' },
    { current_stage: 'Completed Order', ...tracked },
    [[1], ['1Z'], 'Completed Order'],
  ],
  [
    'a number on a held order',
    { current_stage: 'Hold' },
    { current_stage: 'Hold', ...tracked },
    undefined,
  ],
] as const)
  test(`an update with ${name}: ${expected === undefined ? 'nothing ships' : 'it ships'}`, () => {
    const [was, is] = [before, after].map((more) => order([line(1)], more as OrderDocument));
    const shipped = shippedByUpdate(was!, is!, 'Ann', now);
    assert.deepEqual(
      shipped && [shipped.lines, shipped.newNumbers, shipped.order.document.current_stage],
      expected,
    );
    if (shipped) assert.equal(shipped.order.document.shipping?.shipping_date, today);
  });

test('every stage has its allowed moves, and none leads to itself', () => {
  assert.deepEqual(Object.keys(stageTransitions).sort(), [...orderStages].sort());
  for (const [from, to] of Object.entries(stageTransitions)) {
    assert.ok(!to.includes(from as OrderStage), from);
    assert.equal(new Set(to).size, to.length, from);
  }
});
