// Tests logging in and out: the demo link, the log-in page, and a session that ends during work.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withBrowser } from './chromium.ts';
import { addPerson } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld();

test(
  'the demo link logs in, leaves no password in the address, and shows today',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await watchedPage(world.startUrl);
    await page.getByRole('heading', { level: 2, name: 'Due' }).waitFor();
    assert.equal(page.url(), `${world.url}/`);
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Today');
    assert.equal(await page.title(), 'Today · Perennial');
    await page.getByText('New York time').waitFor();
    const cookies = await page.context().cookies();
    assert.deepEqual(
      cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite })),
      [{ httpOnly: true, sameSite: 'Strict' }],
    );
    assertQuiet();
    await close();
  },
);

test(
  'a wrong password is said in words; after the right one the wanted page opens',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await watchedPage(`${world.url}/auto-orders?state=active`);
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.getByLabel('Login').fill(world.login);
    await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('do not match').waitFor();
    await page.getByRole('textbox', { name: 'Password' }).fill(world.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('grid').waitFor();
    assert.equal(new URL(page.url()).search, '?state=active');
    assertQuiet(/status of 401 .*\/perennial\/v1\/session\)/);
    await close();
  },
);

test('after too many wrong passwords the form says how long to wait', withBrowser, async () => {
  const ann = await addPerson(world, 'TEST', 'ann', ['auto_order_read']);
  const { page, assertQuiet, close } = await watchedPage(`${world.url}/login`);
  const button = page.getByRole('button', { name: /^(Log in|Wait)/ });
  await page.getByLabel('Login').fill('ann');
  for (let attempt = 1; attempt <= 6; attempt++) {
    await page.getByRole('textbox', { name: 'Password' }).fill(`wrong ${attempt}`);
    const answered = page.waitForResponse(/\/perennial\/v1\/session$/);
    await button.click();
    await answered;
    if (attempt < 6) await page.getByText('do not match').waitFor();
  }
  // The button counts the wait down, and nothing can be sent until it ends.
  await page.getByRole('button', { name: /^Wait \d+ s$/ }).waitFor();
  assert.ok(await button.isDisabled());
  await page.getByRole('textbox', { name: 'Password' }).fill(ann.password);
  await page.getByRole('button', { name: 'Log in' }).click({ timeout: 70_000 });
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  assertQuiet(/status of (401|429) /);
  await close();
});

test(
  'a session that ends asks for the password over the page, and keeps what was typed',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await watchedPage(world.demoUrl);
    await page.getByRole('grid').waitFor();
    await page.context().clearCookies();
    await page.getByRole('searchbox').fill('a');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByRole('textbox', { name: 'Password' }).fill(world.password);
    await dialog.getByRole('button', { name: 'Log in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await page.getByRole('searchbox').inputValue(), 'a');
    await page.getByRole('grid').getByRole('row').nth(1).waitFor();
    assertQuiet(/status of 401 /);
    await close();
  },
);

test('logging out leads to the log-in page, and Back shows no data', withBrowser, async () => {
  const { page, assertQuiet, close } = await watchedPage(world.demoUrl);
  await page.getByRole('grid').waitFor();
  await page.getByRole('button', { name: 'Dana Demo, menu' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.equal(await page.getByRole('grid').count(), 0);
  assertQuiet(/status of 401 /);
  await close();
});
