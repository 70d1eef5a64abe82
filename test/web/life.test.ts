// Tests the page of one auto order: its heading, the rules of a price, its steps, its address.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headlineOf } from '../../web/src/autoOrder/headline.ts';
import { cursorFrom, parseLife, toggledKind } from '../../web/src/autoOrder/lifeUrl.ts';
import {
  dateSteps,
  entryTitle,
  noticesBefore,
  priceSteps,
  sumParts,
} from '../../web/src/autoOrder/lifeWords.ts';
import { shownIn } from '../../web/src/autoOrder/shown.ts';
import { expiresBefore, presentStep } from '../../web/src/autoOrder/sideWords.ts';
import { plannedStops } from '../../web/src/autoOrder/stops.ts';
import { stateWords, toneOf } from '../../web/src/autoOrders/words.ts';
import { curlOf } from '../../web/src/kit/curl.ts';

const shown = shownIn('America/New_York', 'USD', '2026-03-01T12:00:00Z');
const card = { card_type: 'VISA', last_four: '4242' };

test('each state has its words, and a retried card says how far it is', () => {
  const table: [row: Parameters<typeof stateWords>[0], words: string, tone: string][] = [
    [{ state: 'active' }, 'Active', 'good'],
    [
      { state: 'retrying', credit_card_attempt: 2, credit_card_attempts_max: 3 },
      'Retrying 2/3',
      'warn',
    ],
    [{ state: 'retrying', credit_card_attempt: 2 }, 'Retrying 2', 'warn'],
    [{ state: 'retrying' }, 'Retrying', 'warn'],
    [{ state: 'in_doubt', credit_card_attempt: 1 }, 'In doubt', 'warn'],
    [{ state: 'parked' }, 'Parked', 'bad'],
    [{ state: 'paused' }, 'Paused', 'note'],
    [{ state: 'completed' }, 'Completed', 'quiet'],
    [{ state: 'canceled' }, 'Canceled', 'quiet'],
    [{ state: 'disabled' }, 'Disabled', 'quiet'],
    [{ state: 'merged' }, 'Merged', 'quiet'],
  ];
  for (const [row, words, tone] of table)
    assert.deepEqual([stateWords(row), toneOf(row.state)], [words, tone]);
});

test('the heading says what happens next, or why nothing does', () => {
  const next = { next_shipment_dts: '2026-03-03T09:00:00-05:00', next_total: 42.1, card };
  const table: [state: Parameters<typeof headlineOf>[0], order: object, words: string][] = [
    [{ state: 'active', ...next }, {}, 'Ships Tue 3 Mar, $42.10 to VISA ••4242.'],
    [{ state: 'active' }, {}, 'Nothing is scheduled.'],
    [
      {
        state: 'retrying',
        ...next,
        credit_card_attempt: 2,
        failure_reason: 'do not honor\nThe card was declined.',
        next_attempt_dts: '2026-03-04T09:14:00-05:00',
      },
      {},
      'Declined twice: do not honor. $42.10 is tried again on Wed 4 Mar, 09:14 with VISA ••4242.',
    ],
    [
      {
        state: 'retrying',
        credit_card_attempt: 2,
        credit_card_attempts_max: 3,
        next_attempt_dts: '2026-03-04T09:14:00-05:00',
      },
      {},
      'Declined twice. It is tried again on Wed 4 Mar, 09:14, for the last time.',
    ],
    [
      { state: 'canceled' },
      { canceled_dts: '2026-02-01T09:00:00-05:00', cancel_reason: 'Too much tea.' },
      'Canceled on Sun 1 Feb: Too much tea. Nothing more will ship.',
    ],
  ];
  for (const [row, order, words] of table) assert.equal(headlineOf(row, order, shown), words);
});

test('a price is explained in steps, with the value after each', () => {
  const line = {
    unit_cost: 18.9,
    total_cost: 37.8,
    price_rules: [
      { rule: 'catalog price', detail: 'TEA', unit_cost: 24 },
      { rule: 'grandfathered price', detail: 'signed up on or before 2024-01-01', unit_cost: 21 },
      { rule: 'percentage discount', detail: '10 %', unit_cost: 18.9 },
      { rule: 'quantity', detail: '2', unit_cost: 18.9 },
    ],
    date_rules: [
      {
        rule: 'frequency',
        detail: 'Monthly after 2026-03-03',
        shipment_dts: '2026-04-03T12:00:00Z',
      },
    ],
  };
  assert.deepEqual(
    priceSteps(line, (amount) => shown.money(amount)).map(({ words, value }) => [words, value]),
    [
      ['Catalogue price of TEA', '$24.00'],
      ['Grandfathered price: signed up on or before 2024-01-01', '$21.00'],
      ['−10 %', '$18.90'],
      ['× 2', '$37.80'],
    ],
  );
  assert.deepEqual(dateSteps(line, shown.day), [
    { words: 'Monthly after 2026-03-03', value: 'Fri 3 Apr' },
  ]);
});

test('the notices before a rebill are below it, the latest first', () => {
  const [early, late] = ['2026-03-29T12:00:00Z', '2026-03-31T12:00:00Z'];
  assert.deepEqual(
    noticesBefore({
      lines: [
        { merchant_item_id: 'TEA', quantity: 2, notice_dts: early },
        { merchant_item_id: 'COFFEE', quantity: 1, notice_dts: late },
        { merchant_item_id: 'HONEY', quantity: 1, notice_dts: early },
        { merchant_item_id: 'CUP', quantity: 1 },
      ],
    }),
    [
      { at: late, items: 'COFFEE' },
      { at: early, items: '2 × TEA, HONEY' },
    ],
  );
});

test('parts of a sum that are zero are left out; the total never is', () => {
  assert.deepEqual(sumParts({ subtotal: 10, discount: 2, shipping: 0, tax: 0, total: 8 }), [
    ['Items', 10],
    ['Discount', -2],
    ['Total', 8],
  ]);
});

test('stops that are set ahead are named', () => {
  const stops = plannedStops(
    {
      cancel_after_next_x_orders: 1,
      items: [
        { original_item_id: 'TEA', paused: true, remaining_repeat_count: 2 },
        { original_item_id: 'HONEY', no_order_after_dts: '2026-05-03T12:00:00-04:00' },
      ],
    },
    shown,
  );
  assert.deepEqual(stops, [
    'Canceled after 1 more rebill.',
    'TEA is paused.',
    'TEA ends after 2 more rebills.',
    'HONEY does not ship after Sun 3 May.',
  ]);
});

test('the step that ships next is the one before the first shipment of another', () => {
  const steps = [{ type: 'item' }, { type: 'pause' }, { type: 'item' }] as const;
  const table: [detail: string, index: number | undefined][] = [
    ['step 3 of 3: Yearly, shipment 4 after 2027-06-24', 2],
    ['step 3 of 3: Yearly, shipment 1 after 2027-06-24', 0],
    ['step 1 of 3: Monthly, shipment 1 after 2027-06-24', 2],
    ['Monthly', undefined],
  ];
  for (const [detail, index] of table) {
    const line = { auto_order_item_oid: 7, date_rules: [{ rule: 'step', detail }] };
    assert.equal(presentStep(steps, [{}, { lines: [line] }], 7), index, detail);
  }
});

test('a card is valid to the end of its month', () => {
  const march = { card_expiration_month: 3, card_expiration_year: 2026 };
  assert.equal(expiresBefore(march, '2026-03-31T23:00:00-04:00'), false);
  assert.equal(expiresBefore(march, '2026-04-01T00:00:00-04:00'), true);
});

test('a change is titled without the fields that are listed below it', () => {
  const changes = [{ field: 'items[TEA].paused', before: 'false', after: 'true' }];
  const title = 'Paused by ann@example.com: items[TEA].paused: false to true';
  const entry = { kind: 'change', title, changes, actor: { name: 'ann@example.com' } } as const;
  assert.equal(entryTitle(entry), 'Paused by ann@example.com');
});

test('the address keeps kinds, the rebill and the entry; what does not fit is left out', () => {
  const at = '1789504440000000.2.11.9306113';
  assert.deepEqual(parseLife({ kind: ['mail', 'x'], rebill: '12', at }), {
    kind: ['mail'],
    rebill: '12',
    at,
  });
  assert.deepEqual(parseLife({ kind: 'x', rebill: '-1', at: 'now' }), {});
  assert.equal(cursorFrom(at), '1789504440000000.2.11.9306114');
  assert.deepEqual(toggledKind([], 'mail'), ['mail']);
  assert.equal(toggledKind(['mail'], 'mail'), undefined);
});

test('a curl line has a placeholder for the key, and quotes for the shell', () => {
  const curl = curlOf({ method: 'POST', path: '/a', body: { b: "it's" } }, 'http://h');
  assert.ok(curl.startsWith("curl -X POST 'http://h/a'"));
  assert.ok(curl.includes('$KEY'));
  assert.ok(curl.includes(String.raw`'{"b":"it'\''s"}'`));
});
