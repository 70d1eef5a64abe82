// Tests rebills: for every k, the process stops after the k-th effect of a rebill (a statement, a
// commit, a call of the gateway, its answer), and a new process finishes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPayments } from '../../server/src/payments/payments.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import { resolveUnanswered, runDue } from '../../server/src/rebill/dueOperations.ts';
import { anItem } from '../support/autoOrders.ts';
import { testDatabase } from '../support/database.ts';
import { coffee, type Rebills, rebillsOn } from '../support/rebills.ts';
import { checkBooks } from './books.ts';
import { reportPlaces, Stop, stoppableDatabase, stoppableGateways } from './stopping.ts';

const cards = [
  'tok_approve',
  'tok_decline',
  'tok_decline_stolen_card',
  'tok_timeout_before',
  'tok_timeout_after',
  'tok_slow_1',
];
const due = '2026-03-15T14:00:00Z';
const effectsMax = 200;

test('whatever the process did last, each rebill is captured exactly once', async (t) => {
  const db = await testDatabase(t);
  let k = 0;
  for (let isStopped = true; isStopped; k++) {
    const rebills = await lives(db, `K${k}`);
    isStopped = await runUntilEffect(k, rebills);
    await finish(rebills);
    const checked = await checkBooks(db, rebills.merchant, rebills.gateways.books.captures());
    assert.deepEqual(
      [checked.paid, checked.declined],
      [cards.length - 1, 2],
      `stopped after effect ${k}`,
    );
    assert.ok(k < effectsMax, 'a run without an end');
  }
  reportPlaces(t, k);
});

test('a payment that waits for its customer is captured at most once, whatever stops', async (t) => {
  const db = await testDatabase(t);
  let k = 0;
  for (let isStopped = true; isStopped; k++) {
    const rebills = await rebillsOn(db, { merchantId: `W${k}` });
    await rebills.addItem(coffee);
    for (const card of confirming)
      await rebills.add({ autoOrderOid: confirming.indexOf(card) + 1 }, { cardToken: card });
    const stop = new Stop(k);
    const parts = {
      ...rebills.parts,
      payments: createPayments(stoppableGateways(rebills.gateways, stop)),
    };
    const context = { ...rebills.context(due), db: stoppableDatabase(rebills.db, stop) };
    await (async () => {
      await runDue(context, parts, { until: context.now, moment: 'now' });
      confirmOne(rebills);
      await resolveUnanswered({ ...context, now: rebills.context(tooLate).now }, parts);
    })().catch((error: unknown) => {
      if (!stop.hasCome) throw error;
    });
    isStopped = stop.hasCome;
    await finish(rebills);
    confirmOne(rebills);
    await finish(rebills, tooLate);
    const checked = await checkBooks(db, rebills.merchant, rebills.gateways.books.captures());
    assert.deepEqual([checked.paid, checked.declined], [1, 1], `stopped after effect ${k}`);
    assert.ok(k < effectsMax, 'a run without an end');
  }
  reportPlaces(t, k);
});

/** The first customer confirms the payment; the second never does. */
const confirming = ['tok_confirm-1', 'tok_confirm-2'];
const tooLate = '2026-03-18T14:30:00Z';

function confirmOne({ gateways: { books }, merchant: { merchantId } }: Rebills): void {
  for (const { reference, cardToken } of books.charges())
    if (cardToken === confirming[0]) books.confirm({ merchantId, reference, isConfirmed: true });
}

/** Adds one auto order per card, and one that costs nothing. */
async function lives(db: Database, merchantId: string): Promise<Rebills> {
  const rebills = await rebillsOn(db, { merchantId, timing: { recheckMs: 0 } });
  await rebills.addItem(coffee);
  await rebills.addItem({ ...coffee, merchant_item_id: 'FREE', pricing: { cost: 0 } });
  for (const [index, cardToken] of cards.entries())
    await rebills.add({ autoOrderOid: index + 1 }, { cardToken });
  await rebills.add(
    { autoOrderOid: 99, items: [anItem({ originalItemId: 'FREE' })] },
    { document: { summary: {}, taxes: {} } },
  );
  return rebills;
}

/**
 * Runs the engine and stops it after effect `k`. Returns false when the engine ended before that.
 */
async function runUntilEffect(k: number, rebills: Rebills): Promise<boolean> {
  const stop = new Stop(k);
  const context = { ...rebills.context(due), db: stoppableDatabase(rebills.db, stop) };
  const parts = {
    ...rebills.parts,
    payments: createPayments(stoppableGateways(rebills.gateways, stop)),
  };
  await runDue(context, parts, { until: context.now, moment: 'now' }).catch((error: unknown) => {
    if (!stop.hasCome) throw error;
  });
  return stop.hasCome;
}

/**
 * Runs a new process after the leases of the stopped one have ended: it asks the gateway about
 * charges in flight, and bills what is due.
 */
async function finish(rebills: Rebills, now = due): Promise<void> {
  const context = rebills.context(now);
  await rebills.db.run(
    `update rebill set lease_until = statement_timestamp()
      where merchant_id = $1 and lease_until is not null`,
    [rebills.merchant.merchantId],
  );
  for (let done = 1; done > 0; ) {
    const resolved = await resolveUnanswered(context, rebills.parts);
    const ran = await runDue(context, rebills.parts, { until: context.now, moment: 'now' });
    done = resolved.examined + ran.examined;
  }
}
