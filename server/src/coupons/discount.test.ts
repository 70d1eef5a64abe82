import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Coupon as WireCoupon } from '@perennial/contract/coupon.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { kindTrials } from '../../../test/support/couponKinds.ts';
import { minor, sum } from '../kernel/money.ts';
import { type Cart, type CartLine, discounts } from './discount.ts';
import { kindNames } from './kinds.ts';
import { couponOf, derivedFields } from './wireCoupon.ts';

const at = Temporal.Instant.from('2026-03-10T12:00:00Z');
const line = (itemId: string, unit: number, quantity = 1, isExcluded = false): CartLine => ({
  itemId,
  quantity,
  unitCost: minor(unit),
  amount: minor(Math.round(unit * quantity)),
  isExcluded,
});
const cart: Cart = {
  lines: [line('COFFEE', 1299, 2), line('MUG', 800)],
  shipping: minor(500),
  shippingMethod: 'Ground',
  postalCode: '10001',
  at,
};
const coupon = (wire: WireCoupon, oid = 1) =>
  couponOf({ coupon_oid: oid, merchant_code: `C${oid}`, ...wire }, 'USD');

// The cart has lines of 25.98 and 8.00, and 5.00 of shipping. Each row expects the discounts on the
// lines and on the shipping, in cents.
const kinds: readonly [name: string, wire: WireCoupon, lines: number[], shipping: number][] = [
  ['10 % of all', { percent_off_subtotal: { discount_percent: 10 } }, [260, 80], 0],
  ['100 %', { percent_off_subtotal: { discount_percent: 100 } }, [2598, 800], 0],
  ['0 %', { percent_off_subtotal: { discount_percent: 0 } }, [0, 0], 0],
  [
    'half of the first 10.00',
    { percent_off_subtotal_limit: { discount_percent: 50, limit: 10 } },
    [382, 118],
    0,
  ],
  ['5.00 off', { amount_off_subtotal: { discount_amount: 5 } }, [382, 118], 0],
  ['more than all', { amount_off_subtotal: { discount_amount: 500 } }, [2598, 800], 0],
  [
    'the rest comes off shipping',
    { amount_off_subtotal_and_shipping: { discount_amount: 36 } },
    [2598, 800],
    202,
  ],
  [
    'an item of a list',
    { percent_off_items: { discount_percent: 25, items: ['mug'] } },
    [0, 200],
    0,
  ],
  [
    'all but one item',
    { percent_off_items: { discount_percent: 10, excluded_items: ['COFFEE'] } },
    [0, 80],
    0,
  ],
  [
    'one unit of two',
    { percent_off_items: { discount_percent: 50, items: ['COFFEE'], limit: 1 } },
    [649, 0],
    0,
  ],
  ['1.00 off each unit', { amount_off_items: { discount_amount: 1 } }, [200, 100], 0],
  ['1.00 off two units', { amount_off_items: { discount_amount: 1, limit: 2 } }, [200, 0], 0],
  ['a fixed price', { discount_items: { discount_price: 9.99, items: ['COFFEE'] } }, [600, 0], 0],
  [
    'a fixed price above the price',
    { discount_items: { discount_price: 99, items: ['COFFEE'] } },
    [0, 0],
    0,
  ],
  ['free shipping', { free_shipping: {} }, [0, 0], 500],
  ['free shipping by another method', { free_shipping: { shipping_methods: ['Air'] } }, [0, 0], 0],
  [
    'free shipping by this method',
    { free_shipping: { shipping_methods: ['ground'] } },
    [0, 0],
    500,
  ],
  [
    'free shipping from 33.98',
    { free_shipping_with_subtotal: { purchase_amount: 33.98 } },
    [0, 0],
    500,
  ],
  [
    'free shipping from 33.99',
    { free_shipping_with_subtotal: { purchase_amount: 33.99 } },
    [0, 0],
    0,
  ],
  ['free shipping of mugs alone', { free_shipping_specific_items: { items: ['MUG'] } }, [0, 0], 0],
  ['free with a mug', { free_shipping_with_items_purchase: { items: ['MUG'] } }, [0, 0], 500],
  ['half of shipping', { percent_off_shipping: { discount_percent: 50 } }, [0, 0], 250],
  ['2.00 off shipping', { amount_off_shipping: { discount_amount: 2 } }, [0, 0], 200],
  [
    '10 % and free shipping',
    { percent_off_subtotal_and_free_shipping: { discount_percent: 10 } },
    [260, 80],
    500,
  ],
  [
    'from three of an item',
    {
      amount_off_subtotal_with_items_purchase: {
        discount_amount: 5,
        items: ['COFFEE'],
        required_purchase_quantity: 3,
      },
    },
    [0, 0],
    0,
  ],
  [
    'from two of an item',
    {
      amount_off_subtotal_with_items_purchase: {
        discount_amount: 5,
        items: ['COFFEE'],
        required_purchase_quantity: 2,
      },
    },
    [382, 118],
    0,
  ],
  [
    'the highest tier that is reached',
    {
      tiered_percent_off_subtotal: {
        tiers: [
          { subtotal_amount: 30, discount_percent: 10 },
          { subtotal_amount: 10, discount_percent: 5 },
          { subtotal_amount: 50, discount_percent: 20 },
        ],
      },
    },
    [260, 80],
    0,
  ],
  [
    'a tier that the subtotal of its items reaches',
    {
      tiered_percent_off_subtotal: {
        items: ['MUG'],
        tiers: [
          { subtotal_amount: 8, discount_percent: 10 },
          { subtotal_amount: 8.01, discount_percent: 50 },
        ],
      },
    },
    [0, 80],
    0,
  ],
  [
    'an amount of a tier that only the other items reach',
    {
      tiered_amount_off_subtotal: {
        items: ['MUG'],
        tiers: [{ subtotal_amount: 20, discount_amount: 5 }],
      },
    },
    [0, 0],
    0,
  ],
  ['nothing', { no_discount: {} }, [0, 0], 0],
];

for (const [name, wire, lines, shipping] of kinds)
  test(`${name}: ${derivedFields(wire, 'USD').calculated_description}`, () => {
    const found = discounts(cart, [{ coupon: coupon(wire), code: 'C1' }]);
    assert.deepEqual([[...found.lines], found.shipping], [lines, shipping]);
  });

for (const name of kindNames) {
  const { part, lines, shipping, short } = kindTrials[name];
  const taken = (wire: WireCoupon) => {
    const found = discounts(cart, [{ coupon: coupon(wire), code: 'C1' }]);
    return { off: [...found.lines, found.shipping], words: found.effects[0]?.unusable };
  };
  test(`every kind: ${name}`, () => {
    const wire = { [name]: part };
    assert.deepEqual(taken(wire), { off: [...lines, shipping], words: undefined });
    const none = [0, 0, 0];
    const begins = '2026-03-10T12:00:01Z';
    assert.deepEqual(taken({ ...wire, start_dts: begins }), {
      off: none,
      words: 'is not valid yet',
    });
    const ended = taken({ ...wire, expiration_dts: '2026-03-10T12:00:00Z' });
    assert.deepEqual(ended, { off: none, words: 'has expired' });
    if (short === undefined) return;
    const missed = taken({ [name]: short });
    assert.deepEqual(missed.off, none);
    assert.match(missed.words ?? '', /^(needs|does not apply) /);
  });
}

const tenOff: WireCoupon = { percent_off_subtotal: { discount_percent: 10 } };
const unusable: readonly [what: string, wire: WireCoupon, words: RegExp | undefined][] = [
  ['at its start', { start_dts: '2026-03-10T12:00:00Z' }, undefined],
  ['a second before its start', { start_dts: '2026-03-10T12:00:01Z' }, /not valid yet/],
  ['a second before its end', { expiration_dts: '2026-03-10T12:00:01Z' }, undefined],
  ['at its end', { expiration_dts: '2026-03-10T12:00:00Z' }, /expired/],
  ['at its postal code', { restrict_by_postal_codes: ['10001'] }, undefined],
  ['elsewhere', { restrict_by_postal_codes: ['90210'] }, /postal code/],
];

for (const [what, wire, words] of unusable)
  test(`a coupon ${what}`, () => {
    const [effect] = discounts(cart, [
      { coupon: coupon({ ...tenOff, ...wire }), code: 'C1' },
    ]).effects;
    if (words === undefined) assert.equal(effect?.taken, 340);
    else assert.match(effect?.unusable ?? '', words);
  });

const places: readonly [restricted: string, code: string, country: string, counts: boolean][] = [
  ['89501', '89501-1234', 'US', true],
  ['89501', '895011234', 'us', true],
  ['89501-1234', '89501 1234', 'US', true],
  ['89501-1234', '89501', 'US', false],
  ['89501-1234', '89501-9999', 'US', false],
  ['89501', '895011234', 'CZ', false],
  ['K1A 0B1', 'k1a0b1', 'CA', true],
  ['100-0001', '1000001', 'JP', true],
];
for (const [restricted, postalCode, country, counts] of places)
  test(`a coupon for ${restricted} at ${postalCode} in ${country}`, () => {
    const there = { ...cart, postalCode, country };
    const wire = { ...tenOff, restrict_by_postal_codes: [restricted] };
    const [effect] = discounts(there, [{ coupon: coupon(wire), code: 'C1' }]).effects;
    assert.equal(effect?.taken, counts ? 340 : 0);
  });

test('the largest amount off each of many units takes off what they cost', () => {
  const many = { ...cart, lines: [line('COFFEE', 100, 100_000)] };
  const wire = { amount_off_items: { discount_amount: 10_000_000_000 } };
  const found = discounts(many, [{ coupon: coupon(wire), code: 'C1' }]);
  assert.deepEqual([...found.lines], [10_000_000]);
});

test('for a customer who never ships free, a coupon takes off all but free shipping', () => {
  const taken = (wire: WireCoupon) => {
    const candidates = [{ coupon: coupon(wire), code: 'C1' }];
    const { lines, shipping, effects } = discounts({ ...cart, neverShipsFree: true }, candidates);
    return [sum(lines), shipping, effects[0]?.unusable];
  };
  const words = 'gives free shipping, which this customer does not get';
  assert.deepEqual(taken({ free_shipping: {} }), [0, 0, words]);
  assert.deepEqual(taken({ free_shipping_specific_items: { items: ['COFFEE', 'MUG'] } }), [
    0,
    0,
    words,
  ]);
  const both = { percent_off_subtotal_and_free_shipping: { discount_percent: 10 } };
  assert.deepEqual(taken(both), [340, 0, undefined]);
  assert.deepEqual(taken({ percent_off_shipping: { discount_percent: 50 } }), [0, 250, undefined]);
});

const pairs: readonly [what: string, first: WireCoupon, second: WireCoupon, off: number][] = [
  [
    'two that combine',
    { can_be_used_with_other_coupons: true },
    { can_be_used_with_other_coupons: true },
    646,
  ],
  ['one that does not', { can_be_used_with_other_coupons: true }, {}, 340],
  ['a super coupon', {}, { super_coupon: true }, 646],
];

for (const [what, first, second, off] of pairs)
  test(`two coupons of ten percent: ${what}`, () => {
    const found = discounts(cart, [
      { coupon: coupon({ ...tenOff, ...first }, 1), code: 'C1' },
      { coupon: coupon({ ...tenOff, ...second }, 2), code: 'C2' },
    ]);
    assert.equal(sum(found.lines), off);
  });

test('a code counts once; several one-time codes of a coupon count if the coupon allows it', () => {
  const many = coupon({ ...tenOff, allow_multiple_one_time_codes: true });
  const codes = (...codes: string[]) =>
    discounts(
      cart,
      codes.map((code) => ({ coupon: many, code })),
    ).effects.map(({ unusable }) => unusable ?? 'counts');
  assert.deepEqual(codes('A', 'B'), ['counts', 'counts']);
  assert.deepEqual(codes('A', 'a'), ['counts', 'applies only once to an order']);
});

test('an excluded line has no share and counts for no minimum', () => {
  const lines = [line('COFFEE', 1299, 2, true), line('MUG', 800)];
  const off = (wire: WireCoupon) => [
    ...discounts({ ...cart, lines }, [{ coupon: coupon(wire), code: 'C1' }]).lines,
  ];
  assert.deepEqual(off(tenOff), [0, 80]);
  assert.deepEqual(
    off({ amount_off_subtotal_with_purchase: { discount_amount: 1, purchase_amount: 10 } }),
    [0, 0],
  );
});

test('whatever the coupons: the parts add up, and no line goes below zero', () => {
  const aLine = fc.record({
    itemId: fc.constantFrom('COFFEE', 'MUG', 'TEA'),
    unit: fc.integer({ min: 0, max: 100_000 }),
    quantity: fc.integer({ min: 1, max: 9 }),
    isExcluded: fc.boolean(),
  });
  const wires: WireCoupon[] = kinds.map(([, wire]) => ({ ...wire, super_coupon: true }));
  fc.assert(
    fc.property(
      fc.array(aLine, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 5000 }),
      fc.array(fc.constantFrom(...wires), { maxLength: 4 }),
      (given, shipping, chosen) => {
        const lines = given.map((each) =>
          line(each.itemId, each.unit, each.quantity, each.isExcluded),
        );
        const found = discounts(
          { ...cart, lines, shipping: minor(shipping) },
          chosen.map((wire, index) => ({ coupon: coupon(wire, index + 1), code: `C${index}` })),
        );
        for (const [place, off] of found.lines.entries()) {
          assert.ok(off >= 0 && off <= lines[place]!.amount);
          if (lines[place]!.isExcluded) assert.equal(off, 0);
        }
        assert.ok(found.shipping >= 0 && found.shipping <= shipping);
        assert.equal(sum(found.effects.map(({ taken }) => taken)), sum(found.lines));
        assert.equal(
          sum(found.effects.map(({ takenOffShipping }) => takenOffShipping)),
          found.shipping,
        );
        const whole = sum(lines.map(({ amount }) => amount)) + shipping;
        const last = found.effects.at(-1);
        assert.equal(last?.left ?? whole, whole - sum(found.lines) - found.shipping);
      },
    ),
  );
});
