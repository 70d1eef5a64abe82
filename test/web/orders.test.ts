import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { leadsTo } from '../../web/src/found/found.ts';
import {
  actionsOf,
  nextWords,
  type OrderActionId,
  type OrderFacts,
} from '../../web/src/orders/actions.ts';
import {
  askOf,
  readAffiliate,
  readReplacement,
  trackingNumbers,
} from '../../web/src/orders/ask.ts';
import { orderSearchOf, parseOrderList } from '../../web/src/orders/list.ts';
import { addressLines, chargedIn, paymentWords, sumsOf } from '../../web/src/orders/order.ts';
import {
  changedPaths,
  changeOf,
  conflictsOf,
  countsAsPaid,
  orderParts,
  textsOf,
} from '../../web/src/orders/parts.ts';
import {
  everythingLeft,
  givesWholeLine,
  readRefund,
  refundBody,
  refundParts,
  refundPlaces,
} from '../../web/src/orders/refund.ts';

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

test('what store credit paid is taken off the sums of an order', () => {
  const summary = {
    subtotal: { value: 30 },
    internal_gift_certificate_amount: { value: 12.5 },
    total: { value: 17.5 },
  };
  assert.deepEqual(sumsOf({ summary }), [
    ['Subtotal', 30],
    ['Paid with store credit', -12.5],
    ['Total', 17.5],
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
  const places = refundPlaces(order, 'USD');
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
  const body = refundBody(order, places, amounts, { reason: 'broken', currency: 'USD' });
  assert.deepEqual(body.items?.[0]?.total_refunded, { value: 15.1 });
  assert.deepEqual(body.summary, { tax_refunded: { value: 0.2 } });
  assert.equal(body.items?.[0]?.quantity_refunded, undefined);
  assert.equal(givesWholeLine(places, amounts), false);
  const rest = new Map([['line 0', 15]]);
  assert.equal(givesWholeLine(places, rest), true);
  const made = refundBody(order, places, rest, { reason: '', currency: 'USD' });
  const [whole, gift] = made.items ?? [];
  assert.deepEqual([whole?.total_refunded, whole?.quantity_refunded], [{ value: 20 }, 2]);
  assert.equal(gift?.quantity_refunded, undefined);
});

test('an order shown in another currency is refunded in the one in which it was charged', () => {
  const money = (value: number) => ({ value, localized: value * 150, exchange_rate: 150 });
  const shown: Order = {
    currency_code: 'JPY',
    items: [
      {
        merchant_item_id: 'TEA',
        quantity: 1,
        total_cost_with_discount: money(19.99),
        total_refunded: money(0.5),
      },
    ],
    gift: { gift_charge: money(2.5), gift_wrap_cost: money(1.25) },
    summary: {
      shipping_handling_total: money(5),
      shipping_handling_total_discount: money(4.5),
      internal_gift_certificate_amount: money(10),
      total: money(14.24),
      total_refunded: money(0.5),
    },
  };
  assert.deepEqual([chargedIn(shown), chargedIn(order)], [undefined, 'USD']);
  const places = refundPlaces(shown, 'USD');
  const all = readRefund(places, everythingLeft(places, 'USD'), 'USD');
  assert.ok('sum' in all, JSON.stringify(all));
  assert.equal(all.sum, 23.74);
  assert.deepEqual(refundParts(shown, all.sum, 'USD'), { money: 13.74, credit: 10 });
  const body = refundBody(shown, places, all.amounts, { reason: '', currency: 'USD' });
  assert.deepEqual(
    [body.items?.[0]?.total_refunded, body.summary, body.gift],
    [
      { value: 19.99 },
      { shipping_handling_refunded: { value: 0.5 } },
      { gift_charge_refunded: { value: 2.5 }, gift_wrap_refunded: { value: 1.25 } },
    ],
  );
  const write = (amount: number, currency = 'USD') => `${amount.toFixed(2)} ${currency}`;
  const facts = { ...toShip, order: { ...paidOrder, ...shown } };
  assert.equal(askOf('cancel', facts, write).button, 'Refund 13.74 USD and cancel');
  assert.match(askOf('cancel', facts, write).words[0]!, / and 10\.00 USD as store credit/);
  assert.match(askOf('adjust', facts, write).words[0]!, /total is 14\.24 USD/);
});

test('an id leads to the only object with it', () => {
  const thing = (id: string, url: string) => ({ id, url });
  const [a, b] = [thing('ABC', '/orders/ABC'), thing('ABCD', '/orders/ABCD')];
  assert.equal(leadsTo('abc', [a, b]), '/orders/ABC');
  assert.equal(leadsTo('abcd', [b]), '/orders/ABCD');
  assert.equal(leadsTo('ab', [a, b]), undefined);
  assert.equal(leadsTo('x', [thing('x', '//evil.test')]), undefined);
  assert.equal(leadsTo('x', []), undefined);
});

const unpaid: OrderFacts = {
  order,
  stages: {
    allowed_stages: ['Shipping Department', 'Completed Order', 'Hold', 'Rejected'],
    owed: 28.16,
    owed_currency_code: 'USD',
    parcels: [{ distribution_center_code: 'DFLT', item_indexes: [1], waiting_indexes: [] }],
  },
  refundable: { refundable: false },
};
const paidOrder: Order = {
  ...order,
  current_stage: 'Shipping Department',
  payment: { ...order.payment, payment_dts: '2026-03-01T10:00:00Z' },
  items: [{ ...order.items?.[0], item_index: 1 }],
};
const toShip: OrderFacts = {
  order: paidOrder,
  stages: {
    allowed_stages: ['Completed Order', 'Hold', 'Rejected'],
    parcels: [{ distribution_center_code: 'WEST', item_indexes: [1], waiting_indexes: [1] }],
  },
  refundable: { refundable: true },
};
const shippedFacts: OrderFacts = {
  order: {
    ...paidOrder,
    current_stage: 'Completed Order',
    items: [{ ...paidOrder.items?.[0], shipped_dts: '2026-03-02T10:00:00Z' }],
    shipping: { tracking_numbers: ['1Z'] },
  },
  stages: { allowed_stages: ['Shipping Department', 'Rejected'], parcels: [] },
  refundable: { refundable: true },
};
const held: OrderFacts = {
  order: { ...paidOrder, current_stage: 'Hold' },
  stages: { allowed_stages: ['Rejected'], released_to_stage: 'Shipping Department' },
  refundable: { refundable: false },
};

const blocked: OrderFacts = {
  ...toShip,
  stages: { ...toShip.stages, refund_block: { reason: 'Bank', set_by: 'ann' } },
  refundable: { refundable: false },
};

test('what can be done with an order, by where it is', () => {
  const always: OrderActionId[] = ['affiliate', 'block-refunds'];
  const table: [facts: OrderFacts, buttons: OrderActionId[], menu: OrderActionId[]][] = [
    [
      unpaid,
      ['charge', 'paid', 'hold'],
      [
        'cancel',
        'reject',
        'duplicate',
        'receipt',
        'adjust',
        'affiliate',
        'block-refunds',
        'delete',
      ],
    ],
    [
      toShip,
      ['ship', 'refund', 'hold'],
      ['cancel', 'reject', 'duplicate', 'replace', 'receipt', ...always],
    ],
    [
      shippedFacts,
      ['refund'],
      ['reject', 'duplicate', 'replace', 'receipt', 'shipment-mail', ...always],
    ],
    // The order was paid, and nothing can be refunded now, so cancelOrder would be refused.
    [held, ['release'], ['reject', 'duplicate', 'replace', 'receipt', ...always]],
    [
      blocked,
      ['ship', 'hold'],
      ['reject', 'duplicate', 'replace', 'receipt', 'affiliate', 'allow-refunds'],
    ],
  ];
  for (const [facts, buttons, menu] of table) {
    const found = actionsOf(facts);
    assert.deepEqual(
      [found.buttons.map(({ id }) => id), found.menu.map(({ id }) => id)],
      [buttons, menu],
      facts.order.current_stage,
    );
  }
});

test('an action names the money, and says what cannot be undone', () => {
  const write = (amount: number, currency = '') => `${amount.toFixed(2)} ${currency}`;
  const table: [OrderActionId, OrderFacts, button: string, words: RegExp, isFinal: boolean][] = [
    ['charge', unpaid, 'Charge 28.16 USD', /VISA ••3282.*cannot be undone/, true],
    ['paid', unpaid, 'Record 28.16 USD as paid', /No card is charged.*cannot be undone/, true],
    ['cancel', unpaid, 'Cancel', /not paid, so nothing is given back/, true],
    ['cancel', toShip, 'Refund 23.16 USD and cancel', /23\.16 USD back to VISA ••3282/, true],
    ['reject', unpaid, 'Reject', /does not ship/, false],
    ['reject', toShip, 'Reject', /Nothing is refunded.*cannot be undone/, true],
    ['ship', toShip, 'Record the shipment', /customer a mail/, true],
    ['release', held, 'Release', /Shipping Department/, false],
    ['adjust', unpaid, 'Lower the total', /total is 28\.16 USD.*cannot be raised/, true],
    ['affiliate', toShip, 'Assign', /has no affiliate.*Later rebills/, false],
    ['block-refunds', toShip, 'Block refunds', /are refused until/, false],
    ['allow-refunds', blocked, 'Allow refunds', /ann blocked refunds of this order: Bank/, false],
    ['delete', unpaid, 'Delete', /TEST-1 disappears.*cannot be undone/, true],
    ['receipt', toShip, 'Send', /A mail cannot be taken back/, true],
  ];
  for (const [action, facts, button, words, isFinal] of table) {
    const ask = askOf(action, facts, write);
    assert.deepEqual([ask.button, ask.isFinal], [button, isFinal], action);
    assert.match(ask.words.join(' '), words);
  }
});

test('an auto order of a canceled order ends with its original order alone', () => {
  const ofRebill = { auto_order_code: 'ABC', original_order_id: 'TEST-0' };
  const words = (original_order_id: string) =>
    askOf(
      'cancel',
      { ...toShip, order: { ...paidOrder, auto_order: { ...ofRebill, original_order_id } } },
      String,
    ).words.join(' ');
  assert.match(words('TEST-0'), /Auto order ABC continues/);
  assert.match(words('TEST-1'), /Cancels auto order ABC as well/);
});

test('what happens next with an order', () => {
  assert.match(nextWords(unpaid, '$28.16'), /^\$28\.16 is owed/);
  assert.equal(nextWords(toShip, ''), 'It waits to be shipped from WEST.');
  assert.match(nextWords(held, ''), /A release moves it to Shipping Department/);
});

test('an affiliate is a number', () => {
  assert.deepEqual(readAffiliate({ affiliate: ' 12 ', sub: ' spring ' }), {
    oid: 12,
    subId: 'spring',
  });
  for (const affiliate of ['', '0', 'ann', '1.5', '9999999999'])
    assert.match(JSON.stringify(readAffiliate({ affiliate })), /not the number of an affiliate/);
});

test('a replacement and tracking numbers are read as typed', () => {
  assert.deepEqual(readReplacement(unpaid, { 'quantity 0': '2', 'quantity 1': '' }), [
    { merchant_item_id: 'TEA', quantity: 2 },
  ]);
  assert.match(JSON.stringify(readReplacement(unpaid, {})), /Enter the quantity of each line/);
  assert.match(JSON.stringify(readReplacement(unpaid, { 'quantity 0': 'x' })), /not a valid/);
  assert.deepEqual(trackingNumbers(' 1Z1, 1Z2\n1Z1'), ['1Z1', '1Z2']);
});
