// Tests ends that are given as a day without a time: the day is included.
import assert from 'node:assert/strict';
import { story } from '../support/stories.ts';

const auto_order = { auto_orderable: true, auto_order_schedules: ['Monthly' as const] };
const tea = { merchant_item_id: 'TEA', pricing: { cost: 10 }, auto_order };
const monthly = [{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' as const }];
const on = '2027-01-28T10:00';

story('an item with a last day ships on that day, and not after it', { on }, async (shop) => {
  await shop.sells(tea);
  const ann = await shop.order(monthly);
  const { warning } = await ann.ask({
    operation: 'updateAutoOrder',
    body: { items: [{ ...(await ann.read()).items![0], no_order_after_dts: '2027-03-28' }] },
  });
  assert.equal(warning, undefined);
  const [item] = (await ann.read()).items!;
  assert.equal(item!.no_order_after_dts, '2027-03-28T23:59:59-04:00');
  await shop.until('2027-06-01T00:00');
  await ann.lived(
    '2027-01-28 10:00 create',
    '2027-01-28 10:00 update',
    '2027-01-28 10:00 item_cancel_scheduled',
    '2027-02-28 10:00 rebill: TEA 10.00 = 10.00',
    '2027-03-28 10:00 rebill: TEA 10.00 = 10.00',
    '2027-03-28 10:00 update: completed',
  );
});

story('a sale and a coupon count on their last day', { on }, async (shop) => {
  await shop.sells({ ...tea, pricing: { cost: 10, sale_cost: 8, sale_end: '2027-02-28' } });
  await shop.offers({
    merchant_code: 'TEN',
    percent_off_subtotal: { discount_percent: 10 },
    start_dts: '2027-01-28',
    expiration_dts: '2027-01-28',
  });
  const total = async () => {
    const body = { items: monthly, coupons: [{ coupon_code: 'TEN' }] };
    const { estimate } = await ann.ask({ operation: 'estimatePricing', body });
    return estimate.total;
  };
  const ann = await shop.order(monthly);
  await shop.until('2027-01-28T23:59');
  assert.equal(await total(), 7.2);
  await shop.until('2027-01-29T00:00');
  assert.equal(await total(), 8);
  await shop.until('2027-04-01T00:00');
  await ann.lived(
    '2027-01-28 10:00 create',
    '2027-02-28 10:00 rebill: TEA 8.00 = 8.00',
    '2027-03-28 10:00 rebill: TEA 10.00 = 10.00',
  );
});

story('a task that is due or expires on a day has that day', { on }, async (shop) => {
  await shop.sells(tea);
  const ann = await shop.order(monthly);
  const body = { task_name: 'Call', due_dts: '2027-01-29', expiration_dts: '2027-01-30' };
  const { task } = await ann.ask({ operation: 'insertWorkflowTask', body });
  assert.deepEqual(
    [task.due_dts, task.expiration_dts],
    ['2027-01-29T23:59:59-05:00', '2027-01-30T23:59:59-05:00'],
  );
  const found = async (search: object) =>
    (await ann.ask({ operation: 'searchWorkflowTasks', body: search })).tasks.length;
  await shop.until('2027-01-29T20:00');
  assert.deepEqual([await found({ overdue: true }), await found({ status: 'open' })], [0, 1]);
  await shop.until('2027-01-30T20:00');
  assert.deepEqual([await found({ overdue: true }), await found({ status: 'open' })], [1, 1]);
  await shop.until('2027-01-31T00:01');
  assert.equal(await found({ status: 'closed - expiration' }), 1);
});
