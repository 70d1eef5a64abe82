import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskStatuses } from '@perennial/contract/workflow.ts';
import { Temporal } from 'temporal-polyfill';
import { closingOf, isRelevant, type RelevantEvent, wantedBy } from './systemTasks.ts';
import type { Task } from './task.ts';
import type { TaskChange } from './taskChange.ts';
import { type Editor, edited } from './taskEdit.ts';
import { closedBySystem, movedByPerson, movedByTime, movesAt } from './taskStatus.ts';

const at = (text: string) => Temporal.Instant.from(text);
const now = at('2026-01-15T12:00:00Z');
const aTask = (given: Partial<Task> = {}): Task => ({
  taskUuid: 't1',
  globalNumber: 1,
  name: 'Task',
  priority: '2 - medium',
  status: 'open',
  createdAt: now,
  updatedAt: now,
  createdBy: { name: 'x' },
  tags: ['a'],
  properties: [],
  attachments: [],
  notes: [],
  version: 1,
  ...given,
});
const ann: Editor = {
  person: { userId: 1, name: 'Ann' },
  groupIds: [10],
  now,
  uploads: new Map(),
  nameOf: (id) => `user ${id}`,
};

test("from each status a person reaches those of the table, and the server's words are its own", () => {
  const shown = taskStatuses.map(
    (from) => `${from}: ${taskStatuses.filter((to) => movedByPerson(from, to).ok).join(', ')}`,
  );
  const people = 'open, closed, delayed, awaiting customer feedback';
  assert.deepEqual(shown, [
    `open: ${people}`,
    `closed: ${people}`,
    `delayed: ${people}`,
    `awaiting customer feedback: ${people}`,
    'closed - system: open, delayed, awaiting customer feedback, closed - system',
    'closed - customer: open, delayed, awaiting customer feedback, closed - customer',
    'closed - expiration: open, delayed, awaiting customer feedback, closed - expiration',
  ]);
});

const assignments: [what: string, task: Partial<Task>, change: TaskChange, result: string][] = [
  ['taking an unassigned one', {}, { assignedUserId: 1 }, 'user 1'],
  ['taking one of my group', { assignedGroupId: 10 }, { assignedUserId: 1 }, 'user 1'],
  ['taking one of another group', { assignedGroupId: 11 }, { assignedUserId: 1 }, 'conflict'],
  ["taking a colleague's", { assignedUserId: 2 }, { assignedUserId: 1 }, 'conflict'],
  ['keeping mine', { assignedUserId: 1 }, { assignedUserId: 1 }, 'user 1'],
  ['handing mine over', { assignedUserId: 1 }, { assignedUserId: 2 }, 'user 2'],
  ["handing a colleague's over", { assignedUserId: 3 }, { assignedUserId: 2 }, 'user 2'],
  ['giving it back to a group', { assignedUserId: 1 }, { assignedGroupId: 10 }, 'group 10'],
  [
    'sending back the group along with a new user',
    { assignedGroupId: 10 },
    { assignedGroupId: 10, assignedUserId: 1 },
    'user 1',
  ],
  [
    'naming a new user and a new group',
    {},
    { assignedGroupId: 10, assignedUserId: 1 },
    'field assigned_to_group_id',
  ],
  ['clearing', { assignedUserId: 2 }, { assignedUserId: null }, 'nobody'],
];
for (const [what, task, change, result] of assignments) {
  test(`${what}: ${result}`, () =>
    assert.equal(shownAssignment(edited(aTask(task), change, ann)), result));
}

function shownAssignment(outcome: ReturnType<typeof edited>): string {
  if (!outcome.ok)
    return outcome.reason.kind === 'conflict' ? 'conflict' : `field ${outcome.reason.field}`;
  const { assignedUserId: user, assignedGroupId: group } = outcome.value;
  assert.ok(user === undefined || group === undefined, 'never both');
  return user !== undefined ? `user ${user}` : group !== undefined ? `group ${group}` : 'nobody';
}

const changes: [
  what: string,
  task: Partial<Task>,
  change: TaskChange,
  editor: Partial<Editor>,
  result: string,
][] = [
  ['a delay alone delays', {}, { delayUntil: at('2026-01-16T00:00:00Z') }, {}, 'delayed'],
  [
    'a delay on a closed task does not open it',
    { status: 'closed' },
    { delayUntil: at('2026-01-16T00:00:00Z') },
    {},
    'closed',
  ],
  ['delayed without a moment', {}, { status: 'delayed' }, {}, 'delay_until_dts'],
  [
    'delayed until a moment that has passed',
    {},
    { status: 'delayed', delayUntil: now },
    {},
    'delay_until_dts',
  ],
  [
    'an old delay that is sent back',
    { status: 'delayed', delayUntil: at('2026-01-01T00:00:00Z') },
    { status: 'delayed', delayUntil: at('2026-01-01T00:00:00Z') },
    {},
    'delayed',
  ],
  ['an expiration that has passed', {}, { expiresAt: now }, {}, 'expiration_dts'],
  ['waiting for itself', {}, { dependantUuid: 't1' }, {}, 'dependant_workflow_task_uuid'],
  [
    'closed before what it waits for',
    { dependantUuid: 't2' },
    { status: 'closed' },
    { dependency: { taskUuid: 't2', name: 'First', status: 'delayed' } },
    'conflict',
  ],
  [
    'closed after what it waits for',
    { dependantUuid: 't2' },
    { status: 'closed' },
    { dependency: { taskUuid: 't2', name: 'First', status: 'closed - system' } },
    'closed',
  ],
  ['no name', {}, { name: null }, {}, 'task_name'],
  ['an unknown upload', {}, { attachments: [{ uploadKey: 'k' }] }, {}, 'attachments[0].upload_key'],
  ['an empty note', {}, { notes: [{ text: ' ', attachments: [] }] }, {}, 'notes[0].note'],
  [
    'null where there is nothing to clear',
    {},
    { dueAt: null, tags: null, status: null, priority: null },
    {},
    'open',
  ],
];
for (const [what, task, change, editor, result] of changes) {
  test(`${what}: ${result}`, () => {
    const outcome = edited(aTask(task), change, { ...ann, ...editor });
    assert.equal(
      outcome.ok
        ? outcome.value.status
        : outcome.reason.kind === 'conflict'
          ? 'conflict'
          : outcome.reason.field,
      result,
    );
  });
}

test('tags of a batch are added and removed; the other tags stay', () => {
  const outcome = edited(
    aTask({ tags: ['a', 'b'] }),
    { addTags: ['c', ' a '], removeTags: ['b'] },
    ann,
  );
  assert.deepEqual(outcome.ok && outcome.value.tags, ['a', 'c']);
});

test('a task moves at its delay or its expiration, whichever comes first, and stays put once it is closed', () => {
  const [day1, day2] = [at('2026-01-16T00:00:00Z'), at('2026-01-17T00:00:00Z')];
  const delayed = aTask({ status: 'delayed', delayUntil: day1, expiresAt: day2 });
  assert.deepEqual(
    [delayed, aTask({ delayUntil: day1 }), aTask({ status: 'closed', expiresAt: day1 })].map(
      (task) => String(movesAt(task)),
    ),
    [String(day1), 'undefined', 'undefined'],
  );
  assert.deepEqual(
    [now, day1, day2].map((moment) => movedByTime(delayed, moment)?.status),
    [undefined, 'open', 'closed - expiration'],
  );
  assert.equal(
    closedBySystem(aTask({ expiresAt: day1 }), 'closed - customer', day2).status,
    'closed - expiration',
  );
});

const facts = { key: '1', id: 'A', context: '' };
const heard: [event: RelevantEvent, more: object, raise: string | undefined, close: number][] = [
  [
    { name: 'auto_order_decline', objectType: 'auto order', objectId: '1', data: { hard: true } },
    {},
    'auto_order_card_update_issue',
    0,
  ],
  [
    {
      name: 'auto_order_disable',
      objectType: 'auto order',
      objectId: '1',
      data: { reason: 'declined', hard: false },
    },
    {},
    'auto_order_canceled_payment',
    0,
  ],
  [
    {
      name: 'auto_order_disable',
      objectType: 'auto order',
      objectId: '1',
      data: { reason: 'declined', hard: true },
    },
    {},
    undefined,
    0,
  ],
  [{ name: 'auto_order_disable', objectType: 'auto order', objectId: '1' }, {}, undefined, 0],
  [{ name: 'auto_order_cancel', objectType: 'auto order', objectId: '1' }, {}, undefined, 2],
  [{ name: 'auto_order_rebill', objectType: 'auto order', objectId: '1' }, {}, undefined, 2],
  [
    { name: 'order_stage_change', objectType: 'order', objectId: '1' },
    { stage: 'Fraud Review' },
    'order_fraud_review',
    1,
  ],
  [
    { name: 'order_create', objectType: 'order', objectId: '1' },
    { stage: 'Accounts Receivable' },
    'order_accounts_receivable',
    1,
  ],
  [{ name: 'order_create', objectType: 'order', objectId: '1' }, {}, undefined, 0],
  [
    { name: 'item_update', objectType: 'item', objectId: '1' },
    { stock: 'out' },
    'item_out_of_stock',
    1,
  ],
  [{ name: 'item_update', objectType: 'item', objectId: '1' }, { stock: 'fine' }, undefined, 2],
];
for (const [event, more, raise, close] of heard) {
  test(
    `${event.name} ${JSON.stringify({ ...event.data, ...more })}: raises ${raise ?? 'nothing'},` +
      ` ends ${close}`,
    () => {
      assert.ok(isRelevant(event));
      const wanted = wantedBy(event, { ...facts, ...more });
      assert.deepEqual([wanted.raise, wanted.close.length], [raise, close]);
    },
  );
}

test('a soft decline, an update and events of tasks raise no task', () => {
  for (const name of ['auto_order_update', 'workflow_task_create', 'auto_order_decline'])
    assert.ok(
      !isRelevant({ name, objectType: 'auto order', objectId: '1', data: { hard: false } }),
    );
});

test('another card than when it was raised means that the customer fixed it', () => {
  assert.equal(
    closingOf(aTask({ cardMark: 'x' }), { ...facts, cardMark: 'y' }),
    'closed - customer',
  );
  assert.equal(closingOf(aTask({ cardMark: 'x' }), { ...facts, cardMark: 'x' }), 'closed - system');
  assert.equal(closingOf(aTask(), facts), 'closed - system');
});
