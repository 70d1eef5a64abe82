import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minor } from '../kernel/money.ts';
import {
  type CustomerShipping,
  cheapestQuote,
  quoteBy,
  rebillQuote,
  type ShippedLine,
  shippingMethodsOf,
} from './shippingMethod.ts';

const methods = shippingMethodsOf(
  [
    {
      name: 'Ground',
      weight_uom: 'KG',
      rates: [
        { countries: ['us'], weight_up_to: 1, cost: 5 },
        { countries: ['US'], weight_up_to: 10, cost: 9 },
        { countries: ['CA'], quantity_up_to: 2, cost: 12 },
      ],
      handling: 1,
      free_from_subtotal: 50,
    },
    { name: 'Air', rates: [{ subtotal_up_to: 100, cost: 20 }] },
    { name: 'Old', inactive: true, rates: [{ cost: 0 }] },
    { name: 'Nowhere' },
    'not a method',
  ],
  'USD',
);
const [ground] = methods;

const line = (more: Partial<ShippedLine> = {}): ShippedLine => ({
  amount: minor(2000),
  quantity: 1,
  grams: 500,
  shipsFree: false,
  isParcel: true,
  ...more,
});
const free = line({ shipsFree: true, grams: 9000 });
const file = line({ isParcel: false });
const profile = (more: Partial<CustomerShipping>): CustomerShipping => ({
  neverFree: false,
  paysNoHandling: false,
  ...more,
});

type Case = readonly [
  what: string,
  lines: ShippedLine[],
  country: string | undefined,
  customer: CustomerShipping | undefined,
  cost: number | undefined,
  lastRule?: string,
];
const cases: readonly Case[] = [
  ['the first rate that applies', [line()], 'US', undefined, 600, 'handling'],
  ['exactly the weight', [line({ quantity: 2 })], 'us', undefined, 600],
  [
    'a gram more',
    [line({ quantity: 2 }), line({ grams: 1, amount: minor(0) })],
    'US',
    undefined,
    1000,
  ],
  ['heavier than every rate', [line({ grams: 10_001 })], 'US', undefined, undefined],
  ['by quantity', [line({ quantity: 2 })], 'CA', undefined, 1300],
  ['more than the quantity', [line({ quantity: 3, amount: minor(1) })], 'CA', undefined, undefined],
  ['a country without a rate', [line()], 'FR', undefined, undefined],
  ['no country', [line()], undefined, undefined, undefined],
  ['a cent below the threshold', [line({ amount: minor(4999) })], 'US', undefined, 600],
  ['the threshold', [line({ amount: minor(5000) })], 'US', undefined, 0, 'free shipping'],
  ['a free line weighs nothing', [line(), free], 'US', undefined, 600],
  ['all lines free', [free], 'FR', undefined, 0, 'ships free'],
  ['a file does not ship', [file], 'FR', undefined, 0, 'ships free'],
  ['no handling', [line()], 'US', profile({ paysNoHandling: true }), 500, 'no handling'],
  [
    'free for the customer',
    [line()],
    'US',
    profile({ freeFrom: minor(0) }),
    0,
    'free for the customer',
  ],
  ['below its minimum', [line()], 'US', profile({ freeFrom: minor(2001) }), 600],
  ['never free', [line({ amount: minor(9000) })], 'US', profile({ neverFree: true }), 600],
  ['never free, a free line', [free], 'US', profile({ neverFree: true }), 1000],
];
for (const [what, lines, country, customer, cost, lastRule] of cases)
  test(`the price by one method: ${what}`, () => {
    const quote = quoteBy(ground!, { lines, country, customer, currency: 'USD' });
    assert.equal(quote?.cost, cost);
    assert.equal(quote?.rules.at(-1)?.amount, cost);
    if (lastRule !== undefined) assert.equal(quote?.rules.at(-1)?.rule, lastRule);
  });

test('inactive and damaged methods are left out', () =>
  assert.deepEqual(
    methods.map(({ name }) => name),
    ['Ground', 'Air', 'Nowhere'],
  ));

const to = (country: string, more: Partial<ShippedLine> = {}) => ({
  lines: [line(more)],
  country,
  currency: 'USD',
});

test('the cheapest method is the one that ships it for least', () => {
  assert.equal(cheapestQuote(methods, to('US'))?.method?.name, 'Ground');
  assert.equal(cheapestQuote(methods, to('FR'))?.method?.name, 'Air');
  assert.equal(cheapestQuote(methods, to('FR', { amount: minor(10_001) })), undefined);
});

test('a rebill ships by its method, else by the cheapest, else not at all', () => {
  assert.equal(rebillQuote(methods, 'ground', to('US'))?.cost, 600);
  const moved = rebillQuote(methods, 'Ground', to('FR'));
  assert.deepEqual(
    moved?.rules.map(({ rule, amount }) => [rule, amount]),
    [
      ['another method', 2000],
      ['Air', 2000],
    ],
  );
  assert.equal(rebillQuote(methods, 'Ground', to('FR', { amount: minor(10_001) })), undefined);
});
