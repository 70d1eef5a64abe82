// What a person sees when something goes wrong: too many requests, a failing server, a row that
// cannot be read, an address that leads nowhere, a tab that is older than its server, no build.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withBrowser } from './chromium.ts';
import { addPerson, enter } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 5 });
const dana = { merchantId: 'TEST', login: world.login, password: world.password };
const search = '**/perennial/v1/auto_orders/search**';

test('too many requests: a short wait passes, a long one is said', withBrowser, async () => {
  const waits = ['1', '600'];
  const { page, close } = await watchedPage(`${world.url}/auto-orders`, {}, async (context) => {
    await enter(context, world, dana);
    await context.route(search, (route) => {
      const wait = waits.shift();
      return wait === undefined
        ? route.continue()
        : route.fulfill({ status: 429, headers: { 'Retry-After': wait }, json: tooMany(wait) });
    });
  });
  await page.getByText('Try again in 600 seconds.').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('5 rows').waitFor();
  await close();
});

test('a failing server: its words, the id of the request, a retry', withBrowser, async () => {
  let isWell = false;
  const { page, close } = await watchedPage(`${world.url}/auto-orders`, {}, async (context) => {
    await enter(context, world, dana);
    await context.route(search, (route) => (isWell ? route.continue() : route.fulfill(failure)));
  });
  await page.getByText('The server failed. Try again later.').waitFor();
  await page.getByText('REQUEST-7').waitFor();
  // The frame still works, and so does the page when the server is well again.
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  isWell = true;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('5 rows').waitFor();
  await close();
});

test('an address that leads nowhere, outside and inside', withBrowser, async () => {
  const { page, close } = await watchedPage(`${world.url}/no-such-page`);
  await page.getByRole('heading', { level: 1, name: 'Nothing at this address' }).waitFor();
  await page.goto(world.demoUrl);
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await page.evaluate(`history.pushState({}, '', '/no-such-page')`);
  await page.getByRole('heading', { level: 1, name: 'Nothing at this address' }).waitFor();
  await close();
});

test('a link to another merchant’s auto order shows nothing of it', withBrowser, async () => {
  await world.addMerchant('OTHER');
  const other = await addPerson(world, 'OTHER', 'olga', ['auto_order_read']);
  const { body } = await world.request({ operation: 'searchAutoOrders', body: {} });
  const { auto_order_code: code, customer } = body.auto_orders[0];
  const { email } = customer;
  assert.notEqual(email, '');
  const { page, assertQuiet, close } = await watchedPage(
    `${world.url}/auto-orders/${code}`,
    {},
    (context) => enter(context, world, other),
  );
  await page.getByText('Not found').waitFor();
  assert.ok(!(await page.locator('body').innerText()).includes(email));
  assertQuiet(/status of 404 /);
  await close();
});

test(
  'a tab older than its server reloads once, and the wanted page opens',
  withBrowser,
  async () => {
    const { page, close } = await watchedPage(world.demoUrl);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    let isUpgraded = false;
    // The chunk of a build that was replaced: the first request of it meets the new server.
    await page.route('**/assets/MePage-*.js', (route) => {
      if (isUpgraded) return route.continue();
      isUpgraded = true;
      return route.fulfill({
        status: 404,
        contentType: 'text/plain',
        body: 'There is no such file',
      });
    });
    await page.evaluate(`history.pushState({}, '', '/me')`);
    await page.getByRole('heading', { level: 1, name: 'My settings' }).waitFor();
    assert.ok(isUpgraded);
    assert.equal(new URL(page.url()).pathname, '/me');
    await close();
  },
);

test('without a built console the server runs, and `/` says what to do', withBrowser, async () => {
  const bare = await browserWorld({ autoOrders: 0, folder: '/nowhere/web/dist' });
  const { page, assertQuiet, close } = await watchedPage(bare.url);
  await page.getByRole('heading', { name: 'The console is not built' }).waitFor();
  await page.getByText('npm start').waitFor();
  assertQuiet();
  await page.getByRole('link', { name: 'Health' }).click();
  await page.getByText('ok').first().waitFor();
  await close();
});

const failure = {
  status: 500,
  headers: { 'X-Request-Id': 'REQUEST-7', 'X-Perennial-Refusal': 'internal' },
  json: { success: false, error: { user_message: 'The server failed. Try again later.' } },
};

const tooMany = (seconds: string) => ({
  success: false,
  error: { user_message: `There were too many requests. Try again in ${seconds} seconds.` },
});
