// Tests the inbox without a browser: its addresses, its requests, and changes with their undo.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { parseUrl, stringifyUrl } from '../../web/src/kit/urlCodec.ts';
import { isSameView } from '../../web/src/kit/views.ts';
import type { CommandSpec } from '../../web/src/shell/commandSpec.ts';
import { commands } from '../../web/src/shell/commands.ts';
import { cardFault, expiryOf } from '../../web/src/taskObject/card.ts';
import {
  conflictsOf,
  inverseOf,
  mayMove,
  type TaskChange,
  takenBy,
  undoGroups,
  undoSteps,
  withoutFields,
} from '../../web/src/tasks/change.ts';
import { openStatuses, parseAbout, parseTaskList, searchOf } from '../../web/src/tasks/list.ts';
import { isQueue, mondayOf, stateOfSearch, taskViews } from '../../web/src/tasks/views.ts';
import { agoWords, closesItself, objectPath, valueWords } from '../../web/src/tasks/words.ts';

const me = 7;
const task: WorkflowTask = {
  workflow_task_uuid: 'a',
  status: 'open',
  priority: '2 - medium',
  assigned_to_group_id: 3,
  tags: ['tea'],
};

test('addresses are read; what does not fit is left out', () => {
  const table: [address: string, read: object][] = [
    ['?open=12', { open: '12' }],
    [
      '?open=6f9619ff-8b86-4011-b42d-00c04fc964ff',
      { open: '6f9619ff-8b86-4011-b42d-00c04fc964ff' },
    ],
    ['?open=0', {}],
    ['?open=../admin', {}],
    ['?who=user:12', { who: ['user:12'] }],
    ['?who=user:0', {}],
    ['?who=everyone', {}],
    ['?status=closed&status=nonsense', { status: ['closed'] }],
    ['?overdue=yes&overdue=no', { overdue: ['yes'] }],
    ['?sort=-priority', { sort: '-priority' }],
    ['?sort=merchant_id', {}],
    ['?from=2026-03-02', { from: '2026-03-02' }],
    ['?sort=task_name&from=call', { sort: 'task_name', from: 'call' }],
    ['?sort=-due_dts&from=call', { sort: '-due_dts' }],
    ['?sort=priority&from=2&end=1', { sort: 'priority', end: '1' }],
    ['?new=1&about=order:DEMO-1', { new: '1', about: 'order:DEMO-1' }],
    ['?about=order:DEMO-1', {}],
    ['?new=1&about=planet:9', { new: '1' }],
  ];
  for (const [address, read] of table)
    assert.deepEqual(parseTaskList(parseUrl(address)), read, address);
  assert.deepEqual(parseAbout('auto order:AB:1'), { type: 'auto order', id: 'AB:1' });
  assert.equal(parseAbout('auto order:'), undefined);
});

test('an address is a search of the API', () => {
  const statuses = [...openStatuses];
  const table: [state: Parameters<typeof searchOf>[0], search: object][] = [
    [{}, { statuses }],
    [{ status: ['any'] }, {}],
    [
      { status: ['closed'], who: ['me'] },
      { statuses: ['closed'], assigned_to_user_id: me },
    ],
    [{ who: ['us'] }, { statuses, assigned_to_me: true }],
    [{ who: ['groups'] }, { statuses, assigned_to_my_groups: true }],
    [{ who: ['none'] }, { statuses, unassigned: true }],
    [{ who: ['group:4'] }, { statuses, assigned_to_group_id: 4 }],
    [
      { overdue: ['no'], made_by: ['people'] },
      { statuses, overdue: false, system: false },
    ],
    [
      { tag: ['a', 'b'], priority: ['3 - high'] },
      { statuses, tags: ['a', 'b'], priorities: ['3 - high'] },
    ],
    [
      { due: '2026-03-01..2026-03-02' },
      { statuses, due_dts_begin: '2026-03-01T00:00:00', due_dts_end: '2026-03-02T23:59:59' },
    ],
  ];
  for (const [state, search] of table) assert.deepEqual(searchOf(state, me), search);
});

test('a saved view opens as it was saved', () => {
  const table = [
    '?q=tea&status=closed&who=user:7&sort=-priority',
    '?who=group:3&priority=3+-+high&priority=4+-+critical&tag=tea',
    '?object=auto+order&object_id=AB&overdue=yes&made_by=rules',
    '?who=none&due=2026-03-01..&changed=..2026-03-02',
    '?status=any&who=groups',
    '?who=us',
    '',
  ];
  for (const address of table) {
    const state = parseTaskList(parseUrl(address));
    const saved = stateOfSearch(searchOf(state, me), state.sort);
    assert.ok(isSameView(parseTaskList(parseUrl(stringifyUrl(saved))), state), address);
  }
});

test('every view is an address that the inbox reads as it is', () => {
  assert.equal(mondayOf('2026-03-08'), '2026-03-02');
  assert.equal(mondayOf('2026-03-02'), '2026-03-02');
  for (const { label, state } of taskViews('2026-03-02'))
    assert.ok(isSameView(state, parseTaskList(parseUrl(stringifyUrl(state)))), label);
});

test('an empty queue is all clear, an empty search is not', () => {
  const table: [address: string, isClear: boolean][] = [
    ['', true],
    ['?status=open&who=me&sort=due_dts', true],
    ['?status=open&who=me&sort=-priority', true],
    ['?status=open&who=none', true],
    ['?made_by=rules', true],
    ['?status=delayed&sort=delay_until_dts', false],
    ['?status=open&who=me&sort=due_dts&from=2026-03-02', false],
    ['?status=open&who=me&q=tea', false],
    ['?q=tea', false],
  ];
  for (const [address, isClear] of table)
    assert.equal(isQueue(parseTaskList(parseUrl(address))), isClear, address);
});

test('a change is taken back to what was', () => {
  const table: [before: WorkflowTask, change: TaskChange, inverse: TaskChange][] = [
    [task, { priority: '4 - critical' }, { priority: '2 - medium' }],
    [task, { due_dts: '2026-03-03T09:00:00' }, { due_dts: null }],
    [task, { status: 'closed' }, { status: 'open', delay_until_dts: null }],
    [
      { ...task, status: 'delayed', delay_until_dts: 'later' },
      { status: 'open', delay_until_dts: null },
      { status: 'delayed', delay_until_dts: 'later' },
    ],
    // The server closes a task with a reason in the status; the undo by a person has none.
    [
      { ...task, status: 'closed - system' },
      { status: 'open' },
      { status: 'closed', delay_until_dts: null },
    ],
    [task, { tags: [] }, { tags: ['tea'] }],
    [task, { assigned_to_user_id: me }, { assigned_to_user_id: null, assigned_to_group_id: 3 }],
  ];
  for (const [before, change, inverse] of table)
    assert.deepEqual(inverseOf(before, change), inverse);
});

test('the undo of a handover returns the task by way of the queue', () => {
  const mine = { assigned_to_user_id: me };
  assert.deepEqual(undoSteps(mine, { assigned_to_user_id: 8 }, me), [
    { assigned_to_user_id: null, assigned_to_group_id: null },
    { assigned_to_user_id: me, assigned_to_group_id: null },
  ]);
  assert.equal(undoSteps(mine, { assigned_to_user_id: null }, me).length, 1);
  assert.equal(undoSteps({ assigned_to_user_id: 8 }, { assigned_to_user_id: 9 }, me).length, 1);
});

test('an undo of many tasks sends one request for each state that they had', () => {
  const before = [
    { workflow_task_uuid: 'a', priority: '1 - low' },
    { workflow_task_uuid: 'b', priority: '3 - high' },
    { workflow_task_uuid: 'c', priority: '1 - low' },
  ] as const;
  assert.deepEqual(undoGroups(before, { priority: '4 - critical' }), [
    { change: { priority: '1 - low' }, uuids: ['a', 'c'] },
    { change: { priority: '3 - high' }, uuids: ['b'] },
  ]);
});

test('two changes of one field are a conflict; changes of different fields are not', () => {
  const theirs: WorkflowTask = { ...task, priority: '3 - high' };
  assert.deepEqual(conflictsOf(task, theirs, { tags: ['x'] }), []);
  assert.deepEqual(conflictsOf(task, theirs, { priority: '3 - high' }), []);
  assert.deepEqual(conflictsOf(task, theirs, { priority: '4 - critical', tags: ['x'] }), [
    { field: 'priority', was: '2 - medium', theirs: '3 - high', mine: '4 - critical' },
  ]);
  assert.deepEqual(withoutFields({ priority: '1 - low', tags: [] }, new Set(['priority'])), {
    tags: [],
  });
});

test('a row moves when a field that lists ask for has changed', () => {
  assert.ok(mayMove(task, { ...task, status: 'closed' }));
  assert.ok(mayMove(task, { ...task, tags: [] }));
  assert.ok(!mayMove(task, { ...task, notes: [{ note: 'Called.' }], task_details: 'More' }));
});

test('who took a task, and how long ago', () => {
  const histories = [
    { description: 'Created', activity_dts: '2026-03-01T09:00:00Z' },
    { description: 'Assigned to Ray', activity_dts: '2026-03-01T10:00:00Z' },
    { description: 'Priority: 1 - low to 3 - high', activity_dts: '2026-03-01T11:00:00Z' },
  ];
  assert.deepEqual(takenBy({ assigned_to_user: 'Ray', histories }), {
    user: 'Ray',
    at: '2026-03-01T10:00:00Z',
  });
  assert.equal(takenBy({ histories }), undefined);
  const ago = (now: string) => agoWords('2026-03-01T10:00:00Z', now);
  assert.equal(ago('2026-03-01T10:00:00Z'), 'just now');
  assert.equal(ago('2026-03-01T10:00:04Z'), '4 s ago');
  assert.equal(ago('2026-03-01T10:59:59Z'), '59 min ago');
  assert.equal(ago('2026-03-03T09:59:59Z'), '1 d ago');
});

test('words of tasks', () => {
  assert.match(closesItself({ system_task_type: 'auto_order_card_update_issue' }) ?? '', /paid/);
  assert.equal(closesItself({}), undefined);
  assert.equal(objectPath({ object_type: 'auto order', object_id: 'A/1' }), '/auto-orders/A%2F1');
  assert.equal(objectPath({ object_type: 'storefront', object_id: '1' }), undefined);
  const nameOf = () => 'Ray';
  const minute = (iso: string) => `at ${iso.slice(0, 4)}`;
  assert.equal(valueWords('priority', '3 - high', nameOf, minute), 'High');
  assert.equal(valueWords('assigned_to_user_id', 8, nameOf, minute), 'Ray');
  assert.equal(valueWords('due_dts', null, nameOf, minute), 'none');
  assert.equal(valueWords('due_dts', '2026-01-20T09:00:00Z', nameOf, minute), 'at 2026');
});

test('a card is a token and a month; a card number is refused before it is sent', () => {
  assert.deepEqual(expiryOf('9/29'), { month: 9, year: 2029 });
  assert.deepEqual(expiryOf(' 09 / 2029 '), { month: 9, year: 2029 });
  for (const wrong of ['13/29', '0/29', '2029-09', '', 'soon'])
    assert.equal(expiryOf(wrong), undefined);
  assert.equal(cardFault({ token: 'TOKEN-1', expires: '09/2029' }), undefined);
  assert.match(cardFault({ token: '4242 4242 4242 4242', expires: '09/2029' }) ?? '', /number/);
  assert.match(cardFault({ token: ' ', expires: '09/2029' }) ?? '', /token/);
  assert.match(cardFault({ token: 'TOKEN-1', expires: '' }) ?? '', /month/);
});

test('the keys of a list and of a task work side by side in the inbox', () => {
  const specs: readonly CommandSpec[] = commands;
  const keys = specs
    .filter(({ place, keys }) => keys && (place === 'list' || place === 'task'))
    .map(({ keys }) => keys);
  assert.equal(new Set(keys).size, keys.length);
});
