// Tests rebills for which the bank asks the customer to confirm the payment (3-D Secure).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { at } from '../../../test/support/autoOrders.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { coffee, type Rebills, rebillsOn } from '../../../test/support/rebills.ts';
import { giveUpAwaited } from './awaitedListener.ts';
import { listCharges } from './chargeListStore.ts';
import { attemptRebill, replaceCard } from './operations.ts';
import { rebillDueWork } from './rebillClockWork.ts';

const db = await testDatabase({ after });
const due = '2026-03-15T14:00:00Z';
const dayAfter = '2026-03-16T14:00:00Z';
const end = '2026-03-18T14:00:00Z';

/** Prepares a merchant with one due auto order whose card must be confirmed. */
async function waiting(
  merchantId: string,
  settings: Record<string, unknown> = {},
): Promise<Rebills> {
  const rebills = await rebillsOn(db, { merchantId, settings });
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 }, { cardToken: `tok_confirm-${merchantId}` });
  const { unknown, declined } = await rebills.run(due);
  assert.deepEqual([unknown, declined], settings['dunning'] === undefined ? [1, 0] : [0, 1]);
  return rebills;
}

/** Confirms each charge as the customer does on the bank's page. */
function confirm({ gateways: { books }, merchant: { merchantId } }: Rebills): void {
  for (const { reference } of books.charges())
    books.confirm({ merchantId, reference, isConfirmed: true });
}

const capturesOf = ({ gateways }: Rebills) => gateways.books.captures().map(({ key }) => key);
const wake = (rebills: Rebills) =>
  rebills.db.run(
    `update rebill set lease_until = statement_timestamp()
     where merchant_id = $1 and lease_until is not null`,
    [rebills.merchant.merchantId],
  );

test('the charge waits, its customer is told once, and confirming it pays it', async () => {
  const rebills = await waiting('PAYS');
  for (const now of [due, dayAfter]) {
    await wake(rebills);
    assert.equal((await rebills.resolve(now)).unknown, 1, now);
  }
  const told = rebills.events.filter(({ name }) => name === 'auto_order_update');
  assert.deepEqual(
    told.map(({ data }) => [
      data?.['reason'],
      data?.['rebill_number'],
      data?.['total_minor'],
      data?.['confirm_until'],
    ]),
    [['confirmation needed', 1, 1906, end]],
  );
  const [listed] = await listCharges(
    db,
    'PAYS',
    { states: ['unknown'], hasRebills: true, hasOrders: false },
    { limit: 1, offset: 0 },
  );
  assert.equal(String(listed?.confirmUntil), end);
  const before = await rebills.load(1);
  assert.deepEqual([before.creditCardAttempt, before.status], [0, 'active']);
  assert.deepEqual(capturesOf(rebills), []);

  confirm(rebills);
  await wake(rebills);
  assert.equal((await rebills.resolve(dayAfter)).paid, 1);
  assert.deepEqual(capturesOf(rebills), ['rebill:PAYS:1:1:1']);
  const after = await rebills.load(1);
  assert.deepEqual([after.rebillCount, after.creditCardAttempt], [1, 0]);
  assert.equal(String(after.items[0]!.nextShipmentAt), '2026-04-15T14:00:00Z');
});

test('nothing else charges it meanwhile', async () => {
  const rebills = await waiting('ONCE');
  await assert.rejects(
    attemptRebill(rebills.context(dayAfter), rebills.parts, 1),
    /is being charged/,
  );
  assert.equal((await rebills.run(dayAfter)).examined, 0);
});

test('when its time is over it is given up, and retries are counted from there', async () => {
  const rebills = await waiting('LATE');
  await wake(rebills);
  assert.equal((await rebills.resolve('2026-03-18T13:59:59Z')).unknown, 1);
  await wake(rebills);
  assert.equal((await rebills.resolve('2026-03-18T14:30:00Z')).declined, 1);
  const after = await rebills.load(1);
  assert.deepEqual(
    [after.creditCardAttempt, String(after.nextAttemptAt), after.failureReason?.split('\n')[0]],
    [1, '2026-03-21T14:00:00Z', 'authentication required'],
  );
  confirm(rebills);
  assert.deepEqual(capturesOf(rebills), [], 'a page that is still open pays nothing');
});

test('a test clock stops at the end of its time and passes it', async () => {
  const rebills = await waiting('CLOCK');
  const context = rebills.context(due);
  const work = rebillDueWork(rebills.parts, rebills.parts.clock);
  const until = at('2026-03-20T00:00:00Z');
  assert.equal(String(await work.nextDueAt(context, until)), end);
  assert.equal(await work.nextDueAt(context, at('2026-03-18T00:00:00Z')), undefined);
  const { counts, isDone } = await work.runDue(context, at(end));
  assert.deepEqual([counts['declines'], isDone], [1, true]);
  assert.equal(String((await rebills.load(1)).nextAttemptAt), '2026-03-21T14:00:00Z');
});

test('a new card gives it up and is charged at once', async () => {
  const rebills = await waiting('CARD');
  const context = rebills.context(dayAfter);
  const card = { card_number_token: 'tok_approve', card_expiration_month: 5 };
  await replaceCard(context, rebills.parts, 1, { ...card, card_expiration_year: 2031 });
  assert.equal((await rebills.resolve(dayAfter)).declined, 1);
  assert.equal((await rebills.run(dayAfter)).paid, 1);
  confirm(rebills);
  assert.deepEqual(capturesOf(rebills), ['rebill:CARD:1:1:2']);
});

test('a cancelation gives it up', async () => {
  const rebills = await waiting('STOP');
  const canceled = { name: 'auto_order_cancel', objectType: 'auto order', objectId: '1' };
  await giveUpAwaited(rebills.context(dayAfter), [canceled as never]);
  assert.equal((await rebills.resolve(dayAfter)).declined, 1);
  confirm(rebills);
  assert.deepEqual(capturesOf(rebills), []);
});

test('without days to confirm, the payment counts as declined', async () => {
  const rebills = await waiting('NONE', { dunning: { confirmation_days: 0 } });
  assert.equal((await rebills.load(1)).creditCardAttempt, 1);
  assert.equal((await rebills.run(dayAfter)).examined, 0);
});
