import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aCatalog,
  anAutoOrder,
  anItem,
  at,
  calculatedAutoOrder,
  someRules,
} from '../../../test/support/autoOrders.ts';
import { addMerchantRow, testDatabase } from '../../../test/support/database.ts';
import { minor } from '../kernel/money.ts';
import type { AutoOrder } from './autoOrder.ts';
import { calculate } from './calculated.ts';
import {
  findOidByCode,
  findOidByOriginalOrder,
  findOidsByOriginalItem,
  insertAutoOrders,
  loadAutoOrders,
  saveAutoOrders,
  saveRebilled,
} from './store.ts';

const db = await testDatabase();
await addMerchantRow(db, 'DEMO');
await addMerchantRow(db, 'OTHER');
const createdAt = at('2026-01-15T10:00:00-05:00');

async function insert(...records: AutoOrder[]) {
  await insertAutoOrders(
    db,
    'DEMO',
    records.map((record) => ({
      ...calculate(record, aCatalog(), someRules),
      currency: 'USD',
      createdAt,
    })),
  );
}

/** Returns the value as JSON writes it: undefined fields are missing, and moments are text. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const everything = anAutoOrder({
  autoOrderOid: 100,
  cancelAfterNextXOrders: 3,
  cancelReason: 'moved away',
  canceledByUser: 'Ann',
  canceledAt: at('2026-01-20T00:00:00Z'),
  cancelUpgrade: true,
  disabledAt: at('2026-01-21T00:00:00Z'),
  mergedAt: at('2026-01-22T00:00:00Z'),
  mergedIntoAutoOrderOid: 7,
  creditCardAttempt: 2,
  nextAttemptAt: at('2026-02-03T00:00:00Z'),
  failureReason: 'declined',
  overrideAffiliateId: 5,
  rotatingTransactionGatewayCode: 'MAIN',
  rebillCount: 4,
  addOns: [
    {
      itemId: 'MUG',
      quantity: 1,
      unitCost: minor(500),
      freeShipping: true,
      nextXOrders: 2,
      options: [{ label: 'Color', value: 'red' }],
    },
  ],
  properties: [{ name: 'source', value: 'shop' }],
  items: [
    anItem({
      itemOid: 1001,
      arbitraryQuantity: 1.5,
      arbitraryUnitCost: minor(999),
      arbitraryUnitCostRemainingOrders: 2,
      arbitraryPercentageDiscount: 12.5,
    }),
    anItem({
      itemOid: 1000,
      originalItemId: 'Tea',
      frequency: 'Every...',
      arbitraryScheduleDays: 9,
      arbitraryItemId: 'COFFEE',
      paused: true,
      remainingRepeatCount: 3,
      noOrderAfterAt: at('2027-01-01T00:00:00Z'),
      firstOrderAt: at('2026-01-15T15:00:00Z'),
      lastOrderAt: at('2026-01-15T15:00:00Z'),
      nextPreshipmentNoticeAt: at('2026-03-12T14:00:00Z'),
      preshipmentNoticeSent: true,
      step: { index: 1, done: 2 },
      rebillValue: minor(77),
      numberOfRebills: 6,
      options: [{ label: 'Size', value: 'L' }],
      agreedOptions: [{ label: 'Size', value: 'L', costChange: minor(500) }],
      properties: [{ name: 'a', value: 'b' }],
      paypalPayerId: 'P',
      paypalRecurringPaymentProfileId: 'R',
    }),
  ],
});

test('a record comes back as it was stored', async () => {
  await insert(everything);
  assert.deepEqual(plain(await loadAutoOrders(db, 'DEMO', [100, 999])), plain([everything]));
  assert.deepEqual(await loadAutoOrders(db, 'OTHER', [100]), []);
});

test('a saved record replaces its items and counts a version', async () => {
  await insert(
    anAutoOrder({ autoOrderOid: 200, items: [anItem({ itemOid: 1 }), anItem({ itemOid: 2 })] }),
  );
  const changed = anAutoOrder({
    autoOrderOid: 200,
    enabled: false,
    items: [anItem({ itemOid: 3 }), anItem({ itemOid: 1, paused: true })],
  });
  await saveAutoOrders(db, 'DEMO', createdAt, [calculate(changed, aCatalog(), someRules)]);
  assert.deepEqual(
    plain(await loadAutoOrders(db, 'DEMO', [200])),
    plain([{ ...changed, version: 2 }]),
  );
});

test('a rebill writes state and dates, and nothing that people edit', async () => {
  await insert(anAutoOrder({ autoOrderOid: 300 }), anAutoOrder({ autoOrderOid: 301 }));
  const rebilled = (oid: number) =>
    calculatedAutoOrder({
      autoOrderOid: oid,
      rebillCount: 1,
      overrideAffiliateId: 9,
      items: [
        anItem({
          numberOfRebills: 1,
          nextShipmentAt: at('2026-04-15T14:00:00Z'),
          originalItemId: 'X',
        }),
      ],
    });
  await saveRebilled(db, 'DEMO', createdAt, [rebilled(300), rebilled(301)]);
  const [first] = await loadAutoOrders(db, 'DEMO', [301]);
  assert.equal(first?.rebillCount, 1);
  assert.equal(first?.overrideAffiliateId, undefined);
  assert.equal(first?.items[0]?.numberOfRebills, 1);
  assert.equal(first?.items[0]?.originalItemId, 'COFFEE');
  assert.equal(first?.version, 2);
});

test('auto orders are found by code, by original order and by item, in any case', async () => {
  await insert(
    anAutoOrder({ autoOrderOid: 400 }),
    anAutoOrder({
      autoOrderOid: 401,
      items: [anItem({ originalItemId: 'Rare' }), anItem({ itemOid: 12, originalItemId: 'RARE' })],
    }),
  );
  assert.equal(await findOidByCode(db, 'DEMO', 'code000400'), 400);
  assert.equal(await findOidByCode(db, 'OTHER', 'CODE000400'), undefined);
  assert.equal(await findOidByOriginalOrder(db, 'DEMO', 'demo-0000000401'), 401);
  assert.deepEqual(await findOidsByOriginalItem(db, 'DEMO', 'rARE', 0, 10), [401]);
  assert.deepEqual(await findOidsByOriginalItem(db, 'DEMO', 'rare', 401, 10), []);
});
