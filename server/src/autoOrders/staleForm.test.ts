import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anAutoOrder, anItem, at } from '../../../test/support/autoOrders.ts';
import { minor } from '../kernel/money.ts';
import type { AddOn, AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { Billed } from './billed.ts';
import { withoutStale } from './staleForm.ts';

/*
 * The record has COFFEE on the 15th: February was billed, March is next. `before` is the form of
 * the item as it was read before that rebill, `now` is the current form.
 */
const february = '2026-02-15T10:00:00-05:00';
const march = '2026-03-15T10:00:00-04:00';
const rules = {
  now: at('2026-02-16T12:00:00-05:00'),
  zone: 'America/New_York',
  currency: 'USD',
  isProven: false,
};
const billedOnce = anItem({
  nextShipmentAt: at(march),
  numberOfRebills: 1,
  lastOrderAt: at('2026-02-15T10:00:00.250-05:00'),
  rebillValue: minor(1299),
  lifeTimeValue: minor(2598),
  remainingRepeatCount: 2,
  arbitraryUnitCostRemainingOrders: 1,
});
const before = {
  auto_order_item_oid: 11,
  next_shipment_dts: february,
  calculated_next_shipment_dts: february,
  number_of_rebills: 0,
  last_order_dts: '2026-01-15T10:00:00-05:00',
  rebill_value: 0,
  life_time_value: 12.99,
  remaining_repeat_count: 3,
  arbitrary_unit_cost_remaining_orders: 2,
};
const now = {
  ...before,
  next_shipment_dts: march,
  calculated_next_shipment_dts: march,
  number_of_rebills: 1,
  last_order_dts: february,
  rebill_value: 12.99,
  life_time_value: 25.98,
  remaining_repeat_count: 2,
  arbitrary_unit_cost_remaining_orders: 1,
};
const gift = (nextXOrders?: number): AddOn => ({
  itemId: 'GIFT',
  quantity: 1,
  freeShipping: false,
  options: [],
  ...(nextXOrders === undefined ? {} : { nextXOrders }),
});
const wireGift = (next_x_orders?: number) => ({
  item_id: 'gift',
  quantity: 1,
  ...(next_x_orders !== undefined && { next_x_orders }),
});
const counted = (left: number) => [{ itemId: 'GIFT', nextXOrders: left }];
const billed: Billed = [
  {
    autoOrderOid: 1,
    cancelAfterNextXOrders: 3,
    addOns: counted(2),
    items: [{ itemOid: 11, at: at(february), addOns: counted(2) }],
  },
];

const items: readonly [
  what: string,
  form: object,
  left: readonly string[],
  more?: { readonly item?: Partial<AutoOrderItem>; readonly rules?: Partial<typeof rules> },
][] = [
  ['a form of now', now, []],
  [
    'a form from before the rebill',
    before,
    [
      'next_shipment_dts',
      'remaining_repeat_count',
      'arbitrary_unit_cost_remaining_orders',
      'number_of_rebills',
      'last_order_dts',
      'life_time_value',
      'rebill_value',
    ],
  ],
  [
    'the same by a client that cannot send a zero',
    { ...before, number_of_rebills: undefined, rebill_value: undefined },
    [
      'next_shipment_dts',
      'remaining_repeat_count',
      'arbitrary_unit_cost_remaining_orders',
      'last_order_dts',
      'life_time_value',
    ],
  ],
  ['a billed date alone', { next_shipment_dts: february }, ['next_shipment_dts']],
  [
    'a billed date in another zone',
    { next_shipment_dts: '2026-02-15T15:00:00Z' },
    ['next_shipment_dts'],
  ],
  ['a billed day without a time', { next_shipment_dts: '2026-02-15' }, ['next_shipment_dts']],
  [
    'a billed date with a count: both are old',
    { next_shipment_dts: february, remaining_repeat_count: 3 },
    ['next_shipment_dts', 'remaining_repeat_count'],
  ],
  ['another past date alone is an order to ship', { next_shipment_dts: '2026-02-10T10:00:00' }, []],
  ['a later date alone', { next_shipment_dts: '2026-03-20T10:00:00' }, []],
  ['a form of now with an earlier date', { ...now, next_shipment_dts: '2026-03-01T10:00:00' }, []],
  [
    'a form of now with a billed date that has passed',
    { ...now, next_shipment_dts: february },
    ['next_shipment_dts'],
  ],
  [
    'a current form with a billed date in the future: it was billed early',
    { ...now, next_shipment_dts: february },
    [],
    { rules: { now: at('2026-02-01T10:00:00-05:00') } },
  ],
  [
    'an old form whose date was moved back',
    { number_of_rebills: 0, next_shipment_dts: '2026-02-20' },
    ['next_shipment_dts'],
  ],
  [
    'an old form whose date was moved on',
    { number_of_rebills: 0, next_shipment_dts: '2026-04-20' },
    [],
  ],
  [
    'a form from before a user moved the date',
    {
      ...now,
      next_shipment_dts: '2026-03-01T10:00:00',
      calculated_next_shipment_dts: '2026-03-01T10:00:00',
    },
    ['next_shipment_dts'],
  ],
  [
    'nothing ships any more',
    { next_shipment_dts: february, calculated_next_shipment_dts: february },
    ['next_shipment_dts'],
    { item: { nextShipmentAt: undefined } },
  ],
  [
    'counts alone are an order',
    { remaining_repeat_count: 5, arbitrary_unit_cost_remaining_orders: 5 },
    [],
  ],
  ['a smaller count on an old form', { number_of_rebills: 0, remaining_repeat_count: 1 }, []],
  [
    'a count that is new on an old form',
    { number_of_rebills: 0, remaining_repeat_count: 9 },
    [],
    { item: { remainingRepeatCount: undefined } },
  ],
  ['rebills that would be fewer', { number_of_rebills: 0 }, ['number_of_rebills']],
  ['rebills that are more, as an import sets them', { number_of_rebills: 7 }, []],
  [
    'quantity, price and frequency of an old form',
    { number_of_rebills: 0, arbitrary_quantity: 2, arbitrary_unit_cost: 5, frequency: 'Weekly' },
    [],
  ],
  [
    'a notice that was sent meanwhile',
    { ...now, preshipment_notice_sent: false },
    ['preshipment_notice_sent'],
    { item: { preshipmentNoticeSent: true } },
  ],
  [
    'the same, sent alone',
    { preshipment_notice_sent: false },
    [],
    { item: { preshipmentNoticeSent: true } },
  ],
  [
    'a notice of the shipment before',
    {
      number_of_rebills: 0,
      preshipment_notice_sent: true,
      next_preshipment_notice_dts: '2026-02-12T10:00:00',
    },
    ['next_preshipment_notice_dts', 'preshipment_notice_sent'],
    { item: { nextPreshipmentNoticeAt: at('2026-03-12T10:00:00-04:00') } },
  ],
  [
    'a form from before the pause',
    { ...now, paused: false },
    ['paused'],
    { item: { paused: true } },
  ],
  [
    'a form of the pause that ends it',
    { ...now, calculated_next_shipment_dts: undefined, paused: false },
    [],
    { item: { paused: true } },
  ],
  [
    'proven by its version',
    { ...before, paused: false },
    ['next_shipment_dts'],
    { item: { paused: true }, rules: { isProven: true } },
  ],
  [
    'an add-on from before, by the form',
    { number_of_rebills: 0, add_ons: [wireGift(2)] },
    ['add_ons[0].next_x_orders'],
    { item: { addOns: [gift(1)] } },
  ],
  [
    'an add-on from before, by its count',
    { add_ons: [wireGift(2)] },
    ['add_ons[0].next_x_orders'],
    { item: { addOns: [gift(1)] } },
  ],
  ['an add-on with another count', { add_ons: [wireGift(5)] }, [], { item: { addOns: [gift(1)] } }],
  [
    'an add-on on a form of now',
    { ...now, add_ons: [wireGift(2)] },
    [],
    { item: { addOns: [gift(1)] } },
  ],
  ['an add-on that was used up', { number_of_rebills: 0, add_ons: [wireGift(2)] }, ['add_ons[0]']],
  [
    'an add-on that is new on an old form',
    { number_of_rebills: 0, add_ons: [{ ...wireGift(2), item_id: 'MUG' }] },
    [],
  ],
  ['an add-on that is given once more', { add_ons: [wireGift(2)] }, []],
];
const ownName = (name: string) => name.replace('items[0].', '');
// These fields are left out too; a row lists them only where it tests them.
const dating = ['number_of_rebills', 'last_order_dts', 'life_time_value', 'rebill_value'];
for (const [what, form, left, more = {}] of items) {
  test(`an item: ${what}`, () => {
    const current = anAutoOrder({ items: [{ ...billedOnce, ...more.item }] });
    const sent = { auto_order_item_oid: 11, ...form };
    const sifted = withoutStale(current, { items: [sent] }, billed, {
      ...rules,
      ...more.rules,
    });
    const names = sifted.left.map(ownName);
    assert.deepEqual(
      names.filter((name) => left.includes(name) || !dating.includes(name)),
      left,
    );
    for (const name of left.filter((each) => !each.includes('[')))
      assert.equal(name in (sifted.body.items?.[0] ?? {}), false, name);
  });
}

test('the add-on that stays keeps the count of now, and the one used up is gone', () => {
  const body = {
    items: [{ auto_order_item_oid: 11, number_of_rebills: 0, add_ons: [wireGift(2)] }],
  };
  const addOnsOf = (item: Partial<AutoOrderItem>) =>
    withoutStale(anAutoOrder({ items: [{ ...billedOnce, ...item }] }), body, billed, rules).body
      .items?.[0]?.add_ons;
  assert.deepEqual(addOnsOf({ addOns: [gift(1)] }), [wireGift(1)]);
  assert.deepEqual(addOnsOf({}), []);
});

const stopped = {
  status: 'disabled',
  enabled: false,
  disabledAt: at('2026-02-10T10:00:00-05:00'),
} as const;
const canceled = { status: 'canceled', enabled: false, canceledAt: stopped.disabledAt } as const;
const declined = {
  creditCardAttempt: 2,
  failureReason: 'do not honor',
  nextAttemptAt: at('2026-02-18T10:00:00-05:00'),
};
const form = { auto_order_code: 'CODE000001', original_order_id: 'DEMO-0000000001' };
const tops: readonly [
  what: string,
  current: Partial<AutoOrder>,
  body: object,
  left: readonly string[],
][] = [
  ['running, sent back', {}, { ...form, status: 'active', enabled: true }, []],
  ['stopped meanwhile', stopped, { ...form, status: 'active', enabled: true }, ['enabled']],
  [
    'stopped meanwhile, by a client that knows no status',
    stopped,
    { ...form, enabled: true },
    ['enabled'],
  ],
  [
    'stopped again meanwhile',
    stopped,
    { ...form, status: 'disabled', enabled: true, disabled_dts: '2026-01-01T00:00:00Z' },
    ['enabled'],
  ],
  [
    'enabled on purpose',
    stopped,
    { ...form, status: 'disabled', enabled: true, disabled_dts: '2026-02-10T15:00:00Z' },
    [],
  ],
  ['enabled alone', stopped, { enabled: true, status: 'active' }, []],
  [
    'canceled meanwhile',
    { ...canceled, cancelReason: 'moved' },
    { ...form, status: 'active', enabled: true, cancel_reason: null },
    ['enabled', 'cancel_reason'],
  ],
  [
    'taken up on purpose',
    { ...canceled, cancelReason: 'moved' },
    { ...form, status: 'canceled', enabled: true, cancel_reason: null, canceled_dts: null },
    [],
  ],
  [
    'canceled on an old form',
    {},
    { ...form, status: 'active', enabled: false, cancel_reason: 'moved' },
    [],
  ],
  [
    'running again meanwhile',
    {},
    { ...form, status: 'disabled', enabled: false, disabled_dts: '2026-02-10T15:00:00Z' },
    ['enabled'],
  ],
  ['declined meanwhile', declined, { ...form, credit_card_attempt: 0 }, ['credit_card_attempt']],
  [
    'declined meanwhile, nulls for what was absent',
    declined,
    { ...form, credit_card_attempt: 0, next_attempt: null, failure_reason: null },
    ['credit_card_attempt', 'next_attempt'],
  ],
  [
    'declined once more for the same reason',
    declined,
    {
      ...form,
      credit_card_attempt: 1,
      failure_reason: 'do not honor',
      next_attempt: '2026-02-15T10:00:00-05:00',
    },
    ['credit_card_attempt', 'next_attempt'],
  ],
  [
    'paid meanwhile',
    {},
    {
      ...form,
      credit_card_attempt: 1,
      failure_reason: 'do not honor',
      next_attempt: '2026-02-18T10:00:00-05:00',
    },
    ['credit_card_attempt', 'next_attempt'],
  ],
  [
    'retried earlier, on purpose',
    declined,
    {
      ...form,
      credit_card_attempt: 2,
      failure_reason: 'do not honor',
      next_attempt: '2026-02-17T10:00:00-05:00',
    },
    [],
  ],
  ['attempts set alone', declined, { credit_card_attempt: 0, next_attempt: null }, []],
  [
    'orders before the end, by the count of the item',
    { cancelAfterNextXOrders: 2 },
    { cancel_after_next_x_orders: 5, items: [{ auto_order_item_oid: 11, number_of_rebills: 0 }] },
    ['items[0].number_of_rebills', 'cancel_after_next_x_orders'],
  ],
  [
    'orders before the end, on a form without items',
    { cancelAfterNextXOrders: 2 },
    { ...form, cancel_after_next_x_orders: 3 },
    ['cancel_after_next_x_orders'],
  ],
  [
    'more orders before the end',
    { cancelAfterNextXOrders: 2 },
    { ...form, cancel_after_next_x_orders: 6 },
    [],
  ],
  [
    'orders before the end, set alone',
    { cancelAfterNextXOrders: 2 },
    { cancel_after_next_x_orders: 3 },
    [],
  ],
  [
    'orders before the end, on a form of now',
    { cancelAfterNextXOrders: 2 },
    { ...form, cancel_after_next_x_orders: 3, items: [{ ...now }] },
    [],
  ],
  [
    'an add-on from before',
    { addOns: [gift(1)] },
    { add_ons: [wireGift(2)] },
    ['add_ons[0].next_x_orders'],
  ],
  ['an add-on that rides along for ever', { addOns: [gift()] }, { add_ons: [wireGift(2)] }, []],
];
/*
 * A paused item shipped on 1 March until its date was moved, or on 20 March until it was moved
 * forward. The form was read before the move and has one of these dates.
 */
const moves: readonly [what: string, form: object, left: readonly string[]][] = [
  ['a former date', { next_shipment_dts: '2026-03-01T10:00:00-05:00' }, ['next_shipment_dts']],
  ['the same in UTC', { next_shipment_dts: '2026-03-01T15:00:00Z' }, ['next_shipment_dts']],
  ['a former date after it', { next_shipment_dts: '2026-03-20T14:00:00Z' }, ['next_shipment_dts']],
  ['the present date', { next_shipment_dts: march }, []],
  ['a date that it never had', { next_shipment_dts: '2026-03-02T10:00:00-05:00' }, []],
  [
    'a former date with its notice',
    {
      next_shipment_dts: '2026-03-01T10:00:00-05:00',
      next_preshipment_notice_dts: '2026-02-26T10:00:00-05:00',
    },
    ['next_shipment_dts', 'next_preshipment_notice_dts'],
  ],
  [
    'a former date on a form that shows the present one: it is set again',
    { next_shipment_dts: '2026-03-01T10:00:00-05:00', calculated_next_shipment_dts: march },
    [],
  ],
];
for (const [what, item, left] of moves) {
  test(`a form of a paused item that was moved: ${what}`, () => {
    const record = anAutoOrder({
      items: [
        anItem({
          nextShipmentAt: at(march),
          formerShipmentsAt: [at('2026-03-20T14:00:00Z'), at('2026-03-01T15:00:00Z')],
          nextPreshipmentNoticeAt: at('2026-03-12T14:00:00Z'),
          paused: true,
        }),
      ],
    });
    const few = { items: [{ auto_order_item_oid: 11, number_of_rebills: 0, ...item }] };
    const whole = { ...few, auto_order_code: record.autoOrderCode };
    assert.deepEqual(withoutStale(record, whole, [], rules).left.map(ownName), left);
    assert.deepEqual(withoutStale(record, few, [], rules).left, [], 'a few fields are meant');
    const proven = withoutStale(record, whole, [], { ...rules, isProven: true });
    assert.deepEqual(proven.left, [], 'If-Match');
  });
}

/*
 * The forms of a paused item (which has no calculated date) were read while the merchant was in
 * Tokyo. The dates kept their local time when the merchant moved to New York.
 */
const inTokyo = '2026-03-15T10:00:00+09:00';
const paused = { auto_order_item_oid: 11, number_of_rebills: 1, paused: true };
const places: readonly [what: string, body: object, left: readonly string[]][] = [
  [
    'the next shipment',
    { items: [{ next_shipment_dts: inTokyo }] },
    ['items[0].next_shipment_dts'],
  ],
  ['the last date', { items: [{ no_order_after_dts: inTokyo }] }, ['items[0].no_order_after_dts']],
  [
    'the notice',
    { items: [{ next_preshipment_notice_dts: inTokyo }] },
    ['items[0].next_preshipment_notice_dts'],
  ],
  ['the next attempt', { items: [{}], next_attempt: inTokyo }, ['next_attempt']],
  [
    'an earlier day: the schedule moved on before the form came back',
    { items: [{ next_shipment_dts: '2026-03-01T10:00:00+09:00' }] },
    ['items[0].next_shipment_dts'],
  ],
  ['a later day', { items: [{ next_shipment_dts: '2026-03-16T10:00:00+09:00' }] }, []],
  [
    'an earlier day at another time of day, which a client chose',
    { items: [{ next_shipment_dts: '2026-03-01T11:30:00+09:00' }] },
    [],
  ],
  ['the same moment', { items: [{ next_shipment_dts: '2026-03-15T14:00:00Z' }] }, []],
];
for (const [what, body, left] of places) {
  test(`a form of another time zone: ${what}`, () => {
    const dates = { nextShipmentAt: at(march), noOrderAfterAt: at(march) };
    const item = anItem({
      ...dates,
      nextPreshipmentNoticeAt: at(march),
      numberOfRebills: 1,
      paused: true,
    });
    const record = anAutoOrder({ items: [item], nextAttemptAt: at(march) });
    const { items = [] } = body as { items?: object[] };
    const full = { ...body, items: items.map((each) => ({ ...paused, ...each })) };
    const form = { ...full, auto_order_code: record.autoOrderCode };
    assert.deepEqual(withoutStale(record, form, [], rules).left, left);
    assert.deepEqual(withoutStale(record, full, [], rules).left, [], 'a few fields are meant');
    const proven = withoutStale(record, form, [], { ...rules, isProven: true });
    assert.deepEqual(proven.left, [], 'If-Match');
  });
}

/*
 * The same kind of form was read before a shipment was billed or given up. Its date has the local
 * time of another zone, so it is not the moment that was billed.
 */
for (const [what, date, left] of [
  ['its local time in Tokyo', '2026-02-15T10:00:00+09:00', ['items[0].next_shipment_dts']],
  ['the same, sent in UTC', '2026-02-15T01:00:00Z', ['items[0].next_shipment_dts']],
  ['another day at another time', '2026-02-18T12:00:00+09:00', []],
  ['another time of that day, of the zone of now', '2026-02-15T18:00:00-05:00', []],
] as const) {
  test(`a form of another time zone with a date that was billed: ${what}`, () => {
    const item = anItem({ nextShipmentAt: at(march), numberOfRebills: 1, paused: true });
    const record = anAutoOrder({ items: [item] });
    const items = [{ ...paused, next_shipment_dts: date }];
    const form = { auto_order_code: record.autoOrderCode, items };
    assert.deepEqual(withoutStale(record, form, billed, rules).left, left);
    assert.deepEqual(withoutStale(record, { items }, billed, rules).left, [], 'a field is meant');
  });
}

test('a form of a stopped auto order: a date that was billed while the merchant was elsewhere', () => {
  // The form was read in New York, the shipment was charged in Tokyo, and then the merchant moved
  // back.
  const item = anItem({ nextShipmentAt: at(march), numberOfRebills: 1, paused: true });
  const record = anAutoOrder({ items: [item] });
  const read = { ...paused, next_shipment_dts: '2026-02-15T10:00:00-05:00' };
  const form = { auto_order_code: record.autoOrderCode, items: [read] };
  const inTokyoThen = at('2026-02-15T10:00:00+09:00');
  const rebill = (wall?: string) => [
    { autoOrderOid: 1, addOns: [], items: [{ itemOid: 11, at: inTokyoThen, wall, addOns: [] }] },
  ];
  const left = (wall?: string) => withoutStale(record, form, rebill(wall), rules).left;
  assert.deepEqual(left('2026-02-15T10:00:00'), ['items[0].next_shipment_dts']);
  assert.deepEqual(left('2026-02-14T10:00:00'), []);
});

for (const [what, current, body, left] of tops) {
  test(`an auto order: ${what}`, () => {
    const record = anAutoOrder({ items: [billedOnce], ...current });
    const sifted = withoutStale(record, body, billed, rules);
    assert.deepEqual(sifted.left, left);
  });
}

test('an item that a merge added stays, unless the form is known to be of now', () => {
  const merged = anItem({ itemOid: 21, originalItemId: 'TEA', mergedAt: at(february) });
  const current = anAutoOrder({ items: [anItem(), merged] });
  const body = { items: [{ auto_order_item_oid: 11 }] };
  const sifted = withoutStale(current, body, [], rules);
  assert.deepEqual(sifted.body.items, [{ auto_order_item_oid: 11 }, { auto_order_item_oid: 21 }]);
  assert.deepEqual(sifted.left, ['the item 21 (TEA), which a merge added']);
  assert.deepEqual(withoutStale(current, body, [], { ...rules, isProven: true }), {
    body,
    left: [],
  });
});
