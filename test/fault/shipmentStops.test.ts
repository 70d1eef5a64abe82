// Tests batches of shipments: for every k, the process stops after the k-th effect of a batch (a
// statement, a commit). Each order is then shipped as a whole or not at all, and a repeated batch
// ships the rest once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderDocument } from '../../server/src/orders/order.ts';
import { documentJson } from '../../server/src/orders/present.ts';
import { shipOrders } from '../../server/src/orders/shipmentOperations.ts';
import { insertOrders } from '../../server/src/orders/store.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import { anAutoOrder } from '../support/autoOrders.ts';
import { testDatabase } from '../support/database.ts';
import { originalOrder, type Rebills, rebillsOn } from '../support/rebills.ts';
import { reportPlaces, Stop, stoppableDatabase } from './stopping.ts';

const now = '2026-03-15T14:00:00Z';
const count = 2;
const effectsMax = 100;

test('whatever the process did last, each order is shipped once', async (t) => {
  const db = await testDatabase(t);
  let k = 0;
  for (let isStopped = true; isStopped; k++) {
    const shop = await rebillsOn(db, { merchantId: `K${k}` });
    const orderIds = await waitingOrders(db, shop);
    isStopped = await shipUntilEffect(k, shop, orderIds);
    for (const orderId of orderIds) await checkWhole(db, shop, orderId, k);
    const results = await ship(shop, shop.db, orderIds);
    assert.ok(
      results.every(({ successful }) => successful === true),
      JSON.stringify(results),
    );
    for (const orderId of orderIds) assert.equal(await shipments(db, shop, orderId), 1);
    assert.ok(k < effectsMax, 'a run without an end');
  }
  reportPlaces(t, k);
});

async function waitingOrders(db: Database, { merchant: { merchantId } }: Rebills) {
  const orders = [...Array(count).keys()].map((index) => {
    const autoOrderOid = index + 1;
    const originalOrderId = `${merchantId}-000000000${autoOrderOid}`;
    const order = originalOrder(anAutoOrder({ merchantId, originalOrderId, autoOrderOid }), {
      document: { current_stage: 'Shipping Department', shipping: {}, summary: {} },
    });
    const { autoOrderOid: _, rebillNumber: _1, ...ordinary } = order;
    return ordinary;
  });
  await insertOrders(db, merchantId, orders);
  return orders.map(({ orderId }) => orderId);
}

const ship = (shop: Rebills, db: Database, orderIds: readonly string[]) =>
  shipOrders(
    { ...shop.context(now), db },
    'DFLT',
    orderIds.map((order_id) => ({
      order_id,
      tracking_numbers: [`1Z-${order_id}`],
      shipping_cost: 5,
    })),
  );

/** Ships and stops after effect `k`. Returns false when the batch ended before that. */
async function shipUntilEffect(k: number, shop: Rebills, orderIds: readonly string[]) {
  const stop = new Stop(k);
  await ship(shop, stoppableDatabase(shop.db, stop), orderIds).catch((error: unknown) => {
    if (!stop.hasCome) throw error;
  });
  return stop.hasCome;
}

async function checkWhole(db: Database, shop: Rebills, orderId: string, k: number): Promise<void> {
  const { merchantId } = shop.merchant;
  const row = await db.row<{ document: OrderDocument; waits: boolean }>(
    `select ${documentJson('o')}::json as document, exists (select from waiting_shipment w
       where w.merchant_id = $1 and w.order_id = o.order_id) as waits
     from orders o where o.merchant_id = $1 and o.order_id = $2`,
    [merchantId, orderId],
  );
  const { current_stage: stage, items = [], shipping, summary } = row!.document;
  const isShipped = stage === 'Completed Order';
  const about = `${orderId}, stopped after effect ${k}`;
  assert.equal(row!.waits, !isShipped, about);
  assert.equal(await shipments(db, shop, orderId), isShipped ? 1 : 0, about);
  assert.deepEqual(
    [
      items.every((line) => line.shipped_dts !== undefined),
      shipping?.shipping_date !== undefined,
      shipping?.tracking_numbers?.length ?? 0,
      summary?.actual_shipping?.value,
    ],
    isShipped ? [true, true, 1, 5] : [false, false, 0, undefined],
    about,
  );
}

const shipments = async (db: Database, shop: Rebills, orderId: string): Promise<number> =>
  (
    await db.rows(
      `select from event where merchant_id = $1 and object_type = 'order' and object_id = $2
         and name = 'order_ship'`,
      [shop.merchant.merchantId, orderId],
    )
  ).length;
