import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frequencies } from '@perennial/contract/frequency.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  aCatalog,
  aCatalogItem,
  anAutoOrder,
  anItem,
  someRules,
} from '../../../test/support/autoOrders.ts';
import { addMerchantRow, testDatabase } from '../../../test/support/database.ts';
import { minor } from '../kernel/money.ts';
import type { AddOn, AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { calculate } from './calculated.ts';
import { changesBetween } from './changeWords.ts';
import { editAutoOrder } from './edit.ts';
import { insertAutoOrders } from './store.ts';
import { readAutoOrderTexts } from './textStore.ts';

const catalog = aCatalog([
  aCatalogItem(),
  aCatalogItem({ itemId: 'TEA' }),
  aCatalogItem({ itemId: 'Mug' }),
]);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const moment = fc
  .integer({ min: 1_600_000_000, max: 1_950_000_000 })
  .map((seconds) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000));
const amount = fc.integer({ min: 0, max: 10_000_000 }).map(minor);
const text = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .map((each) => each.replaceAll('\0', '').trim() || 'x');
const quantity = fc.integer({ min: 1, max: 100_000 }).map((each) => each / 100);
const property = fc.record({ name: text, value: text });
const properties = fc.uniqueArray(property, { maxLength: 3, selector: ({ name }) => name });
const options = fc.array(fc.record({ label: text, value: text }), { maxLength: 2 });

const addOn: fc.Arbitrary<AddOn> = fc.record({
  itemId: fc.constant('Mug'),
  quantity: fc.integer({ min: 1, max: 9 }),
  unitCost: maybe(amount),
  freeShipping: fc.boolean(),
  nextXOrders: maybe(fc.integer({ min: 1, max: 9 })),
  options,
});

const item = (itemOid: number): fc.Arbitrary<AutoOrderItem> =>
  fc.record({
    itemOid: fc.constant(itemOid),
    originalItemId: fc.constantFrom('COFFEE', 'TEA', 'GONE'),
    originalQuantity: quantity,
    arbitraryItemId: maybe(fc.constantFrom('TEA', 'GONE')),
    arbitraryQuantity: maybe(quantity),
    arbitraryUnitCost: maybe(amount),
    arbitraryUnitCostRemainingOrders: maybe(fc.nat(9)),
    arbitraryPercentageDiscount: maybe(fc.integer({ min: 0, max: 100 })),
    arbitraryScheduleDays: maybe(fc.integer({ min: 1, max: 400 })),
    frequency: maybe(fc.constantFrom(...frequencies)),
    nextShipmentAt: maybe(moment),
    anchor: fc.constant(anItem().anchor),
    nextPreshipmentNoticeAt: maybe(moment),
    preshipmentNoticeSent: fc.boolean(),
    noOrderAfterAt: maybe(moment),
    firstOrderAt: maybe(moment),
    lastOrderAt: maybe(moment),
    lifeTimeValue: amount,
    rebillValue: amount,
    numberOfRebills: fc.nat(500),
    remainingRepeatCount: maybe(fc.nat(9)),
    paused: fc.boolean(),
    step: fc.record({ index: fc.nat(3), done: fc.nat(9) }),
    options,
    properties,
    addOns: fc.array(addOn, { maxLength: 2 }),
    paypalPayerId: maybe(text),
    paypalRecurringPaymentProfileId: maybe(text),
  });

const state = fc.oneof(
  fc.constant({}),
  fc.record({
    status: fc.constant('canceled' as const),
    enabled: fc.constant(false),
    canceledAt: moment,
    cancelReason: maybe(text),
    canceledByUser: maybe(text),
  }),
  fc.record({
    status: fc.constant('disabled' as const),
    enabled: fc.constant(false),
    disabledAt: moment,
    completed: fc.boolean(),
    failureReason: maybe(text),
  }),
  fc.record({
    status: fc.constant('merged' as const),
    enabled: fc.constant(false),
    mergedAt: moment,
    mergedIntoAutoOrderOid: fc.nat(99),
  }),
);

let oid = 0;
const record: fc.Arbitrary<AutoOrder> = fc
  .record({
    state,
    first: item(1),
    second: item(2),
    addOns: fc.array(addOn, { maxLength: 2 }),
    properties,
    nextAttemptAt: maybe(moment),
    creditCardAttempt: fc.nat(3),
    cancelAfterNextXOrders: maybe(fc.integer({ min: 1, max: 9 })),
    overrideAffiliateId: maybe(fc.nat()),
    rotatingTransactionGatewayCode: maybe(text),
  })
  .map(({ state: given, first, second, ...rest }) =>
    anAutoOrder({ ...rest, ...given, items: [first, second] }),
  );

// Updating any record with its own JSON changes nothing: clients read a record, change one field
// and send all of it back.
test('sending back what was read changes nothing, whatever the record', async (t) => {
  const db = await testDatabase();
  await addMerchantRow(db, 'DEMO');
  const rules = { ...someRules, currency: 'USD', catalog };
  const runs = 150;
  await fc.assert(
    fc.asyncProperty(record, async (generated) => {
      const autoOrder = { ...generated, ...identity(++oid) };
      await insertAutoOrders(db, 'DEMO', [
        { ...calculate(autoOrder, catalog, someRules), currency: 'USD', createdAt: someRules.now },
      ]);
      const [read] = await readAutoOrderTexts(
        db,
        'DEMO',
        someRules.zone,
        [oid],
        new Set(['items', 'add_ons', 'properties', 'items.simple_schedule']),
      );
      for (const json of [read!.json, withoutUnsaid(read!.json)]) {
        const edited = editAutoOrder(autoOrder, JSON.parse(json), rules, []);
        assert.ok(edited.ok, JSON.stringify(edited));
        assert.deepEqual(changesBetween(autoOrder, edited.value, rules), []);
      }
    }),
    { numRuns: runs },
  );
  t.diagnostic(`${runs} records read and sent back`);
});

/** The body of a client that can send neither false nor 0. */
const withoutUnsaid = (json: string): string =>
  JSON.stringify(JSON.parse(json), (_, value: unknown) =>
    value === false || value === 0 ? undefined : value,
  );

const identity = (number: number) => {
  const { autoOrderOid, autoOrderCode, originalOrderId } = anAutoOrder({ autoOrderOid: number });
  return { autoOrderOid, autoOrderCode, originalOrderId };
};
