// Tests the life of an order: an unpaid one is collected; a paid one ships and is refunded in part.
// Then tests every other dialog of its page, opened by its address.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { Locator, Page } from 'playwright-core';
import type { TestRequest } from '../support/app.ts';
import { withBrowser } from './chromium.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 3 });

const ask = async <Id extends OperationId>(request: TestRequest<Id>) => {
  const { status, body } = await world.request(request);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

await ask({ operation: 'insertItem', body: { merchant_item_id: 'MUG', pricing: { cost: 10 } } });

/** Inserts an order of two mugs for 20 USD, paid with a card that is accepted. */
async function insert(partner: object): Promise<string> {
  const { order } = await ask({
    operation: 'insertOrder',
    body: {
      billing: { first_name: 'Ann', last_name: 'Ash', email: 'ann@example.com' },
      items: [{ merchant_item_id: 'MUG', quantity: 2, arbitrary_unit_cost: { value: 10 } }],
      channel_partner: partner,
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
  return order?.order_id ?? '';
}

const read = async (order_id: string) =>
  (
    await ask({
      operation: 'getOrder',
      params: { order_id },
      query: { _expand: 'summary,shipping,payment' },
    })
  ).order;

/**
 * Opens a dialog by its key. The page ignores the key until it listens and while an earlier dialog
 * closes, so the key is pressed again.
 */
async function openBy(page: Page, key: string): Promise<Locator> {
  const dialog = page.getByRole('dialog');
  await dialog.waitFor({ state: 'hidden' });
  for (let presses = 0; presses < 5; presses++) {
    await page.keyboard.press(key);
    const isOpen = await dialog.waitFor({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
    if (isOpen) break;
  }
  return dialog;
}

test(
  'an unpaid order is collected: the amount is named, and the money is there',
  withBrowser,
  async () => {
    const id = await insert({ no_realtime_payment_processing: true });
    const { page, assertQuiet, close } = await watchedPage(world.startUrl);
    await page.getByRole('link', { name: /orders owed/i }).click();
    await page.getByRole('grid').getByText(id).click();
    await page.getByText('$20.00 is owed').waitFor();
    const dialog = await openBy(page, 'b');
    await dialog.getByText('This cannot be undone').waitFor();
    await dialog.getByRole('button', { name: 'Charge $20.00' }).click();
    await page.getByText(`Order ${id} was charged`).waitFor();
    await page.getByText('It is complete.').waitFor();
    const order = await read(id);
    assert.equal(order?.current_stage, 'Completed Order');
    assert.equal(order?.payment?.payment_status, 'Processed');
    assertQuiet();
    await close();
  },
);

test(
  'a paid order is held, released, shipped with a tracking number, and half of it refunded',
  withBrowser,
  async () => {
    const id = await insert({ store_completed: false });
    const { page, assertQuiet, close } = await watchedPage(world.demoUrl);
    await page.getByRole('grid').waitFor();
    await page.goto(`${world.url}/orders/${id}`);
    await page.getByText('It waits to be shipped from DFLT').waitFor();
    const dialog = await openBy(page, 'h');
    await dialog.getByRole('button', { name: 'Hold' }).click();
    await page.getByText(`Order ${id} is held`).waitFor();
    assert.equal((await read(id))?.current_stage, 'Hold');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText('It waits to be shipped from DFLT').waitFor();

    await openBy(page, 's');
    await dialog.getByLabel('Tracking numbers').fill('1Z-1, 1Z-2');
    await dialog.getByRole('button', { name: 'Record the shipment' }).click();
    await page.getByText('It is complete.').waitFor();
    assert.deepEqual((await read(id))?.shipping?.tracking_numbers, ['1Z-1', '1Z-2']);

    await openBy(page, 'r');
    await dialog.getByLabel('Give back of 2 × MUG').fill('10');
    await dialog.getByRole('button', { name: 'Next' }).click();
    await dialog.getByRole('button', { name: 'Refund $10.00' }).click();
    await page.getByRole('table', { name: 'Refunds of the order' }).getByText('Total').waitFor();
    assert.equal((await read(id))?.summary?.total_refunded?.value, 10);
    assertQuiet();
    await close();
  },
);

/** A dialog: its fields, its button, and the message that the page shows afterwards. */
interface Dialog {
  readonly action: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly button: string;
  /** The message that reports the outcome. */
  readonly said: RegExp;
}

const dialogsOf: readonly (readonly [partner: object, dialogs: readonly Dialog[]])[] = [
  [
    { no_realtime_payment_processing: true },
    [
      {
        action: 'adjust',
        fields: { 'New total in USD': '15' },
        button: 'Lower the total',
        said: /The total of order .* is lower now/,
      },
      {
        action: 'affiliate',
        fields: { Affiliate: '7' },
        button: 'Assign',
        said: /has the affiliate 7/,
      },
      { action: 'delete', button: 'Delete', said: /is deleted/ },
    ],
  ],
  [
    { no_realtime_payment_processing: true },
    [{ action: 'paid', button: 'Record $20.00 as paid', said: /is recorded as paid/ }],
  ],
  [
    { store_completed: false },
    [
      { action: 'block-refunds', button: 'Block refunds', said: /are blocked/ },
      { action: 'allow-refunds', button: 'Allow refunds', said: /can be refunded again/ },
      {
        action: 'replace',
        fields: { 'Quantity of MUG': '1' },
        button: 'Make the replacement',
        said: /^Replacement .* was made/,
      },
      { action: 'duplicate', button: 'Duplicate', said: /^Order .* was made/ },
      { action: 'receipt', button: 'Send', said: /The receipt of order .* is sent again/ },
      { action: 'cancel', button: 'Refund $20.00 and cancel', said: /is canceled/ },
    ],
  ],
  [
    { store_completed: false },
    [{ action: 'reject', button: 'Reject', said: /^Order .* is rejected/ }],
  ],
];

/** Returns the order's stage after all dialogs, and the amount that was refunded. */
async function endOf(
  id: string,
): Promise<[stage: string | undefined, refunded: number | undefined]> {
  const order = await read(id);
  return [order?.current_stage, order?.summary?.total_refunded?.value];
}

test('each dialog of an order does what its button says, once', withBrowser, async () => {
  const { page, assertQuiet, close } = await watchedPage(world.demoUrl);
  await page.getByRole('grid').waitFor();
  const ids: string[] = [];
  for (const [partner, dialogs] of dialogsOf) {
    const id = await insert(partner);
    ids.push(id);
    for (const { action, fields = {}, button, said } of dialogs) {
      await page.goto(`${world.url}/orders/${id}/do/${action}`);
      const dialog = page.getByRole('dialog');
      for (const [label, text] of Object.entries(fields)) await dialog.getByLabel(label).fill(text);
      await dialog.getByRole('button', { name: button }).click();
      await page.getByRole('status').getByText(said).waitFor();
      if (action === 'adjust') assert.equal((await read(id))?.summary?.total?.value, 15);
    }
  }
  const [deleted, paid, canceled, rejected] = ids as [string, string, string, string];
  const gone = await world.request({ operation: 'getOrder', params: { order_id: deleted } });
  assert.equal(gone.status, 404);
  assert.deepEqual(await endOf(paid), ['Shipping Department', undefined]);
  assert.deepEqual(await endOf(canceled), ['Rejected', 20]);
  assert.deepEqual(await endOf(rejected), ['Rejected', undefined]);
  assertQuiet();
  await close();
});
