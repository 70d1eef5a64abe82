// Tests changes that the server refuses: each kind of form shows the server's sentence, with days
// and moments in the format of the rest of the page. pages.test.ts checks refused pages in all
// looks.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withBrowser } from './chromium.ts';
import { firstLook, lookAt, rawMoments } from './looks.ts';
import { objectsOf } from './objects.ts';
import { enter } from './people.ts';
import { writeContactSheet } from './pictures.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld();
const { autoOrderCode, couponOid, itemOid, orderId, taskNumber } = await objectsOf(world);
const dana = { merchantId: 'TEST', login: world.login, password: world.password };

after(writeContactSheet);

/** A form, and how it is filled so that its button can be pressed. */
interface RefusedForm {
  readonly at: string;
  readonly button: string | RegExp;
  fill?(page: Page): Promise<unknown>;
}

const autoOrder = `/auto-orders/${autoOrderCode}`;
const order = `/orders/${orderId}`;

/** One of each kind of form; forms of one kind share the code that shows a refusal. */
const forms: Readonly<Record<string, RefusedForm>> = {
  'a deed': {
    at: '/health/charging',
    button: 'Stop all charges',
    fill: (page) => page.getByRole('dialog').getByLabel('Reason').fill('wrong prices'),
  },
  'a form of fields': {
    at: `/coupons/${couponOid}/edit`,
    button: 'Save',
    fill: (page) => page.getByRole('dialog').getByLabel('Percent off').fill('12'),
  },
  'a change of an auto order': { at: `${autoOrder}/edit/pause`, button: /^Pause/ },
  'a link to the card': { at: `${autoOrder}/edit/card`, button: /^Create a link/ },
  'an edit of an order': {
    at: `${order}/edit/notes`,
    button: 'Save',
    fill: (page) => page.getByRole('dialog').getByRole('textbox').first().fill('Leave it inside'),
  },
  'an action of an order': { at: `${order}/do/receipt`, button: /^Send/ },
  'a refund': {
    at: `${order}/refund`,
    button: /^Refund /,
    fill: async (page) => {
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'All that is left' }).click();
      await dialog.getByRole('button', { name: /^Continue|^Next|^Refund/ }).click();
    },
  },
  'a count of stock': {
    at: `/stock/${itemOid}/DFLT`,
    button: 'Adjust the stock',
    fill: (page) => page.getByRole('dialog').getByRole('textbox').first().fill('7'),
  },
  'a new task': {
    at: '/tasks?new=1',
    button: 'Add the task',
    fill: (page) => page.getByRole('dialog').getByLabel('Name').fill('Call Ann'),
  },
  'a task': { at: `/tasks/${taskNumber}`, button: /^Take/ },
  'a saved view': {
    at: '/auto-orders?state=paused',
    button: 'Save',
    fill: async (page) => {
      await page.getByRole('grid').getByRole('row').nth(1).waitFor();
      await page.keyboard.press('v');
      await page.getByRole('dialog').getByLabel('Name').fill('Paused');
    },
  },
  'a change of many': {
    at: '/auto-orders',
    button: /^Pause \d|^Pause them|^Apply/,
    fill: async (page) => {
      for (const index of [0, 1]) await page.locator('[data-index] [data-box]').nth(index).click();
      await page.getByRole('button', { name: 'Pause …' }).click();
    },
  },
  'a move of the clock': {
    at: '/me',
    button: /^Advance to /,
    fill: (page) => page.getByRole('button', { name: '+1 month' }).click(),
  },
  'a password': {
    at: '/me',
    button: 'Change the password',
    fill: async (page) => {
      await page.getByRole('textbox', { name: 'Current password' }).fill(world.password);
      await page.getByRole('textbox', { name: 'New password' }).fill('corrected horses graze');
    },
  },
};

test('each kind of form shows a refusal with days for people', withBrowser, async () => {
  let isRefusing = false;
  const { page, takeFaults, close } = await watchedPage(`${world.url}/me`, still, (context) =>
    enter(context, world, dana),
  );
  await page.route(/\/(rest\/v2|perennial\/v1)\//, (route) =>
    // Besides all writes, the GET of the link to the card page is refused.
    isRefusing && (route.request().method() !== 'GET' || /billing_url/.test(route.request().url()))
      ? route.fulfill(refusal)
      : route.fallback(),
  );
  page.setDefaultTimeout(20_000);
  const faults: string[] = [];
  for (const [name, { at, button, fill }] of Object.entries(forms)) {
    isRefusing = false;
    await page.goto(`${world.url}${at}`);
    try {
      await fill?.(page);
      const press = page.getByRole('button', { name: button }).filter({ visible: true }).last();
      await press.and(page.locator(':enabled')).waitFor();
      isRefusing = true;
      await press.click();
    } catch (error) {
      faults.push(`${name}: ${String(error).slice(0, 600)}`);
      continue;
    }
    const sighted = {
      name: `refused ${name}`.replaceAll(' ', '-'),
      shows: 'Tue 31 Mar',
      page,
      takeFaults: () => takeFaults().filter((fault) => !/status of 400 /.test(fault)),
    };
    const looked = await lookAt(sighted, firstLook);
    faults.push(...looked.faults);
  }
  assert.deepEqual(faults, []);
  await close();
});

/** Stops the transitions of colours between one look and the next. */
const still = { reducedMotion: 'reduce' } as const;

const refusal = {
  status: 400,
  headers: { 'X-Perennial-Refusal': 'invalid_field', 'X-Request-Id': 'REQUEST-8' },
  json: { success: false, error: { user_message: `This was not changed. ${rawMoments}` } },
};
