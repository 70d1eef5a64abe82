import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { anItem, at } from '../../../test/support/autoOrders.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { coffee, type Rebills, rebillsOn } from '../../../test/support/rebills.ts';
import { auditMerchant } from '../books/auditOperations.ts';
import { updateSettings } from '../merchants/operations.ts';
import { noHooks } from '../orders/hooks.ts';
import { findCatalogueRetryCodes } from '../orders/retryCouponReader.ts';
import { updateOrder } from '../orders/updateOperations.ts';
import type { Payments } from '../payments/payments.ts';
import type { Behaviour } from '../payments/simulatorCards.ts';
import { runDue } from './dueOperations.ts';
import { lockRebill } from './keptOrderOperations.ts';
import { keepWallsOfRebills } from './zoneOperations.ts';

const due = '2026-03-15T14:00:00Z';
const retry = '2026-03-18T14:00:00Z';
const decline: Behaviour = { kind: 'decline', reason: 'do not honor' };
const firstOrderAt = at('2026-01-15T15:00:00Z');

/**
 * Makes one auto order whose rebill of 15 March was declined and waits in Accounts Receivable.
 * Later charges of its card behave as given.
 */
async function declined(t: Parameters<typeof testDatabase>[0], ...later: readonly Behaviour[]) {
  const rebills = await rebillsOn(await testDatabase(t), {
    settings: { store_declined_rebills: true },
    timing: { recheckMs: 0 },
  });
  await rebills.addItem(coffee);
  await rebills.add(
    { autoOrderOid: 1, items: [anItem({ firstOrderAt, lastOrderAt: firstOrderAt })] },
    { cardToken: 'tok_kept' },
  );
  rebills.gateways.books.script('tok_kept', [decline, ...later]);
  await rebills.run(due);
  const [order] = await rebills.orders(1);
  assert.equal(order?.stage, 'Accounts Receivable');
  return { rebills, orderId: order.document.order_id! };
}

const put = (rebills: Rebills, orderId: string, change: Order, now = retry) =>
  updateOrder(rebills.context(now), orderId, change, { ...noHooks, lockRebill });

const captures = (rebills: Rebills): number => rebills.gateways.books.captures().length;

async function standing(rebills: Rebills) {
  const [order] = await rebills.orders(1);
  const { status, rebillCount, creditCardAttempt, items } = await rebills.load(1);
  const { differences } = await auditMerchant(rebills.db, rebills.merchant);
  assert.deepEqual(differences, []);
  return {
    stage: order?.stage,
    status,
    rebillCount,
    creditCardAttempt,
    next: String(items[0]?.nextShipmentAt),
  };
}

const settled = {
  status: 'active',
  rebillCount: 1,
  creditCardAttempt: 0,
  next: '2026-04-15T14:00:00Z',
};

const payments: readonly (readonly [field: string, change: Order])[] = [
  ['current_stage', { current_stage: 'Shipping Department' }],
  ['current_stage', { current_stage: 'Rejected' }],
  ['payment.payment_method', { payment: { payment_method: 'Check' } }],
  ['payment.payment_status', { payment: { payment_status: 'Processed' } }],
  [
    'payment.credit_card.card_number_token',
    { payment: { credit_card: { card_number_token: 'tok_other' } } },
  ],
];

for (const answer of ['in flight', 'unanswered'] as const)
  test(`while a retry is ${answer}, the payment of its order cannot change; other edits can`, async (t) => {
    const behaviours: Behaviour[] =
      answer === 'unanswered' ? [{ kind: 'time out', when: 'after capture' }] : [];
    const { rebills, orderId } = await declined(t, ...behaviours);
    const edit = async () => {
      for (const [field, change] of payments)
        await assert.rejects(put(rebills, orderId, change), new RegExp(`${field} cannot change`));
      await put(rebills, orderId, { Tags: [{ tag_value: 'called' }] });
    };
    if (answer === 'in flight') await runWith(rebills, edit);
    else {
      await rebills.run(retry);
      await edit();
      await rebills.resolve(retry);
    }
    assert.equal(captures(rebills), 1);
    assert.deepEqual(await standing(rebills), { stage: 'Completed Order', ...settled });
    assert.deepEqual((await rebills.orders(1))[0]?.document.Tags, [{ tag_value: 'called' }]);
  });

/** Runs the retry. `edit` runs after the capture and before the engine is notified of it. */
async function runWith(rebills: Rebills, edit: () => Promise<void>): Promise<void> {
  const { payments } = rebills.parts;
  const slow: Payments = {
    ...payments,
    of: async (context) => {
      const own = await payments.of(context);
      return {
        ...own,
        charge: async (...charge) => {
          const answer = await own.charge(...charge);
          await edit();
          return answer;
        },
      };
    },
  };
  const until = { until: at(retry), moment: 'now' } as const;
  await runDue(rebills.context(retry), { ...rebills.parts, payments: slow }, until);
}

test('staff and the engine at the same moment: one of them settles it', async (t) => {
  for (const isRejection of [false, true]) {
    const { rebills, orderId } = await declined(t);
    const stage = isRejection ? 'Rejected' : 'Completed Order';
    const all = await Promise.allSettled([
      ...Array.from({ length: 3 }, () => rebills.run(retry)),
      ...Array.from({ length: 3 }, () => put(rebills, orderId, { current_stage: stage })),
      ...Array.from({ length: 3 }, () => rebills.run(retry)),
    ]);
    const refused = all.filter(({ status }) => status === 'rejected').length;
    await rebills.run('2026-03-25T14:00:00Z');
    const { orders } = { orders: await rebills.orders(1) };
    assert.equal(orders.length, 1);
    const isByStaff = orders[0]?.document.payment?.transactions?.length === 1;
    assert.equal(captures(rebills), isByStaff ? 0 : 1);
    t.diagnostic(`${stage}: settled by ${isByStaff ? 'staff' : 'the engine'}, ${refused} refused`);
    await standing(rebills);
  }
});

test('a rebill that was paid by check and then rejected stays paid, and the answer says so', async (t) => {
  const { rebills, orderId } = await declined(t);
  const check: Order = { current_stage: 'Completed Order', payment: { payment_method: 'Check' } };
  await put(rebills, orderId, check);
  const { warnings } = await put(rebills, orderId, { current_stage: 'Rejected' });
  assert.match(warnings.join(' '), /with PUT .*manual_refund=true.* Rebill 1 stays paid/);
  for (const stage of ['Rejected', 'Accounts Receivable'] as const) {
    await put(rebills, orderId, { current_stage: stage });
    await rebills.run('2026-03-25T14:00:00Z');
    assert.equal(captures(rebills), 0);
    assert.deepEqual(await standing(rebills), { stage, ...settled });
  }
  await rebills.run('2026-04-15T14:00:00Z');
  assert.equal(captures(rebills), 1);
  assert.equal((await standing(rebills)).rebillCount, 2);
});

const paidBefore = (rebills: Rebills) =>
  rebills.db.run(
    `update orders set paid_at = '2026-03-16T14:00:00Z', current_stage = 'Completed Order',
       payment = jsonb_set(payment::jsonb, '{payment_status}', '"Skipped"'),
       head = jsonb_set(head::jsonb, '{current_stage}', '"Completed Order"')
     where merchant_id = 'DEMO' and rebill_number = 1`,
    [],
  );

test('an order that was paid without its rebill is settled by the next claim, uncharged', async (t) => {
  const { rebills } = await declined(t);
  await rebills.db.run(`update rebill set planned = null where merchant_id = 'DEMO'`, []);
  await paidBefore(rebills);
  assert.equal((await rebills.run(retry)).paid, 0);
  assert.equal(captures(rebills), 0);
  assert.deepEqual(await standing(rebills), { stage: 'Completed Order', ...settled });
});

test('a retry that is declined never moves a paid order back', async (t) => {
  const { rebills } = await declined(t, { kind: 'time out', when: 'always' }, decline);
  await rebills.run(retry);
  await paidBefore(rebills);
  const { books } = rebills.gateways;
  books.script('tok_kept', [decline]);
  await rebills.resolve(retry);
  assert.equal(captures(rebills), 0);
  const [order] = await rebills.orders(1);
  assert.equal(order?.stage, 'Completed Order');
  assert.deepEqual((await rebills.load(1)).rebillCount, 1);
});

test('a capture for a paid order is kept, and the history says what to refund', async (t) => {
  const { rebills } = await declined(t, { kind: 'time out', when: 'after capture' });
  await rebills.run(retry);
  await paidBefore(rebills);
  await rebills.resolve(retry);
  const [capture] = rebills.gateways.books.captures();
  assert.ok((await rebills.logs(1)).some((line) => line.endsWith(`refund ${capture?.reference}.`)));
  assert.equal((await rebills.orders(1))[0]?.stage, 'Completed Order');
});

test('a change of the zone between decline and payment bills no period twice', async (t) => {
  const { rebills, orderId } = await declined(t);
  await updateSettings(
    rebills.context('2026-03-16T14:00:00Z'),
    {
      merchants: { find: async () => undefined, forget() {} },
      isLoopbackAllowed: true,
      keepWalls: [keepWallsOfRebills],
      findRetryCodes: findCatalogueRetryCodes,
    },
    { time_zone: 'Asia/Tokyo' },
  );
  await put(rebills, orderId, { current_stage: 'Completed Order' });
  const { items, rebillCount } = await rebills.load(1);
  assert.deepEqual([rebillCount, String(items[0]?.nextShipmentAt)], [1, '2026-04-15T01:00:00Z']);
});

test('a merged auto order: its order counts where its items are now', async (t) => {
  const { rebills, orderId } = await declined(t);
  await rebills.add({ autoOrderOid: 2, items: [anItem({ itemOid: 21 })] });
  // SQL moves the item, so the target has not billed it yet.
  await rebills.db.run(
    `update auto_order_item set auto_order_oid = 2, position = 1
     where merchant_id = 'DEMO' and auto_order_oid = 1`,
    [],
  );
  await rebills.db.run(
    `update auto_order set status = 'merged', enabled = false, merged_into_auto_order_oid = 2,
      due_at = null,
       next_attempt_at = null, next_shipment_at = null where merchant_id = 'DEMO'
         and auto_order_oid = 1`,
    [],
  );
  await put(rebills, orderId, { current_stage: 'Completed Order' });
  const target = await rebills.load(2);
  const moved = target.items.find(({ itemOid }) => itemOid === 11);
  assert.deepEqual(
    [moved?.numberOfRebills, String(moved?.nextShipmentAt), target.rebillCount],
    [1, '2026-04-15T14:00:00Z', 0],
  );
  assert.equal((await rebills.load(1)).rebillCount, 1);
});
