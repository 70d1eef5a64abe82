// Tests the test clock: a person moves it by a month and watches, and the bar is checked in each of
// its states.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { allPermissions, testNow } from '../support/app.ts';
import { withBrowser } from './chromium.ts';
import { goTo } from './goTo.ts';
import { lookAt } from './looks.ts';
import { addPerson, enter, type UserLogin } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 200 });

test(
  'a month is moved: what is due, the way there, what happened and what did not',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await watchedPage(world.startUrl);
    await page.getByRole('button', { name: 'Advance the clock by a month and watch' }).click();
    const sheet = page.getByRole('dialog', { name: 'Move the clock' });
    // Before the first press, the sheet shows what it would do.
    const until = testNow.toZonedDateTimeISO('America/New_York').add({ months: 1 });
    const { due } = (
      await world.request({
        operation: 'getClockDue',
        query: { until: until.toInstant().toString(), _limit: 500 },
      })
    ).body;
    await sheet.getByText(`until Sun 15 Feb, 12:00`).waitFor();
    assert.equal(await figure(page, 'Rebills'), String(due.rebill_count));
    assert.ok(due.rebill_count > 10);
    await sheet.getByRole('button', { name: 'Advance to Sun 15 Feb 2026, 12:00' }).click();
    // On the way, a bar fills.
    await page.getByRole('progressbar').first().waitFor();
    // Afterwards, the sheet shows each day, and what did not happen.
    const done = page.getByRole('dialog', { name: 'The advance of the clock' });
    await playOn(done.getByText('Arrived'));
    await done.getByRole('heading', { name: 'What did not happen' }).waitFor();
    await assertHappened(page);
    await done.getByRole('button', { name: 'Close' }).last().click();
    await page.getByText('Sun 15 Feb 2026, 12:00').waitFor();
    await tryTheRest(page);
    assertQuiet();
    await close();
  },
);

/**
 * Continues an advance that outlasts its request, as a server's worker does, until the page shows
 * the end.
 */
async function playOn(end: Locator): Promise<void> {
  for (let looks = 0; looks < 200 && !(await end.isVisible()); looks++) {
    await world.work('clock');
    await end.waitFor({ timeout: 1000 }).catch(() => {});
  }
  await end.waitFor();
}

/** Tries the other suggestions of the strip, each of which is then marked as done. */
async function tryTheRest(page: Page): Promise<void> {
  const strip = page.getByRole('listitem').filter({ hasText: /by a month|card fails|it raises/ });
  await strip.nth(0).getByText(', done').waitFor({ state: 'attached' });
  await page.getByRole('link', { name: 'Open an auto order whose card fails' }).click();
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  const code = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.goBack();
  await strip.nth(1).getByText(', done').waitFor({ state: 'attached' });
  await page.getByRole('link', { name: 'Work the task that it raises' }).click();
  await page.getByRole('link', { name: code }).first().waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByText('Closed').first().waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'You have seen the main parts' }).waitFor();
}

/**
 * Asserts that the counters and the days of the sheet equal those of the API, and that the orders
 * exist.
 */
async function assertHappened(page: Page): Promise<void> {
  const { advances } = (await world.request({ operation: 'getClockAdvances' })).body;
  const { advance_id: id, rebill_count: paid, decline_count: declined } = advances[0];
  assert.equal(await figure(page, 'Rebills paid'), String(paid));
  assert.equal(await figure(page, 'Charges declined'), String(declined));
  const { days } = (
    await world.request({ operation: 'getClockAdvanceDays', params: { advance_id: id } })
  ).body;
  const rows = page.getByRole('region', { name: 'What happened, by day' }).locator('tbody tr');
  await rows.first().waitFor();
  assert.equal(await rows.count(), days.length);
  // A day leads to the rebills that became orders on it.
  const { day } = days.find((each) => (each.paid ?? 0) > 0) ?? {};
  const address = (await rows.getByRole('link').first().getAttribute('href')) ?? '';
  assert.ok(address.startsWith('/orders?') && address.includes(`created=${day}..${day}`), address);
  const { total } = (
    await world.request({
      operation: 'searchOrders',
      body: { kinds: ['rebill'], creation_dts_begin: testNow.toString() },
    })
  ).body;
  assert.ok(paid > 10 && total >= paid, `${paid} paid rebills are ${total} orders`);
}

const figure = async (page: Page, name: string): Promise<string> => {
  const shown = page.locator('dl > div').filter({ has: page.getByText(name, { exact: true }) });
  return (await shown.locator('dd').textContent()) ?? '';
};

/** Adds a merchant with this clock, and a person with every permission there. */
async function merchantWith(
  merchantId: string,
  clock: Parameters<typeof world.addMerchant>[1],
): Promise<UserLogin> {
  await world.addMerchant(merchantId, clock);
  return addPerson(world, merchantId, 'owner', allPermissions);
}

const people = new Map<string, UserLogin>();

before(async () => {
  people.set('standing', await merchantWith('STAND', {}));
  people.set('real', await merchantWith('REAL', { clock: { kind: 'real' } }));
  for (const [state, merchantId, lease] of [
    ['playing', 'MOVES', `now() + interval '1 hour'`],
    ['stopped', 'STOPS', 'null'],
  ] as const) {
    people.set(state, await merchantWith(merchantId, {}));
    await world.db.run(
      `insert into clock_advance (merchant_id, advance_id, from_at, to_at, reached_at, mode_after,
         state, rebill_count, lease_until)
       values ($1, 'ADVANCE1', $2, $3, $4, 'standing', $5, 12, ${lease})`,
      [merchantId, testNow, testNow.add({ hours: 240 }), testNow.add({ hours: 96 }), state],
    );
  }
});

const clocks: readonly [
  state: string,
  what: string,
  shows: string,
  open?: (page: Page) => Promise<unknown>,
][] = [
  ['standing', 'a standing clock', 'standing'],
  ['standing', 'the choice of a move', 'Nothing is due', (page) => page.keyboard.press('c')],
  ['playing', 'a clock that moves', '40 %'],
  [
    'playing',
    'the watched advance',
    'Charges declined',
    (page) => page.getByRole('button', { name: 'Watch' }).first().click(),
  ],
  ['playing', 'Today while it moves', 'The clock is moving', (page) => goTo(page, '/')],
  [
    'stopped',
    'an advance that was stopped',
    'Stopped before its end',
    async (page) => {
      await page.keyboard.press('c');
      await page.getByRole('button', { name: 'What it did' }).click();
    },
  ],
  ['real', 'no test clock', 'Who you are'],
  ['real', 'why it is not moved', 'has the real clock', (page) => page.keyboard.press('c')],
];

for (const [index, [state, what, shows, open]] of clocks.entries())
  test(`the clock: ${what}`, withBrowser, async () => {
    const { page, takeFaults, close } = await watchedPage(
      `${world.url}/me`,
      { reducedMotion: 'reduce' },
      (context) => enter(context, world, people.get(state)!),
    );
    await page.getByRole('heading', { level: 1, name: 'My settings' }).waitFor();
    await open?.(page);
    const name = `clock-${state}-${index}`;
    const { faults } = await lookAt({ name, shows, page, takeFaults });
    assert.deepEqual(faults, []);
    const bars = await page.getByRole('region', { name: 'Test clock' }).count();
    if (state === 'real') assert.equal(bars, 0);
    else if (!open) assert.equal(bars, 1);
    await close();
  });
