import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Overview } from '@perennial/contract/screens.ts';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { parseAutoOrderList, searchOf } from '../../web/src/autoOrders/list.ts';
import { queueRows, spanWords } from '../../web/src/health/words.ts';
import { orderSearchOf, parseOrderList } from '../../web/src/orders/list.ts';
import {
  concerns,
  dayAfter,
  dueFigures,
  type Figure,
  isMore,
  stateFigures,
} from '../../web/src/today/figures.ts';
import { type StartFacts, type StartState, startSteps } from '../../web/src/today/start.ts';
import { throttled } from '../../web/src/today/throttled.ts';
import { isQuiet, linePoints, trendsOf } from '../../web/src/today/trends.ts';

const overview: Overview = {
  active: 40,
  paused: 3,
  retrying: 2,
  parked: 1,
  in_doubt: 0,
  due_today: { rebills: 4, total: 80, units: 6 },
  due_tomorrow: { rebills: 1, total: 20, units: 1 },
  declines: { count: 5, retrying: 2, ended: 1 },
  mails_bounced: 1,
  as_of_dts: '2026-02-27T23:30:00-05:00',
};

/** Returns the search that the list makes from a figure's address. */
const searchFor = ({ search }: Figure) => searchOf(parseAutoOrderList({ ...search }));

test('each figure leads to the search that counts it', () => {
  const declined = concerns(overview)[0]!;
  const due = dueFigures(overview, 'America/New_York')!;
  const figures = [...due, ...concerns(overview), ...declined.parts!, ...stateFigures(overview)];
  assert.deepEqual(
    figures.map((figure) => [figure.label, figure.count, searchFor(figure)]),
    [
      ['Today', 4, { state: ['active'], next_shipment_dts_end: '2026-02-27T23:59:59' }],
      [
        'Tomorrow',
        1,
        {
          state: ['active'],
          next_shipment_dts_begin: '2026-02-28T00:00:00',
          next_shipment_dts_end: '2026-02-28T23:59:59',
        },
      ],
      ['Declined', 5, { declined_within_hours: 24 }],
      ['Parked', 1, { state: ['parked'] }],
      ['In doubt', 0, { state: ['in_doubt'] }],
      ['Mails bounced', 1, { mail_bounced_within_hours: 24 }],
      ['retried', 2, { state: ['retrying'], declined_within_hours: 24 }],
      [
        'ended',
        1,
        { state: ['completed', 'canceled', 'disabled', 'merged'], declined_within_hours: 24 },
      ],
      ['Active', 40, { state: ['active'] }],
      ['Retrying', 2, { state: ['retrying'] }],
      ['Paused', 3, { state: ['paused'] }],
    ],
  );
});

test('the orders that wait lead to the searches that count them', () => {
  const figures = concerns({ orders: { to_ship: 3, owed: 2, held: 0 } });
  assert.deepEqual(
    figures.map(({ count, search }) => [count, orderSearchOf(parseOrderList({ ...search }))]),
    [
      [3, { stages: ['Shipping Department'] }],
      [2, { stages: ['Accounts Receivable'] }],
      [0, { stages: ['Fraud Review', 'Hold'] }],
    ],
  );
});

test('the days are those of the merchant’s zone', () => {
  const [today] = dueFigures(overview, 'America/New_York')!;
  assert.equal(today?.search['next'], '..2026-02-27');
  const [later] = dueFigures(overview, 'Europe/Berlin')!;
  assert.equal(later?.search['next'], '..2026-02-28');
  assert.equal(dayAfter('2026-02-28'), '2026-03-01');
  assert.equal(dayAfter('2026-12-31'), '2027-01-01');
});

test('what a person may not read has no figure', () => {
  assert.equal(dueFigures({ as_of_dts: '2026-02-27T23:30:00Z' }, 'UTC'), undefined);
  assert.deepEqual(concerns({}), []);
  assert.deepEqual(stateFigures({}), []);
  assert.deepEqual([isMore(9999), isMore(10_000)], [false, true]);
});

const raised = (number: number, status: WorkflowTask['status'], user?: number): WorkflowTask => ({
  global_task_number: number,
  object_id: `CODE${number}`,
  ...(status && { status }),
  ...(user !== undefined && { assigned_to_user_id: user }),
});

const month = {
  from_dts: '2026-01-15T00:00:00Z',
  reached_dts: '2026-02-15T00:00:00Z',
  done: true,
};
const day = { ...month, reached_dts: '2026-01-16T00:00:00Z' };
const me = 7;
const triedThings: [
  what: string,
  facts: StartFacts,
  state: StartState,
  steps: [what: string, isDone: boolean, about?: string | number][],
][] = [
  [
    'a first start',
    { advances: [], tasks: [raised(4, 'open'), raised(3, 'open')] },
    {},
    [
      ['advance', false],
      ['card', false, 'CODE4'],
      ['task', false, 4],
    ],
  ],
  ['a day is not a month', { advances: [day] }, {}, [['advance', false]]],
  ['a month', { advances: [day, month] }, {}, [['advance', true]]],
  [
    'the auto order was opened',
    { tasks: [raised(4, 'open'), raised(3, 'open')] },
    { task: 3 },
    [
      ['card', true, 'CODE3'],
      ['task', false, 3],
    ],
  ],
  [
    'its task was closed',
    { tasks: [raised(3, 'closed - system'), raised(4, 'open')] },
    { task: 3 },
    [
      ['card', true, 'CODE3'],
      ['task', true, 3],
    ],
  ],
  [
    'another task of mine was closed',
    { tasks: [raised(4, 'open'), raised(5, 'closed', me)] },
    {},
    [
      ['card', false, 'CODE4'],
      ['task', true, 4],
    ],
  ],
  [
    'a colleague closed one',
    { tasks: [raised(4, 'open'), raised(5, 'closed', 8)] },
    {},
    [
      ['card', false, 'CODE4'],
      ['task', false, 4],
    ],
  ],
  ['no task was raised, and the clock may not be moved', { tasks: [] }, {}, []],
];

test('the things to try tick themselves off', () => {
  for (const [what, facts, state, steps] of triedThings)
    assert.deepEqual(
      startSteps(facts, state, me).map(({ what: step, isDone, code, task }) => {
        const about = step === 'card' ? code : task;
        return about === undefined ? [step, isDone] : [step, isDone, about];
      }),
      steps,
      what,
    );
});

test('a burst is read at its beginning and after its end', (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  let runs = 0;
  const read = throttled(() => runs++, 1000);
  read();
  assert.equal(runs, 1);
  read();
  read();
  assert.equal(runs, 1);
  mock.timers.tick(1000);
  assert.equal(runs, 2);
  mock.timers.tick(5000);
  assert.equal(runs, 2, 'quiet again');
  read();
  assert.equal(runs, 3);
});

test('the lines of the last days: sums, the last count of active ones, and words', () => {
  const trends = trendsOf(
    [
      { day: '2026-03-01', paid_total: 10.1, declined: 2, canceled: 0 },
      { day: '2026-03-02', paid_total: 0.2, declined: 1, canceled: 0, active: 7 },
      { day: '2026-03-03', paid_total: 1000, declined: 0, canceled: 1, active: 6 },
    ],
    'USD',
  );
  assert.deepEqual(
    trends.map(({ label, shown, words }) => [label, shown, words]),
    [
      ['Paid revenue', '$1,010.30', '3 days: first $10.10, last $1,000.00, most $1,000.00'],
      ['Running', '6', '2 days: first 7, last 6, most 7'],
      ['Declines', '3', '3 days: first 2, last 0, most 2'],
      ['Cancelations', '1', '3 days: first 0, last 1, most 1'],
    ],
  );
  const [paid, , declined] = trends;
  assert.deepEqual(orderSearchOf(parseOrderList({ ...paid!.search })), {
    ...orderSearchOf(parseOrderList({ kind: 'rebill', created: '2026-03-01..2026-03-03' })),
  });
  assert.deepEqual(
    searchOf(parseAutoOrderList({ ...declined!.search })),
    searchOf(parseAutoOrderList({ declined: '720' })),
  );
});

test('without counts a line says so', () => {
  assert.ok(isQuiet([{ day: '2026-03-01', paid: 0, active: 7 }]));
  assert.ok(!isQuiet([{ day: '2026-03-01', canceled: 1 }]));
  const [paid, active] = trendsOf([], 'EUR');
  assert.deepEqual([paid?.shown, paid?.words], ['€0.00', 'No day was counted yet']);
  assert.deepEqual([active?.shown, active?.values], ['not counted yet', []]);
});

test('a line goes through its values, with 0 at the bottom', () => {
  for (const [values, points] of [
    [[0, 5, 10], '0,20 50,10 100,0'],
    [[0, 0], '0,20 100,20'],
    [[4], '0,0 100,0'],
    [[], ''],
  ] as const)
    assert.equal(linePoints(values, 100, 20), points);
});

test('health names what waits, and what is wrong where nothing waits', () => {
  const health = {
    overdue_auto_orders: 0,
    webhook_events_waiting: 12,
    webhook_waiting_seconds: 200,
    webhooks_disabled: 1,
    webhooks_failing: 2,
    mails_waiting: 0,
    mails_failing: 0,
  };
  assert.deepEqual(queueRows(health), [
    {
      what: 'Events for webhooks',
      count: 12,
      seconds: 200,
      note: { tone: 'warn', words: '1 disabled, 2 failing' },
    },
  ]);
  assert.equal(queueRows({ webhooks_disabled: 1 }).length, 1);
  assert.deepEqual(queueRows({}), []);
  const spans = [undefined, 0.4, 59, 60, 3599, 3600, 47 * 3600, 48 * 3600];
  assert.deepEqual(spans.map(spanWords), [
    '–',
    '–',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '47 h',
    '2 days',
  ]);
});
