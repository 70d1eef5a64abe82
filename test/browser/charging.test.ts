// Tests the Health page: charges of the merchant are stopped and started again while colleagues
// watch.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { chargesOffSection } from '../../server/src/platform/tenancy/hold.ts';
import { saveSettingsSection } from '../../server/src/platform/tenancy/merchantStore.ts';
import { allPermissions } from '../support/app.ts';
import { monthlyItem, monthlyOrder, subscribe } from '../support/monthly.ts';
import { withBrowser } from './chromium.ts';
import { addPerson, enter, type UserLogin } from './people.ts';
import { watchedPage } from './watched.ts';
import { browserWorld } from './world.ts';

const world = await browserWorld({ autoOrders: 5 });
const dana: UserLogin = { merchantId: 'TEST', login: world.login, password: world.password };
const ray = await addPerson(world, 'TEST', 'ray2', allPermissions);
const support = await addPerson(world, 'TEST', 'sue', ['auto_order_read', 'workflow_read']);
const openAs = (person: UserLogin, path: string) =>
  watchedPage(`${world.url}${path}`, {}, (context) => enter(context, world, person));
const panel = (page: Page) => page.getByRole('region', { name: 'Charges', exact: true });
/** Runs the loop of the live sockets once. A server runs it twice a second. */
const tellLive = () => world.app.apiWorkers.find(({ name }) => name === 'live sockets')!.runOnce();
const isLive = (page: Page) =>
  page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });

test(
  'an administrator stops the charges and starts them again; others see it at once',
  withBrowser,
  async () => {
    const [own, other, clerk] = [
      await openAs(dana, '/health'),
      await openAs(ray, '/health/charging'),
      await openAs(support, '/'),
    ];
    for (const { page } of [own, other, clerk]) await isLive(page);
    await panel(own.page).getByRole('link', { name: 'Stop the charges …' }).click();
    const dialog = own.page.getByRole('dialog', { name: 'Charges' });
    await dialog.getByText('Continues:').waitFor();
    await dialog.getByText('stopped by Dana Demo at this moment').waitFor();
    const button = dialog.getByRole('button', { name: 'Stop all charges' });
    assert.ok(await button.isDisabled(), 'without a reason');
    await dialog.getByLabel('Reason').fill('wrong prices');
    await button.click();
    await dialog.waitFor({ state: 'detached' });
    const stopped = /Charges are stopped by Dana Demo since .+: “wrong prices”/;
    await panel(own.page).getByText(stopped).waitFor();

    await tellLive();
    // The button that the colleague was about to click has disappeared.
    const theirs = other.page.getByRole('dialog', { name: 'Charges' });
    await theirs.getByText('This changed while the dialog was open.').waitFor();
    await theirs.getByText(stopped).waitFor();
    assert.equal(await theirs.getByRole('button', { name: 'Stop all charges' }).count(), 0);
    await panel(clerk.page).getByText(stopped).waitFor();
    assert.equal(await clerk.page.getByText('Charge again …').count(), 0);

    await theirs.getByRole('button', { name: 'Close' }).click();
    await panel(other.page).getByRole('link', { name: 'Charge again …' }).click();
    await theirs.getByText('Waiting charges are sent within seconds').waitFor();
    await theirs.getByText('recorded as started by ray2 of TEST').waitFor();
    await theirs.getByRole('button', { name: 'Charge again', exact: true }).click();
    await panel(other.page).getByText('Due rebills are charged').waitFor();
    await tellLive();
    await panel(own.page).getByText('Due rebills are charged').waitFor();
    await panel(clerk.page).waitFor({ state: 'detached' });
    for (const { assertQuiet, close } of [own, other, clerk]) {
      assertQuiet();
      await close();
    }
  },
);

test('a charge whose gateway left the settings is settled by hand', withBrowser, async () => {
  await world.request({ operation: 'insertItem', body: monthlyItem('TEA', 8) });
  const { oid } = await subscribe(world, monthlyOrder('TEA', { email: 'tea@example.com' }));
  world.books.setDown(true);
  await world.request({
    operation: 'attemptAutoOrderRebill',
    params: { auto_order_oid: oid },
  });
  world.books.setDown(false);
  await world.request({
    operation: 'updateMerchantSettings',
    body: { gateways: { list: [{ code: 'OTHER', kind: 'simulator' }] } },
  });
  await world.db.run(
    `update rebill set lease_until = now() - interval '1 second'
     where merchant_id = $1 and lease_until is not null`,
    ['TEST'],
  );
  await world.work('unanswered charges');

  const { page, assertQuiet, close } = await openAs(dana, '/health');
  const doubt = page.getByRole('region', { name: 'Charges without an answer' });
  await doubt.getByText('Its gateway is gone').waitFor();
  await doubt.getByRole('link', { name: /^Settle the charge of / }).click();
  const dialog = page.getByRole('dialog', { name: 'Settle a charge by hand' });
  const choice = dialog.getByLabel('What the gateway shows');
  assert.ok(await dialog.getByRole('button', { name: 'Record', exact: true }).isDisabled());
  await choice.selectOption('not_charged');
  await dialog.getByText('It is charged again').waitFor();
  await choice.selectOption('captured');
  const button = dialog.getByRole('button', { name: 'Record as captured' });
  assert.ok(await button.isDisabled(), 'without the id');
  await dialog.getByLabel('Transaction id').fill('sim_by_hand');
  await dialog.getByText(/^Order .+ is in Completed Order then/).waitFor();
  await button.click();
  await dialog.waitFor({ state: 'detached' });
  await doubt.getByText('Every charge has an answer.').waitFor();
  assertQuiet();
  await close();
});

test('a stop by the operator has no button, and says who ends it', withBrowser, async () => {
  await saveSettingsSection(world.db, 'TEST', chargesOffSection, {
    reason: 'the bank called',
    since: '2026-01-15T17:00:00Z',
  });
  const { page, assertQuiet, close } = await openAs(dana, '/health');
  await panel(page).getByText('Only the operator of the server can start them again.').waitFor();
  await panel(page).getByText('by the operator since Thu 15 Jan').waitFor();
  assert.equal(await panel(page).getByRole('link').count(), 0);
  assertQuiet();
  await close();
});
