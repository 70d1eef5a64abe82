// Tests the console when something goes wrong: too many requests, a failing server, a row that
// cannot be read, an address that leads nowhere, a tab that is older than its server, a missing
// build.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Locator } from 'playwright-core';
import { required } from '../../server/src/kernel/assert.ts';
import { withBrowser } from './chromium.ts';
import { goTo } from './goTo.ts';
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
  // The frame still works, and the page works again once the server does.
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
  // The typed text and the frame stay.
  assert.equal(await page.getByRole('searchbox').inputValue(), email);
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await gate.open();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('grid').getByRole('row').nth(1).waitFor();
  await page.getByText('Live', { exact: true }).waitFor({ state: 'attached', timeout: 180_000 });
  await close();
});

test('a write while the server is gone is sent when it is back, once', withBrowser, async () => {
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

test('after a lost answer the next press asks for the same', withBrowser, async () => {
  const { page, close } = await watchedPage(`${world.url}/me`, {}, (context) =>
    enter(context, world, dana),
  );
  const forms: Record<string, { at: string; button: string; fill(dialog: Locator): unknown }> = {
    'a deed': {
      at: '/health/charging',
      button: 'Stop all charges',
      fill: (dialog) => dialog.getByLabel('Reason').fill('wrong prices'),
    },
    'a new task': {
      at: '/tasks?new=1',
      button: 'Add the task',
      fill: (dialog) => dialog.getByLabel('Name').fill('Call Ann'),
    },
  };
  for (const [name, { at, button, fill }] of Object.entries(forms)) {
    const keys: (string | undefined)[] = [];
    await page.route(/\/(rest\/v2|perennial\/v1)\//, (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      if (/search|query/.test(route.request().url())) return route.fallback();
      keys.push(route.request().headers()['idempotency-key']);
      // The second response is a refusal, which ends the decision.
      return route.fulfill(keys.length === 2 ? refusal : failure);
    });
    await goTo(page, at);
    const dialog = page.getByRole('dialog');
    await fill(dialog);
    for (const count of [1, 2, 3]) {
      const answered = page.waitForResponse(
        (response) => response.request().headers()['idempotency-key'] !== undefined,
      );
      await dialog.getByRole('button', { name: button }).and(page.locator(':enabled')).click();
      await answered;
      assert.equal(keys.length, count, name);
    }
    assert.ok(keys[0], name);
    assert.equal(keys[1], keys[0], `${name}: the same decision`);
    assert.notEqual(keys[2], keys[1], `${name}: another decision after a refusal`);
    await page.unroute(/\/(rest\/v2|perennial\/v1)\//);
    await goTo(page, '/me');
    await dialog.waitFor({ state: 'detached' });
  }
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

test(
  'a row or an entry that cannot be shown says so, and the others stay',
  withBrowser,
  async () => {
    const { body } = await world.request({ operation: 'searchAutoOrders', body: {} });
    const { auto_order_code: code } = body.auto_orders[0];
    const { page, close } = await watchedPage(`${world.url}/auto-orders`, {}, async (context) => {
      await enter(context, world, dana);
      await damage(context, search, ({ auto_orders: [, second] }) => {
        // The page of one auto order searches for that auto order alone, so only lists are damaged.
        if (second) second.items = 'damaged';
      });
      await damage(context, '**/timeline**', ({ entries: [first] }) => {
        first.at_dts = 'no moment';
      });
      await damage(context, '**/overview', ({ overview }) => {
        overview.next_due_dts = 'no moment';
      });
    });
    await page.getByText('This row cannot be shown').waitFor();
    const rows = page.getByRole('grid').getByRole('row');
    // The header and five rows are shown, and four of the rows have a code.
    assert.equal(await rows.count(), 6);
    assert.equal(await rows.locator('code').count(), 4);
    await goTo(page, `/auto-orders/${code}`);
    await page.getByText('This part cannot be shown').waitFor();
    await page.getByRole('heading', { name: 'To come' }).waitFor();
    await goTo(page, '/');
    await page.getByText('This part cannot be shown').waitFor();
    await page.getByRole('region', { name: 'My tasks' }).waitFor();
    await close();
  },
);

test('an address that leads nowhere, outside and inside', withBrowser, async () => {
  const { page, close } = await watchedPage(`${world.url}/no-such-page`);
  await page.getByRole('heading', { level: 1, name: 'Nothing at this address' }).waitFor();
  await page.goto(world.demoUrl);
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await goTo(page, '/no-such-page');
  await page.getByRole('heading', { level: 1, name: 'Nothing at this address' }).waitFor();
  // These addresses have a word in place of a number, or filters that no list has.
  for (const address of ['/tasks/abc', '/customers/abc']) {
    await goTo(page, address);
    await page.getByText('Not found').waitFor();
  }
  await goTo(page, '/auto-orders?state=sleeping&next=soon&sort=size');
  await page.getByText('5 rows').waitFor();
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
  'a tab older than its server reloads for the page that is opened, at each upgrade',
  withBrowser,
  async () => {
    const { page, close } = await watchedPage(world.demoUrl);
    const nav = page.getByRole('navigation', { name: 'Main' });
    // The first requests for the files of a replaced build reach the new server.
    let isUpgraded = false;
    await page.route('**/assets/TaxesPage-*.js', (route) =>
      isUpgraded
        ? route.continue()
        : route.fulfill({ status: 404, contentType: 'text/plain', body: 'There is no such file' }),
    );
    page.on('load', () => {
      isUpgraded = true;
    });
    // This tab was already reloaded once, for an earlier upgrade.
    await page.evaluate(`sessionStorage.setItem('perennial-reloaded', '/assets/older.js')`);
    // A failed preload of a link's files does not reload the tab, so the typed text stays.
    const typed = page.getByRole('searchbox');
    await typed.fill('a');
    await page.waitForURL(/q=a$/);
    const missing = page.waitForResponse(/TaxesPage/);
    await nav.getByRole('link', { name: 'Taxes' }).hover();
    await missing;
    assert.equal(await typed.inputValue(), 'a');
    await nav.getByRole('link', { name: 'Taxes' }).click();
    await page.getByRole('heading', { level: 1, name: 'Taxes' }).waitFor();
    assert.ok(isUpgraded);
    assert.equal(new URL(page.url()).pathname, '/taxes');
    await close();
  },
);

test(
  'a page whose files cannot be loaded while the server is gone opens later',
  withBrowser,
  async () => {
    const { page, close } = await watchedPage(world.demoUrl);
    await page.getByText('5 rows').waitFor();
    await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
    await gate.close();
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Taxes' })
      .click();
    await page.getByText('The server cannot be reached', { exact: true }).waitFor();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await gate.open();
    // The page appears without a press of the button.
    await page.getByRole('heading', { level: 1, name: 'Taxes' }).waitFor({ timeout: 180_000 });
    await close();
  },
);

test('the log-in page says why it has no form, or why the link failed', withBrowser, async () => {
  let isWell = false;
  const { page, close } = await watchedPage(
    world.startUrl.replace(/#.*/, '#demo=an-older-password'),
    {},
    (context) =>
      context.route('**/session/options', (route) =>
        isWell ? route.continue() : route.fulfill(failure),
      ),
  );
  await page.getByText('The server failed. Try again later.').waitFor();
  isWell = true;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.goto(world.startUrl.replace(/#.*/, '?again#demo=an-older-password'));
  await page.getByText('The demo link did not log you in').waitFor();
  await page.getByLabel('Login').waitFor();
  await close();
});

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

/** Changes the content of a response, as a bug of the server would. */
const damage = (context: BrowserContext, at: string, harm: (body: Damaged) => void) =>
  context.route(at, async (route) => {
    try {
      const response = await route.fetch();
      const body = (await response.json()) as Damaged;
      harm(body);
      await route.fulfill({ response, json: body });
    } catch (error) {
      // A page that closes aborts its last requests, with or without a response.
      if (!/closed|disposed|aborted/.test(String(error))) throw error;
    }
  });

/** The parts of responses that a test changes. */
interface Damaged {
  readonly auto_orders: readonly Harmed[];
  readonly entries: [Harmed];
  readonly overview: Harmed;
}

type Harmed = Record<string, unknown>;

const failure = {
  status: 500,
  headers: { 'X-Request-Id': 'REQUEST-7', 'X-Perennial-Refusal': 'internal' },
  json: { success: false, error: { user_message: 'The server failed. Try again later.' } },
};

const refusal = {
  status: 400,
  headers: { 'X-Perennial-Refusal': 'invalid_field' },
  json: { success: false, error: { user_message: 'Something is wrong. Change it.' } },
};

const tooMany = (seconds: string) => ({
  success: false,
  error: { user_message: `There were too many requests. Try again in ${seconds} seconds.` },
});
