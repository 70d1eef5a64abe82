// Tests the search of everything and the overview in one small shop: what each text finds first,
// what a caller may see, and that every number leads to the rows that it counts.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { AutoOrderSearch, FoundThing } from '@perennial/contract/screens.ts';
import type { StatisticDay } from '@perennial/contract/statistics.ts';
import { type TestRequest, testApp, testNow } from '../../../test/support/app.ts';

const app = await testApp();

const ask = async <Id extends OperationId>(request: TestRequest<Id>) => {
  const { status, body } = await app.request(request);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

let task: { workflow_task_uuid: string; global_task_number: number };
let autoOrder: { auto_order_code: string; auto_order_oid: number };
let profile: number;

before(async () => {
  await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'ANNATTO',
      description: 'Seeds of the lipstick tree',
      pricing: { cost: 5 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
  const { customer } = await ask({
    operation: 'insertCustomer',
    body: {
      email: 'ann@example.com',
      billing: [{ first_name: 'Ann', last_name: 'Smith', day_phone: '678-555-0101' }],
    },
  });
  profile = customer.customer_profile_oid;
  for (const first_name of ['Ann', 'Bob', 'Carl', 'Dora', 'Eve'])
    await ask({
      operation: 'insertOrder',
      body: {
        billing: {
          first_name,
          last_name: 'Smith',
          country_code: 'US',
          day_phone: '678-555-0101',
          email: `${first_name}@example.com`,
        },
        items: [{ merchant_item_id: 'ANNATTO', quantity: 1, auto_order_schedule: 'Monthly' }],
        payment: {
          payment_method: 'Credit Card',
          credit_card: {
            card_type: 'VISA',
            card_number_token: 'tok_approve',
            card_expiration_month: 12,
            card_expiration_year: 2030,
          },
        },
      },
    });
  ({ auto_order: autoOrder } = await ask({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: 'TEST-0000000001' },
  }));
  ({ task } = await ask({
    operation: 'insertWorkflowTask',
    body: { task_name: 'Call Ann back', object_type: 'order', object_id: 'TEST-0000000001' },
  }));
});

const find = async (query: NonNullable<TestRequest['query']>, key?: string) => {
  const { results } = await ask({
    operation: 'searchAnything',
    query,
    ...(key === undefined ? {} : { key }),
  });
  return results as FoundThing[];
};

const first = async (q: string) => {
  const [found] = await find({ q });
  return found && [found.type, found.matched_field, found.oid];
};

test('an exact id comes first', async () => {
  const { auto_order_code: code, auto_order_oid: oid } = autoOrder;
  for (const [q, ...expected] of [
    [code, 'auto_order', 'auto_order_code', String(oid)],
    [code.toLowerCase(), 'auto_order', 'auto_order_code', String(oid)],
    [String(oid), 'auto_order', 'auto_order_oid', String(oid)],
    ['annatto', 'item', 'merchant_item_id', '1'],
    ['ANN@example.com', 'customer', 'email', String(profile)],
    [task.workflow_task_uuid, 'task', 'workflow_task_uuid', task.workflow_task_uuid],
  ] as const)
    assert.deepEqual(await first(q), expected, q);
  const found = await find({ q: 'test-0000000001' });
  assert.deepEqual(
    found.filter(({ type }) => type !== 'task').map(({ type, url }) => [type, url]),
    [
      ['order', '/orders/TEST-0000000001'],
      ['auto_order', `/auto-orders/${code}`],
    ],
  );
});

test('a number finds everything that has it', async () => {
  const found = await find({ q: '1' });
  assert.deepEqual(
    found.slice(0, 5).map(({ type, id }) => [type, id]),
    [
      ['auto_order', autoOrder.auto_order_code],
      ['order', 'TEST-0000000001'],
      ['customer', 'ann@example.com'],
      ['item', 'ANNATTO'],
      ['task', '1'],
    ],
  );
});

test('the beginning of a name finds every type that has one, in turns', async () => {
  const types = (await find({ q: 'ann' })).map(({ type }) => type);
  assert.deepEqual(types, ['auto_order', 'customer', 'item', 'task']);
  assert.deepEqual((await find({ q: 'smith', types: 'auto_order' })).length, 5);
  assert.deepEqual(
    (await find({ q: 'smith bob' })).map(({ title }) => title),
    ['Bob Smith'],
  );
  assert.deepEqual(await find({ q: 'lipstick' }), []);
  assert.deepEqual(
    (await find({ q: 'seeds of' })).map(({ id }) => id),
    ['ANNATTO'],
  );
  assert.equal((await find({ q: '6785550', types: 'customer' })).length, 1);
  assert.equal((await find({ q: 'smith', _limit: 2 })).length, 2);
});

test('a caller finds what it may read, and a type that does not exist is refused', async () => {
  const key = await app.addKey('TEST', ['item_read']);
  assert.deepEqual(
    (await find({ q: 'ann' }, key)).map(({ type }) => type),
    ['item'],
  );
  assert.deepEqual(await find({ q: autoOrder.auto_order_code }, key), []);
  for (const query of [{ q: 'ann', types: 'auto_order,people' }, { q: ' ' }]) {
    const { status } = await app.request({ operation: 'searchAnything', query });
    assert.equal(status, 400);
  }
});

const oids = async (): Promise<number[]> => {
  const { auto_orders } = await ask({
    operation: 'searchAutoOrders',
    body: { item_ids: ['ANNATTO'] },
  });
  return auto_orders.map((row: { auto_order_oid: number }) => row.auto_order_oid);
};

test('charges without an answer are listed', async () => {
  const carl = (await oids())[2];
  await app.db.run(
    `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at, order_id,
       amount_minor, currency, route, planned, lease_until, checks)
     values ('TEST', $1, 1, 'unknown', 2, '2026-01-15T17:00:00Z', 'TEST-0000009999', 1299, 'USD',
       '{sim}', '{}', '2026-01-15T18:00:00Z', 3)`,
    [carl],
  );
  const { charges } = await ask({ operation: 'getCharges', query: { state: 'unknown' } });
  const [{ auto_order_code: _, ...charge }] = charges;
  assert.deepEqual(charge, {
    key: `rebill:TEST:${carl}:1:2`,
    state: 'unknown',
    auto_order_oid: carl,
    rebill_number: 1,
    order_id: 'TEST-0000009999',
    attempt: 2,
    amount: 12.99,
    currency_code: 'USD',
    gateway: 'sim',
    requested_dts: '2026-01-15T12:00:00-05:00',
    checks: 3,
    next_check_dts: '2026-01-15T13:00:00-05:00',
  });
  assert.deepEqual(
    (await ask({ operation: 'getCharges', query: { state: 'charging' } })).charges,
    [],
  );
  assert.equal(
    (await app.request({ operation: 'getCharges', query: { state: 'paid' } })).status,
    400,
  );
});

test('a parked auto order is listed with its fault, and tried again', async () => {
  const bob = (await oids())[1];
  // The item of a due auto order is removed from the catalogue, and put back.
  const path = { auto_order_oid: bob! };
  const healthy = await app.request({ operation: 'lookAgain', params: path });
  assert.equal(healthy.status, 400);
  assert.match(healthy.body.error.user_message, /not parked/);
  await app.db.run(
    `update auto_order_item set original_item_id = 'GONE', next_shipment_at = '2026-01-15T16:00:00Z'
     where merchant_id = 'TEST' and auto_order_oid = $1`,
    [bob],
  );
  await app.db.run(
    `update auto_order set due_at = '2026-01-15T16:00:00Z', next_shipment_at = due_at
     where merchant_id = 'TEST' and auto_order_oid = $1`,
    [bob],
  );
  await app.work('rebill');
  const { parked } = await ask({ operation: 'getParkedAutoOrders' });
  const [row] = parked;
  assert.equal(row.auto_order_oid, bob);
  assert.match(row.fault, /^item GONE: /);
  assert.equal(row.reason, `Cannot rebill: ${row.fault}`);
  assert.equal(row.since_dts, '2026-01-15T12:00:00-05:00');
  assert.equal(row.merchant_item_id, 'gone');
  const still = await ask({ operation: 'lookAgain', params: path });
  assert.equal(still.rebill_attempted, false);
  assert.match(still.failure_reason, /item GONE/);
  await app.db.run(
    `update auto_order_item set original_item_id = 'ANNATTO'
     where merchant_id = 'TEST' and auto_order_oid = $1`,
    [bob],
  );
  const fixed = await ask({ operation: 'lookAgain', params: path });
  assert.equal(fixed.rebill_success, true);
  assert.deepEqual((await ask({ operation: 'getParkedAutoOrders' })).parked, []);
});

test('each number of the overview is the total of the search that lists it', async () => {
  await stageOverview();
  const { overview } = await ask({ operation: 'getOverview' });
  const total = async (body: AutoOrderSearch) =>
    (await ask({ operation: 'searchAutoOrders', body })).total;
  for (const state of ['active', 'paused', 'retrying', 'parked', 'in_doubt'] as const) {
    assert.equal(overview[state], await total({ state: [state] }), state);
    assert.equal(overview[state], 1, state);
  }
  assert.equal(
    overview.due_today.rebills,
    await total({ state: ['active'], next_shipment_dts_end: '2026-01-15T23:59:59' }),
  );
  assert.deepEqual(overview.due_today, { rebills: 1, total: 5, units: 1 });
  assert.equal(
    overview.due_tomorrow.rebills,
    await total({
      state: ['active'],
      next_shipment_dts_begin: '2026-01-16',
      next_shipment_dts_end: '2026-01-16T23:59:59',
    }),
  );
  const declined: AutoOrderSearch = { declined_within_hours: 24 };
  assert.deepEqual(overview.declines, {
    count: await total(declined),
    retrying: await total({ ...declined, state: ['retrying'] }),
    ended: await total({ ...declined, state: ['completed', 'canceled', 'disabled', 'merged'] }),
  });
  assert.deepEqual(overview.declines, { count: 2, retrying: 1, ended: 0 });
  assert.equal(overview.webhooks_failing, 0);
  assert.equal(overview.mails_bounced, await total({ mail_bounced_within_hours: 24 }));
  assert.equal(overview.mails_bounced, 1);
  assert.deepEqual(overview.tasks, {
    mine: 0,
    groups: 0,
    unassigned: overview.tasks.unassigned,
    overdue: 0,
  });
  const { tasks } = await ask({
    operation: 'searchWorkflowTasks',
    body: { unassigned: true, status: 'open' },
  });
  assert.equal(overview.tasks.unassigned, tasks.length);
});

/** Brings one auto order into each state that the overview counts, with declines and bounces. */
async function stageOverview(): Promise<void> {
  const rows = (await ask({ operation: 'searchAutoOrders', body: {} })).auto_orders as {
    auto_order_oid: number;
    state: string;
  }[];
  const [paused, retrying, parked, today] = rows
    .filter(({ state }) => state === 'active')
    .map((row) => row.auto_order_oid);
  await ask({ operation: 'pauseAutoOrder', params: { auto_order_oid: paused! } });
  const set = (oid: number, change: string) =>
    app.db.run(
      `update auto_order set ${change} where merchant_id = 'TEST' and auto_order_oid = $1`,
      [oid],
    );
  await set(retrying!, "next_attempt_at = '2026-01-17', credit_card_attempt = 1");
  await set(parked!, "failure_reason = 'Cannot rebill: for a test'");
  const dueToday = "next_shipment_at = '2026-01-15T20:00:00Z'";
  await set(today!, dueToday);
  await app.db.run(
    `update auto_order_item set ${dueToday}
     where merchant_id = 'TEST' and auto_order_oid = $1`,
    [today],
  );
  const hoursAgo = (hours: number) => testNow.subtract({ hours });
  for (const [oid, state, at] of [
    [retrying, 'declined', hoursAgo(3)],
    [parked, 'given up', hoursAgo(23)],
    [today, 'declined', hoursAgo(25)],
  ])
    await app.db.run(
      `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at,
         order_id, amount_minor, currency, route)
       values ('TEST', $1, 7, $2, 1, $3, 'TEST-0000009997', 500, 'USD', '{sim}')`,
      [oid, state, at],
    );
  await app.db.run(
    `insert into notice (merchant_id, auto_order_oid, kind, made_at, facts, bounced_at)
     values ('TEST', $1, 'receipt', $2, '{}', $2), ('TEST', $1, 'canceled', $2, '{}', $2)`,
    [parked, hoursAgo(1)],
  );
}

test('health shows what waits, and the gateways that rest until later', async () => {
  const resting = (code: string, hours: number) =>
    app.db.run(
      `insert into gateway_inactive (merchant_id, code, since_at, until_at, reason)
       values ('TEST', $1, $2, $3, 'no answer')`,
      [code, testNow.subtract({ hours: 30 }), testNow.add({ hours })],
    );
  await resting('awake', 0);
  await resting('spare', 24);
  await resting('main', 2);
  const { health } = await ask({ operation: 'getHealth' });
  assert.deepEqual(
    health.resting_gateways.map(({ code, until_dts, reason }: Record<string, string>) => [
      code,
      until_dts,
      reason,
    ]),
    [
      ['main', '2026-01-15T14:00:00-05:00', 'no answer'],
      ['spare', '2026-01-16T12:00:00-05:00', 'no answer'],
    ],
  );
  // The numbers are those of the overview: one auto order is parked, and two rebills were declined
  // in the last day.
  assert.deepEqual([health.parked_auto_orders, health.declined_rebills], [1, 2]);
  assert.equal(health.as_of_dts, '2026-01-15T12:00:00-05:00');
  assert.deepEqual(health.work_failures, []);
  assert.equal(health.versions.node, process.versions.node);
  assert.match(health.versions.release, /^\d+\.\d+\.\d+/);
  assert.match(health.versions.postgresql, /^\d+/);
  assert.match(health.versions.migration, /^\d{4}/);
  const key = await app.addKey('TEST', ['workflow_read']);
  assert.equal((await app.request({ operation: 'getHealth', key })).status, 401);
});

test('the overview shows a caller what it may read', async () => {
  const key = await app.addKey('TEST', ['workflow_read']);
  const { overview } = await ask({ operation: 'getOverview', key });
  assert.deepEqual(Object.keys(overview).toSorted(), ['as_of_dts', 'tasks']);
});

test('days count what happened once, however many read them at the same time', async () => {
  const [row] = (await ask({ operation: 'searchAutoOrders', body: { state: ['active'] } }))
    .auto_orders;
  const params = { auto_order_oid: row.auto_order_oid };
  const charged = await ask({ operation: 'attemptAutoOrderRebill', params });
  assert.equal(charged.rebill_success, true);
  await ask({
    operation: 'updateAutoOrder',
    params,
    body: { enabled: false, cancel_reason: 'Too much' },
  });
  await Promise.all(Array.from({ length: 5 }, () => ask({ operation: 'getDailyStatistics' })));
  const { days } = await ask({ operation: 'getDailyStatistics' });
  assert.equal(days.length, 30);
  assert.deepEqual(days.at(-2), {
    day: '2026-01-14',
    paid: 0,
    paid_total: 0,
    paid_totals: [],
    declined: 0,
    canceled: 0,
    created: 0,
  });
  const active = (await ask({ operation: 'searchAutoOrders', body: { status: ['active'] } })).total;
  assert.deepEqual(days.at(-1), {
    day: '2026-01-15',
    paid: 2,
    paid_total: 10,
    paid_totals: [{ currency_code: 'USD', total: 10 }],
    declined: 0,
    canceled: 1,
    created: 5,
    active,
  });
  const shorter = await ask({ operation: 'getDailyStatistics', query: { days: 2 } });
  assert.deepEqual(shorter.days, days.slice(-2));
  // Nothing has happened since that day, so the number of active auto orders is the same.
  await app.db.run(`update statistic_day set day = '2025-11-03' where merchant_id = $1`, ['TEST']);
  const quiet = await ask({ operation: 'getDailyStatistics' });
  assert.deepEqual(
    quiet.days.map((each: StatisticDay) => [each.paid, each.active]),
    Array.from({ length: 30 }, () => [0, active]),
  );
  const { status, body } = await app.request({
    operation: 'getDailyStatistics',
    query: { days: 401 },
  });
  assert.equal(status, 400);
  assert.equal(body.error.developer_message, 'days is out of range. Send a value from 1 to 400.');
});
