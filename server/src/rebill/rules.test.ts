import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import {
  aCatalog,
  aCatalogItem,
  anAutoOrder,
  anItem,
  at,
} from '../../../test/support/autoOrders.ts';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import type { CatalogItem } from '../items/item.ts';
import { minor } from '../kernel/money.ts';
import type { OrderDocument, OrderRecord } from '../orders/order.ts';
import { noTaxRates } from '../orders/taxTerms.ts';
import { afterDecline } from './dunning.ts';
import { type Decision, type DecisionInput, decide } from './plan.ts';
import { rebillPolicy } from './policy.ts';
import { afterDeclined, afterPaid } from './settlement.ts';

const due = at('2026-03-15T10:00:00-04:00');
const zone = 'America/New_York';
const policyOf = (settings: Record<string, unknown> = {}) =>
  rebillPolicy({ settings, currency: 'USD' });

function original(
  document: OrderDocument = {},
  cardToken: string | undefined = 'tok_1',
): OrderRecord {
  const usd = (value: number) => ({ currency_code: 'USD', value });
  return {
    merchantId: 'DEMO',
    orderId: 'DEMO-0000000001',
    createdAt: due,
    modifiedAt: due,
    currency: 'USD',
    total: minor(0),
    ...(cardToken === '' ? {} : { cardToken }),
    document: {
      payment: {
        payment_method: 'Credit Card',
        credit_card: { card_expiration_month: 4, card_expiration_year: 2026 },
      },
      summary: { shipping_handling_total: usd(6), shipping_handling_total_discount: usd(1) },
      taxes: { tax_rate: 10 },
      ...document,
    },
  };
}

interface Given {
  readonly autoOrder?: Partial<AutoOrder>;
  readonly items?: readonly CatalogItem[];
  readonly original?: OrderRecord;
  readonly at?: string;
  readonly settings?: Record<string, unknown>;
  readonly input?: Partial<DecisionInput>;
}

function inputOf({
  autoOrder,
  items,
  original: order = original(),
  at: moment = '2026-03-15T10:00:00-04:00',
  settings,
  input: more,
}: Given): DecisionInput {
  return {
    autoOrder: anAutoOrder(autoOrder),
    original: order,
    catalog: aCatalog(items ?? [aCatalogItem()]),
    tax: noTaxRates,
    policy: policyOf(settings),
    zone,
    at: at(moment),
    ...more,
  };
}

const decideOn = (given: Given): Decision => decide(inputOf(given));

function charged(given: Given) {
  const decision = decideOn(given);
  assert.equal(decision.kind, 'charge', JSON.stringify(decision));
  return decision.charge;
}

const coffeeWith = (
  more: Partial<NonNullable<CatalogItem['autoOrder']>>,
  given: Partial<CatalogItem> = {},
): CatalogItem => aCatalogItem({ ...given, autoOrder: { ...aCatalogItem().autoOrder!, ...more } });
const { autoOrder: _, ...soldOnce } = aCatalogItem();
const mug: CatalogItem = { ...soldOnce, itemId: 'MUG', pricing: { cost: minor(500) } };
const addOn = { itemId: 'MUG', quantity: 1, freeShipping: false, options: [] };

const amountCases: [
  what: string,
  given: Given,
  amounts: [subtotal: number, discount: number, shipping: number, tax: number, total: number],
][] = [
  ['line, shipping less its discount, tax at the original rate', {}, [1299, 0, 500, 130, 1929]],
  [
    'shipping is taxed where it was',
    { original: original({ taxes: { tax_rate: 10, tax_shipping: true } }) },
    [1299, 0, 500, 180, 1979],
  ],
  [
    'an order of only what ships free costs no shipping',
    { items: [coffeeWith({ freeShipping: true })] },
    [1299, 0, 0, 130, 1429],
  ],
  [
    'what was tax free stays so',
    { original: original({ items: [{ merchant_item_id: 'coffee', tax_free: true }] }) },
    [1299, 0, 500, 0, 1799],
  ],
  [
    'tax given as an amount becomes a rate',
    {
      original: original({
        taxes: {},
        summary: { tax: { value: 1 }, taxable_subtotal: { value: 20 } },
      }),
    },
    [1299, 0, 0, 65, 1364],
  ],
  [
    'add-ons of the auto order and of the item ride along',
    {
      autoOrder: {
        addOns: [{ ...addOn, unitCost: minor(100), nextXOrders: 2 }],
        items: [anItem({ addOns: [addOn] })],
      },
      items: [aCatalogItem(), mug],
    },
    [1899, 0, 500, 190, 2589],
  ],
  [
    'a used-up add-on does not',
    { autoOrder: { addOns: [{ ...addOn, nextXOrders: 0 }] }, items: [aCatalogItem(), mug] },
    [1299, 0, 500, 130, 1929],
  ],
  [
    'the discount of the item',
    { autoOrder: { items: [anItem({ arbitraryPercentageDiscount: 50 })] } },
    [650, 0, 500, 65, 1215],
  ],
  [
    'the coupon of a retry',
    {
      autoOrder: { creditCardAttempt: 1 },
      settings: {
        dunning: { retry_coupon_codes: ['save'] },
        coupons: [{ code: 'SAVE', percent: 10, amount: 1 }],
      },
    },
    [1299, 230, 500, 107, 1676],
  ],
  [
    'a coupon takes at most what the lines cost',
    {
      autoOrder: { creditCardAttempt: 1 },
      settings: {
        dunning: { retry_coupon_codes: ['BIG'] },
        coupons: [{ code: 'BIG', amount: 100 }],
      },
    },
    [1299, 1299, 500, 0, 500],
  ],
];

test('the amounts of a rebill', () => {
  for (const [what, given, amounts] of amountCases) {
    const { order } = charged(given);
    assert.deepEqual(
      [order.subtotal, order.discount, order.shipping, order.tax, order.total],
      amounts,
      what,
    );
    assert.equal(
      order.lines.reduce((sum, line) => sum + line.discount, 0),
      order.discount,
      what,
    );
  }
});

test('what is due together is one order', () => {
  const later = anItem({ itemOid: 12, nextShipmentAt: at('2026-03-15T23:00:00-04:00') });
  const tomorrow = anItem({ itemOid: 13, nextShipmentAt: at('2026-03-16T00:30:00-04:00') });
  const overdue = anItem({ itemOid: 14, nextShipmentAt: at('2026-03-10T10:00:00-04:00') });
  const { order } = charged({
    autoOrder: {
      items: [anItem(), later, tomorrow, overdue, anItem({ itemOid: 15, paused: true })],
    },
  });
  assert.deepEqual(
    order.lines.map((line) => line.itemOid),
    [11, 12, 14],
  );
});

test('when something is charged', () => {
  const rows: [what: string, given: Given, kind: Decision['kind']][] = [
    ['a minute early', { at: '2026-03-15T09:59:59-04:00' }, 'wait'],
    ['on the minute', {}, 'charge'],
    ['early on request', { at: '2026-03-01T10:00:00-05:00', input: { isForced: true } }, 'charge'],
    [
      'before the next attempt',
      { autoOrder: { creditCardAttempt: 1, nextAttemptAt: at('2026-03-18T10:00:00-04:00') } },
      'wait',
    ],
    ['at the next attempt', { autoOrder: { creditCardAttempt: 1, nextAttemptAt: due } }, 'charge'],
    ['disabled', { autoOrder: { status: 'disabled', enabled: false } }, 'wait'],
    ['paused', { autoOrder: { items: [anItem({ paused: true })] } }, 'wait'],
    [
      'no card is needed for nothing',
      {
        original: original({ summary: {} }, ''),
        items: [aCatalogItem({ pricing: { cost: minor(0) } })],
      },
      'charge',
    ],
    ['no card', { original: original({}, '') }, 'park'],
    ['no price', { items: [aCatalogItem({ pricing: {} })] }, 'park'],
    ['item gone', { items: [] }, 'park'],
    ['original order gone', { input: { original: undefined } }, 'park'],
    ['add-on gone', { autoOrder: { addOns: [addOn] } }, 'park'],
    [
      'broken schedule',
      { items: [coffeeWith({ upsell: true, steps: [{ type: 'loop' }] })] },
      'park',
    ],
  ];
  for (const [what, given, kind] of rows) assert.equal(decideOn(given).kind, kind, what);
});

test('a parked auto order is reported once and checked a day later', () => {
  const first = decideOn({ items: [] });
  assert.ok(first.kind === 'park');
  assert.deepEqual(
    first.notes.map((note) => note.event?.name),
    ['auto_order_update'],
  );
  assert.equal(String(first.until), '2026-03-16T14:00:00Z');
  assert.equal(first.autoOrder.failureReason, 'Cannot rebill: item COFFEE: unknown item');
  const again = decide({ ...inputOf({ items: [] }), autoOrder: first.autoOrder, at: first.until });
  assert.ok(
    again.kind === 'park' && again.notes.length === 0 && again.autoOrder === first.autoOrder,
  );
});

test('a card whose year has passed is tried three years later', () => {
  const card = (month: number, year: number) =>
    charged({
      original: original({
        payment: { credit_card: { card_expiration_month: month, card_expiration_year: year } },
      }),
    }).card?.expiration;
  assert.deepEqual(card(3, 2026), { month: 3, year: 2026 });
  assert.deepEqual(card(2, 2026), { month: 2, year: 2029 });
  assert.deepEqual(card(12, 2021), { month: 12, year: 2027 });
});

test('a paused catalogue item slips a day; a notice is made once; an item at its end stops', () => {
  const slipped = decideOn({ items: [coffeeWith({ paused: true })] });
  assert.equal(String(slipped.autoOrder.items[0]?.nextShipmentAt), '2026-03-16T14:00:00Z');

  const notice = { nextPreshipmentNoticeAt: at('2026-03-12T10:00:00-04:00') };
  const noticed = decideOn({
    at: '2026-03-12T10:00:00-04:00',
    autoOrder: { items: [anItem(notice)] },
  });
  assert.deepEqual(
    noticed.notes.map((note) => note.event?.name),
    ['auto_order_preshipment'],
  );
  assert.equal(noticed.autoOrder.items[0]?.preshipmentNoticeSent, true);
  assert.equal(
    decideOn({
      at: '2026-03-12T10:00:00-04:00',
      autoOrder: { items: [anItem({ ...notice, preshipmentNoticeSent: true })] },
    }).notes.length,
    0,
  );

  const ended = anItem({ itemOid: 12, noOrderAfterAt: at('2026-03-01T00:00:00-05:00') });
  const one = decideOn({ autoOrder: { items: [ended] } });
  assert.deepEqual(
    [one.kind, one.autoOrder.completed, one.autoOrder.status, one.autoOrder.enabled],
    ['wait', true, 'disabled', false],
  );
  const other = decideOn({ autoOrder: { items: [anItem(), ended] } });
  assert.equal(other.kind, 'charge');
  assert.equal(other.autoOrder.items[1]?.nextShipmentAt, undefined);
});

function paidWith(given: Given) {
  const { autoOrder, catalog, policy, at: moment } = inputOf(given);
  return afterPaid(autoOrder, charged(given).order, { catalog, policy, zone, at: moment })
    .autoOrder;
}

test('a paid rebill counts and moves', () => {
  const item = anItem({
    remainingRepeatCount: 3,
    arbitraryUnitCost: minor(1000),
    arbitraryUnitCostRemainingOrders: 1,
    addOns: [{ ...addOn, nextXOrders: 1 }],
  });
  const paid = paidWith({
    autoOrder: {
      items: [item],
      addOns: [{ ...addOn, nextXOrders: 3 }],
      creditCardAttempt: 2,
      nextAttemptAt: due,
      failureReason: 'x',
    },
    items: [aCatalogItem(), mug],
  });
  const [after] = paid.items;
  assert.deepEqual(
    [paid.rebillCount, paid.creditCardAttempt, paid.nextAttemptAt, paid.failureReason],
    [1, 0, undefined, undefined],
  );
  assert.deepEqual(
    paid.addOns.map((each) => each.nextXOrders),
    [2],
  );
  assert.deepEqual(
    [after?.addOns, after?.numberOfRebills, after?.rebillValue, after?.lifeTimeValue],
    [[], 1, 1000, 2299],
  );
  assert.deepEqual(
    [
      after?.remainingRepeatCount,
      after?.arbitraryUnitCostRemainingOrders,
      String(after?.nextShipmentAt),
    ],
    [2, 0, '2026-04-15T14:00:00Z'],
  );
});

test('endings by a paid rebill', () => {
  const rows: [what: string, autoOrder: Partial<AutoOrder>, status: string, completed: boolean][] =
    [
      [
        'the last repetition completes',
        { items: [anItem({ remainingRepeatCount: 1 })] },
        'disabled',
        true,
      ],
      [
        'one of two items continues',
        { items: [anItem({ remainingRepeatCount: 1 }), anItem({ itemOid: 12 })] },
        'active',
        false,
      ],
      [
        'the last order before a cancelation cancels',
        { cancelAfterNextXOrders: 1 },
        'canceled',
        false,
      ],
      ['not the one before', { cancelAfterNextXOrders: 2 }, 'active', false],
    ];
  for (const [what, autoOrder, status, completed] of rows) {
    const paid = paidWith({ autoOrder });
    assert.deepEqual(
      [paid.status, paid.completed, paid.enabled],
      [status, completed, status === 'active'],
      what,
    );
  }
});

test('a shipment that fell due before a missed one was charged waits for the next day, too', () => {
  const missed = { missedUntil: at('2026-03-16T10:00:00-04:00') };
  const given = inputOf({ autoOrder: { items: [anItem(missed)] } });
  const order = charged({ autoOrder: { items: [anItem(missed)] } }).order;
  // The server was down for more than a month. Without pacing it would charge both shipments at
  // once.
  const now = at('2026-04-15T12:00:00-04:00');
  const paid = (missed_shipments: string) =>
    afterPaid(given.autoOrder, order, {
      catalog: given.catalog,
      policy: policyOf({ missed_shipments }),
      zone,
      at: given.at,
      now,
    }).autoOrder;
  assert.equal(String(paid('bill').items[0]?.nextShipmentAt), '2026-04-15T14:00:00Z');
  assert.equal(String(paid('bill').nextAttemptAt), '2026-04-16T16:00:00Z');
  assert.equal(paid('one').nextAttemptAt, undefined);
});

test('a change that races the charge: the rebill counts, and the changed schedule stays', () => {
  const given = inputOf({});
  const order = charged({}).order;
  const rules = { catalog: given.catalog, policy: given.policy, zone, at: given.at };
  const moved = afterPaid(
    anAutoOrder({ items: [anItem({ nextShipmentAt: at('2026-05-01T10:00:00-04:00') })] }),
    order,
    rules,
  ).autoOrder.items[0];
  assert.deepEqual(
    [moved?.numberOfRebills, String(moved?.nextShipmentAt)],
    [1, '2026-05-01T14:00:00Z'],
  );
  const delayed = anItem({
    nextShipmentAt: at('2026-03-20T10:00:00-04:00'),
    anchor: Temporal.PlainDateTime.from('2026-03-20T10:00:00'),
  });
  const next = afterPaid(anAutoOrder({ items: [delayed] }), order, rules).autoOrder.items[0];
  assert.equal(
    String(next?.nextShipmentAt),
    '2026-04-20T14:00:00Z',
    'a few days later was meant for the shipment that was being charged',
  );
  const swapped = afterPaid(
    anAutoOrder({ items: [anItem({ originalItemId: 'TEA' })] }),
    order,
    rules,
  ).autoOrder.items[0];
  assert.deepEqual(
    [swapped?.numberOfRebills, String(swapped?.nextShipmentAt)],
    [1, '2026-03-15T14:00:00Z'],
  );
  const gone = afterPaid(anAutoOrder({ items: [] }), order, rules).autoOrder;
  assert.deepEqual([gone.rebillCount, gone.items], [1, []]);
  const canceled = afterPaid(
    anAutoOrder({ status: 'canceled', enabled: false }),
    order,
    rules,
  ).autoOrder;
  assert.deepEqual(
    [canceled.status, canceled.rebillCount, canceled.items[0]?.numberOfRebills],
    ['canceled', 1, 1],
  );
});

test('after a decline', () => {
  const rows: [
    what: string,
    attempt: number,
    isHard: boolean,
    reason: string,
    settings: Record<string, unknown>,
    then: string,
  ][] = [
    ['the first', 1, false, 'do not honor', {}, '2026-03-18T14:00:00Z'],
    ['the second', 2, false, 'do not honor', {}, '2026-03-18T14:00:00Z'],
    ['the third is the last', 3, false, 'do not honor', {}, 'end'],
    ['a hard one at once', 1, true, 'stolen card', {}, 'hard end'],
    [
      'a reason that the merchant calls hard',
      1,
      false,
      'insufficient funds',
      { hard_decline_reasons: ['insufficient funds'] },
      'hard end',
    ],
    [
      'days of the merchant, over a clock change',
      1,
      false,
      'x',
      { retry_days: [230] },
      '2026-10-31T14:00:00Z',
    ],
    ['the merchant never retries', 1, false, 'x', { retry_days: [] }, 'end'],
  ];
  for (const [what, attempt, isHard, reason, dunning, then] of rows) {
    const step = afterDecline(
      { attempt, isHard, reason, at: due, zone },
      policyOf({ dunning }).dunning,
    );
    assert.equal(
      step.kind === 'retry' ? String(step.at) : step.isHard ? 'hard end' : 'end',
      then,
      what,
    );
  }
});

for (const [what, earlierDeclines, counted] of [
  ['of the next rebill, because staff gave up the last one', 0, 1],
  ['of the rebill that disabled it', 3, 4],
] as const) {
  test(`declines of a disabled auto order are those ${what}`, () => {
    const { order } = charged({ items: [coffeeWith({})] });
    const { autoOrder, catalog, policy, at: moment } = inputOf({ items: [coffeeWith({})] });
    const declined = { reason: 'do not honor', message: 'No.', isHard: false, rebillNumber: 4 };
    const after = afterDeclined(
      { ...autoOrder, status: 'disabled', enabled: false, creditCardAttempt: 3 },
      order,
      { ...declined, earlierDeclines },
      { catalog, policy, zone, at: moment },
    );
    assert.deepEqual(
      [after.autoOrder.creditCardAttempt, after.autoOrder.status],
      [counted, 'disabled'],
    );
  });
}

test('the end of the retries is what the merchant wants', () => {
  const declined = { reason: 'do not honor', message: 'No.', isHard: false, rebillNumber: 1 };
  const feeItem = coffeeWith({ cancelItemId: 'FEE' });
  const fee: CatalogItem = { ...soldOnce, itemId: 'FEE', pricing: { cost: minor(900) } };
  const end = (dunning: Record<string, unknown>, attempt = 2, more = {}) => {
    const given: Given = {
      autoOrder: { creditCardAttempt: attempt },
      items: [feeItem, fee],
      settings: { dunning },
    };
    const { autoOrder, catalog, policy, at: moment } = inputOf(given);
    return afterDeclined(
      autoOrder,
      charged(given).order,
      { ...declined, ...more },
      { catalog, policy, zone, at: moment },
    );
  };
  const disabled = end({});
  assert.deepEqual(
    [
      disabled.autoOrder.status,
      disabled.autoOrder.creditCardAttempt,
      String(disabled.autoOrder.disabledAt),
    ],
    ['disabled', 3, String(due)],
  );
  assert.deepEqual(
    disabled.notes.map((note) => note.event?.name),
    ['auto_order_decline', 'auto_order_disable'],
  );
  assert.equal(disabled.autoOrder.failureReason, 'do not honor\nNo.');
  const canceled = end({ at_end: 'cancel' });
  assert.deepEqual(
    [canceled.autoOrder.status, canceled.notes.at(-1)?.event?.name],
    ['canceled', 'auto_order_cancel'],
  );
  const charging = end({ charge_cancel_item_at_end: true });
  assert.deepEqual(
    [
      charging.autoOrder.status,
      charging.autoOrder.cancelAfterNextXOrders,
      charging.autoOrder.items[0]?.arbitraryItemId,
    ],
    ['active', 1, 'FEE'],
  );
  assert.equal(
    end({ charge_cancel_item_at_end: true }, 0, { isHard: true }).autoOrder.status,
    'disabled',
  );
});
