import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import {
  aCatalog,
  aCatalogItem,
  anAutoOrder,
  anItem,
  at,
  someRules,
} from '../../../test/support/autoOrders.ts';
import type { CatalogItem } from '../items/item.ts';
import { minor } from '../kernel/money.ts';
import type { AddOn, AutoOrder } from './autoOrder.ts';
import { type LineTerms, type MergeRules, mergeFault, type OpenRebill } from './mergeFault.ts';
import { mergedTarget } from './merging.ts';

const aged = aCatalogItem({
  itemId: 'AGED',
  autoOrder: {
    ...aCatalogItem().autoOrder!,
    upsell: true,
    steps: [
      {
        type: 'item',
        schedule: 'Monthly',
        unitCostSchedules: [],
        grandfatherPricing: [
          { onOrBefore: Temporal.PlainDate.from('2025-06-30'), unitCost: minor(900) },
        ],
      },
    ],
  },
});
const withFee = aCatalogItem({
  itemId: 'PLAN',
  autoOrder: { ...aCatalogItem().autoOrder!, cancelItemId: 'COFFEE' },
});
const rules: MergeRules = {
  ...someRules,
  catalog: aCatalog([aCatalogItem(), aged, withFee, aCatalogItem({ itemId: 'MUG' })]),
  open: new Map(),
  coupons: new Map(),
  lines: new Map(),
};
const target = anAutoOrder();
const tea = anItem({ itemOid: 21 });
const source = (given: Partial<AutoOrder> = {}) =>
  anAutoOrder({ autoOrderOid: 2, items: [tea], ...given });
const mug = (nextXOrders?: number): AddOn => ({
  itemId: 'MUG',
  quantity: 1,
  freeShipping: false,
  options: [],
  ...(nextXOrders === undefined ? {} : { nextXOrders }),
});
const later = anItem({ itemOid: 22, nextShipmentAt: at('2026-03-20T10:00:00-04:00') });
const sameDay = anItem({ itemOid: 22 });

const cases: readonly [
  what: string,
  source: Partial<AutoOrder>,
  reason: RegExp | undefined,
  more?: { readonly target?: Partial<AutoOrder>; readonly open?: [number, OpenRebill] },
][] = [
  ['nothing hangs on it', {}, undefined],
  ['it ends after two orders', { cancelAfterNextXOrders: 2 }, undefined],
  [
    'it ends, with items that ship together',
    { cancelAfterNextXOrders: 2, items: [tea, sameDay] },
    undefined,
  ],
  [
    'it ends, with items that do not',
    { cancelAfterNextXOrders: 2, items: [tea, later] },
    /cancel_after_next_x_orders/,
  ],
  [
    'it ends, with items that ship together once',
    { cancelAfterNextXOrders: 1, items: [tea, { ...sameDay, frequency: 'Weekly' }] },
    undefined,
  ],
  [
    'it ends, with items that ship together once, and then another time',
    { cancelAfterNextXOrders: 2, items: [tea, { ...sameDay, frequency: 'Weekly' }] },
    /do not ship together/,
  ],
  [
    'the target ends, with items that do not ship together',
    {},
    /cancel_after_next_x_orders/,
    { target: { cancelAfterNextXOrders: 2, items: [anItem(), { ...later, itemOid: 12 }] } },
  ],
  ['add-ons and one item', { addOns: [mug(2)] }, undefined],
  [
    'add-ons and items that do not ship together',
    { addOns: [mug(2)], items: [tea, later] },
    /add_ons/,
  ],
  ['add-ons and no item', { addOns: [mug()], items: [] }, /add_ons/],
  [
    'the same affiliate',
    { overrideAffiliateId: 7 },
    undefined,
    { target: { overrideAffiliateId: 7 } },
  ],
  ['another affiliate', { overrideAffiliateId: 7 }, /override_affiliate_id 7.*none/],
  [
    'none where the target has one',
    {},
    /override_affiliate_id none.*7/,
    { target: { overrideAffiliateId: 7 } },
  ],
  [
    'pinned to a gateway',
    { rotatingTransactionGatewayCode: 'visa1' },
    /rotating_transaction_gateway_code visa1/,
  ],
  [
    'properties',
    { properties: [{ name: 'box', value: 'red' }] },
    undefined,
    { target: { properties: [{ name: 'card', value: 'yes' }] } },
  ],
  [
    'the same property',
    { properties: [{ name: 'box', value: 'red' }] },
    undefined,
    { target: { properties: [{ name: 'box', value: 'red' }] } },
  ],
  [
    'another value of a property',
    { properties: [{ name: 'box', value: 'red' }] },
    /property box/,
    { target: { properties: [{ name: 'box', value: 'blue' }] } },
  ],
  ['a charge under way', {}, /under way/, { open: [2, 'charging'] }],
  ['a charge without an answer', {}, /under way/, { open: [2, 'unknown'] }],
  ['a declined rebill', {}, /declined rebill/, { open: [2, 'declined'] }],
  ['a charge of the target under way', {}, undefined, { open: [1, 'charging'] }],
  ['a declined rebill of the target', {}, /declined rebill/, { open: [1, 'declined'] }],
  [
    'a cancel fee that is due',
    {
      cancelAfterNextXOrders: 1,
      items: [{ ...tea, originalItemId: 'PLAN', arbitraryItemId: 'COFFEE' }],
    },
    /cancel fee/,
  ],
  ['an item that cannot be billed', { items: [{ ...tea, originalItemId: 'GONE' }] }, /GONE/],
  ['an item that is paused', { items: [{ ...tea, paused: true }] }, undefined],
];
for (const [what, given, reason, more = {}] of cases) {
  test(`merging: ${what}`, () => {
    const open = new Map(more.open === undefined ? [] : [more.open]);
    const into = anAutoOrder({ ...target, ...more.target });
    const fault = mergeFault(into, [source(given)], { ...rules, open });
    if (reason === undefined) assert.equal(fault, undefined);
    else assert.match(fault?.reason ?? 'nothing', reason);
  });
}

for (const [what, its, targets, reason] of [
  ['the same coupons', ['TEN', 'FREE'], ['FREE', 'TEN'], undefined],
  ['a coupon that the target has not', ['TEN'], [], /has TEN .* auto order 1 has no coupon/],
  ['no coupon where the target has one', [], ['TEN'], /has no coupon .* auto order 1 has TEN/],
  ['another coupon', ['TEN'], ['FREE'], /has TEN .* auto order 1 has FREE/],
] as const)
  test(`merging: ${what}`, () => {
    const coupons = new Map<number, readonly string[]>([
      [1, targets],
      [2, its],
    ]);
    const fault = mergeFault(target, [source()], { ...rules, coupons });
    if (reason === undefined) assert.equal(fault, undefined);
    else assert.match(fault?.reason ?? 'nothing', reason);
  });

const taxFree: LineTerms = { tax_free: 'true' };
const lineCases: readonly [
  what: string,
  its: LineTerms,
  targets: LineTerms,
  more: Partial<CatalogItem>,
  reason: RegExp | undefined,
][] = [
  ['the same terms of a line', taxFree, taxFree, {}, undefined],
  ['a line that was not taxed', taxFree, {}, {}, /COFFEE with the tax_free true .* has none/],
  ['a line of the target that was not', {}, taxFree, {}, /COFFEE with the tax_free none .* true/],
  ['another weight', { weight: '5 g' }, { weight: '6 g' }, {}, /the weight 5 g .* has 6 g/],
  [
    'an option that weighs something',
    { weight_change: 'Size L: 2 LB' },
    { weight_change: 'Size M: 1 LB' },
    { grams: 7 },
    /the weight_change Size L: 2 LB .* has Size M: 1 LB/,
  ],
  ['an option of the target', {}, { weight_change: 'Size M: 1 LB' }, {}, undefined],
  ['an item that the catalogue does not tax', taxFree, {}, { taxFree: true }, undefined],
  ['an item that the catalogue weighs', { weight: '5 g' }, {}, { grams: 7 }, undefined],
];
for (const [what, its, targets, more, reason] of lineCases)
  test(`merging: ${what}`, () => {
    const lines = new Map([
      [1, new Map([['coffee', targets]])],
      [2, new Map([['coffee', its]])],
    ]);
    const catalog = aCatalog([aCatalogItem(more)]);
    const fault = mergeFault(target, [source()], { ...rules, catalog, lines });
    if (reason === undefined) assert.equal(fault, undefined);
    else assert.match(fault?.reason ?? 'nothing', reason);
  });

test('two sources with different values of a property', () => {
  const [red, blue] = ['red', 'blue'].map((value, index) =>
    source({ autoOrderOid: 2 + index, properties: [{ name: 'box', value }] }),
  );
  assert.equal(mergeFault(target, [red!, blue!], rules)?.oid, 3);
});

test('a price of the sign-up date is kept or the merge is refused', () => {
  const item = anItem({ itemOid: 21, originalItemId: 'AGED' });
  const old = source({ items: [item], signedUpAt: at('2025-01-15T10:00:00-05:00') });
  const reason = mergeFault(target, [old], rules)?.reason ?? 'nothing';
  assert.match(reason, /AGED.*sign-up date/);
  const priced = source({ ...old, items: [{ ...item, arbitraryUnitCost: minor(900) }] });
  assert.equal(mergeFault(target, [priced], rules), undefined);
});

test('what belonged to the sources moves to their items', () => {
  const first = source({
    cancelAfterNextXOrders: 3,
    addOns: [mug(2)],
    properties: [{ name: 'box', value: 'red' }],
    items: [
      { ...tea, remainingRepeatCount: 2 },
      { ...sameDay, nextShipmentAt: undefined },
    ],
  });
  const second = source({ autoOrderOid: 3, items: [anItem({ itemOid: 31 })] });
  const at = Temporal.Instant.from('2026-02-01T17:00:00Z');
  const target = anAutoOrder({ cancelAfterNextXOrders: 5, addOns: [mug()] });
  const into = mergedTarget(target, [first, second], at);
  assert.deepEqual(
    into.items.map(({ mergedAt }) => mergedAt),
    [undefined, at, at, at],
  );
  assert.deepEqual(
    into.items.map(({ itemOid, remainingRepeatCount, addOns }) => [
      itemOid,
      remainingRepeatCount,
      addOns,
    ]),
    [
      [11, 5, []],
      [21, 2, [mug(2)]],
      [22, 3, []],
      [31, undefined, []],
    ],
  );
  assert.deepEqual([into.cancelAfterNextXOrders, into.addOns], [undefined, [mug()]]);
  assert.deepEqual(into.properties, [{ name: 'box', value: 'red' }]);
});
