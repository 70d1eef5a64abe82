// Tests every page of the console with data, without data, while the server fails, and without
// permission; in light and dark, wide and narrow. A new route or dialog is a row of pages.ts. With
// PICTURES=on the pictures of all pages are written to test/browser/out.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import type { BrowserContext } from 'playwright-core';
import { paths } from '../../web/src/paths.ts';
import { allPermissions } from '../support/app.ts';
import { withBrowser } from './chromium.ts';
import { dialogsOf, pictureDialog } from './dialogs.ts';
import { goTo } from './goTo.ts';
import { type Looked, lookAt, rawMoments, type Sighted } from './looks.ts';
import { objectsOf } from './objects.ts';
import { type PageRow, pages, type Sight } from './pages.ts';
import { addPerson, enter, type UserLogin } from './people.ts';
import { isPictured, writeContactSheet } from './pictures.ts';
import { type WatchedPage, watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld();
await world.addMerchant('EMPTY');
const people = {
  full: { merchantId: 'TEST', login: world.login, password: world.password },
  empty: await addPerson(world, 'EMPTY', 'owner', allPermissions),
  none: await addPerson(world, 'TEST', 'none', []),
};
await world.addMerchant('STEPS');
const stepsPerson = await addPerson(world, 'STEPS', 'steps', allPermissions);
const objects = await objectsOf(world);
const rows = Object.entries(pages) as [name: string, row: PageRow][];

/** Stops the transitions of colours between one look and the next. */
const still = { reducedMotion: 'reduce' } as const;

after(writeContactSheet);

const half = Math.ceil(rows.length / 2);
for (const [part, some] of [
  ['the first half', rows.slice(0, half)],
  ['the second half', rows.slice(half)],
] as const)
  test(`every page with data, ${part}`, withBrowser, () =>
    visit('filled', people.full, (row) => row.filled(objects), { rows: some }),
  );

test('every page without data', withBrowser, () =>
  // The page of one object gets a 404, which the browser reports in its console.
  visit('empty', people.empty, (row) => row.empty, { expected: /status of 404 / }),
);

test('every page for a person without permissions', withBrowser, () =>
  visit('forbidden', people.none, (row) => row.forbidden, { expected: /status of 401 / }),
);

test('every page while the server fails', withBrowser, () =>
  visit('refused', people.full, (row) => row.refused, {
    expected: /status of 500 /,
    prepare: failOperations,
  }),
);

test('the log-in page', withBrowser, async () => {
  const { page, takeFaults, close } = await watchedPage(`${world.url}/login`, still);
  const sighted = { name: 'login', heading: 'Log in', shows: 'Password', page, takeFaults };
  const { checks, faults } = await lookAt(sighted);
  console.log(`  ${checks} checks of the log-in page`);
  assert.deepEqual(faults, []);
  await close();
});

test('the pages that a person sees before the console', withBrowser, async () => {
  const { page, takeFaults, close } = await pageWithSteps();
  const looked: Looked[] = [];
  const look = async (name: string, shows: string) =>
    looked.push(
      await lookAt({ name: `steps-${name}`, heading: 'Before you begin', shows, page, takeFaults }),
    );
  await look('password', 'Step 1 of 2');
  await page.getByLabel('Password that you logged in with').fill(stepsPerson.password);
  await page.getByLabel('New password', { exact: true }).fill('corrected horses graze');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await look('factor', 'Step 2 of 2');
  await page.getByRole('button', { name: 'Set up an app' }).click();
  await look('app', 'Code that it shows');
  await page.getByRole('img', { name: /^QR code/ }).waitFor();
  const key = await page.locator('strong.tabular').innerText();
  const code = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) }).generate();
  await page.getByLabel('Code that it shows').fill(code);
  await page.getByRole('button', { name: 'Activate' }).click();
  await look('codes', 'They are not shown again');
  // When the person returns after two minutes with the phone, the page reads the session again, and
  // the codes stay.
  await page.clock.setFixedTime(Date.now() + 120_000);
  const isRead = page.waitForResponse(/perennial\/v1\/session$/);
  await page.evaluate("dispatchEvent(new Event('visibilitychange'))");
  await isRead;
  await page.getByText('They are not shown again').waitFor();
  await page.getByRole('button', { name: 'I have stored them, continue' }).click();
  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor();
  console.log(`  ${looked.reduce((sum, { checks }) => sum + checks, 0)} checks of the first steps`);
  assert.deepEqual(
    looked.flatMap(({ faults }) => faults),
    [],
  );
  await close();
});

if (isPictured)
  test('every dialog, for the eyes', withBrowser, async () => {
    const { page, takeFaults, close } = await watchedPage(`${world.url}/me`, still, (context) =>
      enter(context, world, people.full),
    );
    page.setDefaultTimeout(5_000);
    const faults: string[] = [];
    for (const { name, at, open } of dialogsOf(objects)) {
      await goTo(page, '/me');
      await goTo(page, at);
      await pictureDialog(page, name, open).catch(({ message }: Error) =>
        faults.push(`${name}: ${message}`),
      );
      faults.push(...takeFaults().map((fault) => `${name}: ${fault}`));
      await page.keyboard.press('Escape');
    }
    assert.deepEqual(faults, []);
    await close();
  });

const addresses: Readonly<Record<string, string>> = paths;

test('each route of the router is an address of paths.ts, and so has a row in pages.ts', () => {
  const sources = new URL('../../web/src/', import.meta.url);
  const router = readdirSync(sources)
    .filter((file) => /^router\.tsx$|Routes\.ts$/.test(file))
    .map((file) => readFileSync(new URL(file, sources), 'utf8'))
    .join('');
  // A dialog adds its path to that of its page, whose route has the name in paths.ts.
  const routes = [
    ...router.matchAll(/getParentRoute: \(\) => (\w+),\s+path: (?:paths\.(\w+)|'(.+)'),$/gm),
  ].map(
    ([, parent = '', name = '', below = '']) =>
      addresses[name] ?? `${addresses[parent] ?? parent}/${below}`,
  );
  const known = ['logIn', ...Object.keys(pages)].map((name) => addresses[name]);
  assert.deepEqual(new Set(routes), new Set(known));
  assert.equal(routes.length, known.length);
});

interface Visit {
  /** The faults that are expected in this state. */
  readonly expected?: RegExp;
  prepare?(context: BrowserContext): Promise<void>;
  /** The pages to open; absent: all. */
  readonly rows?: typeof rows;
}

/** Opens the pages of one state one after another, by links as a person does. */
async function visit(
  state: 'filled' | 'empty' | 'forbidden' | 'refused',
  person: UserLogin,
  sightsOf: (row: PageRow) => readonly Sight[] | Sight | undefined,
  { expected, prepare, rows: visited = rows }: Visit = {},
): Promise<void> {
  const watched = await watchedPage(`${world.url}/me`, still, async (context) => {
    await enter(context, world, person);
    await prepare?.(context);
  });
  const { page, takeFaults } = watched;
  const looked: Looked[] = [];
  for (const [name, row] of visited)
    for (const [index, { at, shows }] of [sightsOf(row) ?? []].flat().entries()) {
      await goTo(page, at);
      const sighted: Sighted = {
        name: `${name}-${state}${index || ''}`,
        heading: state === 'filled' ? row.heading : undefined,
        shows,
        page,
        takeFaults: () => takeFaults().filter((fault) => !expected?.test(fault)),
      };
      looked.push(await lookAt(sighted));
    }
  await watched.close();
  const checks = looked.reduce((sum, { checks }) => sum + checks, 0);
  console.log(`  ${checks} checks of ${looked.length} pages ${state}`);
  assert.deepEqual(
    looked.flatMap(({ faults }) => faults),
    [],
  );
}

/** Opens the console as a person whose merchant then begins to require steps. */
async function pageWithSteps(): Promise<WatchedPage> {
  const watched = await watchedPage(`${world.url}/tasks`, still, (context) =>
    enter(context, world, stepsPerson),
  );
  const { page, takeFaults } = watched;
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
  await world.db.run(
    `update app_user set first_password_until = now() + interval '1 day'
     where merchant_id = 'STEPS' and login = 'steps'`,
  );
  const settings = { require_second_factor: true };
  const key = await world.addKey('STEPS');
  await world.request({ operation: 'updateMerchantSettings', key, body: settings });
  world.app.keys.forget();
  await goTo(page, '/customers');
  await page.getByText('Before you begin').waitFor();
  assert.match(takeFaults().join(), /status of 401 /, 'what was refused');
  return watched;
}

/** Makes every operation fail, except those of the session. */
async function failOperations(context: BrowserContext): Promise<void> {
  await context.route(/\/(rest\/v2|perennial\/v1)\/(?!session|me\/)/, (route) =>
    route.fulfill({
      status: 500,
      headers: { 'X-Perennial-Refusal': 'internal', 'X-Request-Id': 'REQUEST-1' },
      json: { success: false, error: { user_message: `The server failed. ${rawMoments}` } },
    }),
  );
}
