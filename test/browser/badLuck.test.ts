// What a person sees when something goes wrong: too many requests, a failing server, a row that
// cannot be read, an address that leads nowhere, a tab that is older than its server, no build.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { required } from '../../server/src/kernel/assert.ts';
import { withBrowser } from './chromium.ts';
import { addPerson, enter } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 5, isGated: true });
const gate = required(world.gate, 'the gate');
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

test('the server goes and comes back: the page says so, and continues', withBrowser, async () => {
  const { page, close } = await watchedPage(world.demoUrl);
  await page.getByText('5 rows').waitFor();
  await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
  await gate.close();
  await page.getByText(/^Reconnecting, last at \d\d:\d\d:\d\d$/).waitFor();
  const { body } = await world.request({ operation: 'searchAutoOrders', body: {} });
  const { email } = body.auto_orders[0].customer;
  await page.getByRole('searchbox').fill(email);
  await page.getByText('The server cannot be reached', { exact: true }).waitFor();
  // What was typed stays, and so does the frame.
  assert.equal(await page.getByRole('searchbox').inputValue(), email);
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await gate.open();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('grid').getByRole('row').nth(1).waitFor();
  await page.getByText('Live', { exact: true }).waitFor({ state: 'attached', timeout: 180_000 });
  await close();
});

test('a write while the server is gone is sent once it is back, once', withBrowser, async () => {
  const [row] = (
    await world.request({ operation: 'searchAutoOrders', body: { state: ['active'] } })
  ).body.auto_orders;
  const { auto_order_code: code, auto_order_oid: oid, version } = row;
  const { page, close } = await watchedPage(
    world.demoUrl.replace('/auto-orders', `/auto-orders/${code}/edit/pause`),
  );
  const save = page.getByRole('dialog').getByRole('button', { name: /^Pause/ });
  await save.waitFor();
  await page.getByText('Nothing ships').first().waitFor();
  await gate.close();
  await save.click();
  await gate.open();
  await page.getByText(`${code}: `).first().waitFor();
  const { body } = await world.request({ operation: 'searchAutoOrders', body: { text: code } });
  const after = body.auto_orders.find((each) => each.auto_order_oid === oid);
  assert.deepEqual([after?.state, after?.version], ['paused', version + 1]);
  await close();
});

test('a socket that is cut connects again and misses nothing', withBrowser, async () => {
  const [{ auto_order_code: code, auto_order_oid: oid }] = (
    await world.request({ operation: 'searchAutoOrders', body: { state: ['active'] } })
  ).body.auto_orders;
  const { page, close } = await watchedPage(
    world.demoUrl.replace('/auto-orders', `/auto-orders/${code}`),
  );
  await page.getByRole('button', { name: 'Skip next' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
  gate.cut();
  await world.request({ operation: 'pauseAutoOrder', params: { auto_order_oid: oid } });
  await page.getByText('Live', { exact: true }).waitFor({ state: 'attached', timeout: 180_000 });
  await page.getByRole('button', { name: 'Resume' }).first().waitFor();
  await close();
});

test('a row that cannot be shown says so, and the others stay', withBrowser, async () => {
  const { page, close } = await watchedPage(`${world.url}/auto-orders`, {}, async (context) => {
    await enter(context, world, dana);
    await context.route(search, async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      body.auto_orders[1].items = 'damaged';
      await route.fulfill({ response, json: body });
    });
  });
  await page.getByText('This row cannot be shown').waitFor();
  const rows = page.getByRole('grid').getByRole('row');
  // The header, five rows; four of them with a code.
  assert.equal(await rows.count(), 6);
  assert.equal(await rows.locator('code').count(), 4);
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
