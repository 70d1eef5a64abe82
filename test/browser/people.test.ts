// Tests how a lead adds a colleague, gives and removes permissions, and edits the same form as
// another lead.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { withBrowser } from './chromium.ts';
import { addPerson, enter } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 3 });
const dana = { merchantId: 'TEST', login: world.login, password: world.password };
const userOf = async (login: string) => {
  const { body } = await world.request({ operation: 'getUsers' });
  return body.users.find((user) => user.login === login);
};
const permissionsOf = async (login: string) =>
  ((await userOf(login))?.permissions ?? [])
    .filter(({ selected }) => selected)
    .map(({ permission_Name: name }) => name);

test('a user is added, edited, undone, deactivated and deleted', withBrowser, async () => {
  const { page, assertQuiet, close } = await watchedPage(
    `${world.url}/people/users`,
    {},
    (context) => enter(context, world, dana),
  );
  await page.getByRole('link', { name: 'New user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Login').fill('nina');
  await dialog.getByLabel('Full name').fill('Nina New');
  await dialog.getByRole('checkbox', { name: 'order_read', exact: true }).check();
  await dialog.getByRole('checkbox', { name: 'Support' }).check();
  await dialog.getByRole('button', { name: 'Add the user' }).click();
  await page.getByRole('status').getByText('User nina added.').waitFor();
  assert.deepEqual(await permissionsOf('nina'), ['order_read']);

  await page.getByRole('link', { name: 'nina', exact: true }).click();
  await page.getByRole('link', { name: 'Change …' }).click();
  await dialog.getByRole('checkbox', { name: 'order_write', exact: true }).check();
  await dialog.getByRole('table', { name: 'What changes' }).getByText('order_write').waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').getByText('User nina saved.').waitFor();
  assert.deepEqual(await permissionsOf('nina'), ['order_read', 'order_write']);
  await page.keyboard.press('u');
  await page.getByText('Undone: User nina saved.').waitFor();
  assert.deepEqual(await permissionsOf('nina'), ['order_read']);

  await page.getByRole('link', { name: 'Deactivate …' }).click();
  await dialog.getByText('Group Support').waitFor();
  await dialog.getByRole('button', { name: 'Deactivate', exact: true }).click();
  await page.getByRole('status').getByText('User nina deactivated.').waitFor();
  assert.deepEqual([await permissionsOf('nina'), (await userOf('nina'))?.groups], [[], []]);

  await page.getByRole('link', { name: 'Delete …' }).click();
  await dialog.getByText('This cannot be undone.').waitFor();
  await dialog.getByRole('button', { name: 'Delete Nina New' }).click();
  await page.getByRole('status').getByText('User Nina New deleted.').waitFor();
  await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
  assert.equal(await userOf('nina'), undefined);
  assertQuiet();
  await close();
});

test('a group gives its members rights; two leads meet in one form', withBrowser, async () => {
  const { page, close } = await watchedPage(`${world.url}/people/groups`, {}, (context) =>
    enter(context, world, dana),
  );
  await page.getByRole('link', { name: 'Support', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'item_read', exact: true }).check();
  await dialog.getByLabel('Name').fill('Helpers');
  const { body } = await world.request({ operation: 'getGroups' });
  const [group] = body.groups;
  await world.request({
    operation: 'updateGroup',
    params: { group_oid: group?.group_oid ?? 0 },
    body: { name: 'Service' },
  });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('A colleague changed this since you opened it').waitFor();
  await dialog.getByText('Service').waitFor();
  await dialog.getByText('Keep mine').click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').getByText('saved.').waitFor();
  const after = await world.request({ operation: 'getGroups' });
  assert.equal(after.body.groups[0]?.name, 'Helpers');
  await page.getByRole('link', { name: 'kim', exact: true }).click();
  await page.getByText('group Helpers').first().waitFor();
  await close();
});

test('a person gives only what they have', withBrowser, async () => {
  const lead = await addPerson(world, 'TEST', 'lead', ['user_read', 'user_write', 'item_read']);
  const target = (await userOf('lead'))!.user_id;
  const { page, close } = await watchedPage(
    `${world.url}/people/${target}/edit/access`,
    {},
    (context) => enter(context, world, lead),
  );
  const dialog = page.getByRole('dialog');
  await dialog.getByText('This is you.').waitFor();
  assert.equal(
    await dialog.getByRole('checkbox', { name: 'order_write', exact: true }).isDisabled(),
    true,
  );
  assert.equal(
    await dialog.getByRole('checkbox', { name: 'item_read', exact: true }).isDisabled(),
    false,
  );
  await close();
});

test('rights taken away in one browser end in the open page of another', withBrowser, async () => {
  const clerk = await addPerson(world, 'TEST', 'clerk', ['auto_order_read']);
  const theirs = await watchedPage(`${world.url}/auto-orders`, {}, (context) =>
    enter(context, world, clerk),
  );
  await theirs.page.getByText('3 rows').waitFor();
  const { user_id: id } = (await userOf('clerk'))!;
  const lead = await watchedPage(`${world.url}/people/${id}/edit/deactivate`, {}, (context) =>
    enter(context, world, dana),
  );
  await lead.page.getByRole('button', { name: 'Deactivate', exact: true }).click();
  await lead.page.getByRole('status').getByText('deactivated').waitFor();
  const takenAt = performance.now();
  while ((await theirs.page.evaluate(refusalOfOverview)) !== 'missing_permission')
    assert.ok(performance.now() - takenAt < 60_000, 'the rights are still there');
  await theirs.page.getByRole('link', { name: 'Paused' }).click();
  await theirs.page.getByText('You may not see this').waitFor();
  // The navigation shows only what the person may do now.
  const nav = theirs.page.getByRole('navigation', { name: 'Main' });
  await nav.getByRole('link', { name: 'Auto orders' }).waitFor({ state: 'detached' });
  await theirs.close();
  await lead.close();
});

const refusalOfOverview = `fetch('/perennial/v1/overview')
  .then((response) => response.headers.get('X-Perennial-Refusal'))`;

test(
  'a key is made, its secret is shown once and works, it is replaced and revoked',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await watchedPage(`${world.url}/keys/new`, {}, (context) =>
      enter(context, world, dana),
    );
    const dialog = page.getByRole('dialog');
    const works = async (key: string) =>
      (
        await fetch(`${world.url}/rest/v2/item/items`, {
          headers: { 'x-ultracart-simple-key': key, 'x-ultracart-api-version': '2017-03-01' },
        })
      ).status;
    const stored = async () => {
      const secret = (await dialog.locator('code').textContent()) ?? '';
      await dialog.getByRole('button', { name: 'I have stored it' }).click();
      return secret;
    };
    await dialog.getByLabel('What it is for').fill('Warehouse');
    await dialog.getByRole('checkbox', { name: 'item_read', exact: true }).check();
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    const first = await stored();
    assert.equal(await works(first), 200);

    await page.getByRole('link', { name: 'Rotate Warehouse' }).click();
    await dialog.getByLabel('The current secret').selectOption('Accept it for another day');
    await dialog.getByRole('button', { name: 'Replace the secret' }).click();
    const second = await stored();
    assert.deepEqual(
      [first === second, await works(first), await works(second)],
      [false, 200, 200],
    );

    await page.getByRole('link', { name: 'Revoke Warehouse' }).click();
    await dialog.getByRole('button', { name: 'Revoke Warehouse' }).click();
    await page.getByRole('status').getByText('Key Warehouse revoked.').waitFor();
    const { body } = await world.request({ operation: 'getApiKeys' });
    assert.equal(body.api_keys.find(({ name }) => name === 'Warehouse')?.state, 'revoked');
    assertQuiet();
    await close();
  },
);

test(
  'a customer is exported and erased; an open one is not, and the reason is shown',
  withBrowser,
  async () => {
    const { body } = await world.request({ operation: 'searchCustomers', body: {} });
    const busy = body.customers[0].customer_profile_oid;
    const made = await world.request({
      operation: 'insertCustomer',
      body: { email: 'gone@example.com' },
    });
    const gone = made.body.customer.customer_profile_oid;
    const { page, close } = await watchedPage(`${world.url}/customers/${busy}`, {}, (context) =>
      enter(context, world, dana),
    );
    const downloaded = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export everything' }).click();
    const file = await readFile(await (await downloaded).path(), 'utf8');
    assert.ok(JSON.parse(file).tables.auto_order.length > 0);

    await page.getByRole('button', { name: 'What the customer sees' }).click();
    const own = page.getByRole('link', { name: 'Open the customer’s page' });
    const shown = await page.request.get((await own.getAttribute('href')) ?? '');
    assert.match(await shown.text(), /Your subscriptions/);

    const dialog = page.getByRole('dialog');
    const button = dialog.getByRole('button', { name: 'Erase for good' });
    await page.getByRole('link', { name: 'Erase …' }).click();
    const typed = dialog.getByRole('textbox');
    await typed.fill('someone@example.com');
    assert.equal(await button.isDisabled(), true);
    await typed.fill(body.customers[0].email);
    await button.click();
    await dialog.getByRole('alert').getByText('cannot be erased yet').waitFor();

    await page.goto(`${world.url}/customers/${gone}/erase`);
    await typed.fill('Gone@example.com');
    await button.click();
    await page.getByRole('status').getByText(`Customer ${gone} erased.`).waitFor();
    const params = { customer_profile_oid: gone };
    assert.equal((await world.request({ operation: 'getCustomer', params })).status, 404);
    await close();
  },
);
