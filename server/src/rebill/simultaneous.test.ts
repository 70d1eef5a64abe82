// Tests a promise of the engine (design: every check that decides whether to charge happens after
// the lock): requests that arrive together, or one just after the other, cause one capture. This
// holds without an Idempotency-Key, however long the gateway takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type TestAnswer, testApp } from '../../../test/support/app.ts';
import { anItem } from '../../../test/support/autoOrders.ts';
import { heldAnswers, heldToken } from '../../../test/support/heldAnswers.ts';
import { coffee, rebillsOn } from '../../../test/support/rebills.ts';
import { openGateways } from '../payments/gateways.ts';
import { rebillNow } from './dueOperations.ts';

const held = heldAnswers();
const app = await testApp({ clock: held.clock });
// This engine also bills later months of the held card.
const rebills = await rebillsOn(app.db, { gateways: openGateways({}, held.clock) });
const key = await app.addKey('DEMO');
await rebills.addItem(coffee);

let oids = 0;
async function anAutoOrderWith(
  cardToken: string,
  item: Parameters<typeof anItem>[0] = {},
): Promise<number> {
  await rebills.add({ autoOrderOid: ++oids, items: [anItem(item)] }, { cardToken });
  return oids;
}

const setClock = (now: string) => app.setClock(now, 'DEMO');
const click = (oid: number) =>
  app.request({ operation: 'attemptAutoOrderRebill', params: { auto_order_oid: oid }, key });
const pay = (oid: number, token: string) =>
  app.request({
    operation: 'updateAutoOrderPayment',
    params: { auto_order_oid: oid },
    body: {
      card_number_token: token,
      card_expiration_month: 12,
      card_expiration_year: 2040,
      attempt_rebill: true,
    },
    key,
  });
/**
 * Returns the captures of both simulators: the engine of `rebills` and the application have one
 * each.
 */
const captures = (oid: number) =>
  [app.books, rebills.gateways.books]
    .flatMap((books) => books.captures())
    .filter((capture) => capture.key.startsWith(`rebill:DEMO:${oid}:`)).length;
const paidOf = (
  answers: readonly TestAnswer<'attemptAutoOrderRebill' | 'updateAutoOrderPayment'>[],
) => answers.filter((answer) => answer.body.rebill_success).length;

const early = '2026-03-10T14:00:00Z';
const due = '2026-03-15T14:00:00Z';

const rows: [count: number, apartMs: number, card: string][] = [
  [2, 0, 'tok_approve'],
  [2, 5, 'tok_approve'],
  [2, 10, 'tok_approve'],
  [2, 15, 'tok_approve'],
  [5, 3, 'tok_approve'],
  [20, 0, 'tok_approve'],
  [20, 0, 'tok_slow_40'],
  [30, 3, 'tok_slow_40'],
  [5, 0, 'tok_timeout_after'],
];
for (const [count, apartMs, card] of rows) {
  const calls = <Answer>(call: (oid: number) => Promise<Answer>, oid: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        await pause(index * apartMs);
        return call(oid);
      }),
    );

  test(`${count} clicks on "charge now", ${apartMs} ms apart, with ${card}, capture once`, async () => {
    await setClock(early);
    for (let round = 0; round < 3; round++) {
      const oid = await anAutoOrderWith(card);
      const answers = await calls(click, oid);
      assert.equal(captures(oid), 1);
      assert.equal(paidOf(answers), card === 'tok_timeout_after' ? 0 : 1);
      for (const { status, body } of answers.filter((each) => each.status !== 200)) {
        assert.equal(status, 400);
        assert.match(body.error.user_message, /is being charged: rebill 1|within 24 hours/);
      }
    }
  });

  test(`${count} new cards with attempt_rebill, ${apartMs} ms apart, with ${card}, capture once`, async () => {
    const oid = await anAutoOrderWith('tok_decline');
    await setClock(due);
    await rebills.run(due);
    const answers = await calls((oid) => pay(oid, card), oid);
    assert.deepEqual([...new Set(answers.map((each) => each.status))], [200]);
    assert.equal(captures(oid), 1);
    assert.equal(paidOf(answers), card === 'tok_timeout_after' ? 0 : 1);
    for (const { body } of answers.filter((each) => !each.body.rebill_attempted))
      assert.match(body.failure_reason, /is being charged|was last billed at/);
  });
}

test('a click and the engine that meet on one auto order capture once', async () => {
  for (let round = 0; round < 5; round++) {
    const oid = await anAutoOrderWith('tok_slow_20');
    await setClock(early);
    const clicked = click(oid);
    await Promise.all([clicked, rebills.run(due), rebills.run(due), pay(oid, 'tok_slow_20')]);
    assert.equal(captures(oid), 1);
  }
});

test('the response to a second click, before and after the first is settled', async () => {
  const oid = await anAutoOrderWith(heldToken);
  await setClock(early);
  held.hold();
  const first = click(oid);
  while (captures(oid) === 0) await pause(1);
  const during = await click(oid);
  held.answer();
  assert.match(
    during.body.error.user_message,
    new RegExp(
      'is being charged: rebill 1 was sent to the gateway at 2026-03-10T10:00:00-04:00, ' +
        'which has not answered yet\\. Read the auto order again in a moment',
    ),
  );
  const { rebill_order_id: orderId } = (await first).body;
  const after = await click(oid);
  assert.match(
    after.body.error.user_message,
    new RegExp(`was billed at .* \\(rebill 1, order ${orderId}\\), within 24 hours`),
  );
});

test('a second charge that is meant is made', async () => {
  const declined = await anAutoOrderWith('tok_decline_1x');
  await setClock(early);
  assert.equal((await click(declined)).body.rebill_success, false);
  assert.equal((await click(declined)).body.rebill_success, true, 'after a decline');

  const wanted = await anAutoOrderWith('tok_approve');
  assert.equal((await click(wanted)).body.rebill_success, true);
  await setClock('2026-03-11T14:00:00Z');
  assert.equal((await click(wanted)).body.rebill_success, true, 'a day later');
  assert.equal(captures(wanted), 2);
});

await rebills.addItem({ merchant_item_id: 'FEE', pricing: { cost: 9 } });
await rebills.addItem({
  ...coffee,
  merchant_item_id: 'BOUND',
  auto_order: { ...coffee.auto_order, auto_order_cancel_item_id: 'FEE' },
});
const cancel = (oid: number, body: object) =>
  app.request({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: { enabled: false, ...body },
    key,
  });
const ann = { cancel_reason: 'Too dear', canceled_by_user: 'ann@example.com' };
const together = <Value>(count: number, call: () => Promise<Value>) =>
  Promise.all(Array.from({ length: count }, call));

test('a cancelation with a fee that is sent many times captures the fee once', async () => {
  const oid = await anAutoOrderWith('tok_slow_20', { originalItemId: 'BOUND' });
  await setClock(early);
  const run = rebills.run('2026-03-10T14:00:01Z');
  for (const { status } of await together(8, () => cancel(oid, ann))) assert.equal(status, 200);
  await run;
  await Promise.all([rebills.run('2026-03-10T14:00:01Z'), cancel(oid, ann), cancel(oid, ann)]);
  await rebills.run('2026-03-10T14:00:02Z');
  assert.equal(captures(oid), 1);
  assert.equal((await rebills.load(oid)).status, 'canceled');
  await cancel(oid, ann);
  await rebills.run('2026-12-10T14:00:00Z');
  assert.equal(captures(oid), 1);
});

test('another cancelation while the fee is due drops the fee', async () => {
  for (const body of [{ cancel_reason: 'Goodwill' }, {}, { canceled_by_user: 'staff' }]) {
    const oid = await anAutoOrderWith('tok_approve', { originalItemId: 'BOUND' });
    await setClock(early);
    await cancel(oid, ann);
    assert.equal((await rebills.load(oid)).status, 'active');
    await cancel(oid, body);
    await rebills.run('2026-03-10T14:00:02Z');
    assert.deepEqual([(await rebills.load(oid)).status, captures(oid)], ['canceled', 0]);
  }
});

test('an item that is swapped twice at once is replaced once', async () => {
  const oid = await anAutoOrderWith('tok_approve');
  await setClock(early);
  const swap = (more: object = {}) =>
    app.request({
      operation: 'cancelAutoOrderItemByReferenceOrderId',
      params: {
        reference_order_id: `DEMO-${String(oid).padStart(10, '0')}`,
        original_item_id: 'COFFEE',
      },
      body: {
        append_items: [
          {
            original_item_id: 'BOUND',
            original_quantity: 1,
            frequency: 'Monthly',
            next_shipment_dts: '2026-04-01',
          },
        ],
        ...more,
      },
      key,
    });
  const later = { no_orders_after_dts: '2026-05-01T00:00:00Z' };
  const answers = await together(4, () => swap(later));
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [200, 400, 400, 400],
  );
  const itemIds = async () => (await rebills.load(oid)).items.map((item) => item.originalItemId);
  assert.deepEqual(await itemIds(), ['COFFEE', 'BOUND']);
  // The end may be moved, and an item that has ended is not replaced again.
  assert.equal((await swap({ append_items: [] })).status, 200);
  assert.match((await swap()).body.error.user_message, /append_items.*canceled before/);
  assert.deepEqual(await itemIds(), ['COFFEE', 'BOUND']);
});

test('of eight rebills for the last three pieces, three are charged', async () => {
  const shop = await rebillsOn(app.db, { merchantId: 'LAST' });
  const centers = [{ distribution_center_code: 'DFLT', handles: true, inventory_level: 3 }];
  await shop.addItem({
    ...coffee,
    shipping: { track_inventory: true, distribution_centers: centers },
  });
  const oids = Array.from({ length: 8 }, (_, index) => index + 1);
  for (const autoOrderOid of oids)
    await shop.add({ autoOrderOid, items: [anItem({ itemOid: 100 + autoOrderOid })] });
  const results = await Promise.all(
    oids.map((oid) => rebillNow(shop.context(due), shop.parts, oid, { isForced: false })),
  );
  assert.equal(results.filter(({ isPaid }) => isPaid).length, 3);
  assert.equal(shop.gateways.books.captures().length, 3);
  const [left] = await app.db.rows<{ level: number }>(
    `select (document->'shipping'->'distribution_centers'->0->>'inventory_level')::int as level
     from item where merchant_id = $1`,
    ['LAST'],
  );
  assert.equal(left?.level, 0);
});
