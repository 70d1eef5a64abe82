// The list of auto orders: its filters, its keys, its states.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchOf } from '../../web/src/autoOrders/list.ts';
import { withBrowser } from './chromium.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld();

test('each filter shows as many rows as the API counts', withBrowser, async () => {
  const { page, assertQuiet, close } = await watchedPage(world.demoUrl);
  await page.getByRole('grid').waitFor();
  const all = await countOf({});
  const table: [name: string, state: Parameters<typeof searchOf>[0]][] = [
    ['text', { q: 'a' }],
    ['state', { state: ['active', 'retrying'] }],
    ['next shipment', { next: '2026-01-16..2026-02-15' }],
    ['next item', { next_item: ['COFFEE-HOUSE'] }],
    ['frequency', { frequency: ['Monthly', 'Weekly'] }],
    ['card', { card: ['Visa'] }],
    ['card expiry', { card_expires: '2028-01-01' }],
    ['declines', { declines: '1' }],
    ['declined lately', { declined: ['24'] }],
    ['mails that bounced', { bounced: ['720'] }],
    ['country', { country: ['US'] }],
    ['signed up', { signed_up: '2025-06-01..' }],
  ];
  for (const [name, state] of table) {
    const count = await countOf(state);
    await page.goto(`${world.url}/auto-orders${query(state)}`);
    await page.locator(`[data-count="${count}"]`).waitFor();
    if (name !== 'country') assert.notEqual(count, all, `${name} filters nothing`);
  }
  assertQuiet();
  await close();
});

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
  assert.equal(new URL(page.url()).search, '?q=zzzz');
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

/** What the API counts for the filters of an address. */
async function countOf(state: Parameters<typeof searchOf>[0]): Promise<number> {
  const { body } = await world.request({
    operation: 'searchAutoOrders',
    body: searchOf(state),
  });
  return body.total ?? 0;
}

function query(state: Parameters<typeof searchOf>[0]): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(state))
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  return `?${search}`;
}
