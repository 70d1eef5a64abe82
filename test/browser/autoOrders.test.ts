// Tests the first view and the keys of the list of auto orders. Its filters are tested in
// lists.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { withBrowser } from './chromium.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld();

test('the first view is 8 requests at most, before those for data', withBrowser, async () => {
  const { page, close } = await watchedPage('about:blank');
  const files: string[] = [];
  page.on('request', (request) => {
    if (/document|script|stylesheet|font|image/.test(request.resourceType()))
      files.push(new URL(request.url()).pathname);
  });
  await page.goto(world.demoUrl);
  await page.locator('[data-count="60"]').waitFor();
  assert.ok(files.length > 3 && files.length <= 8, files.join(' '));
  await close();
});

test('typing narrows the list; Back returns to where the typing began', withBrowser, async () => {
  const { page, close } = await watchedPage(world.demoUrl);
  await page.locator('[data-count="60"]').waitFor();
  await page.getByRole('searchbox').pressSequentially('zzzz', { delay: 20 });
  await page.getByText('Nothing matches').waitFor();
  // On a slow machine the page may search for the first letters alone.
  await page.waitForURL((url) => url.search === '?q=zzzz');
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await page.locator('[data-count="60"]').waitFor();
  await close();
});

test('by keyboard alone: down, select, peek, close, palette, keys', withBrowser, async () => {
  const { page, assertQuiet, close } = await watchedPage(world.demoUrl);
  const grid = page.getByRole('grid');
  await grid.getByRole('row').nth(3).waitFor();
  for (const key of ['j', 'j', 'x', 'j', 'X']) await page.keyboard.press(key);
  assert.equal(await grid.getByRole('row', { selected: true }).count(), 2);
  await page.keyboard.press('Space');
  const panel = page.getByRole('complementary');
  await panel.getByText('Next shipment').waitFor();
  assert.match(page.url(), /[?&]open=[A-Z0-9]{10}/);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
  await assertCursorStaysInView(page);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('my settings');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'My settings', level: 1 }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.getByRole('heading', { name: 'Auto orders', level: 1 }).waitFor();
  assertQuiet();
  await close();
});

/**
 * Asserts that the row with the cursor is never behind the header or below the edge of the list.
 */
async function assertCursorStaysInView(page: Page): Promise<void> {
  for (let press = 0; press < 25; press++) await page.keyboard.press('j');
  const place = '[role=grid] [role=row][data-current]';
  await page.locator(place).waitFor();
  const inside = await page.evaluate<boolean>(`new Promise((done) => requestAnimationFrame(() => {
    const row = document.querySelector('${place}').getBoundingClientRect();
    const grid = document.querySelector('[role=grid]').getBoundingClientRect();
    const header = document.querySelector('[role=columnheader]').getBoundingClientRect();
    done(row.top >= header.bottom - 8 && row.bottom <= grid.bottom + 1);
  }))`);
  assert.ok(inside, 'the row with the cursor is in view');
}
