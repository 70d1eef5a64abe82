// Measures the console's list of auto orders of a merchant with 1,000,000 of them: interaction to
// paint (scroll, j and k, open, back, filter, sort) against the same rows in a bare page of vanilla
// JavaScript; the time to a filled list against a bare fetch and JSON.parse; and the memory after a
// long day. `node bench/console.ts [auto orders, default 1000000]`
import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { demoLogin, demoPassword, ensureDemoStaff } from '../server/src/cli/demo/staff.ts';
import type { DatabasePool } from '../server/src/platform/storage/database.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { figure, median, percentile } from './support/figures.ts';
import { interactionsOf, painted, recordInteractions } from './support/interactions.ts';
import { benchMerchant, benchNow } from './support/merchant.ts';
import { multiply } from './support/multiply.ts';
import { withPostgres } from './support/postgres.ts';
import { startServer } from './support/processes.ts';

const filledSize = 10_000;
const times = Math.round(Number(process.argv[2] ?? 1_000_000) / filledSize);
/** Each round measures both pages, one after the other. */
const rounds = 8;
const heapBytesMax = 80_000_000;
const search = '/perennial/v1/auto_orders/search';
const bareUrl = '/bare-list';

await withPostgres(async ({ db, url }) => {
  const startedMs = performance.now();
  await benchMerchant(db, 'BENCH', { autoOrders: filledSize, daysMax: 60 });
  await multiply(db, 'BENCH', times);
  await ensureDemoStaff(db, 'BENCH', benchNow);
  const password = await demoPassword(db, 'BENCH', undefined, benchNow);
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(
    `${(filledSize * times).toLocaleString('en')} auto orders (made in ${seconds.toFixed(0)} s)`,
  );
  const env = { DATABASE_URL: url, DEMO: 'off', LOG_LEVEL: 'warn' };
  const server = await startServer({ args: ['server/src/main.mjs'], env, readyPath: '/readyz' });
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await logIn(context, server.baseUrl, password);
    await measure(context, server.baseUrl, await commonName(db));
  } finally {
    await browser.close();
    await server.stop();
  }
});

async function measure(context: BrowserContext, baseUrl: string, name: string): Promise<void> {
  const [ours, bare] = [await consolePage(context, baseUrl), await barePage(context, baseUrl)];
  await measureInteractions(ours, bare, name);
  await measureFilled(ours, bare);
  await measureHeap(ours);
}

/** A page with the list, and how the journey finds its parts. */
interface ListPage {
  readonly page: Page;
  /** Loads the list again, as at the start of the journey. */
  open(): Promise<void>;
  readonly text: string;
  readonly active: string;
  readonly sort: string;
  readonly row: string;
  /** This text is shown while one auto order is open. */
  readonly detail: string;
}

async function consolePage(context: BrowserContext, baseUrl: string): Promise<ListPage> {
  const page = await context.newPage();
  await recordInteractions(page);
  const row = '[role=row][data-index] code';
  return {
    page,
    async open() {
      await page.goto(`${baseUrl}/auto-orders`);
      await page.locator(row).first().waitFor();
    },
    text: '[role=search] input[type=search]',
    active: 'nav[aria-label=Views] >> text="Active"',
    sort: '[role=columnheader] >> text="Customer"',
    row,
    detail: 'h1:not(:text-is("Auto orders"))',
  };
}

async function barePage(context: BrowserContext, baseUrl: string): Promise<ListPage> {
  const page = await context.newPage();
  const body = await readFile(new URL('support/bareList.html', import.meta.url), 'utf8');
  await recordInteractions(page);
  return {
    page,
    async open() {
      // The route is set only while the page loads: it would slow each later request by some
      // milliseconds.
      await page.route(`**${bareUrl}`, (route) =>
        route.fulfill({ contentType: 'text/html', body }),
      );
      await page.goto(baseUrl + bareUrl);
      await page.unrouteAll();
      await page.locator('.row').first().waitFor();
    },
    text: '#text',
    active: '#active',
    sort: '#sort',
    row: '.row',
    detail: '#detail:visible',
  };
}

async function measureInteractions(ours: ListPage, bare: ListPage, name: string): Promise<void> {
  for (const list of [ours, bare]) await journey(list, name);
  const measured: { ours: number[]; bare: number[] }[] = [];
  for (let round = 0; round < rounds; round++)
    measured.push({ ours: await journey(ours, name), bare: await journey(bare, name) });
  const all = (side: 'ours' | 'bare') => measured.flatMap((round) => round[side]);
  for (const side of ['ours', 'bare'] as const)
    console.log(
      `${side}: ${all(side).length} interactions, ` +
        `p50 ${median(all(side))}, p75 ${percentile(all(side), 75)}, ` +
        `p98 ${percentile(all(side), 98)} ms`,
    );
  figure('console_inp', percentile(all('ours'), 98) / percentile(all('bare'), 98), '<=2');
}

/**
 * Uses the list as a person does, and returns the milliseconds until the next paint for each
 * action.
 */
async function journey(list: ListPage, name: string): Promise<number[]> {
  const { page } = list;
  await page.bringToFront();
  await list.open();
  await page.mouse.move(640, 500);
  for (let step = 0; step < 8; step++) await scroll(page, 700);
  for (let step = 0; step < 8; step++) await scroll(page, -700);
  await press(page, 'j', 15);
  await press(page, 'k', 5);
  await openAndBack(list, () => page.keyboard.press('Enter'));
  await press(page, 'j', 5);
  await page.click(list.text);
  for (const letter of name.slice(0, -1)) await press(page, letter, 1);
  await whenRead(page, name, () => press(page, name.at(-1)!, 1));
  await whenRead(page, '"active"', () => page.click(list.active));
  for (const sort of ['=last_name', '=-last_name'])
    await whenRead(page, sort, () => page.click(list.sort));
  await page.keyboard.press('Tab');
  await press(page, 'j', 10);
  return interactionsOf(page);
}

async function scroll(page: Page, byPx: number): Promise<void> {
  await page.mouse.wheel(0, byPx);
  await painted(page);
}

async function press(page: Page, key: string, count: number): Promise<void> {
  for (let each = 0; each < count; each++) {
    await page.keyboard.press(key);
    await painted(page);
  }
}

async function openAndBack(
  { page, detail, row }: ListPage,
  open: () => Promise<void>,
): Promise<void> {
  await open();
  await page.locator(detail).first().waitFor();
  await painted(page);
  await page.goBack();
  await page.locator(row).first().waitFor();
  await painted(page);
}

/**
 * Runs `act` and waits until the page shows the rows of the search whose request contains `what`.
 */
async function whenRead(page: Page, what: string, act: () => Promise<void>): Promise<void> {
  const read = page.waitForResponse((response) => {
    const request = response.request();
    return request.url().includes(search) && `${request.url()}${request.postData()}`.includes(what);
  });
  await act();
  await (await read).finished();
  await painted(page);
  await painted(page);
}

async function measureFilled(ours: ListPage, bare: ListPage): Promise<void> {
  await ours.page.bringToFront();
  const pairs: { page: number; view: number; bare: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    await ours.open();
    const page = await ours.page.evaluate<number>('performance.now()');
    const view = await viewMs(ours);
    pairs.push({ page, view, bare: await bareMs(bare.page) });
  }
  // The first pair only warms up.
  const of = (part: 'page' | 'view' | 'bare') => median(pairs.slice(1).map((pair) => pair[part]));
  console.log(
    `a filled list: page loaded ${of('page').toFixed(0)} ms, view chosen ${of('view').toFixed(0)}, ` +
      `bare fetch and parse ${of('bare').toFixed(0)} (medians of ${rounds})`,
  );
  figure('console_filled', median(pairs.slice(1).map(({ view, bare }) => view / bare)), '<=3');
}

/** Measures the time from the click on a view until its rows are painted. */
function viewMs({ page }: ListPage): Promise<number> {
  return page.evaluate<number>(`new Promise((done) => {
    const code = () => document.querySelector('[role=row][data-index="0"] code')?.textContent;
    const before = code();
    const view = [...document.querySelectorAll('nav[aria-label=Views] a')]
      .find((link) => link.textContent === 'Active');
    const startedMs = performance.now();
    view.click();
    const look = () =>
      code() === before ? requestAnimationFrame(look) : done(performance.now() - startedMs);
    look();
  })`);
}

/** Measures the same request alone, with the parsing of its JSON. */
function bareMs(page: Page): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const startedMs = performance.now();
    const response = await fetch('${search}?_limit=100&_sort=next_shipment_dts', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json; charset=UTF-8',
        'X-UltraCart-Api-Version': '2017-03-01',
        'X-Perennial-Console': '1',
      },
      body: JSON.stringify({ state: ['active'] }),
    });
    JSON.parse(await response.text());
    return performance.now() - startedMs;
  })()`);
}

/** Measures the memory after 100 pages of rows and 50 opened auto orders. */
async function measureHeap(list: ListPage): Promise<void> {
  const { page } = list;
  await list.open();
  for (let read = 0; read < 100; read++)
    await whenRead(page, '_after', () =>
      page.evaluate(`{
        const grid = document.querySelector('[role=grid]');
        grid.scrollTo(0, grid.scrollHeight);
      }`),
    );
  for (let opened = 0; opened < 50; opened++) {
    await page.mouse.move(640, 500);
    await scroll(page, 380);
    await openAndBack(list, () => page.locator(list.row).nth(10).click());
  }
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  console.log(`${(usedSize / 1e6).toFixed(1)} MB of memory after 100 pages and 50 details`);
  figure('console_heap', usedSize / heapBytesMax, '<=1');
}

/** Returns the last name that most customers have: the search for it finds the most rows. */
async function commonName(db: DatabasePool): Promise<string> {
  const found = await db.row<{ name: string }>(
    `select billing_last_name as name from auto_order_search where merchant_id = 'BENCH'
     group by 1 order by count(*) desc, 1 limit 1`,
  );
  return found!.name;
}

/** Logs in as the demo's user; the context keeps the cookie. */
async function logIn(context: BrowserContext, baseUrl: string, password: string): Promise<void> {
  const response = await context.request.post(`${baseUrl}/perennial/v1/session`, {
    headers: { 'X-UltraCart-Api-Version': '2017-03-01', 'X-Perennial-Console': '1' },
    data: { merchant_id: 'BENCH', login: demoLogin, password },
  });
  if (!response.ok()) throw new Error(`the log-in failed: ${await response.text()}`);
}
