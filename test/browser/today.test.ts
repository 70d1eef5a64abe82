// Tests Today: every number leads to the rows that it counts, and the page follows events.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Overview } from '@perennial/contract/screens.ts';
import type { StatisticDay } from '@perennial/contract/statistics.ts';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { testNow } from '../support/app.ts';
import { withBrowser } from './chromium.ts';
import { goTo } from './goTo.ts';
import { enter } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld();

/**
 * Brings one auto order into each state that needs attention, with a decline and a bounced mail.
 */
before(async () => {
  const oids = (
    await world.db.rows<{ oid: number }>(
      `select auto_order_oid as oid from auto_order
       where merchant_id = 'TEST' and state = 'active' order by 1 limit 5`,
    )
  ).map(({ oid }) => oid);
  const [parked, retrying, ended, dueToday, dueTomorrow] = oids;
  const set = (oid: number | undefined, change: string, ...values: unknown[]) =>
    world.db.run(
      `update auto_order set ${change} where merchant_id = 'TEST' and auto_order_oid = $1`,
      [oid, ...values],
    );
  await set(parked, `failure_reason = 'Cannot rebill: item TEA has no price'`);
  await set(retrying, 'next_attempt_at = $2, credit_card_attempt = 1', testNow.add({ hours: 72 }));
  await set(ended, `status = 'canceled', due_at = null`);
  await set(dueToday, 'next_shipment_at = $2', testNow.add({ hours: 1 }));
  await set(dueTomorrow, 'next_shipment_at = $2', testNow.add({ hours: 24 }));
  const at = testNow.subtract({ hours: 2 });
  for (const oid of [retrying, ended])
    await world.db.run(
      `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at,
         order_id, amount_minor, currency, route)
       values ('TEST', $1, 999, 'declined', 1, $2, 'TEST-0000009997', 500, 'USD', '{sim}')`,
      [oid, at],
    );
  await world.request({
    operation: 'insertWebhook',
    body: {
      webhook_url: 'https://receiver.example.com/events',
      authentication_type: 'none',
      event_categories: [{ event_category: 'auto_order', events: [] }],
    },
  });
  await world.db.run(
    `update webhook set failing_since = now(), consecutive_failures = 2 where merchant_id = 'TEST'`,
  );
  await world.db.run(
    `insert into notice (merchant_id, auto_order_oid, kind, made_at, facts, bounced_at)
     values ('TEST', $1, 'receipt', $2, '{}', $2)`,
    [ended, at],
  );
});

test('each number is that of the API, and its link shows as many rows', withBrowser, async () => {
  const { page, assertQuiet, close } = await watchedPage(world.startUrl);
  await page.getByRole('heading', { name: 'Due' }).waitFor();
  // Reads the overview as the person, because the tasks in it are the person's own.
  const answered = await page.context().request.get(`${world.url}/perennial/v1/overview`);
  const { overview } = (await answered.json()) as { overview: Overview };
  const figures: [link: RegExp, count: number | undefined][] = [
    [/ rebills due today$/, overview.due_today?.rebills],
    [/ rebills due tomorrow$/, overview.due_tomorrow?.rebills],
    [/ Declined$/, overview.declines?.count],
    [/ declined and retried$/, overview.declines?.retrying],
    [/ declined and ended$/, overview.declines?.ended],
    [/ Parked$/, overview.parked],
    [/ In doubt$/, overview.in_doubt],
    [/ Mails bounced$/, overview.mails_bounced],
    [/ Webhooks failing$/, overview.webhooks_failing],
    [/ Active$/, overview.active],
    [/ Retrying$/, overview.retrying],
    [/ Paused$/, overview.paused],
    [/ tasks: mine$/, overview.tasks?.mine],
    [/ tasks: of my groups$/, overview.tasks?.groups],
    [/ tasks: not assigned$/, overview.tasks?.unassigned],
    [/ tasks: overdue$/, overview.tasks?.overdue],
  ];
  for (const [name, count] of figures) {
    const link = page.getByRole('link', { name });
    assert.equal(await link.textContent(), String(count), String(name));
    await link.click();
    if (count === 0) await page.getByText('Nothing matches').waitFor();
    else await page.locator(`[data-count="${count}"]`).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  }
  assert.equal(figures.filter(([, count]) => count === 0).length, 1, 'only In doubt is 0');
  assertQuiet();
  await close();
});

test('the lines of the last 30 days have the numbers of the API', withBrowser, async () => {
  const { page, assertQuiet, close } = await watchedPage(world.startUrl);
  const lines = page.getByRole('region', { name: 'Last 30 days' });
  await lines.getByRole('img').first().waitFor();
  const answered = await page.context().request.get(`${world.url}/perennial/v1/statistics/days`);
  const { days } = (await answered.json()) as { days: StatisticDay[] };
  assert.equal(days.length, 30);
  const active = days.at(-1)?.active ?? 0;
  assert.ok(active > 10);
  await lines.getByRole('img', { name: /^Running: \d+ days: .*last \d/ }).waitFor();
  await lines.getByRole('link', { name: `${active} Running, last 30 days` }).click();
  await page.locator(`[data-count="${active}"]`).waitFor();
  await page.goBack();
  const declined = days.reduce((sum, day) => sum + (day.declined ?? 0), 0);
  await lines.getByRole('link', { name: `${declined} Declines, last 30 days` }).click();
  await page.getByRole('heading', { level: 1, name: 'Auto orders' }).waitFor();
  assertQuiet();
  await close();
});

test('the numbers follow what happens while the page is open', withBrowser, async () => {
  const { page, close } = await watchedPage(world.startUrl);
  const paused = page.getByRole('link', { name: / Paused$/ });
  const before = Number(await paused.textContent());
  await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
  const { body } = await world.request({
    operation: 'searchAutoOrders',
    body: { state: ['active'] },
  });
  await world.request({
    operation: 'pauseAutoOrder',
    params: { auto_order_oid: body.auto_orders[0].auto_order_oid },
  });
  await page.getByRole('link', { name: `${before + 1} Paused` }).waitFor();
  await close();
});

test(
  'the next task is taken, returned, and the strip is hidden for good',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await watchedPage(world.startUrl);
    const tasks = page.getByRole('region', { name: 'My tasks' });
    const mine = tasks.getByRole('listitem').filter({ hasText: /due/ });
    await mine.first().waitFor();
    // Rows are not counted here: the figures below load later, and one of them is “overdue”.
    const asked = page.waitForResponse((response) => response.request().method() === 'PUT');
    await page.getByRole('button', { name: 'Take the next' }).click();
    await page.getByText(/^You took “/).waitFor();
    const { task } = (await (await asked).json()) as { task: WorkflowTask };
    const taken = mine.locator(`a[href$="/${task.global_task_number}"]`);
    await taken.waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText('Undone:').waitFor();
    await taken.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Hide the things to try' }).click();
    await page.getByText('Try this first').waitFor({ state: 'detached' });
    await page.reload();
    await mine.first().waitFor();
    assert.equal(await page.getByText('Try this first').count(), 0);
    assertQuiet();
    await close();
  },
);

test('checking a parked auto order may charge, so every page asks first', withBrowser, async () => {
  const { body } = await world.request({
    operation: 'searchAutoOrders',
    body: { state: ['parked'] },
  });
  const { auto_order_code: code } = body.auto_orders[0];
  const { page, assertQuiet, close } = await watchedPage(`${world.url}/me`, {}, (context) =>
    enter(context, world, { ...world, merchantId: 'TEST' }),
  );
  const sent: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/look_again')) sent.push(request.headers()['idempotency-key']);
  });
  const ask = page.getByRole('button', { name: `Look again at ${code}` });
  for (const at of ['/health', `/auto-orders/${code}`]) {
    await goTo(page, at);
    await ask.click();
    await page.getByText('A charge cannot be undone.').waitFor();
    await page.getByRole('button', { name: 'Not now' }).click();
    await ask.waitFor();
  }
  assert.deepEqual(sent, []);
  await ask.click();
  await page.getByRole('button', { name: 'Look again now' }).click();
  await page.getByText(`Auto order ${code} was checked again.`).waitFor();
  assert.equal(sent.length, 1);
  assert.match(sent[0] ?? '', /^[\w-]{20,}$/);
  assertQuiet();
  await close();
});
