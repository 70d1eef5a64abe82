// Tests work on tasks: one and many, two people at once, views, files, and how a change is undone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import type { Locator, Page } from 'playwright-core';
import { allPermissions } from '../support/app.ts';
import { withBrowser } from './chromium.ts';
import { addPerson, enter, type UserLogin } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 10 });
const dana: UserLogin = { merchantId: 'TEST', login: world.login, password: world.password };
const sue = await addPerson(world, 'TEST', 'sue', allPermissions);

test(
  'many tasks are closed at once; the refused one is named; undo opens them',
  withBrowser,
  async () => {
    const first = await addTask({ task_name: 'Bulk one', tags: ['bulk'] });
    const second = await addTask({ task_name: 'Bulk two', tags: ['bulk'], priority: '3 - high' });
    const other = await addTask({ task_name: 'Done before' });
    const blocked = await addTask({
      task_name: 'Bulk three',
      tags: ['bulk'],
      dependant_workflow_task_uuid: other.uuid,
    });
    const { page, assertQuiet, close } = await openAs(dana, '/tasks?tag=bulk');
    await page.locator('[data-count="3"]').waitFor();
    await page.keyboard.press('*');
    const bar = page.getByRole('region', { name: 'Selected tasks' });
    await bar.getByText('3 tasks selected').waitFor();
    await bar.getByRole('button', { name: 'Close' }).click();
    const refused = page.getByRole('dialog', { name: '1 of 3 were not changed' });
    await refused.getByText('cannot be closed while "Done before" is open').waitFor();
    await page.keyboard.press('Escape');
    const statuses = async () =>
      [await taskOf(first.uuid), await taskOf(second.uuid), await taskOf(blocked.uuid)].map(
        ({ status }) => status,
      );
    assert.deepEqual(await statuses(), ['closed', 'closed', 'open']);
    await page.getByText('2 tasks closed').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: 2 tasks closed').waitFor();
    assert.deepEqual(await statuses(), ['open', 'open', 'open']);
    await page.keyboard.press('4');
    await page.getByText('3 tasks got critical priority').waitFor();
    await page.keyboard.press('u');
    await page.getByText('Undone: 3 tasks got critical priority').waitFor();
    assert.equal((await taskOf(first.uuid)).priority, '2 - medium');
    assert.equal((await taskOf(second.uuid)).priority, '3 - high');
    assertQuiet();
    await close();
  },
);

test(
  'one task is dated, tagged, noted, and gets a file; its history says who',
  withBrowser,
  async () => {
    const { number, uuid } = await addTask({ task_name: 'Order the tea' });
    const { page, assertQuiet, close } = await openAs(dana, `/tasks/${number}`);
    await page.getByRole('button', { name: 'Take' }).waitFor();
    await page.keyboard.press('d');
    const due = page.getByRole('dialog', { name: 'Due' });
    await due.getByLabel('When').fill('yesterday');
    await page.keyboard.press('Enter');
    await due.getByText('This is not a moment after now').waitFor();
    await due.getByLabel('When').fill('in 3 days');
    await page.keyboard.press('Enter');
    await page.getByText(`#${number} due Sun 18 Jan 2026, 09:00`).waitFor();
    await page.keyboard.press('t');
    await page.getByRole('dialog', { name: 'Tags' }).getByLabel('Tags').fill('tea, urgent');
    await page.keyboard.press('Enter');
    await page.getByText(`#${number} tagged tea, urgent`).waitFor();
    const note = page.getByRole('textbox', { name: 'New note' });
    await note.fill('Ordred 20 boxes.');
    await page.getByRole('button', { name: 'Add the note' }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByRole('textbox', { name: 'Note', exact: true }).fill('Ordered 20 boxes.');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('As it was first written').waitFor();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    await (await chooser).setFiles({
      name: 'bill.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('20 boxes'),
    });
    const link = page.getByRole('link', { name: 'bill.txt' });
    await link.waitFor();
    const file = await page.request.get((await link.getAttribute('href')) ?? '');
    assert.equal(await file.text(), '20 boxes');
    await page.getByText(/^History \(\d\)/).click();
    await page.getByText('Note edited').waitFor();
    const { due_dts, tags, notes, histories = [] } = await taskOf(uuid);
    assert.equal(due_dts, '2026-01-18T09:00:00-05:00');
    assert.deepEqual(tags, ['tea', 'urgent']);
    assert.deepEqual(
      notes?.map(({ note: text }) => text),
      ['Ordered 20 boxes.'],
    );
    assert.ok(histories.slice(1).every(({ user }) => user?.user === 'Dana Demo'));
    assertQuiet();
    await close();
  },
);

test(
  'a file that a colleague attached stays, and a removed one comes back',
  withBrowser,
  async () => {
    const { number, uuid } = await addTask({ task_name: 'Collect the papers' });
    // Without the live socket the page does not know what a colleague did.
    const { page, close } = await watchedPage(
      `${world.url}/tasks/${number}`,
      {},
      async (context) => {
        await enter(context, world, dana);
        await context.route('**/perennial/v1/live/auth', (route) => route.abort());
      },
    );
    const choose = page.getByRole('button', { name: 'Choose files' });
    await choose.waitFor();
    await change(uuid, { attachments: [await uploaded('theirs.txt')] });
    const chooser = page.waitForEvent('filechooser');
    await choose.click();
    const buffer = Buffer.from('mine');
    await (await chooser).setFiles({ name: 'mine.txt', mimeType: 'text/plain', buffer });
    const names = async () =>
      ((await taskOf(uuid)).attachments ?? []).map(({ file_name: name }) => name);
    await page.getByRole('link', { name: 'mine.txt' }).waitFor();
    assert.deepEqual(await names(), ['theirs.txt', 'mine.txt']);
    await page.getByRole('button', { name: 'Remove theirs.txt' }).click();
    await page.getByText('theirs.txt is removed.').waitFor();
    assert.deepEqual(await names(), ['mine.txt']);
    await page.keyboard.press('u');
    await page.getByRole('link', { name: 'theirs.txt' }).waitFor();
    assert.deepEqual(await names(), ['mine.txt', 'theirs.txt']);
    await close();
  },
);

test('two people change one field: was, theirs, mine, and a choice', withBrowser, async () => {
  const { number, uuid } = await addTask({ task_name: 'Agree on it' });
  // Without the live socket the page does not learn about a colleague's change.
  const opened = await watchedPage(`${world.url}/tasks/${number}`, {}, async (context) => {
    await enter(context, world, dana);
    await context.route('**/perennial/v1/live/auth', (route) => route.abort());
  });
  const { page, close } = opened;
  await page.getByRole('button', { name: 'Take' }).waitFor();
  await change(uuid, { priority: '1 - low' });
  await page.keyboard.press('4');
  const dialog = page.getByRole('dialog', { name: 'Your change was not saved' });
  const row = dialog.getByRole('table', { name: 'Priority' });
  await row.getByText('Medium').waitFor();
  await row.getByText('Low').waitFor();
  await row.getByText('Critical').waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`#${number} Critical priority`).waitFor();
  // A change of another field causes no conflict.
  await change(uuid, { tags: ['tea'] });
  await page.keyboard.press('3');
  await page.getByText(`#${number} High priority`).waitFor();
  assert.deepEqual((await taskOf(uuid)).tags, ['tea']);
  await close();
});

test(
  'a view is saved for colleagues, opened by one, removed and brought back',
  withBrowser,
  async () => {
    await addTask({ task_name: 'Write the poster', tags: ['poster'] });
    const { page, close } = await openAs(dana, '/tasks?tag=poster');
    await page.locator('[data-count="1"]').waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Priority' }).click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('v');
    const dialog = page.getByRole('dialog', { name: 'Save this view' });
    await dialog.getByLabel('Name').fill('Posters');
    await dialog.getByLabel('Colleagues see it too').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The view Posters is saved.').waitFor();
    const colleague = await openAs(sue, '/tasks');
    await colleague.page.getByRole('link', { name: /^Posters/ }).click();
    await colleague.page.locator('[data-count="1"]').waitFor();
    await colleague.page.getByRole('columnheader', { name: 'Priority' }).waitFor();
    assert.equal(await removeButton(colleague.page).count(), 0, 'only its owner removes a view');
    await colleague.close();
    await removeButton(page).click();
    await page.getByText('The view Posters was removed.').waitFor();
    await page.getByRole('link', { name: /^Posters/ }).waitFor({ state: 'hidden' });
    await page.keyboard.press('u');
    await page.getByRole('link', { name: /^Posters/ }).waitFor();
    const { body } = await world.request({ operation: 'getSavedSearches' });
    const again = body.saved_searches.find(({ name }: { name: string }) => name === 'Posters');
    assert.ok(again?.columns.includes('priority'), 'with its columns');
    await close();
  },
);

test(
  'a task begins at its object, is snoozed from the palette, and is deleted after a question',
  withBrowser,
  async () => {
    const { body } = await world.request({ operation: 'searchAutoOrders', body: {} });
    const code = body.auto_orders[0].auto_order_code;
    const { page, assertQuiet, close } = await openAs(dana, `/auto-orders/${code}`);
    await page.getByRole('link', { name: 'New task' }).click();
    const dialog = page.getByRole('dialog', { name: 'New task' });
    await dialog.getByRole('button', { name: 'Add the task' }).click();
    await dialog.getByText('Say in a few words').waitFor();
    await dialog.getByLabel('Name').fill('Ask for the size');
    await dialog.getByLabel('Due').fill('tomorrow 9');
    await dialog.getByRole('button', { name: 'Add the task' }).click();
    await pane(page).getByRole('heading', { name: 'Ask for the size' }).waitFor();
    await pane(page)
      .getByRole('link', { name: `Auto order ${code}` })
      .waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('snooze next week');
    await page.getByRole('option', { name: /^Snooze #\d+ until Mon 19 Jan 2026, 09:00/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText(/snoozed until Mon 19 Jan 2026, 09:00/).waitFor();
    await pane(page).getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete …' }).click();
    const question = page.getByRole('dialog', { name: /^Delete #\d+\?$/ });
    await question.getByRole('button', { name: 'Delete' }).click();
    await pane(page).waitFor({ state: 'hidden' });
    await page.getByText(/#\d+ was deleted/).waitFor();
    assertQuiet();
    await close();
  },
);

/** The third pane of the inbox. */
const pane = (page: Page): Locator => page.getByRole('complementary', { name: 'Task' });

const removeButton = (page: Page): Locator =>
  page.getByRole('button', { name: 'Remove the view Posters' });

const openAs = (person: UserLogin, path: string) =>
  watchedPage(`${world.url}${path}`, {}, (context) => enter(context, world, person));

async function addTask(task: WorkflowTask): Promise<{ number: number; uuid: string }> {
  const { body, text } = await world.request({ operation: 'insertWorkflowTask', body: task });
  const { global_task_number: number, workflow_task_uuid: uuid } = body.task ?? {};
  assert.ok(number && uuid, text);
  return { number, uuid };
}

/** Uploads a text file over the API, and returns how a task names it. */
async function uploaded(file_name: string): Promise<{ file_name: string; upload_key: string }> {
  const { body } = await world.request({
    operation: 'getWorkflowTaskAttachmentUploadUrl',
    params: { extension: 'txt' },
  });
  const { key, url } = body.workflow_attachment_upload_url;
  const { pathname, search } = new URL(url);
  const stored = await fetch(world.url + pathname + search, { method: 'PUT', body: file_name });
  assert.equal(stored.status, 200);
  return { file_name, upload_key: key };
}

async function change(uuid: string, body: WorkflowTask): Promise<void> {
  const params = { task_uuid: uuid };
  const { status, text } = await world.request({ operation: 'updateWorkflowTask', params, body });
  assert.equal(status, 200, text);
}

async function taskOf(uuid: string): Promise<WorkflowTask> {
  const { body } = await world.request({
    operation: 'getWorkflowTask',
    params: { task_uuid: uuid },
  });
  return body.task ?? {};
}
