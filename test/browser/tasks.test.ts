// Tests the inbox: its filters, two people and one task, a task that closes itself, and the
// keyboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowTask, WorkflowTasksResponse } from '@perennial/contract/workflow.ts';
import type { Locator, Page } from 'playwright-core';
import { searchOf } from '../../web/src/tasks/list.ts';
import { allPermissions } from '../support/app.ts';
import { withBrowser } from './chromium.ts';
import { addPerson, enter, type UserLogin } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld();
const dana: UserLogin = { merchantId: 'TEST', login: world.login, password: world.password };
const sue = await addPerson(world, 'TEST', 'sue', allPermissions);
const danaId = await idOf('Dana Demo');

type State = Parameters<typeof searchOf>[0];

test('each filter shows as many rows as the API counts', withBrowser, async () => {
  await addTask({ task_name: 'Late', due_dts: '2026-01-10', assigned_to_user_id: danaId });
  const { page, assertQuiet, close } = await openAs(dana, '/tasks');
  const table: [name: string, state: State][] = [
    ['usual', {}],
    ['text', { q: 'parcel' }],
    ['status', { status: ['any'] }],
    ['statuses', { status: ['closed', 'delayed'] }],
    ['mine', { who: ['me'] }],
    ['mine and my groups', { who: ['us'] }],
    ['my groups', { who: ['groups'] }],
    ['no one', { who: ['none'] }],
    ['a person', { who: [`user:${danaId}`] }],
    ['priority', { priority: ['1 - low', '3 - high'] }],
    ['tag', { tag: ['price'] }],
    ['object', { object: ['order'] }],
    ['overdue', { overdue: ['yes'] }],
    ['raised by', { made_by: ['people'], status: ['any'] }],
    ['due', { due: '2026-01-01..2026-01-14' }],
    ['changed', { changed: '2026-01-15..', status: ['any'] }],
    ['nothing', { q: 'zzzz' }],
  ];
  const counts: number[] = [];
  for (const [name, state] of table) {
    const count = await countOf(page, state);
    await page.goto(`${world.url}/tasks${query(state)}`);
    if (count === 0) await page.getByText('Nothing matches').waitFor();
    else await page.locator(`[data-count="${count}"]`).waitFor();
    assert.equal(count === 0, name === 'nothing', name);
    counts.push(count);
  }
  assert.ok(new Set(counts).size > 4, `the filters tell nothing apart: ${counts.join(' ')}`);
  assertQuiet();
  await close();
});

test('the counts of the views are the rows that they show', withBrowser, async () => {
  const { page, close } = await openAs(dana, '/tasks');
  const views = page.getByRole('navigation', { name: 'Views' });
  for (const name of ['Mine', 'My groups', 'Unassigned', 'Overdue']) {
    const link = views.getByRole('link', { name: new RegExp(`^${name} ?\\d+$`) });
    const count = Number(/\d+$/.exec((await link.textContent()) ?? '')?.[0]);
    await link.click();
    await page.locator(`[data-count="${count}"]`).waitFor();
  }
  const open = page.getByRole('link', { name: /open tasks of yours and your groups$/ });
  const { body } = await world.request({ operation: 'searchWorkflowTasks', body: {} });
  const before = Number(await open.textContent());
  assert.ok(before > 0 && before < (body.tasks?.length ?? 0));
  await addTask({ task_name: 'Another of mine', assigned_to_user_id: danaId });
  await open.and(page.getByText(String(before + 1), { exact: true })).click();
  await page.locator(`[data-count="${before + 1}"]`).waitFor();
  await close();
});

test('two people take one task: one has it, the other is told who', withBrowser, async () => {
  const { number, uuid } = await addTask({ task_name: 'Reply to the letter' });
  const people = [
    { name: 'Dana Demo', opened: await openAs(dana, `/tasks?open=${number}`) },
    { name: 'sue of TEST', opened: await openAs(sue, `/tasks?open=${number}`) },
  ];
  for (const { opened } of people) await pane(opened.page).getByText('No one').waitFor();
  await Promise.all(people.map(({ opened }) => opened.page.keyboard.press('a')));
  for (const { opened } of people)
    await opened.page.getByText(new RegExp(`#${number} is yours|took #${number}`)).waitFor();
  const { assigned_to_user: winner } = await taskOf(uuid);
  for (const { name, opened } of people) {
    const told = name === winner ? `#${number} is yours` : `${winner} took #${number} just now`;
    await opened.page.getByText(told).waitFor();
  }
  for (const { opened } of people) {
    await pane(opened.page).getByText(`${winner} since`).waitFor();
    await opened.close();
  }
});

test(
  'a card is declined, the task is worked, and closes itself while a colleague watches',
  withBrowser,
  async () => {
    const { number } = await declinedTask();
    const watching = await openAs(sue, `/tasks?open=${number}`);
    await pane(watching.page).getByText('stolen card').waitFor();
    const { page, assertQuiet, close } = await openAs(dana, `/tasks/${number}`);
    await page.getByText('closes automatically when').waitFor();
    await page.getByRole('button', { name: 'Replace the card' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replace the card' });
    await dialog.getByLabel('Card token').fill('4242 4242 4242 4242');
    await dialog.getByLabel('Expires').fill('9/31');
    await dialog.getByText(/Charge what is due now: \$\d/).waitFor();
    await dialog.getByRole('button', { name: 'Save the card and charge' }).click();
    await dialog.getByText('This looks like a card number').waitFor();
    await dialog.getByLabel('Card token').fill('tok_1');
    await dialog.getByRole('button', { name: 'Save the card and charge' }).click();
    await page.getByText('The card was replaced. The charge was approved.').waitFor();
    for (const each of [page, watching.page]) {
      await each.getByText('Closed by the customer').first().waitFor();
      await each.getByRole('button', { name: 'Reopen' }).waitFor();
    }
    assertQuiet();
    watching.assertQuiet();
    await close();
    await watching.close();
  },
);

test('changes of others wait in a pill; rows do not move', withBrowser, async () => {
  const { page, close } = await openAs(dana, '/tasks?sort=-global_task_number');
  const rows = page.getByRole('grid').getByRole('row');
  const shown = async () => (await rows.allTextContents()).slice(1);
  await rows.nth(2).waitFor();
  await page.getByRole('status').filter({ hasText: 'Live' }).first().waitFor();
  const before = await shown();
  await addTask({ task_name: 'Raised meanwhile' });
  await page.getByRole('button', { name: '1 change', exact: true }).click();
  await rows.nth(1).getByText('Raised meanwhile').waitFor();
  assert.deepEqual((await shown()).slice(1), before);
  await close();
});

test('from the log-in to a closed task by keyboard alone', withBrowser, async () => {
  const { number, uuid } = await addTask({
    task_name: 'Send the invoice again',
    priority: '4 - critical',
  });
  const { page, assertQuiet, close } = await watchedPage(`${world.url}/login`);
  const keys = async (...pressed: string[]) => {
    for (const key of pressed) await page.keyboard.press(key);
  };
  await tabTo(page, page.getByRole('textbox', { name: 'Login' }));
  await page.keyboard.insertText(sue.login);
  await tabTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.insertText(sue.password);
  await keys('Enter');
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  await keys('g', 't');
  await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
  await tabTo(page, page.getByRole('link', { name: /^Unassigned/ }));
  await keys('Enter');
  await page.getByRole('grid').getByText('Send the invoice again').waitFor();
  await keys('j', 'Enter');
  await pane(page).getByRole('heading', { name: 'Send the invoice again' }).waitFor();
  await keys('a');
  await page.getByText(`#${number} is yours`).waitFor();
  await keys('n');
  await page.keyboard.insertText('Sent on paper.');
  await keys('Control+Enter');
  await pane(page).getByRole('listitem').getByText('Sent on paper.').waitFor();
  await keys('Escape', 'z');
  await page.getByRole('dialog', { name: 'Snooze until …' }).waitFor();
  await page.keyboard.insertText('tomorrow 9');
  await page.getByText('Fri 16 Jan 2026, 09:00').first().waitFor();
  await keys('Enter');
  await page.getByText(`#${number} snoozed until Fri 16 Jan 2026, 09:00`).waitFor();
  await keys('u');
  await page.getByText(`Undone: #${number} snoozed`).waitFor();
  assert.equal((await taskOf(uuid)).status, 'open');
  await keys('R');
  await page.getByText(`#${number} closed`).waitFor();
  const closed = await taskOf(uuid);
  assert.equal(closed.status, 'closed');
  assert.deepEqual(
    closed.notes?.map(({ note }) => note),
    ['Sent on paper.'],
  );
  assertQuiet();
  await close();
});

/** The third pane of the inbox. */
const pane = (page: Page): Locator => page.getByRole('complementary', { name: 'Task' });

const openAs = (person: UserLogin, path: string) =>
  watchedPage(`${world.url}${path}`, {}, (context) => enter(context, world, person));

const tabsMax = 60;

/** Presses Tab until an element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let pressed = 0; pressed < tabsMax; pressed++) {
    if ((await target.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${String(target)}`);
}

async function idOf(name: string): Promise<number> {
  const { body } = await world.request({ operation: 'getWorkflowAssignmentUsers' });
  return body.users?.find(({ user }: { user?: string }) => user === name)?.user_id ?? 0;
}

async function addTask(task: WorkflowTask): Promise<{ number: number; uuid: string }> {
  const { body, text } = await world.request({ operation: 'insertWorkflowTask', body: task });
  const { global_task_number: number, workflow_task_uuid: uuid } = body.task ?? {};
  assert.ok(number && uuid, text);
  return { number, uuid };
}

async function taskOf(uuid: string): Promise<WorkflowTask> {
  const { body } = await world.request({
    operation: 'getWorkflowTask',
    params: { task_uuid: uuid },
  });
  return body.task ?? {};
}

/**
 * Declines the next rebill of a running auto order for good, and returns the task that is raised.
 */
async function declinedTask(): Promise<{ number: number }> {
  const { body } = await world.request({
    operation: 'searchAutoOrders',
    body: { state: ['active'] },
    query: { _limit: 1, _sort: 'next_shipment_dts' },
  });
  const {
    auto_order_oid: oid,
    auto_order_code: code,
    next_shipment_dts: due,
  } = body.auto_orders[0];
  const card = { card_expiration_month: 1, card_expiration_year: 2031 };
  const replaced = await world.request({
    operation: 'updateAutoOrderPayment',
    params: { auto_order_oid: oid },
    body: { ...card, card_number_token: 'tok_decline_stolen_card', attempt_rebill: false },
  });
  assert.equal(replaced.status, 200, replaced.text);
  const moved = await world.request({ operation: 'setClock', body: { now_dts: due } });
  assert.equal(moved.status, 200, moved.text);
  const { body: found } = await world.request({
    operation: 'searchWorkflowTasks',
    body: { object_id: code, system: true, status: 'open' },
  });
  const number = found.tasks?.[0]?.global_task_number;
  assert.ok(number, `no task about ${code}`);
  return { number };
}

/** Requests the count for the filters of an address from the API, as the person at the page. */
async function countOf(page: Page, state: State): Promise<number> {
  const response = await page.request.post(`${world.url}/perennial/v1/workflow/tasks/search`, {
    headers: {
      Origin: world.url,
      'Sec-Fetch-Site': 'same-origin',
      'X-Perennial-Console': '1',
      'X-UltraCart-Api-Version': '2017-03-01',
    },
    data: searchOf(state, danaId),
  });
  assert.equal(response.status(), 200, await response.text());
  const { metadata } = (await response.json()) as WorkflowTasksResponse;
  return metadata?.result_set?.total_records ?? assert.fail('no total');
}

function query(state: State): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(state))
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  return `?${search}`;
}
