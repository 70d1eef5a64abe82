// However an order is given back in parts, the parts add up to what was charged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { minor } from '../kernel/money.ts';
import type { OrderRecord } from './order.ts';
import { planRefund, wholeRefund } from './refund.ts';
import { refundedOrder } from './refundedOrder.ts';
import { orderTotals } from './totals.ts';

const now = { at: Temporal.Instant.from('2026-02-01T10:00:00Z'), timeZone: 'UTC' };
const note = { user: 'test', gateway: 'Simulator', reference: 'r1', isRejected: false };

const aLine = fc.record({
  unitCost: fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  ),
  quantity: fc.integer({ min: 1, max: 5 }),
  /** Of the line, in thousandths. */
  discounted: fc.constantFrom(0, 0, 100, 333, 999),
  taxFree: fc.boolean(),
});
const anOrder = fc.record({
  lines: fc.array(aLine, { minLength: 1, maxLength: 4 }),
  shipping: fc.constantFrom(0, 499, 1234),
  rate: fc.constantFrom(0, 6.25, 8.875, 20),
  taxesShipping: fc.boolean(),
  rounding: fc.constantFrom('order' as const, 'line' as const),
});
type Drawn = typeof anOrder extends fc.Arbitrary<infer Value> ? Value : never;

const usd = (amount: number) => ({ currency_code: 'USD', value: amount / 100 });

/** A paid order whose amounts come from the rules of new orders. */
function placed({ lines, shipping, rate, taxesShipping, rounding }: Drawn): OrderRecord {
  const read = lines.map(({ unitCost, quantity, discounted, taxFree }) => ({
    unitCost: minor(unitCost),
    quantity,
    oneTimeFees: minor(0),
    discount: minor(Math.floor((unitCost * quantity * discounted) / 1000)),
    taxFree,
  }));
  const totals = orderTotals({
    lines: read,
    shippingHandling: minor(shipping),
    extras: minor(0),
    taxRule: { ratePercent: rate, rounding, taxesShipping },
  });
  return {
    merchantId: 'DEMO',
    orderId: 'DEMO-0000000001',
    document: {
      current_stage: 'Completed Order',
      items: read.map((line, index) => ({
        item_index: index + 1,
        quantity: line.quantity,
        cost: usd(line.unitCost),
        discount: usd(line.discount),
        total_cost_with_discount: usd(totals.lines[index]!.withDiscount),
        tax_free: line.taxFree,
      })),
      summary: {
        subtotal: usd(totals.subtotal),
        subtotal_discount: usd(totals.discount),
        shipping_handling_total: usd(totals.shippingHandling),
        tax: usd(totals.tax),
        total: usd(totals.total),
      },
    },
    createdAt: now.at,
    modifiedAt: now.at,
    paidAt: now.at,
    currency: 'USD',
    total: totals.total,
  };
}

/** Gives back what a body asks for, and returns the order after it and the amount. */
function given(order: OrderRecord, body: Order): { order: OrderRecord; amount: number } {
  const plan = planRefund(order, body);
  assert.ok(plan.ok, JSON.stringify(plan));
  return { order: refundedOrder(order, plan.value, note, now), amount: plan.value.amount };
}

test('unit after unit in any order, and then the rest: the parts add up to the total', () => {
  let refunds = 0;
  fc.assert(
    fc.property(anOrder, fc.array(fc.nat(3), { maxLength: 12 }), (drawn, picks) => {
      let order = placed(drawn);
      const parts: number[] = [];
      const take = (body: Order) => {
        const after = given(order, body);
        order = after.order;
        parts.push(after.amount);
      };
      for (const pick of picks) {
        const items = order.document.items!;
        const line = items[pick % items.length]!;
        const { quantity = 0, quantity_refunded: before = 0 } = line;
        if (before === quantity) continue;
        take({ items: [{ item_index: line.item_index!, quantity_refunded: before + 1 }] });
      }
      if (planRefund(order, wholeRefund(order)).ok) take(wholeRefund(order));
      refunds += parts.length;
      assert.ok(parts.every((part) => part >= 0));
      assert.equal(
        parts.reduce((sum, part) => sum + part, 0),
        order.total,
      );
      assert.equal(order.document.payment?.payment_status, 'Refunded');
      assert.equal(planRefund(order, wholeRefund(order)).ok, false, 'nothing is left');
    }),
    { numRuns: 500 },
  );
  assert.ok(refunds > 1000, `${refunds} refunds`);
});
