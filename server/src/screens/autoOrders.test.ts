// Tests the list of auto orders for screens: every filter against an independent oracle (the
// published list, or plain SQL), every sort, and pages that are read while rows change.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { AutoOrderQuery } from '@perennial/contract/autoOrder.ts';
import {
  type AutoOrderRow,
  type AutoOrderSearch,
  autoOrderStates,
} from '@perennial/contract/screens.ts';
import { sortings } from '@perennial/contract/sorting.ts';
import { type TestRequest, testApp, testNow } from '../../../test/support/app.ts';

const app = await testApp();
const merchant = app.merchant.merchantId;

const ask = async <Id extends NonNullable<TestRequest['operation']>>(request: TestRequest<Id>) => {
  const { status, body } = await app.request(request);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

const search = (body: AutoOrderSearch, query: TestRequest['query'] = {}) =>
  ask({ operation: 'searchAutoOrders', body, query });

const oidsOf = (rows: readonly AutoOrderRow[]): number[] => rows.map((row) => row.auto_order_oid!);

const people = [
  { first: 'Ann', last: 'Smith', city: 'Duluth', country: 'US', phone: '678-555-0101' },
  { first: 'Anna', last: 'Jones', city: 'Paris', country: 'FR', phone: '(678) 555 0199' },
  { first: 'Bob', last: 'Smithers', city: 'Bremen', country: 'DE', phone: '0421 7' },
  { first: 'Émile', last: 'Zola', city: 'Paris', country: 'FR', phone: '0421 8' },
] as const;
const cards = ['VISA', 'MasterCard'] as const;
const schedules = ['Monthly', 'Weekly', 'Every 2 Months'] as const;

before(async () => {
  for (const [id, cost] of [
    ['COFFEE', 12.99],
    ['TEA', 7.5],
  ] as const)
    await ask({
      operation: 'insertItem',
      body: {
        merchant_item_id: id,
        pricing: { cost },
        auto_order: { auto_orderable: true, auto_order_schedules: [...schedules] },
      },
    });
  for (let i = 0; i < 16; i++) await order(i);
  await stage();
});

async function order(i: number): Promise<void> {
  const person = people[i % people.length]!;
  await ask({
    operation: 'insertOrder',
    body: {
      billing: {
        first_name: person.first,
        last_name: person.last,
        city: person.city,
        country_code: person.country,
        day_phone: person.phone,
        email: `${person.first}${i === 12 ? 8 : i}@example.com`,
      },
      items: [
        {
          merchant_item_id: i % 3 === 0 ? 'TEA' : 'COFFEE',
          quantity: 1 + (i % 2),
          auto_order_schedule: schedules[i % schedules.length],
        },
      ],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_type: cards[i % cards.length],
          card_number_token: 'tok_approve',
          card_expiration_month: 1 + (i % 12),
          card_expiration_year: 2027 + (i % 3),
        },
      },
    },
  });
}

/** Brings auto orders into every state. */
async function stage(): Promise<void> {
  const oids = (
    await app.db.rows<{ oid: number }>(
      'select auto_order_oid as oid from auto_order where merchant_id = $1 order by 1',
      [merchant],
    )
  ).map(({ oid }) => oid);
  const [paused, canceled, disabled, completed, parked, retrying, inDoubt, tagged] = oids;
  await ask({ operation: 'pauseAutoOrder', params: { auto_order_oid: paused! } });
  for (const [oid, body] of [
    [canceled, { enabled: false, cancel_reason: 'Moved' }],
    [disabled, { enabled: false }],
  ] as const)
    await ask({ operation: 'updateAutoOrder', params: { auto_order_oid: oid! }, body });
  await ask({
    operation: 'updateAutoOrderProperties',
    params: { auto_order_oid: tagged! },
    body: { properties: [{ name: 'gift', value: 'yes' }] },
  });
  await ask({
    operation: 'consolidateAutoOrders',
    params: { auto_order_oid: oids[8]! },
    body: { source_auto_order_oids: [oids[12]!] },
  });
  const set = (oid: number, change: string) =>
    app.db.run(`update auto_order set ${change} where merchant_id = $1 and auto_order_oid = $2`, [
      merchant,
      oid,
    ]);
  await set(completed!, "status = 'disabled', enabled = false, completed = true, due_at = null");
  await set(parked!, "failure_reason = 'Cannot rebill: item TEA has no price'");
  await set(
    retrying!,
    `failure_reason = 'Insufficient funds', credit_card_attempt = 2,
     next_attempt_at = shifted(next_shipment_at, 259200000)`,
  );
  await app.db.run(
    `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at, order_id,
       amount_minor, currency, route, planned, lease_until)
     values ($1, $2, 1, 'unknown', 1, now(), 'TEST-0000009999', 1299, 'USD', '{sim}', '{}',
       now() + interval '1 hour')`,
    [merchant, inDoubt],
  );
  await decline(retrying!, 'declined', 5);
  await decline(disabled!, 'given up', 30);
  await app.db.run(
    `insert into notice (merchant_id, auto_order_oid, kind, made_at, facts, bounced_at)
     values ($1, $2, 'receipt', $3, '{}', $3)`,
    [merchant, tagged, testNow.subtract({ hours: 2 })],
  );
}

/** Adds a rebill that was declined this number of hours ago. */
async function decline(oid: number, state: string, hoursAgo: number): Promise<void> {
  await app.db.run(
    `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at, order_id,
       amount_minor, currency, route)
     values ($1, $2, 1, $3, 1, $4, 'TEST-0000009998', 1299, 'USD', '{sim}')`,
    [merchant, oid, state, testNow.subtract({ hours: hoursAgo })],
  );
}

/** Returns the oids that a plain SQL condition selects from `a`, `s` and the original order `o`. */
const oracle = (where: string): Promise<number[]> =>
  app.db
    .rows<{ oid: number }>(
      `select a.auto_order_oid as oid from auto_order a
       join auto_order_search s on s.merchant_id = a.merchant_id
         and s.auto_order_oid = a.auto_order_oid
       join orders o on o.merchant_id = a.merchant_id and o.order_id = a.original_order_id
       where a.merchant_id = '${merchant}' and s.merchant_id = '${merchant}'
         and o.merchant_id = '${merchant}' and (${where}) order by 1`,
    )
    .then((rows) => rows.map(({ oid }) => oid));

const published = async (body: AutoOrderQuery = {}): Promise<number[]> => {
  const { auto_orders } = await ask({ operation: 'getAutoOrdersByQuery', body });
  return auto_orders.map((each: { auto_order_oid: number }) => each.auto_order_oid);
};

const inDoubtNow = `exists (select from rebill r where r.merchant_id = a.merchant_id
  and r.auto_order_oid = a.auto_order_oid and r.state = 'unknown')`;
const isItem = (condition: string) => `exists (select from auto_order_item i
  where i.merchant_id = a.merchant_id and i.auto_order_oid = a.auto_order_oid and ${condition})`;
const billing = (field: string) => `lower(o.billing->>'${field}')`;

const filters: readonly [what: string, search: AutoOrderSearch, is: () => Promise<number[]>][] = [
  ['nothing', {}, () => published()],
  ['a blank text', { text: '  ' }, () => published()],
  ['an email', { text: 'ANN0@example.com' }, () => published({ email: 'ann0@example.com' })],
  [
    'the beginning of an email',
    { text: 'anna1@' },
    () => oracle(`${billing('email')} like 'anna1@%'`),
  ],
  ['the beginning of a name', { text: 'smi' }, () => oracle(`${billing('last_name')} like 'smi%'`)],
  [
    'a first and a last name, in any order',
    { text: 'smith ann' },
    () => oracle(`${billing('last_name')} like 'smith%' and ${billing('first_name')} like 'ann%'`),
  ],
  ['letters beyond ASCII', { text: 'éMI' }, () => oracle(`${billing('first_name')} like 'émi%'`)],
  [
    'the digits of a phone',
    { text: '6785550' },
    () => oracle(`o.billing->>'day_phone' like '%678%'`),
  ],
  [
    'a phone as it is written',
    { text: '678-555-0199' },
    () => published({ phone: '(678) 555 0199' }),
  ],
  [
    'an order id',
    { text: 'test-0000000001' },
    () => published({ original_order_id: 'TEST-0000000001' }),
  ],
  ['the beginning of order ids', { text: 'TEST-' }, () => published()],
  ['a text that matches no customer', { text: 'nobody' }, async () => []],
  [
    'two statuses',
    { status: ['canceled', 'disabled'] },
    () => oracle(`a.status in ('canceled', 'disabled')`),
  ],
  [
    'paused',
    { state: ['paused'] },
    () => oracle(`a.status = 'active' and not ${isItem('not i.paused')}`),
  ],
  ['parked', { state: ['parked'] }, () => oracle(`a.failure_reason like 'Cannot rebill: %'`)],
  ['retrying', { state: ['retrying'] }, () => oracle('a.next_attempt_at is not null')],
  ['in doubt', { state: ['in_doubt'] }, () => oracle(inDoubtNow)],
  ['completed', { state: ['completed'] }, () => oracle('a.completed')],
  ['merged', { state: ['merged'] }, () => published({ status: 'merged' })],
  ['canceled', { state: ['canceled'] }, () => published({ status: 'canceled' })],
  ['disabled', { state: ['disabled'] }, () => oracle(`a.status = 'disabled' and not a.completed`)],
  [
    'active',
    { state: ['active'] },
    () =>
      oracle(`a.status = 'active' and ${isItem('not i.paused')} and a.next_attempt_at is null
        and coalesce(a.failure_reason, '') not like 'Cannot%' and not ${inDoubtNow}`),
  ],
  ['every state', { state: [...autoOrderStates] }, () => published()],
  [
    'next shipment',
    { next_shipment_dts_begin: '2026-02-01', next_shipment_dts_end: '2026-02-28' },
    () =>
      published({
        next_shipment_date_begin: '2026-02-01',
        next_shipment_date_end: '2026-02-28',
      }),
  ],
  [
    'signed up',
    { signed_up_dts_begin: '2026-01-01', signed_up_dts_end: '9999-12-31' },
    () => published({ original_order_date_begin: '2026-01-01' }),
  ],
  [
    'changed',
    { last_modified_dts_begin: '2026-01-01', last_modified_dts_end: '2026-01-02' },
    async () => [],
  ],
  ['an original item', { item_ids: ['tea'] }, () => published({ original_item_id: 'TEA' })],
  ['two items', { item_ids: ['tea', 'COFFEE'] }, () => oracle(isItem('true'))],
  [
    'many items',
    { item_ids: ['tea', ...Array.from({ length: 30 }, (_, at) => `none ${at}`)] },
    () => published({ original_item_id: 'TEA' }),
  ],
  ['a next item', { next_item_ids: ['coffee'] }, () => published({ next_item_id: 'COFFEE' })],
  ['a frequency', { frequencies: ['Weekly'] }, () => oracle(isItem(`i.frequency = 'Weekly'`))],
  ['a card type', { card_types: ['visa'] }, () => published({ card_type: 'VISA' })],
  [
    'cards that expire',
    { card_expires_before: '2027-07-01' },
    () =>
      oracle(`o.payment->'credit_card'->>'card_expiration_year' = '2027'
        and (o.payment->'credit_card'->>'card_expiration_month')::int < 7`),
  ],
  ['declines', { declines_min: 2 }, () => oracle('a.credit_card_attempt >= 2')],
  [
    'a decline in the last 24 hours',
    { declined_within_hours: 24 },
    () => oracle('a.next_attempt_at is not null'),
  ],
  [
    'a decline in the last 31 hours, whatever followed',
    { declined_within_hours: 31 },
    () => oracle(`a.next_attempt_at is not null or (a.status = 'disabled' and not a.completed)`),
  ],
  [
    'a mail that bounced lately',
    { mail_bounced_within_hours: 2 },
    () => oracle(`a.properties->0->>'name' = 'gift'`),
  ],
  [
    'a reason',
    { failure_reason: 'insufficient' },
    () => oracle(`a.failure_reason ilike 'insuff%'`),
  ],
  [
    'countries',
    { country_codes: ['fr', 'DE'] },
    () => oracle(`o.billing->>'country_code' in ('FR', 'DE')`),
  ],
  ['an unknown profile', { customer_profile_oid: 7 }, async () => []],
  [
    'a property',
    { property: { name: 'gift', value: 'yes' } },
    () => oracle(`a.properties->0->>'name' = 'gift'`),
  ],
  ['another value', { property: { name: 'gift', value: 'no' } }, async () => []],
  [
    'oids of rows, with another filter',
    { auto_order_oids: [1, 2, 3, 4, 9999], item_ids: ['tea'] },
    () => oracle(`a.auto_order_oid <= 4 and ${isItem(`i.original_item_id = 'TEA'`)}`),
  ],
  [
    'several filters at once',
    { text: 'anna', card_types: ['MasterCard'], item_ids: ['COFFEE'] },
    () =>
      oracle(`${billing('first_name')} = 'anna' and s.card_type = 'mastercard'
        and ${isItem(`i.original_item_id = 'COFFEE'`)}`),
  ],
];

for (const [what, body, expected] of filters)
  test(`lists by ${what}`, async () => {
    const { auto_orders, total, next_cursor } = await search(body);
    const rows = await expected();
    assert.deepEqual(oidsOf(auto_orders), rows);
    assert.equal(total, rows.length);
    assert.equal(next_cursor, undefined);
    // If a page is not the last one, a separate statement counts the rows.
    assert.equal((await search(body, { _limit: 1 })).total, rows.length);
  });

for (const field of ['declined_within_hours', 'mail_bounced_within_hours'] as const)
  for (const hours of [0, 8785])
    test(`${field} ${hours} is refused by its name`, async () => {
      const { status, body } = await app.request({
        operation: 'searchAutoOrders',
        body: { [field]: hours },
      });
      assert.equal(status, 400);
      assert.match(body.error.user_message, new RegExp(`${field}.*1.*8784`));
    });

test('more than 200 oids are refused by their name', async () => {
  const { status, text } = await app.request({
    operation: 'searchAutoOrders',
    body: { auto_order_oids: Array.from({ length: 201 }, (_, at) => at + 1) },
  });
  assert.equal(status, 400);
  assert.match(text, /auto_order_oids.*200/);
});

test('each filter that names something finds some and not all', async () => {
  const all = (await published()).length;
  for (const [what, body, expected] of filters.slice(2)) {
    const { length } = await expected();
    if (
      /matches no|unknown profile|changed|another value|signed up|order ids|every|two items/.test(
        what,
      )
    )
      continue;
    assert.ok(length > 0 && length < all, `${what}: ${length} of ${all}: ${JSON.stringify(body)}`);
  }
});

for (const field of sortings.auto_order_row)
  for (const direction of ['', '-'])
    test(`pages sorted by ${direction}${field} are the whole list`, async () => {
      const sort = { _sort: direction + field };
      const whole = oidsOf((await search({}, sort)).auto_orders);
      assert.equal(whole.length, (await published()).length);
      assert.deepEqual(await readAll({}, { ...sort, _limit: 3 }), whole);
      const reversed = await search({}, { _sort: direction === '' ? `-${field}` : field });
      assert.deepEqual(oidsOf(reversed.auto_orders), whole.toReversed());
    });

async function readAll(
  body: AutoOrderSearch,
  query: NonNullable<TestRequest['query']>,
  between: (page: number) => Promise<void> = async () => {},
): Promise<number[]> {
  const read: number[] = [];
  let after: string | undefined;
  for (let page = 0; ; page++) {
    const answer = await search(body, {
      ...query,
      ...(after === undefined ? {} : { _after: after }),
    });
    read.push(...oidsOf(answer.auto_orders));
    after = answer.next_cursor;
    if (after === undefined) return read;
    await between(page);
  }
}

test('pages of several states are one list', async () => {
  const states: AutoOrderSearch = { state: ['active', 'paused', 'canceled', 'in_doubt', 'merged'] };
  const sort = { _sort: '-next_shipment_dts' };
  const whole = oidsOf((await search(states, sort)).auto_orders);
  assert.deepEqual(await readAll(states, { ...sort, _limit: 2 }), whole);
  assert.equal(new Set(whole).size, whole.length);
});

test('rows that stay are read once each while others come, change and leave', async () => {
  const sort = { _sort: 'last_modified_dts', _limit: 3 };
  const before = await published();
  const touch = before.slice(0, 3);
  const read = await readAll({}, sort, async (page) => {
    await order(20 + page);
    const oid = touch[page];
    if (oid !== undefined)
      await app.db.run(
        `update auto_order set modified_at = now() + interval '1 year'
         where merchant_id = $1 and auto_order_oid = $2`,
        [merchant, oid],
      );
  });
  for (const oid of before.filter((each) => !touch.includes(each)))
    assert.equal(read.filter((each) => each === oid).length, 1, `auto order ${oid}`);
});

test('a cursor of other filters, another order or no list at all is refused', async () => {
  const { next_cursor: cursor } = await search({}, { _limit: 2, _sort: 'email' });
  const [stamp] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  const own = (...parts: readonly unknown[]) =>
    Buffer.from(JSON.stringify(parts)).toString('base64url');
  for (const [_sort, body, _after] of [
    ['email', { card_types: ['VISA'] }, cursor],
    ['-email', {}, cursor],
    ['', {}, cursor],
    ['email', {}, 'nonsense'],
    ['email', {}, own(stamp, 'a', 'many')],
    ['email', {}, own(stamp, 'a', '99999999999')],
    ['email', {}, own(stamp, 7, '1')],
    ['email', {}, own(stamp, 'a\u0000', '1')],
    ['next_shipment_dts', {}, own(stamp, 'yesterday', '1')],
  ] as const) {
    const { status, body: answer } = await app.request({
      operation: 'searchAutoOrders',
      body,
      query: { _sort, _after },
    });
    assert.equal(status, 400, `${_sort} ${_after}`);
    assert.match(answer.error.user_message, /_after is not a valid cursor of this list/);
  }
});

test('two fields to sort by are refused: no index serves them', async () => {
  const { status, body } = await app.request({
    operation: 'searchAutoOrders',
    body: {},
    query: { _sort: 'email,last_name' },
  });
  assert.equal(status, 400);
  assert.match(body.error.user_message, /_sort names more than one field/);
});

test('the facets count what each filter would list', async () => {
  const card = { card_types: ['VISA'] };
  const { facets } = await search({ ...card, state: ['parked'], facets: ['state', 'status'] });
  for (const name of ['state', 'status'] as const)
    for (const { value, count } of facets[name]) {
      const other = name === 'state' ? {} : { state: ['parked' as const] };
      const { total } = await search({ ...card, ...other, [name]: [value] });
      assert.equal(count, total, `${name} ${value}`);
    }
  const all = await search(card);
  assert.equal(
    facets.state.reduce((sum: number, { count }: { count: number }) => sum + count, 0),
    all.total,
  );
});

test('next_total is what the preview says', async () => {
  const { auto_orders } = await search({});
  for (const row of auto_orders as AutoOrderRow[]) {
    const { rebills } = await ask({
      operation: 'previewAutoOrder',
      params: { auto_order_oid: row.auto_order_oid! },
      query: { count: 1 },
    });
    assert.equal(row.next_total, rebills[0]?.total, `auto order ${row.auto_order_oid}`);
  }
  assert.ok(auto_orders.some((row: AutoOrderRow) => row.next_total !== undefined));
});

test('a row that is retried says how many attempts there are in all', async () => {
  const attempts = async () => {
    const { auto_orders } = await search({ state: ['retrying'] });
    return (auto_orders as AutoOrderRow[]).map(
      ({ credit_card_attempt: declines, credit_card_attempts_max: all }) => [declines, all],
    );
  };
  const retry = (retry_days: number[]) =>
    ask({ operation: 'updateMerchantSettings', body: { dunning: { retry_days } } });
  assert.deepEqual(await attempts(), [[2, 3]]);
  await retry([1, 2, 3, 4]);
  assert.deepEqual(await attempts(), [[2, 5]]);
  // The settings allow fewer attempts than were made, so the planned attempt is the last.
  await retry([1]);
  assert.deepEqual(await attempts(), [[2, 3]]);
  await ask({ operation: 'updateMerchantSettings', body: { dunning: null } });
  const { auto_orders } = await search({ state: ['active'] });
  assert.ok((auto_orders as object[]).every((row) => !('credit_card_attempts_max' in row)));
});

test('a row shows the record in short', async () => {
  const { auto_orders } = await search({ text: 'ann4@example.com' });
  const [row] = auto_orders as AutoOrderRow[];
  const { auto_order } = await ask({
    operation: 'getAutoOrder',
    params: { auto_order_oid: row!.auto_order_oid! },
    query: { _expand: 'items' },
  });
  const [item] = auto_order.items;
  assert.deepEqual(
    { ...row, version: 0, last_modified_dts: '' },
    {
      auto_order_oid: auto_order.auto_order_oid,
      auto_order_code: auto_order.auto_order_code,
      version: 0,
      original_order_id: auto_order.original_order_id,
      customer: {
        first_name: 'Ann',
        last_name: 'Smith',
        email: 'Ann4@example.com',
        country_code: 'US',
      },
      status: 'active',
      state: 'parked',
      next_shipment_dts: item.next_shipment_dts,
      items: [
        {
          auto_order_item_oid: item.auto_order_item_oid,
          original_item_id: 'COFFEE',
          next_item_id: 'COFFEE',
          quantity: 1,
          frequency: 'Weekly',
          paused: false,
          next_shipment_dts: item.next_shipment_dts,
        },
      ],
      next_total: 12.99,
      currency_code: 'USD',
      frequency: 'Weekly',
      card: { card_type: 'VISA', card_expiration_month: 5, card_expiration_year: 2028 },
      credit_card_attempt: 0,
      failure_reason: 'Cannot rebill: item TEA has no price',
      rebill_count: 0,
      life_time_value: 12.99,
      signed_up_dts: '2026-01-15T12:00:00-05:00',
      last_modified_dts: '',
    },
  );
});
