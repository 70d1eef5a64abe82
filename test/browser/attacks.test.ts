// Tests in a real browser that other sites, thieves of a session, and users who lost a permission
// can do nothing.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { browser, withBrowser } from './chromium.ts';
import { addPerson, enter } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 3 });
const dana = { merchantId: 'TEST', login: world.login, password: world.password };
const foreignPort = await serveForeignPage();

/**
 * A script that runs in the page of another site. It tries every kind of write that such a page can
 * send.
 */
const attack = `(async () => {
  const items = ${JSON.stringify(`${world.url}/rest/v2/item/items`)};
  const session = ${JSON.stringify(`${world.url}/perennial/v1/session`)};
  const evil = JSON.stringify({ merchant_item_id: 'EVIL', pricing: { cost: 1 } });
  const tried = await Promise.allSettled([
    fetch(items, { method: 'POST', mode: 'no-cors', credentials: 'include', body: evil }),
    fetch(items, {
      method: 'POST', credentials: 'include', body: evil,
      headers: { 'Content-Type': 'application/json', 'X-Perennial-Console': '1' },
    }),
    fetch(session, { method: 'DELETE', credentials: 'include' }),
    fetch(session, { credentials: 'include' }).then((response) => response.text()),
  ]);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    const form = Object.assign(document.createElement('form'),
      { method: 'POST', action: items, enctype: type, target: 'sink' });
    form.append(Object.assign(document.createElement('input'), { name: evil, value: '' }));
    document.body.append(form);
    const sent = new Promise((done) => frame.addEventListener('load', done, { once: true }));
    form.submit();
    await sent;
  }
  return tried.map(({ status, value }) => status === 'rejected' ? status : String(value));
})()`;

for (const [what, host] of [
  ['another site', 'localhost'],
  ['another origin of the same site, to which the cookie is sent', '127.0.0.1'],
] as const)
  test(`${what} can neither write nor read with the person's cookie`, withBrowser, async () => {
    const context = await (await browser()).newContext();
    await enter(context, world, dana);
    const page = await context.newPage();
    await page.goto(`http://${host}:${foreignPort}/`);
    const [hidden, ...refused] = await page.evaluate<string[]>(attack);
    // The browser sends at most the first request, and the page cannot read the response.
    assert.match(hidden ?? '', /^(rejected|\[object Response\])$/);
    assert.deepEqual(refused, ['rejected', 'rejected', 'rejected']);
    const item = await world.request({
      operation: 'getItemByMerchantItemId',
      params: { merchant_item_id: 'EVIL' },
    });
    assert.equal(item.status, 404, item.text);
    // The person's session is still valid.
    await page.goto(`${world.url}/me`);
    await page.getByRole('heading', { name: 'My settings' }).waitFor();
    await context.close();
  });

test('no site shows the console in a frame', withBrowser, async () => {
  const page = await (await (await browser()).newContext()).newPage();
  await page.goto(`http://127.0.0.1:${foreignPort}/`);
  const refused = page.waitForEvent('console', (message) =>
    /frame-ancestors|Refused to frame|Framing/.test(message.text()),
  );
  await page.evaluate(`frame.src = ${JSON.stringify(`${world.url}/me`)}`);
  await refused;
  await page.context().close();
});

test('a script cannot read the cookie; a planted one is not the session', withBrowser, async () => {
  const planted = 'planted-before-the-log-in';
  const { page, close } = await watchedPage(`${world.url}/login`, {}, (context) =>
    context.addCookies([{ name: 'perennial', value: planted, url: world.url }]),
  );
  await logInByForm(page);
  assert.equal(await page.evaluate('document.cookie'), '');
  const cookies = await page.context().cookies();
  assert.equal(cookies.length, 1);
  assert.notEqual(cookies[0]?.value, planted);
  await close();
});

test(
  'a cookie that was copied before the log-out opens nothing after it',
  withBrowser,
  async () => {
    const { page, close } = await watchedPage(world.demoUrl);
    await page.getByRole('button', { name: 'Dana Demo, menu' }).click();
    const copied = await page.context().cookies();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.context().addCookies(copied);
    await page.goto(`${world.url}/auto-orders`);
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    assert.equal(await page.getByRole('grid').count(), 0);
    await close();
  },
);

test('markup in what customers and programs write is shown as text', withBrowser, async () => {
  const markup = '<img src=x onerror=alert(1)>';
  const item = { merchant_item_id: 'MARKUP', description: markup, pricing: { cost: 1 } };
  const customer = {
    email: 'markup@example.com',
    billing: [{ first_name: markup, last_name: '<script>alert(1)</script>', city: 'Ulm' }],
  };
  for (const [operation, body] of [
    ['insertItem', item],
    ['insertCustomer', customer],
  ] as const) {
    const { status, text } = await world.request({ operation, body });
    assert.equal(status, 200, text);
  }
  const { page, close } = await watchedPage(`${world.url}/customers`, {}, (context) =>
    enter(context, world, dana),
  );
  for (const [path, shown] of [
    ['/customers?q=markup', markup],
    ['/catalogue?q=MARKUP', markup],
  ] as const) {
    await page.goto(`${world.url}${path}`);
    await page.getByText(shown).first().waitFor();
    assert.equal(await page.locator('img[src="x"]').count(), 0, path);
  }
  await close();
});

test('a permission that is taken away ends within a second', withBrowser, async () => {
  const person = await addPerson(world, 'TEST', 'clerk', ['auto_order_read']);
  const { page, close } = await watchedPage(`${world.url}/auto-orders`, {}, (context) =>
    enter(context, world, person),
  );
  await page.getByText('3 rows').waitFor();
  await world.db.run(
    `update app_user set permissions = '{}' where merchant_id = 'TEST' and login = 'clerk'`,
  );
  // A process may keep what it read about a session for a second (remembered.test.ts).
  const takenAt = performance.now();
  while ((await page.evaluate(refusalOfOverview)) !== 'missing_permission')
    assert.ok(performance.now() - takenAt < 60_000, 'the permission is still there');
  await page.getByRole('link', { name: 'Paused' }).click();
  await page.getByText('You may not see this').waitFor();
  await close();
});

const refusalOfOverview = `fetch('/perennial/v1/overview')
  .then((response) => response.headers.get('X-Perennial-Refusal'))`;

async function logInByForm(page: Page): Promise<void> {
  await page.getByLabel('Login').fill(world.login);
  await page.getByRole('textbox', { name: 'Password' }).fill(world.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Today' }).waitFor();
}

/** Serves a page of another site on another port. */
async function serveForeignPage(): Promise<number> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(
      '<!doctype html><title>Another site</title><iframe name="sink" id="frame"></iframe>',
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  after(() => server.close());
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
