import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { minor, zero } from '../kernel/money.ts';
import { wireCurrency } from './money.ts';
import { orderTotals, type TaxRule, type TotalsLine, taxOn } from './totals.ts';

const line = (unitCost: number, quantity = 1, change: Partial<TotalsLine> = {}): TotalsLine => ({
  unitCost: minor(unitCost),
  quantity,
  oneTimeFees: zero,
  discount: zero,
  taxFree: false,
  ...change,
});

const cases: {
  name: string;
  lines: TotalsLine[];
  taxRule?: TaxRule;
  shipping?: number;
  extras?: number;
  expected: Record<string, number>;
}[] = [
  { name: 'one line', lines: [line(1999)], expected: { subtotal: 1999, tax: 0, total: 1999 } },
  {
    name: 'quantities, one with decimals',
    lines: [line(333, 3), line(100, 0.5)],
    expected: { subtotal: 1049, total: 1049 },
  },
  {
    name: 'a fee that is paid once',
    lines: [line(500, 2, { oneTimeFees: minor(250) })],
    expected: { subtotal: 1250, total: 1250 },
  },
  {
    name: 'a discount',
    lines: [line(1000, 2, { discount: minor(300) })],
    taxRule: { ratePercent: 10 },
    expected: { subtotal: 2000, discount: 300, taxableDiscount: 300, tax: 170, total: 1870 },
  },
  {
    name: 'shipping and gifts are not taxed',
    lines: [line(1000)],
    shipping: 495,
    extras: 200,
    taxRule: { ratePercent: 8.25 },
    expected: { tax: 83, total: 1778 },
  },
  {
    name: 'tax free lines are not taxed',
    lines: [line(1000), line(500, 1, { taxFree: true })],
    taxRule: { ratePercent: 20 },
    expected: { taxableSubtotal: 1000, tax: 200, total: 1700 },
  },
  {
    name: 'an arbitrary tax wins and determines the rate',
    lines: [line(6999)],
    taxRule: { tax: minor(250) },
    expected: { tax: 250, taxRatePercent: 3.5719, total: 7249 },
  },
  {
    name: 'a discount lowers the taxed part exactly: one of twelve of 6 is half a cent',
    lines: [line(12, 1, { discount: minor(1), taxableCost: minor(6) })],
    taxRule: { ratePercent: 100 },
    expected: { taxableSubtotal: 6, taxableDiscount: 1, tax: 5, total: 16 },
  },
  {
    name: 'an arbitrary taxable subtotal',
    lines: [line(1000)],
    taxRule: { ratePercent: 10, taxableSubtotal: minor(400) },
    expected: { taxableSubtotal: 400, tax: 40, total: 1040 },
  },
  {
    name: 'a tax on nothing has no rate',
    lines: [line(0)],
    taxRule: { tax: minor(5) },
    expected: { taxRatePercent: 0, total: 5 },
  },
];
for (const { name, lines, taxRule = {}, shipping = 0, extras = 0, expected } of cases) {
  test(`totals: ${name}`, () => {
    const totals = orderTotals({
      lines,
      shippingHandling: minor(shipping),
      extras: minor(extras),
      taxRule,
    });
    for (const [field, value] of Object.entries(expected))
      assert.equal(totals[field as keyof typeof totals], value, field);
  });
}

test('rates come out exact, half a cent up', () => {
  assert.deepEqual(
    [taxOn(minor(1000), 5.35), taxOn(minor(100), 8.5), taxOn(minor(10_000_000), 8.875)],
    [54, 9, 887_500],
  );
});

test('lines add up to the total, whatever they are', () => {
  const anyLine = fc.record({
    unitCost: fc.nat(1_000_000),
    quantity: fc.integer({ min: 1, max: 10_000 }).map((n) => n / 4),
    taxFree: fc.boolean(),
    fee: fc.nat(1000),
  });
  fc.assert(
    fc.property(
      fc.array(anyLine, { minLength: 1, maxLength: 8 }),
      fc.nat(5000),
      fc.integer({ min: 0, max: 3000 }),
      (lines, shipping, rate) => {
        const totals = orderTotals({
          lines: lines.map(({ unitCost, quantity, taxFree, fee }) =>
            line(unitCost, quantity, { taxFree, oneTimeFees: minor(fee) }),
          ),
          shippingHandling: minor(shipping),
          extras: zero,
          taxRule: { ratePercent: rate / 100 },
        });
        const lineSum = totals.lines.reduce((sum, { withDiscount }) => sum + withDiscount, 0);
        return (
          totals.total === lineSum + shipping + totals.tax &&
          totals.tax <= totals.taxableSubtotal * 0.3 + 1
        );
      },
    ),
  );
});

const shown: [string, number, ReturnType<typeof wireCurrency>][] = [
  [
    'USD',
    1,
    {
      currency_code: 'USD',
      exchange_rate: 1,
      localized: 12.34,
      localized_formatted: '$12.34',
      value: 12.34,
    },
  ],
  [
    'EUR',
    0.85,
    {
      currency_code: 'EUR',
      exchange_rate: 0.85,
      localized: 10.49,
      localized_formatted: '€10.49',
      value: 12.34,
    },
  ],
  [
    'JPY',
    150,
    {
      currency_code: 'JPY',
      exchange_rate: 150,
      localized: 1851,
      localized_formatted: '¥1,851',
      value: 12.34,
    },
  ],
  [
    'KWD',
    0.3,
    {
      currency_code: 'KWD',
      exchange_rate: 0.3,
      localized: 3.702,
      localized_formatted: 'KWD 3.702',
      value: 12.34,
    },
  ],
];
for (const [currency, exchangeRate, expected] of shown) {
  test(`12.34 USD shown in ${currency}`, () => {
    const { localized_formatted, ...rest } = wireCurrency(minor(1234), {
      base: 'USD',
      shown: currency,
      exchangeRate,
    });
    assert.deepEqual(
      { ...rest, localized_formatted: localized_formatted?.replace(/\s/, ' ') },
      expected,
    );
  });
}
