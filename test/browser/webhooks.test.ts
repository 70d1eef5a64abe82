// Tests a webhook that a program added: its receiver fails, and a person repairs it in the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { required } from '../../server/src/kernel/assert.ts';
import { answers, startReceiver } from '../support/receiver.ts';
import { subscribe, webhookWorld } from '../support/webhooks.ts';
import { withBrowser } from './chromium.ts';
import { addPerson, enter } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 0 });
const dana = { merchantId: 'TEST', login: world.login, password: world.password };
const { addWebhook, addItem, deliver: send } = await webhookWorld(world);
const liveSockets = required(
  world.app.apiWorkers.find(({ name }) => name === 'live sockets'),
  'live sockets',
);

/** Sends what is due, and reports it to open pages. */
async function deliver(): Promise<void> {
  await send();
  await liveSockets.runOnce();
}

/**
 * A status is matched as a whole text, because the port of an address may contain the same digits.
 */
const exactly = { exact: true };

test('a delivery fails, is seen in the page and sent again', withBrowser, async (t) => {
  const receiver = await startReceiver(t);
  const { webhook_oid: oid } = await addWebhook(receiver.url, {
    event_categories: subscribe('item_create'),
  });
  receiver.behave(answers(500));
  await addItem('coffee');
  await deliver();
  const { page, assertQuiet, close } = await watchedPage(`${world.url}/webhooks`, {}, (context) =>
    enter(context, world, dana),
  );
  const table = page.getByRole('table', { name: 'Webhooks' });
  await table.getByText('Failing').waitFor();
  await table.getByText('status 500').waitFor();
  await table.getByRole('link', { name: receiver.url }).click();
  assert.equal(new URL(page.url()).pathname, `/webhooks/${oid}`);
  const deliveries = page.getByRole('table', { name: 'Deliveries' });
  await deliveries.getByText('next try').waitFor();

  receiver.behave(answers(200));
  await deliveries.getByRole('button', { name: 'Try now' }).click();
  await page.getByRole('status').getByText('The delivery is sent again.').waitFor();
  await deliver();
  await page.getByText('Healthy').waitFor();
  await deliveries.getByText('200', exactly).waitFor();
  assert.equal(receiver.received.length, 2);

  // The receiver lost the delivery, so it is sent once more with the same id.
  await deliveries.getByRole('button', { name: 'Replay' }).click();
  await page.getByRole('status').getByText('The delivery is sent again.').nth(1).waitFor();
  await deliver();
  await deliveries.getByText('200', exactly).nth(1).waitFor();
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  assert.deepEqual([ids.length, new Set(ids).size], [3, 1]);

  await page.getByRole('link', { name: 'Failed' }).click();
  await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
  const count = page.locator('[data-count]');
  const first = page.locator('[role=row][data-index="0"]');
  await count.getByText('1 row', exactly).waitFor();
  await first.getByText('500', exactly).waitFor();
  // Shows all deliveries of the webhook, first from the day of the tries on, then for one object.
  await page.goto(`${world.url}/deliveries?webhook=${oid}`);
  await count.getByText('3 rows', exactly).waitFor();
  await page.goto(`${world.url}/deliveries?webhook=${oid}&sort=delivery_dts&from=2020-01-01`);
  await first.getByText('500', exactly).waitFor();
  await page.getByRole('button', { name: 'From 2020-01-01 on' }).waitFor();
  await page.goto(`${world.url}/deliveries?q=item&event=item_create`);
  await first.getByText('200', exactly).click();
  const panel = page.getByRole('complementary', { name: 'Delivery, try 3' });
  await panel.getByRole('button', { name: 'Replay' }).waitFor();
  await page.keyboard.press('Escape');
  await newTryWaits(page);
  // An object of a try leads to its page.
  await first.getByText('200', exactly).click();
  await page.getByRole('link', { name: /^item \d+$/ }).click();
  await page.getByRole('heading', { level: 1, name: /^Item W\d+$/ }).waitFor();
  assertQuiet();
  await close();
});

/** A new try waits behind a button, so that no row moves under the pointer. */
async function newTryWaits(page: Page): Promise<void> {
  await page.getByRole('complementary').waitFor({ state: 'detached' });
  const count = page.locator('[data-count]');
  await count.getByText('3 rows', exactly).waitFor();
  await addItem('cocoa');
  await deliver();
  const changes = page.getByRole('button', { name: '1 change' });
  await changes.waitFor();
  await count.getByText('3 rows', exactly).waitFor();
  await changes.click();
  await count.getByText('4 rows', exactly).waitFor();
  await changes.waitFor({ state: 'detached' });
}

test('a webhook that the server disabled is enabled again', withBrowser, async (t) => {
  const receiver = await startReceiver(t);
  const { webhook_oid: oid } = await addWebhook(receiver.url, {
    event_categories: subscribe('item_create'),
  });
  receiver.behave(answers(410));
  await addItem('tea');
  await deliver();
  const { page, close } = await watchedPage(`${world.url}/webhooks/${oid}`, {}, (context) =>
    enter(context, world, dana),
  );
  await page.getByText('the receiver returned status 410, gone').waitFor();
  receiver.behave(answers(200));
  await page.getByText('Enabling sends the 1 waiting events at once').waitFor();
  await page.getByRole('button', { name: 'Enable again' }).click();
  await page.getByRole('status').getByText('The webhook is enabled again.').waitFor();
  await deliver();
  await page.getByText('Healthy').waitFor();
  assert.equal(receiver.received.length, 2);
  await page.getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('status').getByText('The webhook is disabled.').waitFor();
  await page.keyboard.press('u');
  await page.getByText('Healthy').waitFor();
  await close();
});

test('without configuration_write there is nothing to press', withBrowser, async (t) => {
  const receiver = await startReceiver(t);
  const { webhook_oid: oid } = await addWebhook(receiver.url);
  await addItem('milk');
  await deliver();
  const reader = await addPerson(world, 'TEST', 'reader', ['configuration_read']);
  const { page, close } = await watchedPage(`${world.url}/webhooks/${oid}`, {}, (context) =>
    enter(context, world, reader),
  );
  await page.getByRole('table', { name: 'Deliveries' }).getByText('200', exactly).waitFor();
  assert.equal(await page.getByRole('button', { name: /Replay|Try now|Disable/ }).count(), 0);
  await close();
});
