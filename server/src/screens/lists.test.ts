// Tests the lists of orders, customer profiles and items for screens: each filter against the
// published list or plain SQL, and the pages of each sort against the whole list.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { WorkflowTaskSearch } from '@perennial/contract/perennial.ts';
import type { CustomerSearch, OrderSearch } from '@perennial/contract/screens.ts';
import { type SortingName, sortings } from '@perennial/contract/sorting.ts';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { type TestRequest, testApp } from '../../../test/support/app.ts';

const app = await testApp();

const ask = async <Id extends OperationId>(request: TestRequest<Id>) => {
  const { status, body } = await app.request(request);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

const people = [
  { first_name: 'Ann', last_name: 'Smith', country_code: 'US', day_phone: '678-555-0101' },
  { first_name: 'Anna', last_name: 'Jones', country_code: 'FR', day_phone: '(678) 555 0199' },
  { first_name: 'Bob', last_name: 'Smithers', country_code: 'DE', day_phone: '0421 7' },
] as const;

/** Coupons with and without dates and descriptions. A missing value sorts after all others. */
const coupons = [
  ['SPRING', { description: 'Tulips', start_dts: '2026-03-01', expiration_dts: '2026-06-01' }],
  ['AUTUMN', { description: 'leaves', expiration_dts: '2026-12-01' }],
  ['ALWAYS', {}],
  ['ENDED', { description: 'Leaves', start_dts: '2025-01-01', expiration_dts: '2025-02-01' }],
  ['LATER', { start_dts: '2027-01-01' }],
] as const;

/** Tasks of each status, with and without dates, objects and assignees. */
const tasks: readonly (readonly [name: string, WorkflowTask])[] = [
  ['Call Ann', { due_dts: '2026-03-01', object_type: 'item', object_id: 'TEA', tags: ['tea'] }],
  ['answer Bob', { due_dts: '2026-02-01', priority: '4 - critical' }],
  ['Boil water', { status: 'delayed', delay_until_dts: '2026-04-01T09:00:00' }],
  ['Ask later', { status: 'delayed', delay_until_dts: '2026-05-01T09:00:00', priority: '1 - low' }],
  ['Done', { status: 'closed', object_type: 'item', object_id: 'coffee' }],
  ['Also done', { status: 'closed', due_dts: '2026-01-20' }],
];

before(async () => {
  for (const [id, description] of [
    ['COFFEE', 'Beans from Peru'],
    ['COFFEE-DARK', 'Roasted for long'],
    ['TEA', 'beans, surprisingly'],
    ['MUG', undefined],
  ] as const)
    await ask({
      operation: 'insertItem',
      body: {
        merchant_item_id: id,
        ...(description === undefined ? {} : { description }),
        pricing: { cost: 5 },
        auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
      },
    });
  for (const [merchant_code, more] of coupons)
    await ask({
      operation: 'insertCoupon',
      body: { merchant_code, percent_off_subtotal: { discount_percent: 5 }, ...more },
    });
  const { user } = await ask({ operation: 'insertUser', body: { login: 'zoe', full_name: 'Zoe' } });
  for (const [i, [task_name, more]] of tasks.entries())
    await ask({
      operation: 'insertWorkflowTask',
      body: {
        task_name,
        ...more,
        ...(i % 2 === 1 && { assigned_to_user_id: user.user_id }),
      },
    });
  for (let i = 0; i < 9; i++) await order(i);
  await app.setClock('2026-02-16T12:00:00Z');
  await app.work('rebill');
});

/**
 * Places an order. The first six customers have separate profiles; every third order starts no auto
 * order.
 */
async function order(i: number): Promise<void> {
  const person = people[i % 3]!;
  const email = `${person.first_name}${i}@example.com`;
  const profile =
    i < 6
      ? (
          await ask({
            operation: 'insertCustomer',
            body: { email, billing: [{ ...person, address1: `${i} Main Street` }] },
          })
        ).customer.customer_profile_oid
      : undefined;
  await ask({
    operation: 'insertOrder',
    body: {
      ...(profile === undefined ? {} : { customer_profile: { customer_profile_oid: profile } }),
      billing: { ...person, email },
      items: [
        {
          merchant_item_id: i % 2 === 0 ? 'TEA' : 'COFFEE',
          quantity: 1,
          ...(i % 3 === 2 ? {} : { auto_order_schedule: 'Monthly' }),
        },
      ],
      ...(i === 7 ? { channel_partner: { store_completed: false } } : {}),
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_type: 'VISA',
          card_number_token: i === 4 ? 'tok_decline' : 'tok_approve',
          card_expiration_month: 12,
          card_expiration_year: 2030,
        },
      },
    },
  });
}

const sqlOf = async (table: 'orders' | 'customer', key: string, where: string) =>
  (
    await app.db.rows<{ key: string | number }>(
      `select ${key} as key from ${table} where merchant_id = 'TEST' and (${where}) order by 1`,
    )
  ).map((row) => row.key);

const orderIds = (where: string) => sqlOf('orders', 'order_id', where);
const profiles = (where: string) => sqlOf('customer', 'customer_profile_oid', where);

const orderFilters: readonly [string, OrderSearch, string][] = [
  ['nothing', {}, 'true'],
  ['an order id', { text: 'test-0000000002' }, "order_id = 'TEST-0000000002'"],
  ['its number', { text: '0000000008' }, "order_id = 'TEST-0000000008'"],
  [
    'the beginning of a name, with an auto order or a profile',
    { text: 'smither' },
    "billing->>'last_name' = 'Smithers' and customer_profile_oid is not null",
  ],
  ['a whole name', { text: 'smithers' }, "billing->>'last_name' = 'Smithers'"],
  ['two words', { text: 'bob smithers' }, "billing->>'last_name' = 'Smithers'"],
  ['an email', { text: 'BOB8@example.com' }, "lower(billing->>'email') = 'bob8@example.com'"],
  ['the beginning of an email', { text: 'anna1@' }, "billing->>'email' like 'Anna1@%'"],
  ['digits of a phone', { text: '678555' }, "billing->>'day_phone' like '%678%'"],
  ['a text that matches no customer', { text: 'nobody' }, 'false'],
  ['originals', { kinds: ['original'] }, 'rebill_number = 0'],
  ['rebills', { kinds: ['rebill'] }, 'rebill_number > 0'],
  ['ordinary ones', { kinds: ['ordinary'] }, 'auto_order_oid is null'],
  ['two kinds', { kinds: ['ordinary', 'rebill'] }, 'rebill_number is distinct from 0'],
  ['a stage', { stages: ['rejected'] }, "current_stage = 'Rejected'"],
  [
    'a payment method',
    { payment_methods: ['credit card'] },
    "payment->>'payment_method' = 'Credit Card'",
  ],
  ['an item', { item_ids: ['tea'] }, "items->0->>'merchant_item_id' = 'TEA'"],
  ['countries', { country_codes: ['fr', 'de'] }, "billing->>'country_code' in ('FR', 'DE')"],
  [
    'a distribution center',
    { distribution_center_codes: ['dflt', 'NONE'] },
    `order_id in (select order_id from waiting_shipment
      where merchant_id = 'TEST' and distribution_center_code = 'DFLT')`,
  ],
  [
    'creation',
    { creation_dts_begin: '2026-02-01', creation_dts_end: '9999-12-31' },
    "created_at > '2026-02-01'",
  ],
  ['an auto order', { auto_order_oid: 1 }, 'auto_order_oid = 1'],
  [
    'ids of rows, with another filter',
    { order_ids: ['TEST-0000000002', 'TEST-0000000003', 'NONE-1'], item_ids: ['tea'] },
    `order_id in ('TEST-0000000002', 'TEST-0000000003')
      and items->0->>'merchant_item_id' = 'TEA'`,
  ],
];

for (const [what, body, where] of orderFilters)
  test(`lists orders by ${what}`, async () => {
    const { orders, total } = await ask({ operation: 'searchOrders', body });
    const expected = await orderIds(where);
    assert.deepEqual(
      orders.map(({ order_id }: { order_id: string }) => order_id),
      expected,
    );
    assert.equal(total, expected.length);
    assert.equal(expected.length === 0, where === 'false');
  });

test('lists orders by customer profile', async () => {
  const [profile] = await profiles('true');
  const { orders } = await ask({
    operation: 'searchOrders',
    body: { customer_profile_oid: Number(profile) },
  });
  const expected = await orderIds(`customer_profile_oid = ${profile}`);
  assert.ok(expected.length > 0);
  assert.deepEqual(
    orders.map(({ order_id }: { order_id: string }) => order_id),
    expected,
  );
});

test('the facets of orders count what each kind lists', async () => {
  const { facets } = await ask({ operation: 'searchOrders', body: { facets: ['kind'] } });
  for (const { value, count } of facets.kind) {
    const { total } = await ask({ operation: 'searchOrders', body: { kinds: [value] } });
    assert.ok(count > 0);
    assert.equal(count, total, value);
  }
});

const withAutoOrder = `customer_profile_oid in (select o.customer_profile_oid from orders o
  where o.merchant_id = 'TEST' and o.rebill_number = 0 and o.customer_profile_oid > 0)`;

const customerFilters: readonly [string, CustomerSearch, string][] = [
  ['nothing', {}, 'true'],
  ['the beginning of an email', { text: 'ANN0' }, "email_lc like 'ann0%'"],
  ['a name', { text: 'jon' }, "document->'billing'->0->>'last_name' = 'Jones'"],
  [
    'two words',
    { text: 'smith ann' },
    `document->'billing'->0->>'last_name' like 'Smith%'
    and document->'billing'->0->>'first_name' like 'Ann%'`,
  ],
  [
    'digits of a phone',
    { text: '(678) 555-01' },
    "document->'billing'->0->>'day_phone' like '%678%'",
  ],
  ['an order id', { text: 'TEST-0000000001' }, "email_lc = 'ann0@example.com'"],
  ['a text that matches no customer', { text: 'nobody' }, 'false'],
  ['sign-up', { signup_dts_begin: '2026-01-01', signup_dts_end: '2026-01-31' }, 'true'],
  ['a change later', { last_modified_dts_begin: '2027-01-01' }, 'false'],
  ['auto orders', { has_auto_orders: true }, withAutoOrder],
  ['no auto orders', { has_auto_orders: false }, `not ${withAutoOrder}`],
  ['oids of rows', { customer_profile_oids: [1, 9999] }, 'customer_profile_oid = 1'],
  [
    'their auto orders',
    { auto_order_oids: [1, 9999] },
    `customer_profile_oid in (select o.customer_profile_oid from orders o
      where o.merchant_id = 'TEST' and o.rebill_number = 0 and o.auto_order_oid = 1)`,
  ],
];

for (const [what, body, where] of customerFilters)
  test(`lists customers by ${what}`, async () => {
    const { customers, total } = await ask({ operation: 'searchCustomers', body });
    const expected = await profiles(where);
    assert.deepEqual(
      customers.map((each: { customer_profile_oid: number }) => each.customer_profile_oid),
      expected,
    );
    assert.equal(total, expected.length);
    assert.equal(expected.length === 0, where === 'false');
  });

test('a customer row counts the auto orders of the profile', async () => {
  const { customers } = await ask({ operation: 'searchCustomers', body: { text: 'ann0' } });
  const [{ last_modified_dts: _, customer_profile_oid: __, ...row }] = customers;
  assert.deepEqual(row, {
    email: 'Ann0@example.com',
    first_name: 'Ann',
    last_name: 'Smith',
    country_code: 'US',
    phone: '678-555-0101',
    auto_order_count: 1,
    active_auto_order_count: 1,
    next_shipment_dts: '2026-03-15T12:00:00-04:00',
    signup_dts: '2026-01-15T12:00:00-05:00',
  });
});

for (const [q, ids] of [
  ['', ['COFFEE', 'COFFEE-DARK', 'TEA', 'MUG']],
  ['coffee', ['COFFEE', 'COFFEE-DARK']],
  ['COFFEE-', ['COFFEE-DARK']],
  ['BEANS', ['COFFEE', 'TEA']],
  ['beans from', ['COFFEE']],
  ['peru', []],
] as const)
  test(`lists items by "${q}"`, async () => {
    const { items, total } = await ask({ operation: 'searchItems', query: { q } });
    assert.deepEqual(
      items.map((item: { merchant_item_id: string }) => item.merchant_item_id),
      ids,
    );
    assert.equal(total, ids.length);
  });

/**
 * Where a sorted list begins when it is opened at a value: the values of the sorted field that it
 * shows.
 */
const beginnings: readonly [
  sort: string,
  from: string,
  begins: (whole: readonly string[]) => readonly string[],
][] = [
  ['email', 'B', (whole) => whole.filter((email) => email >= 'b')],
  ['-email', 'anna', (whole) => whole.filter((email) => email < 'annb')],
  ['email', 'zz', () => []],
  ['customer_profile_oid', '3', (whole) => whole.filter((oid) => Number(oid) >= 3)],
  ['-customer_profile_oid', '3', (whole) => whole.filter((oid) => Number(oid) <= 3)],
  ['signup_dts', '2026-01-15', (whole) => whole],
  ['-signup_dts', '2026-01-14', () => []],
];

for (const [sort, from, begins] of beginnings)
  test(`a list by ${sort} begins at ${from}, and its pages continue from there`, async () => {
    const field = sort.replace('-', '');
    const valuesOf = (rows: readonly Record<string, unknown>[]) =>
      rows.map(({ [field]: value }) => String(value).toLowerCase());
    const search = (query: object) =>
      ask({ operation: 'searchCustomers', body: {}, query: { _sort: sort, ...query } });
    const whole = await search({});
    const first = await search({ _from: from, _limit: 2 });
    const found = valuesOf(first.customers);
    for (let after = first.next_cursor; after; ) {
      const page = await search({ _after: after, _limit: 2 });
      found.push(...valuesOf(page.customers));
      after = page.next_cursor;
    }
    assert.deepEqual(found, begins(valuesOf(whole.customers)));
    assert.equal(first.total, whole.total);
  });

test('a beginning that is not a value of the sort is refused', async () => {
  for (const [_sort, _from] of [
    ['customer_profile_oid', 'x'],
    ['signup_dts', 'soon'],
  ] as const) {
    const query = { _sort, _from };
    const { status } = await app.request({ operation: 'searchCustomers', body: {}, query });
    assert.equal(status, 400, _sort);
  }
  const orders = await ask({ operation: 'searchOrders', body: {}, query: { _from: 'test-00' } });
  assert.equal(orders.orders.length, orders.total);
});

const pagedLists: readonly [
  'searchOrders' | 'searchCustomers' | 'searchItems' | 'searchCoupons' | 'searchTasks',
  SortingName,
  string,
  string,
][] = [
  ['searchOrders', 'order_row', 'orders', 'order_id'],
  ['searchCustomers', 'customer_row', 'customers', 'customer_profile_oid'],
  ['searchItems', 'item_row', 'items', 'merchant_item_oid'],
  ['searchCoupons', 'coupon_row', 'coupons', 'coupon_oid'],
  ['searchTasks', 'task_row', 'tasks', 'global_task_number'],
];

for (const [operation, sorting, payload, key] of pagedLists)
  for (const field of sortings[sorting])
    for (const direction of ['', '-'])
      test(`${operation}: pages sorted by ${direction}${field} are the whole list`, async () => {
        const keysOf = (body: object): unknown[] =>
          ((body as Record<string, unknown>)[payload] as Record<string, unknown>[]).map(
            (row) => row[key],
          );
        const page = (query: NonNullable<TestRequest['query']>) =>
          ask({
            operation,
            query: { _sort: direction + field, ...query },
            ...(operation === 'searchItems' ? {} : { body: {} }),
          });
        const whole = keysOf(await page({}));
        assert.ok(whole.length >= 4);
        const read: unknown[] = [];
        for (let after: string | undefined; ; ) {
          const body = await page({ _limit: 2, ...(after === undefined ? {} : { _after: after }) });
          read.push(...keysOf(body));
          after = body.next_cursor;
          if (after === undefined) break;
        }
        assert.deepEqual(read, whole);
      });

test('items are found by whether they are sold and whether they recur', async () => {
  const insert = (merchant_item_id: string, inactive: boolean, recurs?: boolean) =>
    ask({
      operation: 'insertItem',
      body: {
        merchant_item_id,
        inactive,
        pricing: { cost: 5 },
        ...(recurs !== undefined && { auto_order: { auto_orderable: recurs } }),
      },
    });
  await insert('ZZ-OLD', true, false);
  await insert('ZZ-PLAIN', false);
  await insert('ZZ-CLUB', false, true);
  for (const [query, ids] of [
    [{}, ['ZZ-OLD', 'ZZ-PLAIN', 'ZZ-CLUB']],
    [{ inactive: true }, ['ZZ-OLD']],
    [{ inactive: false }, ['ZZ-PLAIN', 'ZZ-CLUB']],
    [{ auto_orderable: true }, ['ZZ-CLUB']],
    [{ auto_orderable: false }, ['ZZ-OLD', 'ZZ-PLAIN']],
    [{ auto_orderable: false, inactive: false }, ['ZZ-PLAIN']],
  ] as const) {
    const { items, total } = await ask({ operation: 'searchItems', query: { q: 'zz', ...query } });
    assert.deepEqual(
      items.map((item: { merchant_item_id: string }) => item.merchant_item_id),
      ids,
      JSON.stringify(query),
    );
    assert.equal(total, ids.length);
  }
});

for (const [body, codes] of [
  [{}, ['ALWAYS', 'AUTUMN', 'ENDED', 'LATER', 'SPRING']],
  [{ exclude_expired: true }, ['ALWAYS', 'AUTUMN', 'LATER', 'SPRING']],
  [{ merchant_code_or_description: 'lEAV' }, ['AUTUMN', 'ENDED']],
  [{ expiration_dts_begin: '2026-01-01' }, ['AUTUMN', 'SPRING']],
] as const)
  test(`lists coupons by ${JSON.stringify(body)} as the published search does`, async () => {
    const query = { _sort: 'merchant_code' };
    const found = await ask({ operation: 'searchCoupons', body, query });
    assert.deepEqual(
      found.coupons.map(({ merchant_code: code }: { merchant_code: string }) => code),
      codes,
    );
    assert.equal(found.total, codes.length);
    const published = await ask({ operation: 'getCouponsByQuery', body, query });
    assert.deepEqual(found.coupons, published.coupons);
  });

const taskSearches: readonly (readonly [WorkflowTaskSearch, names: readonly string[]])[] = [
  [{}, ['Also done', 'answer Bob', 'Ask later', 'Boil water', 'Call Ann', 'Done']],
  [
    { statuses: ['open', 'delayed', 'open'] },
    ['answer Bob', 'Ask later', 'Boil water', 'Call Ann'],
  ],
  [{ status: 'closed', statuses: [] }, ['Also done', 'Done']],
  [{ status: 'closed', statuses: ['open'] }, []],
  [{ unassigned: true, statuses: ['open', 'closed'] }, ['Call Ann', 'Done']],
  [{ object_id: 'tea' }, ['Call Ann']],
  [{ text: 'BOB answer' }, ['answer Bob']],
  [{ overdue: true }, ['Also done', 'answer Bob']],
  [{ tags: ['tea'], priorities: ['2 - medium'] }, ['Call Ann']],
];
for (const [body, names] of taskSearches)
  test(`lists tasks by ${JSON.stringify(body)} as the search with an offset does`, async () => {
    const query = { _sort: 'task_name' };
    const found = await ask({ operation: 'searchTasks', body, query });
    assert.deepEqual(
      found.tasks.map((task) => task.task_name),
      names,
    );
    assert.equal(found.total, names.length);
    const byOffset = await ask({ operation: 'searchWorkflowTasks', body });
    const byNumber = (list: readonly WorkflowTask[]) =>
      list.toSorted((a, b) => (a.global_task_number ?? 0) - (b.global_task_number ?? 0));
    assert.deepEqual(byNumber(found.tasks), byNumber(byOffset.tasks));
  });

for (const [query, names] of [
  [{ _sort: 'task_name', _from: 'B' }, ['Boil water', 'Call Ann', 'Done']],
  [{ _sort: '-task_name', _from: 'a' }, ['Ask later', 'answer Bob', 'Also done']],
  [{ _sort: 'due_dts', _from: '2026-02-01' }, ['answer Bob', 'Call Ann', 'Boil water']],
  [{ _sort: 'priority', _from: '4' }, ['answer Bob']],
  [{ _sort: '-priority', _from: '1 - low' }, ['Ask later']],
  [{ _sort: 'object_id', _from: 'T' }, ['Call Ann', 'answer Bob', 'Boil water']],
  [{ _sort: 'assigned_to_user_or_group', _from: 'z' }, ['answer Bob', 'Ask later', 'Also done']],
  [{ _sort: 'global_task_number', _from: '5' }, ['Done', 'Also done']],
] as const)
  test(`tasks begin at a value: ${JSON.stringify(query)}`, async () => {
    const { tasks: found, total } = await ask({
      operation: 'searchTasks',
      body: {},
      query: { ...query, _limit: 3 },
    });
    assert.deepEqual(
      found.map((task) => task.task_name),
      names,
    );
    assert.equal(total, tasks.length, 'the total is that of the whole list');
  });

test('the newest task comes first unless the request says otherwise', async () => {
  const { tasks: found } = await ask({ operation: 'searchTasks', body: {} });
  assert.equal(found[0]?.task_name, 'Also done');
});
