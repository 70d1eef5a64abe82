// Tests that the parts in which an order is refunded always add up to the amount that was charged.
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
  /** The discount in thousandths of the line. */
  discounted: fc.constantFrom(0, 0, 100, 333, 999),
  taxFree: fc.boolean(),
  /** The taxed part in hundredths of the unit cost. Absent: the whole line is taxed. */
  taxablePart: fc.option(fc.constantFrom<number>(0, 25, 99), { nil: undefined, freq: 3 }),
});
const anOrder = fc.record({
  lines: fc.array(aLine, { minLength: 1, maxLength: 4 }),
  shipping: fc.constantFrom<number>(0, 499, 1234),
  giftCharge: fc.constantFrom<number>(0, 250),
  giftWrap: fc.constantFrom<number>(0, 199),
  taxesGifts: fc.boolean(),
  rate: fc.constantFrom<number>(0, 6.25, 8.875, 20),
  taxesShipping: fc.boolean(),
  rounding: fc.constantFrom('order' as const, 'line' as const),
});
type Drawn = typeof anOrder extends fc.Arbitrary<infer Value> ? Value : never;

const usd = (amount: number) => ({ currency_code: 'USD', value: amount / 100 });

/** Returns a paid order whose amounts come from the rules of new orders. */
function placed(drawn: Drawn): OrderRecord {
  const { lines, shipping, rate, taxesShipping, rounding, giftCharge, giftWrap } = drawn;
  const gifts = [minor(giftCharge), minor(giftWrap)];
  const read = lines.map(({ unitCost, quantity, discounted, taxFree, taxablePart }) => ({
    unitCost: minor(unitCost),
    quantity,
    oneTimeFees: minor(0),
    discount: minor(Math.floor((unitCost * quantity * discounted) / 1000)),
    taxFree,
    taxableCost:
      taxablePart === undefined ? undefined : minor(Math.round((unitCost * taxablePart) / 100)),
  }));
  const totals = orderTotals({
    lines: read,
    shippingHandling: minor(shipping),
    extras: minor(giftCharge + giftWrap),
    taxRule: {
      ratePercent: rate,
      rounding,
      taxesShipping,
      alsoTaxed: drawn.taxesGifts ? gifts : [],
    },
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
        ...(line.taxableCost !== undefined && { taxable_cost: usd(line.taxableCost) }),
      })),
      taxes: { tax_rate: rate, tax_shipping: taxesShipping, tax_gift_charge: drawn.taxesGifts },
      gift: { gift_charge: usd(giftCharge), gift_wrap_cost: usd(giftWrap) },
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

/** Refunds what the body requests, and returns the refunded order and the amount. */
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

test('a line that is given back by its quantity takes its own tax along, and no other', () => {
  fc.assert(
    fc.property(anOrder, (drawn) => {
      const order = placed(drawn);
      const { items = [] } = order.document;
      for (const [place, line] of drawn.lines.entries()) {
        const body = { items: [{ item_index: place + 1, quantity_refunded: line.quantity }] };
        const plan = planRefund(order, body);
        assert.ok(plan.ok, JSON.stringify(plan));
        const net = Math.round((items[place]!.total_cost_with_discount?.value ?? 0) * 100);
        const { taxable_cost: part, quantity = 0 } = items[place]!;
        const gross = line.unitCost * quantity;
        const whole = part === undefined ? gross : Math.round((part.value ?? 0) * 100) * quantity;
        const taxed = line.taxFree || gross === 0 ? 0 : (whole * net) / gross;
        const due = (taxed * drawn.rate) / 100;
        // The tax is rounded once for the order, or once for each part of it.
        const most = 1.5 + (drawn.rounding === 'line' ? drawn.lines.length + 3 : 0) / 2;
        assert.ok(
          Math.abs(plan.value.after.tax - due) <= most,
          `${plan.value.after.tax} instead of ${due} for line ${place + 1}`,
        );
      }
    }),
    { numRuns: 500 },
  );
});

test('the lines go back first and the shipping later: each takes its tax along, or a warning names it', () => {
  const order = placed({
    lines: [
      { unitCost: 5000, quantity: 1, discounted: 0, taxFree: false, taxablePart: 20 },
      { unitCost: 5000, quantity: 1, discounted: 0, taxFree: false, taxablePart: undefined },
    ],
    shipping: 1000,
    giftCharge: 200,
    giftWrap: 100,
    taxesGifts: true,
    rate: 10,
    taxesShipping: true,
    rounding: 'order',
  });
  assert.equal(order.document.summary?.tax?.value, 7.3);
  const second = given(order, { items: [{ item_index: 2, quantity_refunded: 1 }] });
  assert.equal(second.amount, 5500);
  const first = given(second.order, { items: [{ item_index: 1, quantity_refunded: 1 }] });
  assert.equal(first.amount, 5100);
  const shipping = planRefund(first.order, {
    summary: { shipping_handling_refunded: { value: 10 } },
  });
  assert.ok(shipping.ok);
  assert.equal(shipping.value.amount, 1000);
  assert.match(
    shipping.value.warnings.join(),
    /Tax of 1.3 USD was not refunded. Send summary.tax_refunded/,
  );
  const all = given(order, {
    items: [
      { item_index: 1, quantity_refunded: 1 },
      { item_index: 2, quantity_refunded: 1 },
    ],
    summary: { shipping_handling_refunded: { value: 10 } },
    gift: { gift_charge_refunded: { value: 2 }, gift_wrap_refunded: { value: 1 } },
  });
  assert.equal(all.amount, order.total);
});
