// Tests lists: their filters, saved views, and what the server stores for a person.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { autoOrderFilters, searchOf } from '../../web/src/autoOrders/list.ts';
import { customerFilters, customerSearchOf } from '../../web/src/customers/list.ts';
import { stringifyUrl, type UrlState } from '../../web/src/kit/urlCodec.ts';
import { orderFilters, orderSearchOf } from '../../web/src/orders/list.ts';
import { testNow } from '../support/app.ts';
import { withBrowser } from './chromium.ts';
import { goTo } from './goTo.ts';
import { objectsOf } from './objects.ts';
import { addPerson, enter } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld();
const { autoOrderCode, customerOid, orderId } = await objectsOf(world);
const { body: found } = await world.request({
  operation: 'getAutoOrderByCode',
  params: { auto_order_code: autoOrderCode },
});
await world.request({
  operation: 'updateAutoOrderProperties',
  params: { auto_order_oid: found.auto_order.auto_order_oid },
  body: { properties: [{ name: 'gift', value: 'yes' }] },
});

// Adds records that the demo lacks: a declined auto order with a bounced mail, an unpaid order, one
// that waits to be shipped, a customer without orders.
const declinedAt = testNow.subtract({ hours: 2 });
await world.db.run(
  `update auto_order set credit_card_attempt = 1, failure_reason = 'Card declined'
   where merchant_id = 'TEST' and auto_order_code = $1`,
  [autoOrderCode],
);
await world.db.run(
  `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at,
     order_id, amount_minor, currency, route)
   values ('TEST', $1, 999, 'declined', 1, $2, 'TEST-0000009997', 500, 'USD', '{sim}')`,
  [found.auto_order.auto_order_oid, declinedAt],
);
await world.db.run(
  `insert into notice (merchant_id, auto_order_oid, kind, made_at, facts, bounced_at)
   values ('TEST', $1, 'receipt', $2, '{}', $2)`,
  [found.auto_order.auto_order_oid, declinedAt],
);
await world.request({
  operation: 'insertOrder',
  body: {
    billing: { first_name: 'Ida', email: 'ida@example.com', country_code: 'US' },
    items: [{ merchant_item_id: 'COFFEE-HOUSE', quantity: 1 }],
    payment: { payment_method: 'Check' },
  },
});
await world.request({
  operation: 'insertOrder',
  body: {
    billing: { first_name: 'Ann', email: 'ann@example.com', country_code: 'US' },
    items: [{ merchant_item_id: 'MUG', quantity: 1, arbitrary_unit_cost: { value: 10 } }],
    channel_partner: { store_completed: false },
    payment: {
      payment_method: 'Credit Card',
      credit_card: {
        card_type: 'VISA',
        card_number_token: 'tok_approve',
        card_expiration_month: 12,
        card_expiration_year: 2030,
      },
    },
  },
});
await world.request({ operation: 'insertCustomer', body: { email: 'new@example.com' } });

/** A list, its count in the API, and a value for each of its filters. */
interface Listed {
  readonly path: string;
  count(state: UrlState): Promise<number>;
  readonly filters: object;
  readonly values: Readonly<Record<string, string | readonly string[]>>;
}

const autoOrders: Listed = {
  path: '/auto-orders',
  count: async (state) =>
    (await world.request({ operation: 'searchAutoOrders', body: searchOf(state) })).body.total ?? 0,
  filters: autoOrderFilters,
  values: {
    q: 'a',
    state: ['active', 'retrying'],
    next: '2026-01-16..2026-02-15',
    item: ['COFFEE-HOUSE'],
    next_item: ['COFFEE-HOUSE'],
    frequency: ['Monthly', 'Weekly'],
    card: ['Visa'],
    card_expires: '2028-01-01',
    declines: '1',
    declined: ['24'],
    bounced: ['24'],
    reason: 'Card',
    country: ['CA'],
    signed_up: '2025-06-01..',
    changed: '..2025-12-31',
    property: 'gift=yes',
  },
};

const orders: Listed = {
  path: '/orders',
  count: async (state) =>
    (await world.request({ operation: 'searchOrders', body: orderSearchOf(state) })).body.total ??
    0,
  filters: orderFilters,
  values: {
    q: 'a',
    kind: ['rebill'],
    stage: ['Accounts Receivable'],
    payment: ['Check'],
    center: ['DFLT'],
    item: ['COFFEE-HOUSE'],
    country: ['CA'],
    created: '2025-06-01..2025-09-30',
    customer: String(customerOid),
  },
};

const customers: Listed = {
  path: '/customers',
  count: async (state) =>
    (await world.request({ operation: 'searchCustomers', body: customerSearchOf(state) })).body
      .total ?? 0,
  filters: customerFilters,
  values: {
    q: 'a',
    auto_orders: ['none'],
    signed_up: '2025-06-01..2025-09-30',
    changed: '..2025-12-31',
  },
};

for (const { path, count, filters, values } of [autoOrders, orders, customers])
  test(`every filter of ${path} shows as many rows as the API counts`, withBrowser, async () => {
    const { page, assertQuiet, close } = await openList(path);
    assert.deepEqual(Object.keys(values), Object.keys(filters), 'a value for each filter');
    const all = await count({});
    const counts: string[] = [];
    for (const [name, value] of Object.entries(values)) {
      const state = { [name]: value };
      const wanted = await count(state);
      await goTo(page, path + stringifyUrl(state));
      await page.locator(`[data-count="${wanted}"]`).waitFor();
      counts.push(`${name} ${wanted}`);
      assert.ok(wanted > 0 && wanted < all, `${name}: ${wanted} of ${all}`);
    }
    console.log(`  ${path}: ${all} rows; ${counts.join(', ')}`);
    assertQuiet();
    await close();
  });

test('a view is saved, shared, renamed, deleted, and taken back', withBrowser, async () => {
  const { page, assertQuiet, close } = await openList('/auto-orders');
  await goTo(page, '/auto-orders?state=paused&sort=-next_shipment_dts');
  await page.keyboard.press('v');
  const dialog = page.getByRole('dialog', { name: 'Save this view' });
  await dialog.getByLabel('Name').fill('Waiting');
  await page.keyboard.press('Enter');
  await page.getByText('The view Waiting is saved.').waitFor();
  const tabs = page.getByRole('navigation', { name: 'Views' });
  await tabs.locator('[aria-current]', { hasText: 'Waiting' }).waitFor();
  await goTo(page, '/orders');
  await page.getByRole('navigation', { name: 'Main' }).getByText('Waiting').click();
  await page.getByRole('heading', { name: 'Auto orders' }).waitFor();
  assert.equal(new URL(page.url()).search, '?state=paused&sort=-next_shipment_dts');

  const change = async (item: string) => {
    await page.getByRole('button', { name: 'Change the view' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await change('Rename');
  await page.getByRole('dialog').getByLabel('Name').fill('Paused, newest');
  await page.keyboard.press('Enter');
  await tabs.getByText('Paused, newest').waitFor();
  await change('Share it');
  await page.getByText('Colleagues see the view Paused, newest.').waitFor();
  assert.ok(await isSeenByColleague('Paused, newest'));

  await change('Delete');
  await page.getByText('The view Paused, newest is deleted.').waitFor();
  await tabs.getByText('Paused, newest').waitFor({ state: 'detached' });
  await page.keyboard.press('u');
  await tabs.getByText('Paused, newest').waitFor();
  assertQuiet();
  await close();
});

test('catalogue, coupons and audit log have views, columns and the end', withBrowser, async () => {
  for (const merchant_code of ['SPRING', 'AUTUMN'])
    await world.request({
      operation: 'insertCoupon',
      body: { merchant_code, percent_off_subtotal: { discount_percent: 5 } },
    });
  await world.request({ operation: 'insertGroup', body: { name: 'Sellers' } });
  const { page, assertQuiet, close } = await openList('/auto-orders');
  const tabs = page.getByRole('navigation', { name: 'Views' });
  const lists = [
    ['/catalogue?recurs=yes&sort=-description', 'Number', 'Catalogue'],
    ['/coupons?ended=hidden&sort=-merchant_code', 'Notes', 'Coupons'],
    ['/audit-log?act=insertGroup', 'By', 'Audit log'],
  ] as const;
  for (const [address, column, title] of lists) {
    await goTo(page, address);
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await rowsOf(page).first().waitFor();
    await page.keyboard.press('v');
    const dialog = page.getByRole('dialog', { name: 'Save this view' });
    await dialog.getByLabel('Name').fill(`Mine ${title}`);
    await page.keyboard.press('Enter');
    await tabs.locator('[aria-current]', { hasText: `Mine ${title}` }).waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: column, exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: column, exact: true }).waitFor();
    await tabs.getByText('All', { exact: true }).click();
    await page.getByRole('columnheader', { name: column, exact: true }).waitFor({
      state: 'detached',
    });
    // The view is also in the navigation, and shows its columns.
    await page.getByRole('navigation', { name: 'Main' }).getByText(`Mine ${title}`).click();
    await page.waitForURL(world.url + address);
    await page.getByRole('columnheader', { name: column, exact: true }).waitFor();
  }
  assertQuiet();
  await close();
});

test('the audit log begins at a day and is read from either end', withBrowser, async () => {
  await world.request({ operation: 'insertGroup', body: { name: 'The newest' } });
  const { page, assertQuiet, close } = await openList('/auto-orders');
  await goTo(page, '/audit-log');
  const first = page.locator('[role=row][data-index="0"]');
  await first.waitFor();
  // The total is that of the whole list, also when the list begins at a later row.
  const count = page.locator('[data-count]');
  const total = await count.innerText();
  assert.match(total, /^\d+ rows$/);
  await page.keyboard.press('G');
  await page.getByLabel('From').fill('2020-01-01');
  await page.getByRole('button', { name: 'Jump', exact: true }).click();
  await page.waitForURL(/audit-log\?sort=-at_dts&from=2020-01-01$/);
  await first.waitFor({ state: 'detached' });
  assert.equal(await count.innerText(), total);
  await page.getByRole('button', { name: 'Show the list from its beginning' }).click();
  await first.waitFor();
  await goTo(page, '/audit-log?sort=at_dts&from=2020-01-01');
  await page.getByRole('button', { name: 'From 2020-01-01 on' }).waitFor();
  await first.filter({ hasNotText: 'Insert group' }).waitFor();
  await page.getByRole('columnheader', { name: 'When' }).getByRole('button').click();
  await page.waitForURL(/audit-log\?sort=-at_dts$/);
  await first.getByText('Insert group').waitFor();
  assertQuiet();
  await close();
});

test('coupons begin at a letter, and their end is read alone', withBrowser, async () => {
  for (const merchant_code of ['ZEBRA', 'ALPHA'])
    await world.request({
      operation: 'insertCoupon',
      body: { merchant_code, percent_off_subtotal: { discount_percent: 5 } },
    });
  const { page, assertQuiet, close } = await openList('/auto-orders');
  await goTo(page, '/coupons');
  const first = page.locator('[role=row][data-index="0"]');
  await first.getByText('ALPHA').waitFor();
  await page.keyboard.press('G');
  await page.getByLabel('Begins with, or comes after').fill('z');
  await page.getByRole('button', { name: 'Jump', exact: true }).click();
  await page.waitForURL(/coupons\?sort=merchant_code&from=z$/);
  await first.getByText('ZEBRA').waitFor();
  await page.keyboard.press('Home');
  await first.getByText('ALPHA').waitFor();
  assertQuiet();
  await close();
});

test('Space peeks at an item and at a coupon, and Enter opens them', withBrowser, async () => {
  const { page, assertQuiet, close } = await openList('/catalogue');
  for (const [path, open, title] of [
    ['/catalogue', 'Open the item', /^Item /],
    ['/coupons', 'Open the coupon', /^Coupon /],
  ] as const) {
    await goTo(page, path);
    await page
      .getByRole('heading', { level: 1, name: path === '/coupons' ? 'Coupons' : 'Catalogue' })
      .waitFor();
    await rowsOf(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Space');
    await page.getByRole('link', { name: open }).waitFor();
    assert.match(page.url(), /\?open=\d+$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
  }
  assertQuiet();
  await close();
});

test('columns and density are the same in another browser', withBrowser, async () => {
  const first = await openList('/orders');
  // Each click may be stored separately, so the test waits for the request with both.
  const stored = first.page.waitForResponse(
    (response) =>
      response.request().method() === 'PUT' &&
      response.url().endsWith('/preferences') &&
      (response.request().postData() ?? '').includes('compact'),
  );
  await first.page.getByRole('button', { name: 'Columns' }).click();
  await first.page.getByRole('menuitemcheckbox', { name: 'Payment' }).click();
  await first.page.getByRole('menuitemcheckbox', { name: 'Compact rows' }).click();
  await stored;
  first.assertQuiet();
  await first.close();

  const second = await openList('/orders');
  await second.page.getByRole('columnheader', { name: 'Payment' }).waitFor();
  await second.page.locator(':root[data-density=compact]').waitFor();
  const reset = second.page.waitForResponse(
    (response) => response.request().method() === 'PUT' && response.url().endsWith('/preferences'),
  );
  await second.page.getByRole('button', { name: 'Columns' }).click();
  await second.page.getByRole('menuitem', { name: 'Usual columns' }).click();
  await reset;
  await second.page.getByRole('columnheader', { name: 'Payment' }).waitFor({ state: 'detached' });
  second.assertQuiet();
  await second.close();
});

test('the end of a list is read in its order, and all of it is saved', withBrowser, async () => {
  const { page, assertQuiet, close } = await openList('/orders');
  const all = await orders.count({});
  assert.ok(all > 200, `${all} orders`);
  const { body } = await world.request({
    operation: 'searchOrders',
    body: {},
    query: { _sort: 'creation_dts', _limit: 150 },
  });
  const fromLast = (place: number) => body.orders?.[place - 1]?.order_id ?? 'an id';
  const cursorAt = (index: number) => page.locator(`[data-index="${index}"][data-current]`);
  await page.keyboard.press('End');
  await page.waitForURL(/\/orders\?end=1$/);
  await cursorAt(all - 1)
    .getByText(fromLast(1))
    .waitFor();
  const sorted = page.getByRole('columnheader', { name: 'Created' });
  assert.equal(await sorted.getAttribute('aria-sort'), 'descending');
  // Earlier pages are loaded as the cursor moves up.
  for (let press = 1; press < 130; press++) await page.keyboard.press('k');
  await cursorAt(all - 130)
    .getByText(fromLast(130))
    .waitFor();
  await page.keyboard.press('Home');
  await page.waitForURL(/\/orders$/);
  await cursorAt(0).getByText('TEST-').waitFor();

  await page.getByRole('button', { name: 'Save as CSV' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save orders as CSV' });
  const downloading = page.waitForEvent('download');
  await dialog.getByRole('button', { name: /^Save .* rows$/ }).click();
  const download = await downloading;
  assert.equal(download.suggestedFilename(), 'orders.csv');
  const lines = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  assert.equal(lines.length, all + 1, 'a line for each order, and the names');
  assert.match(lines[0] ?? '', /^order_id,/);
  assert.ok(lines.at(-1)?.startsWith(fromLast(1)));
  await page.getByText(`${all} orders are saved.`).waitFor();
  assertQuiet();
  await close();
});

test('every list is saved as CSV with a line for each row', withBrowser, async () => {
  const { page, assertQuiet, close } = await openList('/tasks?status=any');
  const lists = {
    '/tasks?status=any': 'tasks',
    '/auto-orders?state=active': 'auto orders',
    '/customers': 'customers',
    '/orders?kind=rebill': 'orders',
    '/catalogue': 'items',
    '/coupons': 'coupons',
    '/audit-log': 'entries',
  };
  for (const [address, what] of Object.entries(lists)) {
    await goTo(page, address);
    await rowsOf(page).first().waitFor();
    await page.getByRole('button', { name: 'Save as CSV' }).and(page.locator(':enabled')).waitFor();
    const count = Number(await page.locator('[data-count]').getAttribute('data-count'));
    await page.keyboard.press('E');
    const dialog = page.getByRole('dialog', { name: `Save ${what} as CSV` });
    const downloading = page.waitForEvent('download');
    await dialog.getByRole('button', { name: /^Save .* rows?$/ }).click();
    const saved = readFileSync(await (await downloading).path(), 'utf8');
    assert.equal(saved.trimEnd().split('\r\n').length, count + 1, what);
    await dialog.waitFor({ state: 'detached' });
  }
  await goTo(page, '/tasks');
  await page.locator('[data-index] [data-box]').first().click();
  const selected = page.waitForEvent('download');
  const bar = page.getByRole('region', { name: 'Selected tasks' });
  await bar.getByRole('button', { name: 'Save as CSV' }).click();
  const lines = readFileSync(await (await selected).path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  assert.equal(lines.length, 2, 'the selected task and the names');
  assertQuiet();
  await close();
});

test('tasks that a colleague closes while they are saved hide no other', withBrowser, async () => {
  const names = Array.from({ length: 130 }, (_, index) => `Call number ${index}`);
  for (const task_name of names)
    await world.request({ operation: 'insertWorkflowTask', body: { task_name } });
  const { page, assertQuiet, close } = await openList('/tasks?q=Call+number');
  await page.locator('[data-count="130"]').waitFor();
  await page.getByText('100 loaded').waitFor();
  await page.keyboard.press('E');
  // The browser gets the first page only after three of its tasks were closed.
  await page.route(
    '**/perennial/v1/tasks/search**',
    async (route) => {
      const response = await route.fetch();
      const { tasks } = await response.json();
      for (const { workflow_task_uuid: task_uuid, task_name } of tasks.slice(0, 3))
        await world.request({
          operation: 'updateWorkflowTask',
          params: { task_uuid },
          body: { task_name, status: 'closed' },
        });
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save 130 rows' }).click();
  const saved = readFileSync(await (await downloading).path(), 'utf8');
  assert.deepEqual(
    names.filter((name) => saved.split(`${name},`).length !== 2),
    [],
    'missing, or there twice',
  );
  assertQuiet();
  await close();
});

test(
  'tasks begin at a letter, a priority or a day, and their end is read alone',
  withBrowser,
  async () => {
    for (const task_name of ['Zz last', '! first'])
      await world.request({
        operation: 'insertWorkflowTask',
        body: { task_name, priority: '4 - critical', due_dts: '2031-05-06' },
      });
    for (let i = 0; i < 100; i++)
      await world.request({ operation: 'insertWorkflowTask', body: { task_name: `Number ${i}` } });
    const { page, assertQuiet, close } = await openList('/tasks');
    const first = page.locator('[role=row][data-index="0"]');
    const jump = async (field: string) => {
      await first.waitFor();
      await page.keyboard.press('G');
      await page.getByLabel('In the order of').selectOption(field);
    };
    // The keys of the page are off until the form is gone.
    const press = async () => {
      await page.getByRole('button', { name: 'Jump', exact: true }).click();
      await page.getByLabel('In the order of').waitFor({ state: 'detached' });
    };
    await jump('task_name');
    await page.getByLabel('Begins with, or comes after').fill('zz');
    await press();
    await page.waitForURL(/tasks\?sort=task_name&from=zz$/);
    await first.getByText('Zz last').waitFor();
    await page.keyboard.press('Home');
    await first.getByText('! first').waitFor();
    await jump('priority');
    await page.getByLabel('From', { exact: true }).selectOption('Critical');
    await press();
    await page.getByRole('button', { name: 'From Critical on' }).waitFor();
    await first.getByText('Critical').waitFor();
    await jump('due_dts');
    await page.getByLabel('From', { exact: true }).fill('2031-05-06');
    await press();
    await page.waitForURL(/tasks\?sort=due_dts&from=2031-05-06$/);
    await first.getByText('Zz last').waitFor();
    await goTo(page, '/tasks');
    await page.getByRole('button', { name: 'Jump to …' }).waitFor();
    const total = Number(await page.locator('[data-count]').getAttribute('data-count'));
    assert.ok(total > 100, `${total} tasks: the end is not on the first page`);
    await page.keyboard.press('End');
    await page.waitForURL(/tasks\?end=1$/);
    await page.locator(`[role=row][data-index="${total - 1}"]`).waitFor();
    assertQuiet();
    await close();
  },
);

test('a row that cannot be read is left out, and the list says so', withBrowser, async () => {
  const { page, assertQuiet, close } = await openList('/customers');
  // A bug of the server or a person with a database console could leave this row.
  await world.db.run(
    `update orders set items = '{}' where merchant_id = 'TEST' and order_id = $1`,
    [orderId],
  );
  await goTo(page, '/orders?kind=rebill&sort=order_id');
  const note = page.getByRole('status').filter({ hasText: '1 order was left out' });
  await note.getByText(orderId).waitFor();
  assert.ok((await rowsOf(page).count()) > 5);
  await note.getByRole('link', { name: 'Health' }).click();
  await page.getByRole('heading', { name: 'Health', level: 1 }).waitFor();
  assertQuiet();
  await close();
});

test('rows change in their places; what would enter or leave is counted', withBrowser, async () => {
  const { page, assertQuiet, close } = await openList('/auto-orders');
  await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
  await goTo(page, '/auto-orders?state=active');
  const first = page.locator('[role=row][data-index="0"]');
  const before = await autoOrders.count({ state: ['active'] });
  await page.locator(`[data-count="${before}"]`).waitFor();
  const code = await first.locator('code').innerText();
  const oid = (
    await world.request({
      operation: 'getAutoOrderByCode',
      params: { auto_order_code: code },
    })
  ).body.auto_order.auto_order_oid;
  const paused = await world.request({
    operation: 'pauseAutoOrder',
    params: { auto_order_oid: oid },
    body: { pause: true },
  });
  assert.equal(paused.status, 200, paused.text);
  await first.getByText('Paused').waitFor();
  assert.equal(await first.locator('code').innerText(), code, 'nothing moves by itself');
  assert.equal(await page.locator(`[data-count="${before}"]`).count(), 1);
  await page.getByRole('button', { name: '1 change' }).click();
  await page.locator(`[data-count="${before - 1}"]`).waitFor();
  assert.notEqual(await first.locator('code').innerText(), code);

  await goTo(page, '/orders');
  await first.getByText('TEST-').waitFor();
  const newest = await first.locator('code').innerText();
  const { order } = (
    await world.request({
      operation: 'insertOrder',
      body: {
        billing: { first_name: 'Eva', email: 'eva@example.com', country_code: 'US' },
        items: [{ merchant_item_id: 'COFFEE-HOUSE', quantity: 1 }],
        payment: { payment_method: 'Check' },
      },
    })
  ).body;
  const pill = page.getByRole('button', { name: '1 change' });
  await pill.waitFor();
  assert.equal(await first.locator('code').innerText(), newest);
  await pill.click();
  await first.getByText(order.order_id ?? 'an id').waitFor();

  await goTo(page, '/customers');
  await first.getByText('@').waitFor();
  const email = await first.locator('[role=gridcell]').nth(2).innerText();
  const found = await world.request({ operation: 'searchCustomers', body: { text: email } });
  await world.request({
    operation: 'updateCustomer',
    params: { customer_profile_oid: found.body.customers?.[0]?.customer_profile_oid ?? 0 },
    body: { email: `new-${email}` },
  });
  await first.getByText(`new-${email}`).waitFor();
  assertQuiet();
  await close();
});

async function openList(path: string): Promise<Awaited<ReturnType<typeof watchedPage>>> {
  const watched = await watchedPage(world.demoUrl.replace('/auto-orders#', `${path}#`));
  await rowsOf(watched.page).first().waitFor();
  return watched;
}

/** Whether another user of the merchant sees a view among the tabs. */
async function isSeenByColleague(name: string): Promise<boolean> {
  const colleague = await addPerson(world, 'TEST', 'ben', ['auto_order_read']);
  const { page, close } = await watchedPage(`${world.url}/auto-orders`, {}, (context) =>
    enter(context, world, colleague),
  );
  const tab = page.getByRole('navigation', { name: 'Views' }).getByText(name);
  await tab.waitFor();
  await tab.click();
  await page.getByText('of a colleague').waitFor({ state: 'attached' });
  const isChangeable = await page.getByRole('button', { name: 'Change the view' }).count();
  await close();
  return isChangeable === 0;
}

const rowsOf = (page: Page) => page.locator('[role=row][data-index]');

test('chosen keys count in every browser; the palette opens saved views', withBrowser, async () => {
  const { page, assertQuiet, close } = await watchedPage(world.startUrl);
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  await page.goto(`${world.url}/me`);
  await page.getByLabel('Find a command').fill('taxes');
  await page.getByRole('button', { name: 'Change the keys of “Go to taxes”' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('New keys').press('u');
  await dialog.getByText('“Undo the last change” has these keys.').waitFor();
  assert.ok(await dialog.getByRole('button', { name: 'Use these keys' }).isDisabled());
  await dialog.getByLabel('New keys').press('Backspace');
  await dialog.getByLabel('New keys').press('m');
  const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
  await dialog.getByRole('button', { name: 'Use these keys' }).click();
  await saved;
  await page.getByRole('heading', { level: 1, name: 'My settings' }).click();
  await page.keyboard.press('m');
  await page.getByRole('heading', { level: 1, name: 'Taxes' }).waitFor();

  await world.request({
    operation: 'insertSavedSearch',
    body: { kind: 'orders', name: 'Late ones', shared: true, filters: { kinds: ['rebill'] } },
  });
  const other = await watchedPage(world.startUrl);
  await other.page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  await other.page.keyboard.press('?');
  const keys = other.page.getByRole('dialog').getByRole('definition');
  await keys.filter({ hasText: /^m$/ }).waitFor();
  await other.page.keyboard.press('Escape');
  await other.page.keyboard.press('Control+k');
  await other.page.getByRole('combobox').fill('view late');
  await other.page.getByRole('option', { name: 'Orders: Late ones' }).click();
  await other.page.waitForURL(/\/orders\?kind=rebill$/);
  other.assertQuiet();
  await other.close();
  assertQuiet();
  await close();
});

test(
  'what can be done with a row is under the pointer and at the cursor',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await watchedPage(
      `${world.url}/auto-orders?state=active`,
      {},
      (context) =>
        enter(context, world, { merchantId: 'TEST', login: world.login, password: world.password }),
    );
    const rows = page.locator('[data-index]');
    const skips = page.getByRole('link', { name: 'Skip next' });
    await rows.nth(3).hover();
    assert.equal(await skips.count(), 1);
    await rows.nth(3).getByRole('button', { name: 'Peek' }).click();
    await page.getByRole('complementary').getByText('Next shipment').waitFor();
    await page.keyboard.press('Escape');
    // The row with the cursor shows its actions, too, so a person without a pointer reaches them by
    // Tab.
    await page.keyboard.press('j');
    await rows.nth(0).getByRole('link', { name: 'Skip next' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('The next three rebills').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // After a visit to another section, the list is as it was left. A second click shows the plain
    // list.
    const nav = page.getByRole('navigation', { name: 'Main' });
    await page.goto(`${world.url}/auto-orders?state=paused`);
    await nav.getByRole('link', { name: 'Orders', exact: true }).click();
    await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
    await nav.getByRole('link', { name: 'Auto orders' }).click();
    await page.waitForURL(/auto-orders\?state=paused$/);
    await nav.getByRole('link', { name: 'Auto orders' }).click();
    await page.waitForURL(/auto-orders$/);
    await assertFoundAgain(page);
    assertQuiet();
    await close();
  },
);

/**
 * Asserts that Back leads to the row that was left: it is in view, and the next key continues from
 * it.
 */
async function assertFoundAgain(page: Page): Promise<void> {
  await page.locator('[data-count="60"]').waitFor();
  for (let press = 0; press < 40; press++) await page.keyboard.press('j');
  const row: Locator = page.locator('[data-index="39"][data-current]');
  await row.waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  await page.goBack();
  await row.waitFor();
  const box = await row.boundingBox();
  assert.ok(box && box.y > 0 && box.y + box.height <= 800, 'the row is in view');
  await page.keyboard.press('j');
  await page.locator('[data-index="40"][data-current]').waitFor();
}

test(
  'a list begins at a date or a letter, and shows the rest when asked',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await openList('/customers');
    await page.keyboard.press('G');
    await page.getByLabel('In the order of').selectOption('Email');
    await page.getByLabel('Begins with, or comes after').fill('m');
    await page.getByRole('button', { name: 'Jump', exact: true }).click();
    await page.waitForURL(/sort=email&from=m$/);
    const first = page.locator('[role=row][data-index="0"] [role=gridcell]').nth(2);
    await first.filter({ hasText: /^[m-z]/ }).waitFor();
    const all = await customers.count({});
    await page.getByRole('button', { name: /^Show the list from its beginning/ }).click();
    await first.filter({ hasText: /^[a-l]/ }).waitFor();
    await page.locator(`[data-count="${all}"]`).waitFor();
    await goTo(page, '/auto-orders?sort=-next_shipment_dts&from=2026-02-01');
    await page.getByRole('button', { name: 'From 2026-02-01 on' }).waitFor();
    const { body: begun } = await world.request({
      operation: 'searchAutoOrders',
      body: {},
      query: { _sort: '-next_shipment_dts', _from: '2026-02-01T23:59:59' },
    });
    const [{ auto_order_code: code, next_shipment_dts: next }] = begun.auto_orders;
    assert.ok(next <= '2026-02-02');
    await page.locator('[role=row][data-index="0"]').getByText(code).waitFor();
    assertQuiet();
    await close();
  },
);
