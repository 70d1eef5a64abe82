import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Temporal } from 'temporal-polyfill';
import { anItem, at } from '../../../test/support/autoOrders.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { heldAnswers, heldToken } from '../../../test/support/heldAnswers.ts';
import { coffee, rebillsOn } from '../../../test/support/rebills.ts';
import { type OpenGateways, openGateways } from '../payments/gateways.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { inTransaction } from '../platform/context.ts';
import type { Database } from '../platform/storage/database.ts';
import { runDue } from './dueOperations.ts';

const due = '2026-03-15T14:00:00Z';

test('a simple auto order is billed on time, once, with tax and shipping', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 });

  assert.deepEqual(await rebills.run('2026-03-15T13:59:59Z'), {
    examined: 0,
    paid: 0,
    declined: 0,
    unknown: 0,
    notices: 0,
    parked: 0,
  });
  assert.deepEqual(await rebills.run('2026-03-15T14:00:00Z'), {
    examined: 1,
    paid: 1,
    declined: 0,
    unknown: 0,
    notices: 0,
    parked: 0,
  });
  assert.equal((await rebills.run('2026-03-15T14:00:00Z')).examined, 0);

  const autoOrder = await rebills.load(1);
  const item = autoOrder.items[0]!;
  assert.equal(autoOrder.rebillCount, 1);
  assert.equal(String(item.nextShipmentAt), '2026-04-15T14:00:00Z');
  assert.deepEqual([item.numberOfRebills, item.rebillValue, item.lifeTimeValue], [1, 1299, 2598]);
  assert.deepEqual(
    [String(item.firstOrderAt), String(item.lastOrderAt)],
    ['2026-01-15T15:00:00Z', '2026-03-15T14:00:00Z'],
  );

  const [order, ...more] = await rebills.orders(1);
  assert.equal(more.length, 0);
  assert.deepEqual(
    [order?.number, order?.total, order?.stage],
    [1, 1299 + 500 + 107, 'Completed Order'],
  );
  const { items, shipping, order_id: orderId } = order!.document;
  assert.equal(items?.[0]?.item_reference_oid, 11);
  assert.equal(shipping?.shipping_method, 'Ground');
  assert.equal(shipping?.tracking_numbers, undefined);

  const captures = rebills.gateways.books.captures();
  assert.deepEqual(
    captures.map(({ key, amount }) => [key, amount]),
    [['rebill:DEMO:1:1:1', 1906]],
  );
  assert.deepEqual(
    rebills.events.map((event) => event.name),
    ['auto_order_rebill', 'order_create', 'order_payment_process'],
  );
  assert.deepEqual(await rebills.logs(1), [`Rebill 1 paid: 19.06 USD, order ${orderId}.`]);
});

test('a test clock plays a year of several auto orders, each at its own minute', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  for (let oid = 1; oid <= 5; oid++) {
    await rebills.add({
      autoOrderOid: oid,
      items: [
        anItem({
          nextShipmentAt: at(`2026-02-15T15:0${oid}:00Z`),
          anchor: at(`2026-02-15T15:0${oid}:00Z`)
            .toZonedDateTimeISO('America/New_York')
            .toPlainDateTime(),
        }),
      ],
    });
  }
  const counts = await rebills.play('2027-01-15T16:00:00Z');
  assert.equal(counts.paid, 60);
  const numbers = await rebills.db.rows<{ number: number }>(
    `select right(order_id, 10)::int as number from rebill where merchant_id = 'DEMO' order by 1`,
  );
  const first = numbers[0]!.number;
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => ({ number: first + index })),
    'the order numbers follow one another',
  );
  const sixth = await rebills.db.row<{ at: Temporal.Instant }>(
    `select min(created_at) as at from orders
     where merchant_id = 'DEMO' and auto_order_oid = 3 and rebill_number = 6`,
  );
  assert.equal(String(sixth?.at), '2026-07-15T14:03:00Z');
});

test('what becomes due again during a claim is done in the same run', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 });
  const { db } = rebills;
  const isInFlight = async () =>
    (await db.row('select 1 from rebill where merchant_id = $1 and lease_until is not null', [
      'DEMO',
    ])) !== undefined;
  // The read of a claim that found no rows returns late: by then the charges that it saw in flight
  // are settled.
  const slow = withReads(db, async (text, values) => {
    const rows = await db.rows(text, values);
    if (isDueRead(text) && rows.length === 0) while (await isInFlight());
    return rows;
  });
  const counts = await runDue(
    { ...rebills.context('2027-03-15T14:00:00Z'), db: slow },
    rebills.parts,
    { until: at('2027-03-15T14:00:00Z'), moment: 'due' },
  );
  assert.equal(counts.paid, 13);
});

test('a run that fails has first settled what it had charged', async (t) => {
  const db = await testDatabase(t);
  const opened = openGateways({}, systemClock);
  let answer = () => {};
  const hasFailed = new Promise<void>((resolve) => (answer = resolve));
  const open: OpenGateways['open'] = (kind, code) => {
    const gateway = opened.open(kind, code);
    return { ...gateway, charge: (request) => hasFailed.then(() => gateway.charge(request)) };
  };
  const rebills = await rebillsOn(db, { gateways: { ...opened, open } });
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 });
  let claims = 0;
  const failing = withReads(db, async (text, values) => {
    if (!isDueRead(text) || ++claims !== 2) return db.rows(text, values);
    setImmediate(answer);
    throw Object.assign(new Error('the connection is gone'), { code: 'ECONNRESET' });
  });
  await assert.rejects(
    runDue({ ...rebills.context(due), db: failing }, rebills.parts, {
      until: at(due),
      moment: 'now',
    }),
    /the connection is gone/,
  );
  assert.deepEqual(await db.rows('select state from rebill where merchant_id = $1', ['DEMO']), [
    { state: 'paid' },
  ]);
});

test('a poisoned auto order is parked and delays no other', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  await rebills.addItem({ ...coffee, merchant_item_id: 'PRICELESS', pricing: {} });
  await rebills.add({ autoOrderOid: 1 });
  await rebills.add({ autoOrderOid: 2, items: [anItem({ originalItemId: 'GONE' })] });
  await rebills.add({
    autoOrderOid: 3,
    items: [anItem({ originalItemId: 'PRICELESS' }), anItem({ itemOid: 12 })],
  });
  await rebills.add({ autoOrderOid: 4 }, { cardToken: '' });
  await rebills.add({ autoOrderOid: 5 });

  assert.deepEqual(await rebills.run(due), {
    examined: 5,
    paid: 2,
    declined: 0,
    unknown: 0,
    notices: 0,
    parked: 3,
  });
  assert.equal((await rebills.run(due)).examined, 0);
  assert.equal((await rebills.load(3)).failureReason, 'Cannot rebill: item PRICELESS: no price');
  assert.match((await rebills.logs(4))[0]!, /has no card token.*checked again every day/);
  assert.equal(rebills.events.filter((event) => event.name === 'auto_order_update').length, 3);

  // Once the catalogue is fixed, the next check bills it; the others are checked again without a
  // new report.
  await rebills.addItem({ ...coffee, merchant_item_id: 'GONE' });
  assert.deepEqual(await rebills.run('2026-03-16T14:00:00Z'), {
    examined: 3,
    paid: 1,
    declined: 0,
    unknown: 0,
    notices: 0,
    parked: 2,
  });
  assert.equal((await rebills.load(2)).failureReason, undefined);
  assert.equal((await rebills.logs(4)).length, 1);
});

test('a new item wakes only the auto orders that were parked for it', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 });
  await rebills.add({ autoOrderOid: 2, items: [anItem({ originalItemId: 'GONE' })] });
  await rebills.add({
    autoOrderOid: 3,
    addOns: [{ itemId: 'Gone', quantity: 1, freeShipping: false, options: [] }],
  });
  await rebills.add({ autoOrderOid: 4, items: [anItem({ originalItemId: 'LOST' })] });
  await rebills.add({
    autoOrderOid: 5,
    items: [anItem({ originalItemId: 'GONE', nextShipmentAt: at('2026-04-15T14:00:00Z') })],
  });
  await rebills.run(due);
  const come = (itemId: string, now: string) =>
    inTransaction(rebills.context(now), (context) =>
      context.events.emit(context, [
        { name: 'item_create', objectType: 'item', objectId: '9', data: { itemId } },
      ]),
    );
  const waiting = () =>
    rebills.db.rows(
      `select item_id_lc, auto_order_oid from parked_auto_order
       where merchant_id = 'DEMO' order by 1, 2`,
    );
  assert.deepEqual(await waiting(), [
    { item_id_lc: 'gone', auto_order_oid: 2 },
    { item_id_lc: 'gone', auto_order_oid: 3 },
    { item_id_lc: 'lost', auto_order_oid: 4 },
  ]);

  await rebills.addItem({ ...coffee, merchant_item_id: 'GONE' });
  await come('GONE', '2026-03-15T15:00:00Z');
  assert.deepEqual(await rebills.run('2026-03-15T15:00:00Z'), {
    examined: 2,
    paid: 2,
    declined: 0,
    unknown: 0,
    notices: 0,
    parked: 0,
  });
  assert.deepEqual(await waiting(), [{ item_id_lc: 'lost', auto_order_oid: 4 }]);

  // The item has changed and still cannot be sold. It is checked again, the auto order stays
  // parked, and its history gets no new entry.
  await come('LOST', '2026-03-15T16:00:00Z');
  assert.deepEqual(await rebills.run('2026-03-15T16:00:00Z'), {
    examined: 1,
    paid: 0,
    declined: 0,
    unknown: 0,
    notices: 0,
    parked: 1,
  });
  assert.deepEqual([(await rebills.logs(4)).length, (await waiting()).length], [1, 1]);
});

test('a card that has expired is charged as a renewed one, and the history says so', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  await rebills.add(
    { autoOrderOid: 1 },
    {
      document: {
        payment: {
          payment_method: 'Credit Card',
          credit_card: { card_type: 'VISA', card_expiration_month: 3, card_expiration_year: 2026 },
        },
      },
    },
  );
  await rebills.play('2026-04-16T00:00:00Z');
  const [first, second] = await rebills.orders(1);
  assert.deepEqual(await rebills.logs(1), [
    `Rebill 1 paid: 19.06 USD, order ${first?.document.order_id}.`,
    'Rebill 2: the card expired in 3/2026; charged as if it was renewed until 3/2029.',
    `Rebill 2 paid: 19.06 USD, order ${second?.document.order_id}.`,
  ]);
});

test('declines: retried, recovered, or ended', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 }, { cardToken: 'tok_decline_2x_insufficient_funds-a' });
  await rebills.add({ autoOrderOid: 2 }, { cardToken: 'tok_decline-b' });
  await rebills.add({ autoOrderOid: 3 }, { cardToken: 'tok_decline_stolen_card-c' });
  const counts = await rebills.play('2026-03-25T00:00:00Z');
  assert.deepEqual([counts.paid, counts.declined], [1, 6]);
  assert.deepEqual(
    (await rebills.logs(1)).map((line) => line.slice(0, 35)),
    [
      'Rebill 1 declined, attempt 1: insuf',
      'Rebill 1 declined, attempt 2: insuf',
      'Rebill 1 paid: 19.06 USD, order DEM',
    ],
  );
  const [recovered, ended, hard] = await Promise.all([1, 2, 3].map((oid) => rebills.load(oid)));
  assert.deepEqual(
    [recovered?.status, recovered?.creditCardAttempt, String(recovered?.items[0]?.nextShipmentAt)],
    ['active', 0, '2026-04-15T14:00:00Z'],
  );
  assert.deepEqual(
    [ended?.status, ended?.creditCardAttempt, String(ended?.disabledAt)],
    ['disabled', 3, '2026-03-21T14:00:00Z'],
  );
  assert.deepEqual(
    [hard?.status, hard?.creditCardAttempt, String(hard?.disabledAt)],
    ['disabled', 1, due],
  );
  assert.deepEqual(await rebills.orders(2), []);
  assert.deepEqual(
    rebills.gateways.books.captures().map((capture) => capture.key),
    ['rebill:DEMO:1:1:3'],
  );
});

test('a merchant who keeps declined rebills has one order, first unpaid, then paid', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t), {
    settings: { store_declined_rebills: true },
  });
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 }, { cardToken: 'tok_decline_1x-a' });
  await rebills.run(due);
  const [kept] = await rebills.orders(1);
  assert.deepEqual(
    [kept?.stage, kept?.document.payment?.payment_status],
    ['Accounts Receivable', 'Declined'],
  );
  await rebills.run('2026-03-18T14:00:00Z');
  const [paid, ...more] = await rebills.orders(1);
  assert.deepEqual(
    [
      paid?.stage,
      paid?.document.order_id,
      paid?.document.payment?.transactions?.map((each) => each.successful),
      more.length,
    ],
    ['Completed Order', kept?.document.order_id, [false, true], 0],
  );
  assert.deepEqual(
    rebills.events.map((event) => event.name),
    [
      'auto_order_decline',
      'order_create',
      'order_payment_failed',
      'auto_order_rebill',
      'order_payment_process',
      'order_stage_change',
    ],
  );
});

test('a gateway that is down: nothing disabled, nothing double, all billed after', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t), { timing: { recheckMs: 0 } });
  await rebills.addItem(coffee);
  for (let oid = 1; oid <= 20; oid++) await rebills.add({ autoOrderOid: oid });
  const { books } = rebills.gateways;
  books.setDown(true);
  assert.equal((await rebills.run(due)).unknown, 20);
  assert.equal((await rebills.run('2026-03-15T14:30:00Z')).examined, 0);
  books.setDown(false);
  const resolved = await rebills.resolve('2026-03-15T15:00:00Z');
  assert.deepEqual([resolved.paid, resolved.declined, resolved.unknown], [20, 0, 0]);
  assert.equal(books.captures().length, 20);
  const autoOrder = await rebills.load(20);
  assert.deepEqual(
    [autoOrder.status, autoOrder.rebillCount, String(autoOrder.items[0]?.lastOrderAt)],
    ['active', 1, due],
  );
});

test('many engines on one database bill each once', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  await rebills.addMany(
    Array.from({ length: 500 }, (_, index) => ({ autoOrderOid: index + 1 })),
    { cardToken: 'tok_slow_5' },
  );
  const all = await Promise.all(Array.from({ length: 4 }, () => rebills.run(due)));
  assert.equal(
    all.reduce((sum, counts) => sum + counts.paid, 0),
    500,
  );
  assert.equal(rebills.gateways.books.captures().length, 500);
});

test('what became due while no engine ran is billed with any setting of missed shipments', async (t) => {
  for (const [setting, paid, next] of [
    ['bill', 3, '2026-06-15T14:00:00Z'],
    ['skip', 3, '2026-06-15T14:00:00Z'],
    ['one', 3, '2026-06-15T14:00:00Z'],
  ] as const) {
    const rebills = await rebillsOn(await testDatabase(t), {
      settings: { missed_shipments: setting },
    });
    await rebills.addItem(coffee);
    await rebills.add({ autoOrderOid: 1 });
    assert.equal((await rebills.run('2026-05-20T14:00:00Z')).paid, paid, setting);
    assert.equal(String((await rebills.load(1)).items[0]?.nextShipmentAt), next, setting);
  }
});

test('an update during a charge is kept, and so is the rebill', async (t) => {
  const held = heldAnswers();
  const gateways = openGateways({}, held.clock);
  const rebills = await rebillsOn(await testDatabase(t), { gateways });
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 }, { cardToken: heldToken });
  held.hold();
  const running = rebills.run(due);
  const { db } = rebills;
  // The client's change arrives between the plan and the settlement.
  while (rebills.gateways.books.captures().length === 0) await db.row('select 1');
  await db.run(
    `update auto_order_item set next_shipment_at = '2026-05-01T14:00:00Z'
     where merchant_id = 'DEMO' and auto_order_oid = 1`,
  );
  await db.run(
    `update auto_order set version = version + 1, status = 'canceled', enabled = false
     where merchant_id = 'DEMO' and auto_order_oid = 1`,
  );
  held.answer();
  assert.equal((await running).paid, 1);
  const autoOrder = await rebills.load(1);
  assert.deepEqual(
    [autoOrder.status, autoOrder.rebillCount, autoOrder.items[0]?.numberOfRebills],
    ['canceled', 1, 1],
  );
  assert.equal(String(autoOrder.items[0]?.nextShipmentAt), '2026-05-01T14:00:00Z');
  assert.equal((await rebills.orders(1)).length, 1);
});

/** Whether a statement is the read with which each claim begins. */
const isDueRead = (text: string): boolean => text.includes('a.due_at <= $2');

type Read = (text: string, values?: readonly unknown[]) => Promise<unknown[]>;

/** Returns the database with `read` in place of its reads outside of transactions. */
const withReads = (db: Database, read: Read): Database => ({
  transaction: (work) => db.transaction(work),
  rows: <Row>(text: string, values?: readonly unknown[]) => read(text, values) as Promise<Row[]>,
  row: (text, values) => db.row(text, values),
  lookup: (text, values) => db.lookup(text, values),
  run: (text, values) => db.run(text, values),
  afterCommit: (listener) => db.afterCommit(listener),
  snapshot: (work) => db.snapshot(work),
  takeTime: () => db.takeTime(),
});
