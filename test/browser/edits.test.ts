// Tests changes of one auto order: preview, save, undo, a conflict, and a session that ends while a
// person types.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AutoOrderItem } from '@perennial/contract/autoOrderItem.ts';
import type { Page } from 'playwright-core';
import { withBrowser } from './chromium.ts';
import { takePicture } from './pictures.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld();

test(
  'from the demo link: list, filter, one auto order, a change seen, saved and undone',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await watchedPage(world.startUrl);
    await page.getByRole('navigation', { name: 'Main' }).getByText('Auto orders').click();
    await page.locator('[data-count="60"]').waitFor();
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('menuitem', { name: 'State' }).click();
    await page.getByRole('checkbox', { name: 'Active' }).check();
    await page.keyboard.press('Escape');
    const { body } = await world.request({
      operation: 'searchAutoOrders',
      body: { state: ['active'] },
    });
    await page.locator(`[data-count="${body.total}"]`).waitFor();
    await page.getByRole('grid').getByRole('row').nth(1).click();
    const skip = page.getByRole('button', { name: 'Skip next' });
    await skip.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The next three rebills').waitFor();
    const code = new URL(page.url()).pathname.split('/')[2];
    const next = async () =>
      (
        await world.request({ operation: 'searchAutoOrders', body: { text: code } })
      ).body.auto_orders.find(({ auto_order_code: each }) => each === code)?.next_shipment_dts;
    const before = await next();
    await dialog.getByRole('button', { name: /^Skip/ }).click();
    await page.getByRole('button', { name: 'Undo', exact: true }).waitFor();
    assert.notEqual(await next(), before);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText('Undone:').waitFor();
    assert.equal(await next(), before);
    assertQuiet();
    await close();
  },
);

test(
  'a change is seen, saved and undone; Recent changes outlives a reload',
  withBrowser,
  async () => {
    const { code, oid, quantity } = await anActiveOne();
    const { page, assertQuiet, close } = await watchedPage(world.demoUrl);
    await page.getByRole('grid').getByRole('row').nth(3).waitFor();
    await page.goto(`${world.url}/auto-orders/${code}`);
    await page.getByRole('button', { name: 'Skip next' }).waitFor();
    await page.keyboard.press('q');
    const dialog = page.getByRole('dialog', { name: 'Change the quantity' });
    await dialog
      .getByLabel('Quantity')
      .first()
      .fill(String(quantity + 2));
    await dialog.getByText('over these rebills').waitFor();
    await dialog.getByRole('button', { name: 'Change it' }).click();
    await page.getByText(`${code}: The quantity is changed.`).waitFor();
    assert.equal((await itemOf(oid)).arbitrary_quantity, quantity + 2);
    await page.reload();
    await page.getByRole('button', { name: 'Recent changes' }).click();
    await page.getByRole('menuitem', { name: 'The quantity is changed' }).click();
    await page.getByText('Undone:').waitFor();
    assert.equal((await itemOf(oid)).arbitrary_quantity, undefined);
    assertQuiet();
    await close();
  },
);

test('an item of the catalogue is found, added and taken back', withBrowser, async () => {
  const { code, oid } = await anActiveOne();
  const { page, assertQuiet, close } = await watchedPage(world.demoUrl);
  await page.getByRole('grid').getByRole('row').nth(3).waitFor();
  await page.goto(`${world.url}/auto-orders/${code}`);
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await takePicture(page, 'change-menu');
  await page.getByRole('menuitem', { name: 'Add an item' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add an item' });
  await dialog.getByLabel('Item').fill('COFFEE-DARK');
  await dialog.locator('option[value="COFFEE-DARK"]').waitFor({ state: 'attached' });
  await dialog.getByLabel('Quantity').fill('2x');
  await dialog.getByText('Type a number').waitFor();
  await dialog.getByLabel('Quantity').fill('2');
  await dialog.getByText('over these rebills').waitFor();
  await takePicture(page, 'add-item');
  const before = await itemsOf(oid);
  await dialog.getByRole('button', { name: 'Add it' }).click();
  await page.getByText(`${code}: COFFEE-DARK is added.`).waitFor();
  const added = (await itemsOf(oid)).find(
    ({ auto_order_item_oid: each }) => !before.some((old) => old.auto_order_item_oid === each),
  );
  // The added item ships with the next shipment.
  assert.deepEqual(
    [added?.original_item_id, added?.original_quantity, added?.next_shipment_dts],
    ['COFFEE-DARK', 2, before[0]?.next_shipment_dts],
  );
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.getByText('Undone:').waitFor();
  assert.equal((await itemsOf(oid)).length, before.length);
  assertQuiet();
  await close();
});

test('no preview is requested of what is being saved', withBrowser, async () => {
  const { code, quantity } = await anActiveOne();
  const { page, assertQuiet, close } = await watchedPage(world.demoUrl, {}, (context) =>
    context.clock.install(),
  );
  await page.getByRole('grid').getByRole('row').nth(3).waitFor();
  const dialog = await openQuantity(page, code);
  let isSaving = false;
  const late: string[] = [];
  page.on('request', (request) => {
    if (isSaving && request.url().endsWith('/preview') && request.method() === 'POST')
      late.push(request.url());
  });
  // The save takes longer than the form waits before it previews the last input.
  await page.route(/\/rest\/v2\/auto_order\/auto_orders\/\d+/, async (route) => {
    if (route.request().method() === 'PUT') {
      isSaving = true;
      await page.clock.runFor(1000);
    }
    await route.continue();
  });
  await dialog
    .getByLabel('Quantity')
    .first()
    .fill(String(quantity + 3));
  await dialog.getByRole('button', { name: 'Change it' }).click();
  await page.getByText(`${code}: The quantity is changed.`).waitFor();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual([isSaving, late], [true, []]);
  assertQuiet();
  await close();
});

test('a conflict shows was, theirs and mine, and saves what is chosen', withBrowser, async () => {
  const { code, oid, quantity } = await anActiveOne();
  const { page, close } = await watchedPage(world.demoUrl);
  await page.getByRole('grid').getByRole('row').nth(3).waitFor();
  const dialog = await openQuantity(page, code);
  await dialog
    .getByLabel('Quantity')
    .first()
    .fill(String(quantity + 2));
  await update(oid, { arbitrary_quantity: quantity + 5 });
  await dialog.getByRole('button', { name: 'Change it' }).click();
  await dialog.getByText('It was changed while you worked on it').waitFor();
  const row = dialog.getByRole('row', { name: /^Quantity of/ });
  await row.getByRole('radio', { name: String(quantity + 5), exact: true }).check();
  await dialog.getByText('None of your changes is left to save.').waitFor();
  await row.getByRole('radio', { name: String(quantity + 2), exact: true }).check();
  await dialog.getByRole('button', { name: 'Save the chosen values' }).click();
  await page.getByText(`${code}: The quantity is changed.`).waitFor();
  assert.equal((await itemOf(oid)).arbitrary_quantity, quantity + 2);
  await update(oid, { arbitrary_quantity: null });
  await close();
});

test('a session that ends while typing loses nothing', withBrowser, async () => {
  const { code, oid, quantity } = await anActiveOne();
  const { page, close } = await watchedPage(world.demoUrl);
  await page.getByRole('grid').getByRole('row').nth(3).waitFor();
  const dialog = await openQuantity(page, code);
  await page.context().clearCookies();
  await dialog
    .getByLabel('Quantity')
    .first()
    .fill(String(quantity + 3));
  const logIn = page.getByRole('dialog', { name: 'Your session has ended' });
  await logIn.getByRole('textbox', { name: 'Password' }).press('Escape');
  await logIn.getByRole('textbox', { name: 'Password' }).fill(world.password);
  await logIn.getByRole('button', { name: 'Log in' }).click();
  await logIn.waitFor({ state: 'hidden' });
  await dialog.getByText('over these rebills').waitFor();
  assert.equal(await dialog.getByLabel('Quantity').first().inputValue(), String(quantity + 3));
  await dialog.getByRole('button', { name: 'Change it' }).click();
  await page.getByText(`${code}: The quantity is changed.`).waitFor();
  assert.equal((await itemOf(oid)).arbitrary_quantity, quantity + 3);
  await close();
});

async function openQuantity(page: Page, code: string) {
  await page.goto(`${world.url}/auto-orders/${code}/edit/quantity`);
  const dialog = page.getByRole('dialog', { name: 'Change the quantity' });
  await dialog.getByLabel('Quantity').first().waitFor();
  return dialog;
}

/** Finds a running auto order whose first item has no other quantity yet. */
async function anActiveOne() {
  const { body } = await world.request({
    operation: 'searchAutoOrders',
    body: { state: ['active'] },
    query: { _limit: 20 },
  });
  for (const { auto_order_oid: oid, auto_order_code: code } of body.auto_orders) {
    const { arbitrary_quantity, original_quantity, next_item_id } = await itemOf(oid);
    if (arbitrary_quantity === undefined && next_item_id !== undefined)
      return { oid, code, quantity: original_quantity ?? 1 };
  }
  throw new Error('the demo world has no active auto order without another quantity');
}

const itemOf = async (oid: number) => (await itemsOf(oid))[0]!;

async function itemsOf(oid: number): Promise<AutoOrderItem[]> {
  const { body } = await world.request({
    operation: 'getAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: 'items' },
  });
  return body.auto_order.items;
}

async function update(oid: number, change: object): Promise<void> {
  const { body } = await world.request({
    operation: 'getAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: 'items' },
  });
  const items = body.auto_order.items.map(
    ({ auto_order_item_oid }: { auto_order_item_oid: number }, index: number) => ({
      auto_order_item_oid,
      ...(index === 0 && change),
    }),
  );
  const { status, text } = await world.request({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: { items },
  });
  assert.equal(status, 200, text);
}
