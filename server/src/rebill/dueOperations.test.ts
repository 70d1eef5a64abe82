import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anItem, at } from '../../../test/support/autoOrders.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { coffee, rebillsOn } from '../../../test/support/rebills.ts';

test('a simple auto order is billed on time, once, with tax and shipping', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 });

  assert.deepEqual(await rebills.run('2026-03-15T13:59:59Z'), { looked: 0, paid: 0, declined: 0, unknown: 0, notices: 0, parked: 0 });
  assert.deepEqual(await rebills.run('2026-03-15T14:00:00Z'), { looked: 1, paid: 1, declined: 0, unknown: 0, notices: 0, parked: 0 });
  assert.equal((await rebills.run('2026-03-15T14:00:00Z')).looked, 0);

  const autoOrder = await rebills.load(1);
  const [item] = autoOrder.items;
  assert.equal(autoOrder.rebillCount, 1);
  assert.equal(String(item?.nextShipmentAt), '2026-04-15T14:00:00Z');
  assert.deepEqual([item?.numberOfRebills, item?.rebillValue, item?.lifeTimeValue], [1, 1299, 2598]);
  assert.deepEqual([String(item?.firstOrderAt), String(item?.lastOrderAt)], ['2026-01-15T15:00:00Z', '2026-03-15T14:00:00Z']);

  const [order, ...more] = await rebills.orders(1);
  assert.equal(more.length, 0);
  assert.deepEqual([order?.number, order?.total, order?.stage], [1, 1299 + 500 + 107, 'Completed Order']);
  assert.equal(order?.document.items?.[0]?.item_reference_oid, 11);
  assert.equal(order?.document.shipping?.shipping_method, 'Ground');
  assert.equal(order?.document.shipping?.tracking_numbers, undefined);

  const captures = rebills.gateways.books.captures();
  assert.deepEqual(captures.map(({ key, amount }) => [key, amount]), [['rebill:DEMO:1:1:1', 1906]]);
  assert.deepEqual(rebills.events.map((event) => event.name), ['auto_order_rebill', 'order_create', 'order_payment_process']);
  assert.deepEqual(await rebills.logs(1), [`Rebill 1 paid: 19.06 USD, order ${order?.document.order_id}.`]);
});

test('a test clock plays a year of several auto orders, each at its own minute', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  for (let oid = 1; oid <= 5; oid++) {
    await rebills.add({ autoOrderOid: oid, items: [anItem({ nextShipmentAt: at(`2026-02-15T15:0${oid}:00Z`), anchor: at(`2026-02-15T15:0${oid}:00Z`).toZonedDateTimeISO('America/New_York').toPlainDateTime() })] });
  }
  const counts = await rebills.play('2027-01-15T16:00:00Z');
  assert.equal(counts.paid, 60);
  const rows = await rebills.db.rows<{ at: string }>(`select min(created_at)::text as at from orders where merchant_id = 'DEMO' and auto_order_oid = 3 and rebill_number = 6`);
  assert.deepEqual(rows, [{ at: '2026-07-15 14:03:00+00' }]);
});
