import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  allocate,
  currencyExponent,
  fromMinor,
  minor,
  multiply,
  percentOff,
  proportion,
  type Rounding,
  sum,
  timesQuantity,
  toMinor,
} from './money.ts';
import { exactQuantity, sumQuantities } from './quantity.ts';

const amounts = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map(minor);
const prices = fc.integer({ min: 0, max: 1_000_000_000 }).map(minor);

test('decimals of the wire become minor units exactly, or are refused with a reason', () => {
  const cases: [decimal: number | string, currency: string, units: number | string][] = [
    [19.99, 'USD', 1999],
    [0.1 + 0.2, 'USD', 'too many decimals'],
    [1.005, 'USD', 'too many decimals'],
    ['10.500', 'USD', 1050],
    [10, 'USD', 1000],
    [0, 'USD', 0],
    [-0, 'USD', 0],
    [-4.5, 'USD', -450],
    ['+4.5', 'USD', 450],
    [500, 'JPY', 500],
    [500.5, 'JPY', 'too many decimals'],
    [1.234, 'KWD', 1234],
    [1.2345, 'KWD', 'too many decimals'],
    [1e-7, 'USD', 'too many decimals'],
    ['1e2', 'USD', 10000],
    ['90071992547409.91', 'USD', 9_007_199_254_740_991],
    ['90071992547409.92', 'USD', 'too large'],
    [1e21, 'USD', 'too large'],
    [1e308, 'USD', 'too large'],
    [5e-324, 'USD', 'too many decimals'],
    [Number.NaN, 'USD', 'not a number'],
    [Infinity, 'USD', 'not a number'],
    ['', 'USD', 'not a number'],
    ['1,000', 'USD', 'not a number'],
    ['.5', 'USD', 'not a number'],
    ['0x10', 'USD', 'not a number'],
    ['9'.repeat(41), 'USD', 'not a number'],
  ];
  for (const [decimal, currency, units] of cases) {
    const outcome = toMinor(decimal, currency);
    assert.equal(outcome.ok ? outcome.value : outcome.reason, units, `${decimal} ${currency}`);
  }
});

test('every amount survives the way to the wire and back', () => {
  fc.assert(
    fc.property(amounts, fc.constantFrom('USD', 'JPY', 'KWD'), (amount, currency) => {
      assert.deepEqual(toMinor(fromMinor(amount, currency), currency), { ok: true, value: amount });
    }),
  );
});

test('a currency has its ISO 4217 decimals', () => {
  assert.deepEqual(
    ['USD', 'EUR', 'JPY', 'KRW', 'BHD', 'TND', 'CLF'].map(currencyExponent),
    [2, 2, 0, 0, 3, 3, 4],
  );
});

test('a division rounds the way it says', () => {
  const cases: [amount: number, ratio: number, rounding: Rounding, result: number][] = [
    [5, 0.5, 'half up', 3],
    [5, 0.5, 'half even', 2],
    [5, 0.5, 'down', 2],
    [7, 0.5, 'half up', 4],
    [7, 0.5, 'half even', 4],
    [7, 0.5, 'down', 3],
    [-5, 0.5, 'half up', -3],
    [-5, 0.5, 'half even', -2],
    [-5, 0.5, 'down', -2],
    [10_000, 0.0825, 'half up', 825],
    [1999, 0.0825, 'half up', 165],
    [1999, 3, 'down', 5997],
    [0, 0.333, 'half up', 0],
  ];
  for (const [amount, ratio, rounding, result] of cases) {
    assert.equal(
      multiply(minor(amount), ratio, rounding),
      result,
      `${amount} × ${ratio} ${rounding}`,
    );
  }
});

test('a proportion is exact, also when it ends in one half', () => {
  const cases: [amount: number, part: number, whole: number, result: number][] = [
    [3, 5, 6, 3],
    [6, 1, 12, 1],
    [15, 1, 30, 1],
    [1999, 8.25, 100, 165],
    [10_000, 1, 3, 3333],
    [10, 1, 2.5, 4],
    [7, 0.0005, 0.001, 4],
    [-3, 5, 6, -3],
    [5, 0, 7, 0],
    [5, 7, 7, 5],
    [1_000_000_000_000, 1, 3, 333_333_333_333],
  ];
  for (const [amount, part, whole, result] of cases)
    assert.equal(
      proportion(minor(amount), part, whole, 'half up'),
      result,
      `${amount} × ${part} of ${whole}`,
    );
});

test('sums and products of quantities have no error of binary fractions', () => {
  assert.equal(sumQuantities([2.1, 0.8, 0.1]), 3);
  assert.equal(sumQuantities([0.7, 0.2, 0.1]), 1);
  assert.equal(sumQuantities([0.0001, 99_999.9999]), 100_000);
  assert.equal(exactQuantity(3 * 0.1), 0.3);
  assert.equal(exactQuantity(Number.POSITIVE_INFINITY - 1), Number.POSITIVE_INFINITY);
});

test('quantities have up to four decimals', () => {
  assert.equal(timesQuantity(minor(999), 2.5, 'half up'), 2498);
  assert.equal(timesQuantity(minor(10_000), 0.0001, 'half up'), 1);
  assert.equal(timesQuantity(minor(10_000), 1.2345, 'half up'), 12345);
});

test('a discount never raises a price, never turns it negative, and grows with its percentage', () => {
  const percentages = fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100);
  fc.assert(
    fc.property(prices, percentages, percentages, (price, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      const [lightly, heavily] = [
        percentOff(price, less, 'half up'),
        percentOff(price, more, 'half up'),
      ];
      assert.ok(
        heavily >= 0 && heavily <= lightly && lightly <= price,
        `${price} less ${less} or ${more} %`,
      );
    }),
  );
  assert.equal(percentOff(minor(1999), 10, 'half up'), 1799);
  assert.equal(percentOff(minor(1999), 0, 'half up'), 1999);
  assert.equal(percentOff(minor(1999), 100, 'half up'), 0);
  assert.equal(percentOff(minor(1999), 120, 'half up'), 0);
  assert.equal(percentOff(minor(1999), -5, 'half up'), 1999);
});

test('a split adds up, stays within a unit of every exact share, and gives nothing to weight 0', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(amounts, weights, (total, parts) => {
      const split = allocate(total, parts);
      assert.equal(sum(split), total);
      const all = parts.reduce((a, b) => a + b, 0);
      if (all === 0) return;
      for (const [index, part] of split.entries()) {
        assert.ok(Math.abs(part - (total * parts[index]!) / all) < 1.001);
        if (parts[index] === 0) assert.equal(part, 0);
      }
    }),
  );
});

test('left-over cents go to the largest remainders, to earlier parts first', () => {
  const cases: [total: number, weights: number[], split: number[]][] = [
    [100, [1, 1, 1], [34, 33, 33]],
    [101, [1, 1, 1], [34, 34, 33]],
    [-100, [1, 1, 1], [-34, -33, -33]],
    [5, [1, 2], [2, 3]],
    [100, [0, 0], [50, 50]],
    [100, [0.5, 1.5], [25, 75]],
    [1, [0, 3, 3], [0, 1, 0]],
    [0, [1, 2], [0, 0]],
  ];
  for (const [total, weights, split] of cases)
    assert.deepEqual(allocate(minor(total), weights), split, `${total} by ${weights}`);
  assert.throws(() => allocate(minor(1), []), { name: 'Bug' });
  assert.throws(() => allocate(minor(1), [-1]), { name: 'Bug' });
});

test('amounts are whole numbers of minor units: our code cannot make others', () => {
  for (const units of [0.5, Number.NaN, 2 ** 53])
    assert.throws(() => minor(units), { name: 'Bug' });
});
