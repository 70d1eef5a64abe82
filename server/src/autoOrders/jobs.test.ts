import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';
import { aCatalog, anAutoOrder, anItem, someRules } from '../../../test/support/autoOrders.ts';
import type { AutoOrder } from './autoOrder.ts';
import { calculate } from './calculated.ts';
import { claimUpdateJob } from './jobStore.ts';
import { insertAutoOrders, loadAutoOrders } from './store.ts';
import { runUpdateJob } from './updateJobOperations.ts';

const app = await testApp();
const readers = { readBilled: async () => [], gatewayCodesOf: () => ['simulator'] };
for (const id of ['COFFEE', 'TEA']) {
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: id,
      pricing: { cost: 5 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
}

async function insert(...records: AutoOrder[]) {
  await insertAutoOrders(
    app.db,
    'TEST',
    records.map((record) => ({
      ...calculate(record, aCatalog(), someRules),
      currency: 'USD',
      createdAt: someRules.now,
    })),
  );
}

const mine = (oid: number, given: Partial<AutoOrder> = {}) =>
  anAutoOrder({
    autoOrderOid: oid,
    merchantId: 'TEST',
    originalOrderId: `TEST-${String(oid).padStart(10, '0')}`,
    ...given,
  });

async function queue(elements: readonly object[]) {
  assert.equal(
    (
      await app.request({
        operation: 'updateAutoOrdersBatch',
        query: { _async: true },
        body: { autoOrders: elements },
      })
    ).status,
    204,
  );
}

const load = async (oid: number) => (await loadAutoOrders(app.db, 'TEST', [oid]))[0]!;

test('an update that was running when the process stopped is done once, after the restart', async () => {
  await insert(mine(1));
  await queue([{ auto_order_oid: 1, override_affiliate_id: 1 }]);
  const crash = new Error('the process is gone');
  await assert.rejects(
    app.db.transaction(async (tx) => {
      assert.ok(await claimUpdateJob(tx, 'TEST'));
      throw crash;
    }),
    crash,
  );
  await app.work('auto orders');
  assert.deepEqual([(await load(1)).overrideAffiliateId, (await load(1)).version], [1, 2]);
  assert.equal(await runUpdateJob(await app.context(), readers), false);
});

test('two workers share the updates, and one auto order’s stay in their order', async () => {
  await insert(mine(10), mine(11));
  const elements = [10, 11].flatMap((oid) =>
    [1, 2, 3].map((value) => ({ auto_order_oid: oid, override_affiliate_id: value })),
  );
  await queue(elements);
  const context = await app.context();
  const drain = async () => {
    for (let idle = 0; idle < 3; ) idle = (await runUpdateJob(context, readers)) ? 0 : idle + 1;
  };
  await Promise.all([drain(), drain()]);
  await app.work('auto orders');
  for (const oid of [10, 11])
    assert.deepEqual([(await load(oid)).overrideAffiliateId, (await load(oid)).version], [3, 4]);
});

test('a batch with an auto order that does not exist is refused', async () => {
  await insert(mine(20));
  const refused = await app.request({
    operation: 'updateAutoOrdersBatch',
    query: { _async: true },
    body: {
      autoOrders: [{ auto_order_oid: 20, override_affiliate_id: 1 }, { auto_order_oid: 999 }],
    },
  });
  assert.equal(refused.status, 404);
  assert.match(refused.body.error.developer_message, /999/);
  await app.work('auto orders');
  assert.equal((await load(20)).overrideAffiliateId, undefined);
});

test('many auto orders follow a changed item in the background', async () => {
  const oids = Array.from({ length: 620 }, (_, index) => 1000 + index);
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'CLUB',
      pricing: { cost: 5 },
      auto_order: {
        auto_orderable: true,
        auto_order_upsell: true,
        steps: [{ type: 'item', schedule: 'Monthly' }],
      },
    },
  });
  await insert(
    ...oids.map((oid) =>
      mine(oid, { items: [anItem({ originalItemId: 'CLUB', frequency: undefined })] }),
    ),
  );
  const { body } = await app.request({
    operation: 'getItemByMerchantItemId',
    params: { merchant_item_id: 'CLUB' },
  });
  const steps = [{ type: 'item', schedule: 'Monthly', recurring_merchant_item_id: 'TEA' }];
  await app.request({
    operation: 'updateItem',
    params: { merchant_item_oid: body.item.merchant_item_oid },
    body: { auto_order: { steps } },
  });
  const following = async () =>
    (await app.request({ operation: 'getAutoOrdersByQuery', body: { next_item_id: 'tea' } })).body
      .metadata.result_set.total_records;
  assert.equal(await following(), 0);
  await app.work('auto orders');
  assert.equal(await following(), oids.length);
});
