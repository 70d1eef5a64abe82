import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { leadsTo } from '../../web/src/found/found.ts';
import { orderSearchOf, parseOrderList } from '../../web/src/orders/list.ts';
import { addressLines, paymentWords, sumsOf } from '../../web/src/orders/order.ts';
import {
  changedPaths,
  changeOf,
  conflictsOf,
  countsAsPaid,
  orderParts,
  textsOf,
} from '../../web/src/orders/parts.ts';
import { readRefund, refundBody, refundPlaces } from '../../web/src/orders/refund.ts';

const order: Order = {
  order_id: 'TEST-1',
  currency_code: 'USD',
  current_stage: 'Accounts Receivable',
  billing: { first_name: 'Ann', last_name: 'Ash', city: 'Oslo', country_code: 'NO' },
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_type: 'VISA',
      card_number: 'XXXXXXXXXXXX3282',
      card_expiration_month: 4,
      card_expiration_year: 2028,
    },
  },
  items: [
    {
      merchant_item_id: 'TEA',
      quantity: 2,
      total_cost_with_discount: { value: 20 },
      total_refunded: { value: 5 },
    },
    { merchant_item_id: 'GIFT', quantity: 1, total_cost_with_discount: { value: 0 } },
  ],
  summary: {
    subtotal: { value: 20 },
    subtotal_discount: { value: 0 },
    shipping_handling_total: { value: 5.95 },
    tax: { value: 2.21 },
    total_refunded: { value: 5 },
    total: { value: 28.16 },
  },
};

test('the address of the list of orders becomes its search', () => {
  const state = parseOrderList({ kind: 'rebill', created: '2026-03-01..', customer: '7', x: '1' });
  assert.deepEqual(orderSearchOf(state), {
    kinds: ['rebill'],
    creation_dts_begin: '2026-03-01T00:00:00',
    customer_profile_oid: 7,
  });
});

test('an order in words', () => {
  assert.equal(paymentWords(order), 'VISA ••3282, expires 04/2028');
  assert.equal(paymentWords({ payment: { payment_method: 'Check' } }), 'Check');
  assert.deepEqual(addressLines(order.billing), ['Ann Ash', 'Oslo', 'NO']);
  assert.deepEqual(sumsOf(order), [
    ['Subtotal', 20],
    ['Shipping and handling', 5.95],
    ['Tax', 2.21],
    ['Refunded', -5],
    ['Total', 28.16],
  ]);
});

test('a form sends the fields that changed, and clears those that were emptied', () => {
  const was = textsOf(order, orderParts.billing.fields);
  const mine = { ...was, 'billing.city': 'Bergen', 'billing.last_name': '' };
  const paths = changedPaths(was, mine);
  assert.deepEqual(changeOf(mine, paths), { billing: { city: 'Bergen', last_name: null } });
});

test('a field that two people changed differently is a conflict', () => {
  const was = { city: 'Oslo', phone: '1' };
  const table: [theirs: object, mine: object, conflicts: string[]][] = [
    [{}, { city: 'Bergen' }, []],
    [{ phone: '2' }, { city: 'Bergen' }, []],
    [{ city: 'Bergen' }, { city: 'Bergen' }, []],
    [{ city: 'Paris' }, { city: 'Bergen' }, ['city']],
  ];
  for (const [theirs, mine, expected] of table)
    assert.deepEqual(
      conflictsOf(was, { ...was, ...theirs }, { ...was, ...mine }).map(({ path }) => path),
      expected,
    );
});

test('moving an unpaid order to shipping counts as its payment', () => {
  const to = (stage: string) => countsAsPaid(order, ['current_stage'], { current_stage: stage });
  assert.ok(to('Shipping Department'));
  assert.ok(!to('Hold'));
});

test('a refund gives back what is left of each part, to the cent', () => {
  const places = refundPlaces(order);
  assert.deepEqual(
    places.map(({ key, left }) => [key, left]),
    [
      ['line 0', 15],
      ['shipping', 5.95],
      ['tax', 2.21],
    ],
  );
  const table: [texts: Record<string, string>, outcome: number | RegExp][] = [
    [{ 'line 0': '10.10', tax: '0.20' }, 10.3],
    [{ 'line 0': '15' }, 15],
    [{ 'line 0': '15.01' }, /at most 15\.00 is left/],
    [{ tax: '1.234' }, /not a valid amount in USD/],
    [{ tax: '-1' }, /not a valid amount/],
    [{}, /Enter what to give back/],
  ];
  for (const [texts, outcome] of table) {
    const read = readRefund(places, texts, 'USD');
    if (typeof outcome === 'number') assert.equal('sum' in read && read.sum, outcome);
    else assert.match('fault' in read ? read.fault : '', outcome);
  }
  const amounts = new Map([
    ['line 0', 10.1],
    ['tax', 0.2],
  ]);
  const body = refundBody(order, places, amounts, 'broken');
  assert.deepEqual(body.items?.[0]?.total_refunded, { value: 15.1 });
  assert.deepEqual(body.summary, { tax_refunded: { value: 0.2 } });
});

test('an id leads to the one thing that has it', () => {
  const thing = (id: string, url: string) => ({ id, url });
  const [a, b] = [thing('ABC', '/orders/ABC'), thing('ABCD', '/orders/ABCD')];
  assert.equal(leadsTo('abc', [a, b]), '/orders/ABC');
  assert.equal(leadsTo('abcd', [b]), '/orders/ABCD');
  assert.equal(leadsTo('ab', [a, b]), undefined);
  assert.equal(leadsTo('x', [thing('x', '//evil.test')]), undefined);
  assert.equal(leadsTo('x', []), undefined);
});
