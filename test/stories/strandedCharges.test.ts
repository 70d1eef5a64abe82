// Charges without an answer whose gateway was removed from the settings: a task names what to do, and
// a person settles each once, by what the gateway's own pages show. At the end both books agree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChargeSettleRequest } from '@perennial/contract/perennial.ts';
import { testApp } from '../support/app.ts';
import { heldAnswers, heldToken } from '../support/heldAnswers.ts';
import { monthlyItem, monthlyOrder, subscribe } from '../support/monthly.ts';

const held = heldAnswers();
const app = await testApp({ clock: held.clock });
await app.request({ operation: 'insertItem', body: monthlyItem('COFFEE', 12) });
let people = 0;

/** Names the gateways of the merchant; none: the usual one. */
const nameGateways = (...codes: string[]) =>
  app.request({
    operation: 'updateMerchantSettings',
    body: { gateways: { list: codes.map((code) => ({ code, kind: 'simulator' as const })) } },
  });

/** The time has come to ask again for every charge without a known outcome. */
async function endWaits() {
  for (const [table, column] of [
    ['rebill', 'lease_until'],
    ['orders', 'charge_lease_until'],
  ])
    await app.db.run(
      `update ${table} set ${column} = now() - interval '1 second'
       where merchant_id = $1 and ${column} is not null`,
      [app.merchant.merchantId],
    );
}

async function askForDue() {
  await app.work('unanswered charges');
  await app.work('unsettled charges');
}

async function askForCharges() {
  await endWaits();
  await askForDue();
}

/** The gateway captures the next charge of the card, and its answer is lost. */
const losesAnswer = (token: string) =>
  app.books.script(token, [{ kind: 'time out', when: 'after capture' }]);

/** The gateway is down for the next charges, so it captures none. */
async function whileDown(work: () => Promise<unknown>) {
  app.books.setDown(true);
  await work();
  app.books.setDown(false);
}

/** A subscriber whose first order is paid. */
async function subscriber(token = `tok_approve-${++people}`) {
  const order = monthlyOrder('COFFEE', { email: `p${++people}@example.com` }, token);
  return { ...(await subscribe(app, order)), token };
}

const rebillNow = (oid: number) =>
  app.request({ operation: 'attemptAutoOrderRebill', params: { auto_order_oid: oid } });

const charges = async () => (await app.request({ operation: 'getCharges' })).body.charges;

/** The one charge of an order or auto order that has not ended. */
async function chargeOf(about: { readonly orderId?: string; readonly oid?: number }) {
  const found = (await charges()).filter(
    (each) =>
      (about.oid !== undefined && each.auto_order_oid === about.oid) ||
      (about.orderId !== undefined && each.order_id === about.orderId),
  );
  assert.equal(found.length, 1, JSON.stringify(found));
  return found[0]!;
}

const settle = (body: ChargeSettleRequest, preview = false) =>
  app.request({ operation: 'settleCharge', body, ...(preview && { query: { preview } }) });

async function settled(body: ChargeSettleRequest, preview = false) {
  const answer = await settle(body, preview);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.settled_charge;
}

async function refused(body: ChargeSettleRequest, words: RegExp, status = 400) {
  const answer = await settle(body);
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.match(answer.body.error.user_message, words);
}

/** The states of the tasks about charges of an object whose gateway is gone. */
async function tasksOf(objectId: string | undefined) {
  const { body } = await app.request({
    operation: 'searchWorkflowTasks',
    body: { object_id: objectId! },
  });
  return (body.tasks ?? [])
    .filter(({ task_name }) => task_name === 'Settle a charge whose gateway is gone')
    .map(({ status, task_details }) => {
      assert.match(task_details, /12 USD .*sent to the gateway simulator/);
      return status;
    });
}

const captureOf = (key: string) => app.books.captures().filter((capture) => capture.key === key);

const readOrder = async (id: string | undefined) =>
  (
    await app.request({
      operation: 'getOrder',
      params: { order_id: id! },
      query: { _expand: 'payment,payment.transaction' },
    })
  ).body.order;

const readAutoOrder = async (oid: number) =>
  (
    await app.request({
      operation: 'getAutoOrder',
      params: { auto_order_oid: oid },
      query: { _expand: 'items,logs,rebill_orders' },
    })
  ).body.auto_order;

async function checkBooks() {
  const { body } = await app.request({ operation: 'getAudit' });
  assert.deepEqual([body.difference_count, body.differences], [0, []]);
}

test('a rebill whose answer was lost, and whose gateway left: the money was taken', async () => {
  const ann = await subscriber();
  losesAnswer(ann.token);
  await rebillNow(ann.oid);
  const asked = await chargeOf(ann);
  assert.equal(asked.gone_gateway, undefined);
  await refused(
    { key: asked.key, outcome: 'captured', transaction_id: 'x' },
    /is queried about its outcome/,
  );

  await nameGateways('OTHER');
  await askForCharges();
  await askForCharges();
  const charge = await chargeOf(ann);
  assert.deepEqual([charge.gone_gateway, charge.state], ['simulator', 'unknown']);
  assert.deepEqual(await tasksOf(ann.autoOrder.auto_order_code), ['open'], 'one task');
  const [capture] = captureOf(charge.key);
  const found = {
    key: charge.key,
    outcome: 'captured',
    transaction_id: capture!.reference,
  } as const;

  const before = await readAutoOrder(ann.oid);
  const shown = await settled(found, true);
  assert.deepEqual(
    [shown.preview, shown.amount, shown.order_stage, shown.auto_order_status],
    [true, 12, 'Completed Order', 'active'],
  );
  assert.deepEqual(await readAutoOrder(ann.oid), before, 'a preview changes nothing');
  assert.equal((await chargeOf(ann)).key, charge.key);

  assert.deepEqual(await settled(found), { ...shown, preview: false });
  const order = await readOrder(shown.order_id);
  assert.equal(order.payment?.payment_status, 'Processed');
  const [transaction] = order.payment?.transactions ?? [];
  assert.equal(transaction?.transaction_gateway, 'simulator');
  assert.ok(transaction?.details?.some(({ value }) => value === capture!.reference));
  assert.deepEqual(await tasksOf(ann.autoOrder.auto_order_code), ['closed - system']);
  await refused(found, /has its outcome already/);
  await refused({ key: charge.key, outcome: 'not_charged' }, /has its outcome already/);

  const { body } = await app.request({ operation: 'getAuditLog', query: { act: 'settleCharge' } });
  assert.equal(body.entries.length, 1);
  assert.equal(body.entries[0].object_id, charge.key);
  assert.equal(body.entries[0].after['transaction_id'], capture!.reference);
  await nameGateways();
  await askForCharges();
  assert.equal(captureOf(charge.key).length, 1);
  await checkBooks();
});

test('a rebill that the gateway never charged counts as a decline, and is retried', async () => {
  const bob = await subscriber();
  await whileDown(() => rebillNow(bob.oid));
  await nameGateways('OTHER');
  await askForCharges();
  const { key } = await chargeOf(bob);
  const shown = await settled({ key, outcome: 'not_charged' }, true);
  const done = await settled({ key, outcome: 'not_charged' });
  assert.deepEqual(done, { ...shown, preview: false });
  assert.ok(done.next_attempt_dts);
  const autoOrder = await readAutoOrder(bob.oid);
  assert.equal(autoOrder.next_attempt, done.next_attempt_dts);
  assert.match(JSON.stringify(autoOrder.logs), /recorded that simulator did not charge it/);
  assert.deepEqual(await tasksOf(bob.autoOrder.auto_order_code), ['closed - system']);
  await rebillNow(bob.oid);
  const captures = app.books.captures().filter(({ cardToken }) => cardToken === bob.token);
  assert.deepEqual(
    captures.map(({ account }) => account),
    ['simulator', 'OTHER'],
    'the first order, and the retry at the gateway that is named now',
  );
  await nameGateways();
  await checkBooks();
});

/** An order that starts nothing, charged by a card. */
const plainOrder = (token: string, partner: object = {}) => ({
  billing: { email: `p${++people}@example.com` },
  items: [{ merchant_item_id: 'COFFEE', quantity: 1 }],
  payment: {
    payment_method: 'Credit Card' as const,
    credit_card: {
      card_number_token: token,
      card_expiration_month: 12,
      card_expiration_year: 2040,
    },
  },
  channel_partner: partner,
});

async function place(token: string, partner: object = {}): Promise<string> {
  const { status, body } = await app.request({
    operation: 'insertOrder',
    body: plainOrder(token, partner),
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.order.order_id;
}

test('the first payment of an order: taken, or not', async () => {
  const token = `tok_approve-${++people}`;
  losesAnswer(token);
  const taken = await place(token);
  let lost = '';
  await whileDown(async () => {
    lost = await place(`tok_approve-${++people}`);
  });
  await nameGateways('OTHER');
  await askForCharges();
  await askForCharges();
  for (const orderId of [taken, lost]) assert.deepEqual(await tasksOf(orderId), ['open']);
  const first = await chargeOf({ orderId: taken });
  assert.deepEqual(
    [first.key, first.gone_gateway, first.amount, first.state],
    [`order:TEST:${taken}`, 'simulator', 12, 'unknown'],
  );
  const [capture] = captureOf(first.key);
  const found = {
    key: first.key,
    outcome: 'captured',
    transaction_id: capture!.reference,
  } as const;
  assert.equal((await settled(found, true)).order_stage, 'Completed Order');
  assert.equal((await readOrder(taken)).current_stage, 'Pending Clearance');
  await settled(found);
  const none = await chargeOf({ orderId: lost });
  assert.equal((await settled({ key: none.key, outcome: 'not_charged' })).order_stage, 'Rejected');
  assert.deepEqual(
    [(await readOrder(taken)).current_stage, (await readOrder(lost)).current_stage],
    ['Completed Order', 'Rejected'],
  );
  for (const orderId of [taken, lost])
    assert.deepEqual(await tasksOf(orderId), ['closed - system']);
  await refused(found, /has its outcome already/);
  await nameGateways();
  await checkBooks();
});

test('a later payment of an order that is owed: taken, or still owed', async () => {
  const owed = async (token: string) => place(token, { no_realtime_payment_processing: true });
  const [token, other] = [`tok_approve-${++people}`, `tok_approve-${++people}`];
  const [taken, lost] = [await owed(token), await owed(other)];
  const pay = (orderId: string) =>
    app.request({ operation: 'processPayment', params: { order_id: orderId }, body: {} });
  losesAnswer(token);
  await pay(taken);
  await whileDown(() => pay(lost));
  await nameGateways('OTHER');
  await askForCharges();
  const { key } = await chargeOf({ orderId: taken });
  assert.equal(key, `order:TEST:${taken}:1`);
  const [capture] = captureOf(key);
  await settled({ key, outcome: 'captured', transaction_id: capture!.reference });
  assert.equal((await readOrder(taken)).current_stage, 'Completed Order');
  await settled({ key: (await chargeOf({ orderId: lost })).key, outcome: 'not_charged' });
  assert.equal((await readOrder(lost)).current_stage, 'Accounts Receivable');
  await pay(lost);
  assert.equal((await readOrder(lost)).current_stage, 'Completed Order');
  for (const orderId of [taken, lost])
    assert.deepEqual(await tasksOf(orderId), ['closed - system']);
  await nameGateways();
  await checkBooks();
});

test('the gateway is named again: it is asked, and the task ends', async () => {
  const ann = await subscriber();
  losesAnswer(ann.token);
  await rebillNow(ann.oid);
  await nameGateways('OTHER');
  await askForCharges();
  await nameGateways();
  const { key } = await chargeOf(ann);
  await refused({ key, outcome: 'not_charged' }, /is queried about its outcome/);
  await askForCharges();
  assert.deepEqual(await tasksOf(ann.autoOrder.auto_order_code), ['closed - system']);
  await refused({ key, outcome: 'not_charged' }, /has its outcome already/);
  await checkBooks();
});

test('a second gateway of the route took the money: its answer counts', async () => {
  await app.request({
    operation: 'updateMerchantSettings',
    body: {
      gateways: {
        list: ['ONE', 'TWO'].map((code) => ({ code, kind: 'simulator' as const })),
        cascade_on: ['insufficient funds'],
      },
    },
  });
  const ann = await subscriber();
  app.books.script(ann.token, [
    { kind: 'decline', reason: 'insufficient funds' },
    { kind: 'time out', when: 'after capture' },
  ]);
  await rebillNow(ann.oid);
  const { key } = await chargeOf(ann);
  const [capture] = captureOf(key);
  const first = capture!.account === 'ONE' ? 'TWO' : 'ONE';
  // Only the gateway that captured it stays; the one that declined it is the one that is gone.
  await nameGateways(capture!.account);
  await askForCharges();
  assert.equal((await chargeOf(ann)).gone_gateway, first);
  app.books.setDown(true);
  await refused({ key, outcome: 'not_charged' }, /Another gateway .* did not say/);
  app.books.setDown(false);
  const done = await settled({ key, outcome: 'not_charged' });
  assert.deepEqual(
    [done.outcome, done.gateway, done.transaction_id],
    ['captured', capture!.account, capture!.reference],
  );
  await nameGateways();
  await checkBooks();
});

test('many people at once: one of them settles it', async () => {
  const [ann, order] = [await subscriber(), `tok_approve-${++people}`];
  losesAnswer(ann.token);
  losesAnswer(order);
  await rebillNow(ann.oid);
  const orderId = await place(order);
  await nameGateways('OTHER');
  await askForCharges();
  for (const about of [{ oid: ann.oid }, { orderId }]) {
    const { key } = await chargeOf(about);
    const [capture] = captureOf(key);
    const found = { key, outcome: 'captured', transaction_id: capture!.reference } as const;
    const answers = await Promise.all(Array.from({ length: 8 }, () => settle(found)));
    const done = answers.filter(({ status }) => status === 200);
    assert.equal(done.length, 1, JSON.stringify(answers.map(({ body }) => body)));
  }
  await nameGateways();
  await checkBooks();
});

test('while a gateway that is named again is asked, no person settles the charge', async () => {
  const ann = await subscriber(heldToken);
  await whileDown(() => rebillNow(ann.oid));
  await nameGateways('OTHER');
  await askForCharges();
  const { key } = await chargeOf(ann);
  await nameGateways();
  held.hold();
  const asking = askForCharges();
  while (captureOf(key).length === 0) await new Promise(setImmediate);
  // The settings are changed once more, so only the claim of the worker protects the charge.
  await nameGateways('OTHER');
  await refused({ key, outcome: 'not_charged' }, /is checked or settled at this moment/);
  held.answer();
  await asking;
  await refused({ key, outcome: 'not_charged' }, /has its outcome already/);
  assert.equal(captureOf(key).length, 1);
  await nameGateways();
  await checkBooks();
});

test('a person and the return of the gateway at the same moment: charged once, recorded as it is', async () => {
  for (let round = 0; round < 4; round++) {
    const ann = await subscriber();
    await whileDown(() => rebillNow(ann.oid));
    const orderToken = `tok_approve-${++people}`;
    let orderId = '';
    await whileDown(async () => {
      orderId = await place(orderToken);
    });
    await nameGateways('OTHER');
    await askForCharges();
    const keys = [(await chargeOf(ann)).key, (await chargeOf({ orderId })).key];
    await endWaits();
    await Promise.all([
      ...keys.map((key) => settle({ key, outcome: 'not_charged' })),
      nameGateways().then(askForDue),
    ]);
    await nameGateways();
    await askForCharges();
    await checkBooks();
    assert.deepEqual(await tasksOf(ann.autoOrder.auto_order_code), ['closed - system']);
    assert.deepEqual(await tasksOf(orderId), ['closed - system']);
    const paid = (await readOrder(orderId)).current_stage === 'Completed Order';
    assert.equal(captureOf(keys[1]!).length, paid ? 1 : 0);
  }
});

test('who may settle, and what is refused', async () => {
  const ann = await subscriber();
  losesAnswer(ann.token);
  await rebillNow(ann.oid);
  await nameGateways('OTHER');
  await askForCharges();
  const { key } = await chargeOf(ann);
  const found = { key, outcome: 'captured', transaction_id: 'sim_x' } as const;
  for (const permissions of [
    ['auto_order_write'],
    ['order_write'],
    ['auto_order_read', 'order_read', 'configuration_write'],
  ]) {
    const clerk = await app.addKey('TEST', permissions);
    const answer = await app.request({ operation: 'settleCharge', body: found, key: clerk });
    assert.equal(answer.status, 401);
  }
  await app.addMerchant('ELSE');
  const stranger = await app.addKey('ELSE');
  const theirs = await app.request({ operation: 'settleCharge', body: found, key: stranger });
  assert.equal(theirs.status, 404);
  const unknown: (string | undefined)[] = [
    `${key}9`,
    'rebill:TEST:99999999999:1:1',
    'rebill:TEST:1:1:99999',
    'rebill:ELSE:1:1:1',
    'order:TEST:TEST-9999999999',
    'order:TEST:',
    'nothing',
  ];
  for (const each of unknown) {
    const answer = await settle({ key: each!, outcome: 'not_charged' });
    assert.ok([400, 404].includes(answer.status), JSON.stringify(answer.body));
  }
  await refused({ outcome: 'not_charged' }, /^key is missing/);
  await refused({ key }, /^outcome is missing/);
  for (const transaction_id of [undefined, '', '   ', 'a\u200bb'])
    await refused(
      { key, outcome: 'captured', ...(transaction_id !== undefined && { transaction_id }) },
      /^transaction_id /,
    );
  await refused({ key, outcome: 'not_charged', transaction_id: 'sim_1' }, /has no meaning/);
  await refused({ key, outcome: 'not_charged', gateway_kind: 'stripe' }, /has no meaning/);

  const reader = await app.addKey('TEST', ['order_read']);
  const { body } = await app.request({ operation: 'getCharges', key: reader });
  assert.ok(body.charges.every(({ auto_order_oid }) => auto_order_oid === undefined));
  const [capture] = captureOf(key);
  await settled({ key, outcome: 'captured', transaction_id: capture!.reference });
  await nameGateways();
  await checkBooks();
});
