// Tests the console's search of tasks, and the overview, which counts the same tasks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';
import { addColleague, addGroup, addTask, ask, changeTask } from '../support/workflow.ts';

const app = await testApp();
const ann = await addColleague(app, 'Ann Archer');
const billing = await addGroup(app, 'Billing', [ann]);
const due = '2026-01-15T11:59:59-05:00';

for (const task of [
  {
    task_name: 'mine, late',
    assigned_to_user_id: ann.userId,
    due_dts: due,
    priority: '4 - critical',
  },
  {
    task_name: 'mine, in time',
    assigned_to_user_id: ann.userId,
    due_dts: '2026-01-15T12:00:00-05:00',
  },
  { task_name: 'of the group', assigned_to_group_id: billing, priority: '1 - low' },
  { task_name: 'of no one, late', due_dts: due },
  { task_name: 'snoozed', delay_until_dts: '2026-02-01T09:00:00-05:00', due_dts: due },
] as const)
  await addTask(app, task, ann.key);
const done = await addTask(app, { task_name: 'done' }, ann.key);
await changeTask(app, done.workflow_task_uuid ?? '', { status: 'closed' }, ann.key);

test('each condition finds its tasks', async () => {
  const table: [condition: object, names: string[]][] = [
    [{ global_task_number: 3 }, ['of the group']],
    [{ global_task_number: 99 }, []],
    [{ assigned_to_my_groups: true }, ['of the group']],
    [{ priorities: ['1 - low', '4 - critical'] }, ['of the group', 'mine, late']],
    [{ statuses: ['delayed', 'closed'] }, ['done', 'snoozed']],
    [{ overdue: true, status: 'open' }, ['of no one, late', 'mine, late']],
    // At its due moment a task is not late yet.
    [{ overdue: false, assigned_to_user_id: ann.userId }, ['mine, in time']],
    [{ overdue: false, status: 'closed' }, ['done']],
    [{ system: true }, []],
    [{ system: false, status: 'closed' }, ['done']],
    [{ priorities: [], statuses: [], status: 'closed' }, ['done']],
  ];
  for (const [body, names] of table) {
    const { tasks } = await ask(app, { operation: 'searchWorkflowTasks', body, key: ann.key });
    assert.deepEqual(
      tasks.map(({ task_name }) => task_name),
      names,
      JSON.stringify(body),
    );
  }
});

test('the overview counts what the lists of the same name show', async () => {
  const { overview } = await ask(app, { operation: 'getOverview', key: ann.key });
  const lists = {
    mine: { assigned_to_user_id: ann.userId },
    groups: { assigned_to_my_groups: true },
    unassigned: { unassigned: true },
    overdue: { overdue: true },
  };
  for (const [name, condition] of Object.entries(lists)) {
    const body = { ...condition, status: 'open' };
    const { tasks } = await ask(app, { operation: 'searchWorkflowTasks', body, key: ann.key });
    assert.equal(overview?.tasks?.[name as keyof typeof lists], tasks.length, name);
    assert.notEqual(tasks.length, 0, name);
  }
});
