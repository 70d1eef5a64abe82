// Stories of rebills that ship from two distribution centers, as digital goods, and with a tracking
// number.
import assert from 'node:assert/strict';
import type { Item } from '@perennial/contract/item.ts';
import type { Order } from '@perennial/contract/order.ts';
import { centerOf } from '../../server/src/orders/shipping.ts';
import { type Subscriber, story } from '../support/stories.ts';

const item = (merchant_item_id: string, more: Item = {}): Item => ({
  merchant_item_id,
  pricing: { cost: 10 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  ...more,
});
const west = { shipping: { distribution_centers: [{ distribution_center_code: 'WEST' }] } };
const monthly = (...ids: string[]) =>
  ids.map((merchant_item_id) => ({ merchant_item_id, auto_order_schedule: 'Monthly' }));
const shippedHere = { channel_partner: { store_completed: false } };
const opening = { on: '2026-01-15T10:00' };

const centers = (ann: Subscriber) => ({
  waiting: async (distribution_center_code: string) => {
    const { orders } = await ann.ask({
      operation: 'getDistributionCenterOrders',
      params: { distribution_center_code },
    });
    for (const { items, payment } of orders) {
      assert.deepEqual(items.map(centerOf), [distribution_center_code]);
      assert.equal(payment.payment_method, 'Credit Card');
    }
    return orders.map((order: Order) => order.order_id);
  },
  ship: (distribution_center_code: string, shipment: object) =>
    ann.ask({
      operation: 'shipOrders',
      params: { distribution_center_code },
      body: [shipment] as never,
    }),
});

async function lastBill(ann: Subscriber): Promise<Order> {
  return (await ann.bills('item,shipping,summary')).at(-1)!;
}

story('a rebill ships from two centers and is completed by the second', opening, async (shop) => {
  await shop.sells(item('COFFEE'), item('MUG', west));
  const ann = await shop.order(monthly('COFFEE', 'MUG'), shippedHere);
  await ann.ask({
    operation: 'insertDistributionCenter',
    body: { code: 'west', name: 'West' },
  });
  await shop.until('2026-02-15T11:00');
  const { order_id: id = '', current_stage: stage } = await lastBill(ann);
  assert.equal(stage, 'Shipping Department');
  const { waiting, ship } = centers(ann);
  const original = (await ann.read()).original_order_id!;
  assert.deepEqual(await waiting('WEST'), [original, id]);
  await ann.ask({
    operation: 'acknowledgeOrders',
    params: { distribution_center_code: 'WEST' },
    body: [id] as never,
  });
  assert.deepEqual([await waiting('WEST'), await waiting('DFLT')], [[original], [original, id]]);

  await shop.until('2026-02-16T09:00');
  await ship('WEST', { order_id: id, tracking_numbers: ['1Z-WEST'], shipping_cost: 4.5 });
  const half = await lastBill(ann);
  assert.equal(half.current_stage, 'Shipping Department');
  assert.equal(half.shipping?.shipping_date, '2026-02-16T09:00:00-05:00');
  const { stages } = await ann.ask({ operation: 'getOrderStages', params: { order_id: id } });
  assert.deepEqual(stages.parcels, [
    {
      distribution_center_code: 'DFLT',
      item_indexes: [1],
      waiting_indexes: [1],
      acknowledged: false,
    },
    {
      distribution_center_code: 'WEST',
      item_indexes: [2],
      waiting_indexes: [],
      acknowledged: false,
      shipped_dts: '2026-02-16T09:00:00-05:00',
    },
  ]);
  assert.equal(stages.owed, undefined);
  await shop.until('2026-02-17T09:00');
  const shipment = { order_id: id, tracking_numbers: ['1Z-EAST'], shipping_cost: 5 };
  await ship('DFLT', shipment);
  await ship('DFLT', shipment);
  const whole = await lastBill(ann);
  assert.equal(whole.current_stage, 'Completed Order');
  assert.deepEqual(whole.shipping?.tracking_numbers, ['1Z-WEST', '1Z-EAST']);
  assert.equal(whole.shipping?.shipping_date, '2026-02-16T09:00:00-05:00');
  assert.equal(whole.summary?.actual_shipping?.value, 9.5);
  assert.deepEqual(
    whole.items?.map((line) => [line.merchant_item_id, line.shipped_dts]),
    [
      ['COFFEE', '2026-02-17T09:00:00-05:00'],
      ['MUG', '2026-02-16T09:00:00-05:00'],
    ],
  );
  assert.deepEqual(await waiting('DFLT'), [original]);
});

story('digital goods are completed, whatever their original order was', opening, async (shop) => {
  await shop.sells(item('COURSE', { tax: { tax_product_type: 'digital' } }));
  const ann = await shop.order(monthly('COURSE'), shippedHere);
  await shop.until('2026-02-15T11:00');
  assert.equal((await lastBill(ann)).current_stage, 'Completed Order');
});

story('a partner that ships itself leaves its rebills completed', opening, async (shop) => {
  await shop.sells(item('COFFEE'));
  const ann = await shop.order(monthly('COFFEE'));
  await shop.until('2026-02-15T11:00');
  const bill = await lastBill(ann);
  assert.equal(bill.current_stage, 'Completed Order');
  const { stages } = await ann.ask({
    operation: 'getOrderStages',
    params: { order_id: bill.order_id! },
  });
  assert.deepEqual(stages.moves, [
    {
      after_stage: 'Completed Order',
      transition_dts: '2026-02-15T10:00:00-05:00',
      by: 'Perennial',
    },
  ]);
});

story('a tracking number by an update ships the order', opening, async (shop) => {
  await shop.sells(item('COFFEE'));
  const ann = await shop.order(monthly('COFFEE'), shippedHere);
  await shop.until('2026-02-16T09:00');
  const { order_id: id = '' } = await lastBill(ann);
  await ann.ask({
    operation: 'updateOrder',
    params: { order_id: id },
    body: { shipping: { tracking_numbers: ['1Z'] } },
  });
  const bill = await lastBill(ann);
  assert.deepEqual(
    [bill.current_stage, bill.shipping?.shipping_date, bill.items?.[0]?.shipped_dts],
    ['Completed Order', '2026-02-16T09:00:00-05:00', '2026-02-16T09:00:00-05:00'],
  );
  const { orders } = await ann.ask({
    operation: 'getOrdersByQuery',
    body: { shipped_on_date_begin: '2026-02-16', shipped_on_date_end: '2026-02-17' },
  });
  assert.deepEqual(
    orders.map((order: Order) => order.order_id),
    [id],
  );
});
