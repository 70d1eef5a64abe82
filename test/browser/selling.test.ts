// Tests the pages for selling: the catalogue, coupons, shipping, stock and taxes are changed and
// undone; two people edit the same form; the server refuses a value; many rows are changed at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { withBrowser } from './chromium.ts';
import { sellingObjects } from './objects.ts';
import { enter } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 5 });
const dana = { merchantId: 'TEST', login: world.login, password: world.password };
const { itemOid, couponOid, taxRateOid } = await sellingObjects(world.request);

/** Opens a page as a person with every permission. */
const open = (path: string) =>
  watchedPage(`${world.url}${path}`, {}, (context) => enter(context, world, dana));

const itemOf = async (oid: number) => {
  const { body } = await world.request({
    operation: 'getItem',
    params: { merchant_item_oid: oid },
    query: { _expand: 'pricing,shipping,shipping.distribution_centers' },
  });
  return body.item;
};
const couponOf = async (oid: number) => {
  const { body } = await world.request({ operation: 'getCoupon', params: { coupon_oid: oid } });
  return body.coupon;
};
const methodsNow = async () => {
  const { body } = await world.request({ operation: 'getMerchantSettings' });
  return body.settings?.shipping_methods ?? [];
};
const ratesNow = async () => {
  const { body } = await world.request({ operation: 'getTaxRates' });
  return body.tax_rates ?? [];
};

/**
 * Waits for the message of a change, presses its Undo button, and waits until the change is undone.
 */
async function undo(page: Page, message: string | RegExp): Promise<void> {
  const shown = page.getByRole('status').getByText(message).last();
  const text = (await shown.innerText()).trim();
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
  await page.getByText(`Undone: ${text}`).waitFor();
}

test('the price of an item: before and after, refused, saved, undone', withBrowser, async () => {
  const { page, assertQuiet, close } = await open('/catalogue');
  await page.getByRole('grid').getByText('COFFEE-HOUSE').click();
  await page.getByRole('heading', { level: 1, name: 'Item COFFEE-HOUSE' }).waitFor();
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog');
  const price = dialog.getByLabel('Price', { exact: true });
  const before = await price.inputValue();
  await price.fill('a lot');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('alert').getByText('pricing.cost').waitFor();
  assert.equal((await itemOf(itemOid))?.pricing?.cost, Number(before));
  await price.fill('21.5');
  const changes = dialog.getByRole('table', { name: 'What changes' });
  await changes.getByRole('row', { name: /Price/ }).getByText('21.5').waitFor();
  await changes.getByText(before).waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').getByText('Item COFFEE-HOUSE saved.').waitFor();
  assert.equal((await itemOf(itemOid))?.pricing?.cost, 21.5);
  await undo(page, 'Item COFFEE-HOUSE saved.');
  assert.equal((await itemOf(itemOid))?.pricing?.cost, Number(before));
  assertQuiet(/status of 400 /);
  await close();
});

test('the deletion of an item says what breaks before it is done', withBrowser, async () => {
  const insert = async (item: object) => {
    const { body } = await world.request({ operation: 'insertItem', body: item });
    return Number(body.item?.merchant_item_oid);
  };
  const part = await insert({ merchant_item_id: 'PART', pricing: { cost: 5 } });
  const components = [{ component_merchant_item_id: 'PART', quantity: 2 }];
  const box = { merchant_item_id: 'BOX', pricing: { cost: 9 }, kit: true };
  await insert({ ...box, kit_definition: { components } });
  const { page, assertQuiet, close } = await open(`/catalogue/${part}`);
  await page.getByRole('link', { name: 'Delete …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete the item' });
  await dialog.getByText('1 kit contains it: BOX.').waitFor();
  await dialog.getByText('it is neither counted nor weighed').waitFor();
  await dialog.getByRole('button', { name: 'Delete PART' }).click();
  await page.getByRole('status').getByText('Item PART deleted.').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Catalogue' }).waitFor();
  const params = { merchant_item_oid: part };
  assert.equal((await world.request({ operation: 'getItem', params })).status, 404);
  assertQuiet();
  await close();
});

test('a coupon is added, changed by two people at once, and deleted', withBrowser, async () => {
  const { page, assertQuiet, close } = await open('/coupons');
  await page.getByRole('link', { name: 'New coupon' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Code').fill('SPRING');
  await dialog.getByLabel('Percent off').fill('15');
  await dialog.getByRole('button', { name: 'Add the coupon' }).click();
  await page.getByRole('heading', { level: 1, name: 'Coupon SPRING' }).waitFor();
  const oid = Number(new URL(page.url()).pathname.split('/')[2]);

  await page.getByRole('link', { name: 'Change …' }).click();
  await dialog.getByLabel('Description').fill('Spring sale');
  await dialog.getByLabel('Percent off').fill('20');
  await world.request({
    operation: 'updateCoupon',
    params: { coupon_oid: oid },
    body: { description: 'Of a colleague' },
  });
  await dialog.getByRole('button', { name: 'Save' }).click();
  const conflict = dialog.getByRole('table', { name: 'Description' });
  await conflict.getByRole('row', { name: 'Theirs' }).getByText('Of a colleague').waitFor();
  await conflict.getByRole('row', { name: 'Mine' }).getByText('Spring sale').waitFor();
  await dialog.getByText('Keep mine').click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').getByText('Coupon SPRING saved.').waitFor();
  const saved = await couponOf(oid);
  assert.equal(saved?.description, 'Spring sale');
  assert.equal(saved?.percent_off_subtotal?.discount_percent, 20);
  await undo(page, 'Coupon SPRING saved.');
  const undone = await couponOf(oid);
  assert.equal(undone?.description, 'Of a colleague');
  assert.equal(undone?.percent_off_subtotal?.discount_percent, 15);

  await page.getByRole('link', { name: 'Delete …' }).click();
  await dialog.getByText('This cannot be undone.').waitFor();
  await dialog.getByRole('button', { name: 'Delete SPRING' }).click();
  await page.getByRole('heading', { level: 1, name: 'Coupons' }).waitFor();
  assert.equal(await couponOf(oid), undefined);
  assertQuiet(/status of 412 |status of 404 /);
  await close();
});

test('one-time codes are made and listed', withBrowser, async () => {
  const { page, assertQuiet, close } = await open(`/coupons/${couponOid}/codes`);
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('How many').fill('3');
  await dialog.getByLabel('They begin with').fill('HI');
  await dialog.getByRole('button', { name: 'Make the codes' }).click();
  const made = dialog.getByLabel('3 codes of HELLO10');
  await made.waitFor();
  const codes = (await made.inputValue()).split('\n');
  assert.equal(codes.length, 3);
  assert.ok(codes.every((code) => code.startsWith('HI')));
  await page.keyboard.press('Escape');
  await page.getByRole('table', { name: 'One-time codes' }).getByText(codes[0]!).waitFor();
  assertQuiet();
  await close();
});

test('a shipping method is added, changed, undone and deleted', withBrowser, async () => {
  const { page, assertQuiet, close } = await open('/shipping');
  await page.getByRole('link', { name: 'New method' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Air');
  await dialog.getByLabel('Cost').first().fill('free');
  await dialog.getByRole('button', { name: 'Add the method' }).click();
  await dialog.getByRole('alert').getByText('cost').waitFor();
  await dialog.getByLabel('Cost').first().fill('12');
  await dialog.getByLabel('Countries').first().fill('US');
  await dialog.getByRole('button', { name: 'Add the method' }).click();
  await page.getByRole('status').getByText('Shipping method Air added.').waitFor();
  assert.deepEqual(
    (await methodsNow()).map(({ name }) => name),
    ['Ground', 'Air'],
  );

  await page.getByRole('link', { name: 'Change … Ground' }).click();
  await dialog.getByLabel('Free from this subtotal on').fill('60');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Free from $60.00 on.').waitFor();
  assert.equal((await methodsNow())[0]?.free_from_subtotal, 60);
  await undo(page, 'Shipping method Ground saved.');
  assert.equal((await methodsNow())[0]?.free_from_subtotal, undefined);

  await page.getByRole('link', { name: 'Delete … Air' }).click();
  await dialog.getByRole('button', { name: 'Delete Air' }).click();
  await page.getByRole('status').getByText('Shipping method Air deleted.').waitFor();
  assert.equal((await methodsNow()).length, 1);
  assertQuiet(/status of 400 /);
  await close();
});

test(
  'an adjustment needs a reason, adds to what is there then, and is in the history',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await open('/stock');
    await page.getByRole('link', { name: 'Adjust COFFEE-HOUSE at DFLT' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Add or take away').fill('24');
    await dialog.getByText('There are 0 now, and 24 afterwards.').waitFor();
    await dialog.getByRole('button', { name: 'Adjust the stock' }).click();
    await dialog.getByRole('alert').getByText('reason is missing').waitFor();
    await dialog.getByLabel('Reason').fill('Delivery 5512');
    // A sale between the change and its undo still counts.
    await world.request({
      operation: 'insertStockAdjustment',
      params: { merchant_item_oid: itemOid },
      body: { distribution_center_code: 'DFLT', change: -2, reason: 'Two broken' },
    });
    await dialog.getByRole('button', { name: 'Adjust the stock' }).click();
    await page.getByRole('status').getByText('Stock of COFFEE-HOUSE adjusted.').waitFor();
    const levelNow = async () =>
      (await itemOf(itemOid))?.shipping?.distribution_centers?.[0]?.inventory_level;
    assert.equal(await levelNow(), 22);
    await undo(page, 'Stock of COFFEE-HOUSE adjusted.');
    assert.equal(await levelNow(), -2);
    await page.getByRole('link', { name: 'COFFEE-HOUSE', exact: true }).click();
    const history = page.getByRole('table', { name: 'Adjustments of the stock' });
    await history.getByText('Undo: Delivery 5512').waitFor();
    assert.deepEqual(await history.getByRole('row').count(), 4);
    assertQuiet(/status of 400 /);
    await close();
  },
);

test(
  'the level at which a stock is low is changed by two people at once',
  withBrowser,
  async () => {
    const { page, close } = await open(`/stock/${itemOid}/DFLT`);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Low at or below').fill('30');
    const center = { distribution_center_code: 'DFLT', inventory_level: 9 };
    await world.request({
      operation: 'updateItem',
      params: { merchant_item_oid: itemOid },
      body: { shipping: { distribution_centers: [{ ...center, reorder_inventory_level: 8 }] } },
    });
    await dialog.getByRole('button', { name: 'Adjust the stock' }).click();
    const conflict = dialog.getByRole('table', { name: 'Low at or below' });
    await conflict.getByRole('row', { name: 'Theirs' }).getByText('8').waitFor();
    await dialog.getByText('Keep mine').click();
    await dialog.getByRole('button', { name: 'Adjust the stock' }).click();
    await page.getByRole('status').getByText('Stock of COFFEE-HOUSE adjusted.').waitFor();
    const [saved] = (await itemOf(itemOid))?.shipping?.distribution_centers ?? [];
    assert.deepEqual([saved?.reorder_inventory_level, saved?.inventory_level], [30, 9]);
    await close();
  },
);

test(
  'a tax rate is added, refused, changed, undone, deleted and brought back',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await open('/taxes');
    await page.getByRole('link', { name: 'New tax rate' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Country').fill('US');
    await dialog.getByLabel('State').fill('WY');
    await dialog.getByLabel('Rate in percent').fill('5');
    await dialog.getByRole('button', { name: 'Add the tax rate' }).click();
    await dialog.getByRole('alert').getByText('already has a tax rate').waitFor();
    await dialog.getByLabel('City').fill('Cody');
    await dialog.getByRole('button', { name: 'Add the tax rate' }).click();
    await page.getByRole('status').getByText('Tax rate of Cody, WY, US added.').waitFor();

    await page.getByRole('link', { name: 'WY, US', exact: true }).click();
    await dialog.getByLabel('Rate in percent').fill('4.25');
    await world.request({
      operation: 'updateTaxRate',
      params: { tax_rate_oid: taxRateOid },
      body: { tax_rate: 4.5 },
    });
    await dialog.getByRole('button', { name: 'Save' }).click();
    const conflict = dialog.getByRole('table', { name: 'Rate in percent' });
    await conflict.getByRole('row', { name: 'Theirs' }).getByText('4.5').waitFor();
    await dialog.getByText('Keep mine').click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').getByText('Tax rate of WY, US saved.').waitFor();
    const wyoming = async () =>
      (await ratesNow()).find(({ tax_rate_oid: oid }) => oid === taxRateOid)?.tax_rate;
    assert.equal(await wyoming(), 4.25);
    await undo(page, 'Tax rate of WY, US saved.');
    assert.equal(await wyoming(), 4.5);

    await page.getByRole('link', { name: 'Cody, WY, US' }).click();
    await dialog.getByRole('link', { name: 'Delete this rate …' }).click();
    await dialog.getByRole('button', { name: 'Delete the rate of Cody, WY, US' }).click();
    await page.getByRole('status').getByText('Tax rate of Cody, WY, US deleted.').waitFor();
    assert.ok((await ratesNow()).every(({ city }) => city !== 'Cody'));
    await undo(page, 'Tax rate of Cody, WY, US deleted.');
    assert.ok((await ratesNow()).some(({ city }) => city === 'Cody'));
    assertQuiet(/status of 4(00|09|12) /);
    await close();
  },
);

test(
  'selected items and coupons are changed together, after each was shown, and undone',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await open('/catalogue?q=COFFEE');
    await page.getByRole('grid').getByText('COFFEE-HOUSE').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('*');
    const bar = page.getByRole('region', { name: 'Selected items' });
    await bar.getByRole('button', { name: 'Stop selling …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop selling items' });
    await dialog.getByText(/^\d+ will change\.$/).waitFor();
    const row = dialog.getByRole('row', { name: /COFFEE-HOUSE/ });
    await row.getByText('Not for sale').waitFor();
    await dialog.getByRole('button', { name: /^Stop selling \d+$/ }).click();
    await page
      .getByRole('status')
      .getByText(/^Items: \d+ are no longer sold\.$/)
      .waitFor();
    assert.equal((await itemOf(itemOid))?.inactive, true);
    await undo(page, /^Items: /);
    assert.notEqual((await itemOf(itemOid))?.inactive, true);

    await page.goto(`${world.url}/coupons`);
    await page.getByRole('grid').getByText('HELLO10').waitFor();
    await page
      .getByRole('row', { name: /HELLO10/ })
      .locator('[data-box]')
      .click();
    await page.getByRole('button', { name: 'End now …' }).click();
    await page.getByRole('dialog').getByText('1 will change.').waitFor();
    await page.getByRole('button', { name: 'End 1' }).click();
    await page.getByRole('status').getByText('Coupons: 1 ended.').waitFor();
    assert.notEqual((await couponOf(couponOid))?.expiration_dts, undefined);
    await undo(page, 'Coupons: 1 ended.');
    assert.equal((await couponOf(couponOid))?.expiration_dts, undefined);
    assertQuiet();
    await close();
  },
);

test(
  'selected auto orders are paused together; the list is saved as CSV',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await open('/auto-orders?state=active');
    await page.getByRole('grid').getByRole('row').nth(1).waitFor();
    const saved = page.waitForEvent('download');
    await page.keyboard.press('E');
    const file = page.getByRole('dialog', { name: 'Save auto orders as CSV' });
    await file.getByRole('button', { name: /^Save/ }).click();
    assert.equal((await saved).suggestedFilename(), 'auto-orders.csv');
    await file.waitFor({ state: 'detached' });
    await page.keyboard.press('*');
    const bar = page.getByRole('region', { name: 'Selected auto orders' });
    await bar.getByRole('button', { name: 'Pause …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pause auto orders' });
    await dialog.getByRole('button', { name: /^Pause \d+$/ }).click();
    await page
      .getByRole('status')
      .getByText(/^Auto orders: \d+ paused\.$/)
      .waitFor();
    const counts = async () => {
      const { body } = await world.request({
        operation: 'searchAutoOrders',
        body: { state: ['paused'] },
      });
      return body.total;
    };
    const paused = await counts();
    assert.ok(paused !== undefined && paused > 0);
    await undo(page, /^Auto orders: /);
    assert.ok((await counts()) < paused);
    await bar.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('menuitem', { name: 'Price …' }).click();
    const prices = page.getByRole('dialog', { name: 'Change the price' });
    await prices.getByLabel('Percent off').fill('10');
    await prices.getByRole('button', { name: 'Show the money' }).click();
    await prices.getByText(/^Next 30 days: .+\(−.+\)\.$/).waitFor();
    await prices.getByRole('button', { name: /^Change \d+$/ }).click();
    await page
      .getByRole('status')
      .getByText(/^Auto orders: \d+ have another price\.$/)
      .waitFor();
    await undo(page, /have another price/);
    assertQuiet();
    await close();
  },
);

test(
  'a cart is tried at an address: rules, methods, and what is refused',
  withBrowser,
  async () => {
    const { page, assertQuiet, close } = await open('/taxes');
    await page.getByLabel('Items').fill('COFFEE-HOUSE 2');
    await page.getByLabel('State').fill('WY');
    await page.getByLabel('Shipping method').fill('Ground');
    await page.getByRole('button', { name: 'Calculate' }).click();
    const { body } = await world.request({
      operation: 'estimatePricing',
      body: {
        items: [{ merchant_item_id: 'COFFEE-HOUSE', quantity: 2 }],
        shipping: { country_code: 'US', state_region: 'WY', shipping_method: 'Ground' },
      },
    });
    const { total, tax } = body.estimate;
    assert.ok(tax > 0);
    const costs = page.getByRole('table', { name: 'What it costs' });
    await costs
      .getByText(`$${total.toFixed(2)}`)
      .last()
      .waitFor();
    await page
      .getByRole('table', { name: 'With each shipping method' })
      .getByText('Ground')
      .waitFor();
    await page.getByText('Why this tax').waitFor();
    await page.getByLabel('Items').fill('NOTHING');
    await page.getByRole('button', { name: 'Calculate' }).click();
    await page.getByText('NOTHING').last().waitFor();
    assertQuiet(/status of 400 /);
    await close();
  },
);
