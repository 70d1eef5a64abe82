import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item } from '@perennial/contract/item.ts';
import { aCatalog, aCatalogItem } from '../../../test/support/autoOrders.ts';
import type { CatalogItem } from './item.ts';
import { unitGrams } from './kit.ts';
import { crossesLevel, shortUse, stockOf, stockUses, withSold } from './stock.ts';

const counted = (more: object = {}, shipping: object = {}): Item => ({
  shipping: {
    track_inventory: true,
    distribution_centers: [
      { distribution_center_code: 'OLD', handles: false, inventory_level: 99 },
      { distribution_center_code: 'EAST', handles: true, inventory_level: 5, ...more },
    ],
    ...shipping,
  },
});

test('the stock is that of the first center that handles the item', () => {
  assert.deepEqual(stockOf(counted()), { available: 5, floor: 0 });
  assert.deepEqual(stockOf(counted({ available_to_allocate: 3 })), { available: 3, floor: 0 });
  assert.equal(stockOf(counted({}, { track_inventory: false })), undefined);
  assert.equal(stockOf(counted({}, { distribution_centers: [] })), undefined);
});

const fits: readonly [what: string, item: Item, quantity: number, doesFit: boolean][] = [
  ['all there is', counted(), 5, true],
  ['one more', counted(), 6, false],
  ['what is promised', counted({ available_to_allocate: 0 }), 1, false],
  ['a back order', counted({}, { allow_back_order: true }), 1000, true],
  ['the last back order', counted({ maximum_backorder: 2 }, { allow_back_order: true }), 7, true],
  [
    'a back order too many',
    counted({ maximum_backorder: 2 }, { allow_back_order: true }),
    8,
    false,
  ],
  ['a maximum without back orders', counted({ maximum_backorder: 2 }), 6, false],
];
for (const [what, item, quantity, doesFit] of fits)
  test(`what can be sold: ${what}`, () => {
    const use = { itemId: 'TEA', itemOid: 1, quantity };
    assert.equal(shortUse([use], () => stockOf(item)) === undefined, doesFit);
  });

test('parts of a piece are all there is, without an error of binary fractions', () => {
  const item = counted({ inventory_level: 0.3 });
  const lines = [0.1, 0.1, 0.1].map((quantity) => ({ itemId: 'TEA', quantity }));
  const tea = aCatalog([aCatalogItem({ itemId: 'TEA', itemOid: 1, stock: stockOf(item)! })]);
  const uses = stockUses(lines, tea);
  assert.deepEqual(uses, [{ itemId: 'TEA', itemOid: 1, quantity: 0.3 }]);
  assert.equal(
    shortUse(uses, () => stockOf(item)),
    undefined,
  );
});

test('a sale takes from the center, and a return puts it back', () => {
  const item = counted({ available_to_allocate: 4 });
  const sold = withSold(item, 1.5);
  assert.deepEqual(stockOf(sold), { available: 2.5, floor: 0 });
  assert.equal(sold.shipping?.distribution_centers?.[1]?.inventory_level, 3.5);
  assert.equal(sold.shipping?.distribution_centers?.[0]?.inventory_level, 99);
  assert.deepEqual(withSold(sold, -1.5), item);
});

test('a kit takes its components, and lines of one item add up', () => {
  const stock = { available: 9, floor: 0 };
  const components = [
    { itemId: 'POT', quantity: 1 },
    { itemId: 'CUP', quantity: 4 },
  ];
  const find = aCatalog([
    aCatalogItem({ itemId: 'SET', itemOid: 1, kit: true, stock, components }),
    aCatalogItem({ itemId: 'POT', itemOid: 3 }),
    aCatalogItem({ itemId: 'CUP', itemOid: 2, stock }),
  ]);
  const lines = [
    { itemId: 'set', quantity: 2 },
    { itemId: 'CUP', quantity: 1 },
  ];
  assert.deepEqual(stockUses(lines, find), [{ itemId: 'CUP', itemOid: 2, quantity: 9 }]);
});

test('reaching and leaving a level may change a task', () => {
  const item = counted({ reorder_inventory_level: 2 });
  const crosses = [1, 3, 5].map((quantity) => crossesLevel(item, withSold(item, quantity)));
  assert.deepEqual(crosses, [false, true, true]);
  assert.ok(crossesLevel(withSold(item, 5), item));
});

test('a kit without a weight weighs what its components weigh', () => {
  const components = [
    { itemId: 'BAG', quantity: 2 },
    { itemId: 'CARD', quantity: 1 },
  ];
  const weights: readonly [what: string, item: Partial<CatalogItem>, grams: number | undefined][] =
    [
      ['an item', { grams: 90 }, 90],
      ['an item without a weight', {}, undefined],
      ['a kit', { kit: true, components }, 500],
      ['a kit with a weight', { kit: true, components, grams: 650 }, 650],
    ];
  const find = aCatalog([
    aCatalogItem({ itemId: 'BAG', grams: 250 }),
    aCatalogItem({ itemId: 'CARD' }),
  ]);
  for (const [what, item, grams] of weights)
    assert.equal(unitGrams(aCatalogItem({ itemId: 'X', ...item }), find), grams, what);
  assert.equal(unitGrams(undefined, find), undefined);
});
