// Compares coupons and adjusted totals of stored orders with an oracle that calculates in whole
// numbers. The tax follows each line, even if only a part of the line or the shipping is taxed, and
// the parts add up to the total.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { halfUp, oracleSums, oracleTaxOn, shownSums } from '../../../test/oracle/orderOracle.ts';
import { minor } from '../kernel/money.ts';
import { adjustedOrder } from './adjustedTotal.ts';
import { withCoupon } from './coupon.ts';
import type { OrderRecord } from './order.ts';

const usd = (cents: number) => ({ currency_code: 'USD', value: cents / 100 });

const drawn = fc.record({
  lines: fc.array(
    fc.record({
      cost: fc.integer({ min: 1, max: 9999 }),
      quantity: fc.integer({ min: 1, max: 9 }),
      taxedPercent: fc.constantFrom(100, 100, 60, 33),
      isFree: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  shipping: fc.integer({ min: 0, max: 3000 }),
  taxesShipping: fc.boolean(),
  /** The tax rate in ten-thousandths of a percent. */
  rate: fc.integer({ min: 0, max: 300_000 }),
  rounding: fc.constantFrom('order' as const, 'line' as const),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer Value> ? Value : never;

function orderOf({ lines, shipping, taxesShipping, rate, rounding }: Drawn): OrderRecord {
  const costs = lines.map(({ cost, quantity }) => cost * quantity);
  const taxed = lines.map((line) => taxableOf(line) * line.quantity);
  const parts = [...taxed, taxesShipping ? shipping : 0].map(BigInt);
  const tax = Number(oracleTaxOn(parts, rate, rounding));
  const subtotal = costs.reduce((all, cost) => all + cost, 0);
  const total = subtotal + shipping + tax;
  return {
    merchantId: 'TEST',
    orderId: 'TEST-1',
    currency: 'USD',
    total: minor(total),
    document: {
      items: lines.map((line, place) => ({
        merchant_item_id: `ITEM${place}`,
        quantity: line.quantity,
        cost: usd(line.cost),
        discount: usd(0),
        total_cost_with_discount: usd(costs[place]!),
        tax_free: line.isFree,
        ...(line.taxedPercent < 100 && {
          taxable_cost: usd(taxableOf({ ...line, isFree: false })),
        }),
      })),
      summary: {
        subtotal: usd(subtotal),
        subtotal_discount: usd(0),
        taxable_subtotal: usd(taxed.reduce((all, part) => all + part, 0)),
        taxable_subtotal_discount: usd(0),
        shipping_handling_total: usd(shipping),
        tax: usd(tax),
        total: usd(total),
      },
      taxes: { tax_rate: rate / 10_000, tax_shipping: taxesShipping },
    },
  } as unknown as OrderRecord;
}

const taxableOf = ({ cost, taxedPercent, isFree }: Drawn['lines'][number]): number =>
  isFree ? 0 : Number(halfUp(BigInt(cost) * BigInt(taxedPercent), 100n));

/** Asserts that the sums match one way of rounding. The order does not say which one was used. */
function assertSums({ document: { items = [], summary = {} }, total }: OrderRecord, given: Drawn) {
  const { rate, taxesShipping } = given;
  const shown = shownSums(summary);
  const [byOrder, byLine] = (['order', 'line'] as const).map((rounding) =>
    oracleSums(items, summary, { rate, taxesShipping, rounding }),
  );
  assert.deepEqual(shown, shown.tax === byLine!.tax ? byLine : byOrder);
  assert.equal(BigInt(total), shown.total);
  assert.ok(shown.tax >= 0n && shown.total >= 0n);
}

test('the coupon of a retry lowers the tax line by line', () => {
  fc.assert(
    fc.property(drawn, fc.integer({ min: 0, max: 100 }), fc.nat(5000), (given, percent, amount) => {
      const coupon = { code: 'RETRY', percent, amount: minor(amount) };
      assertSums(withCoupon(orderOf(given), coupon), given);
    }),
    { numRuns: 300 },
  );
});

test('a total is lowered with the tax of each line, or refused', () => {
  const now = { at: Temporal.Instant.from('2026-01-01T00:00:00Z'), timeZone: 'UTC' };
  fc.assert(
    fc.property(drawn, fc.integer({ min: 1, max: 99 }), (given, percent) => {
      const order = orderOf(given);
      const desired = Math.floor((order.total * percent) / 100);
      const adjusted = adjustedOrder(order, (desired / 100).toFixed(2), now);
      if (!adjusted.ok) return;
      assertSums(adjusted.value.order, given);
      assert.ok(adjusted.value.order.total <= desired);
    }),
    { numRuns: 300 },
  );
});
