// Tests which gateway charges: merchants with a real clock use real gateways, and a card stays with
// the kind of gateway that charged it first.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { chargingOff } from '../../server/src/payments/charging.ts';
import type { GatewayConfig } from '../../server/src/payments/gateways.ts';
import { chargesOffSection } from '../../server/src/platform/tenancy/hold.ts';
import {
  removeSettingsSection,
  saveSettingsSection,
} from '../../server/src/platform/tenancy/merchantStore.ts';
import { type TestRequest, testApp } from '../support/app.ts';
import { movedClock } from '../support/movedClock.ts';
import { startStripeStandIn } from '../support/stripeStandIn.ts';

const standIn = await startStripeStandIn();
after(() => standIn.close());
const stripe = { secretKey: 'sk_test', host: standIn.host };

/** The gateway settings with which the installation starts; a test restarts it with other ones. */
const installation: { -readonly [Name in keyof GatewayConfig]: GatewayConfig[Name] } = {};
let isOff = false;
const clock = movedClock('2026-01-15T17:00:00Z');
const app = await testApp({
  clock,
  gateways: installation,
  stops: [() => (isOff ? chargingOff : undefined)],
});
const dayMs = 86_400_000;
const card = 'cus_ann/pm_card';
let shops = 0;

/** Opens a shop with a real clock. */
async function realShop() {
  const merchantId = `R${++shops}`;
  await app.addMerchant(merchantId, { clock: { kind: 'real' } });
  const key = await app.addKey(merchantId);
  const request = <Id extends OperationId>(given: TestRequest<Id>) =>
    app.request({ ...given, key });
  const ask = async <Id extends OperationId>(given: TestRequest<Id>) => {
    const { status, body } = await request(given);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'COFFEE',
      pricing: { cost: 10 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly'] },
    },
  });
  const read = async (oid: number) =>
    (await ask({ operation: 'getAutoOrder', params: { auto_order_oid: oid } })).auto_order;
  return {
    merchantId,
    ask,
    request,
    read,
    order: (token = card) =>
      request({
        operation: 'insertOrder',
        body: {
          billing: { email: 'ann@example.com' },
          items: [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Weekly' }],
          payment: {
            payment_method: 'Credit Card',
            credit_card: {
              card_number_token: token,
              card_expiration_month: 5,
              card_expiration_year: 2040,
            },
          },
        },
      }),
    async subscribe(token = card): Promise<number> {
      const { body } = await this.order(token);
      const { auto_order: autoOrder } = await ask({
        operation: 'getAutoOrderByReferenceOrderId',
        params: { reference_order_id: body.order.order_id },
      });
      return autoOrder.auto_order_oid;
    },
    captured: () => ({
      stripe: standIn.captures().filter(({ key: charge }) => charge.includes(`:${merchantId}:`))
        .length,
      simulator: app.books.captures().filter((capture) => capture.merchantId === merchantId).length,
    }),
  };
}

/** Moves the clock by a week, and does everything that is due. */
async function weekLater() {
  clock.move(7 * dayMs);
  await app.work();
}

test('without a gateway an order with a card is refused and names what to set', async () => {
  const shop = await realShop();
  const { status, body } = await shop.order();
  assert.equal(status, 400);
  assert.match(body.error.user_message, /STRIPE_SECRET_KEY.*SIMULATOR=on/);
  assert.deepEqual(shop.captured(), { stripe: 0, simulator: 0 });
  const orders = await app.db.rows('select 1 from orders where merchant_id = $1', [
    shop.merchantId,
  ]);
  assert.equal(orders.length, 0);
});

test('SIMULATOR=on lets the simulator charge a real clock, for all or for named merchants', async () => {
  const [named, other] = [await realShop(), await realShop()];
  installation.simulatedMerchants = [named.merchantId];
  assert.deepEqual([(await named.order()).status, (await other.order()).status], [200, 400]);
  installation.simulatedMerchants = 'all';
  assert.equal((await other.order()).status, 200);
  assert.deepEqual(other.captured(), { stripe: 0, simulator: 1 });
  delete installation.simulatedMerchants;
});

test('a start without the key of Stripe charges nothing, parks, and continues when it is back', async () => {
  installation.stripe = stripe;
  const shop = await realShop();
  const oid = await shop.subscribe();
  await weekLater();
  assert.deepEqual(shop.captured(), { stripe: 2, simulator: 0 });

  delete installation.stripe;
  await weekLater();
  const parked = await shop.read(oid);
  assert.deepEqual(shop.captured(), { stripe: 2, simulator: 0 });
  assert.match(parked.failure_reason, /no gateway may charge.*STRIPE_SECRET_KEY/);
  assert.deepEqual([parked.status, parked.credit_card_attempt ?? 0], ['active', 0]);
  const events = () =>
    app.db.rows(
      `select 1 from event where merchant_id = $1 and name = 'auto_order_update'
        and data->>'reason' = 'parked'`,
      [shop.merchantId],
    );
  assert.equal((await events()).length, 1);
  clock.move(dayMs);
  await app.work();
  assert.equal((await events()).length, 1, 'reported once, not once a day');

  installation.stripe = stripe;
  await app.work();
  assert.deepEqual(shop.captured(), { stripe: 3, simulator: 0 });
  assert.equal((await shop.read(oid)).failure_reason, undefined);
  delete installation.stripe;
});

test('another kind of gateway than the first parks until staff give a new card', async () => {
  installation.stripe = stripe;
  const shop = await realShop();
  const oid = await shop.subscribe();
  delete installation.stripe;
  installation.simulatedMerchants = 'all';
  await weekLater();
  assert.deepEqual(shop.captured(), { stripe: 1, simulator: 0 });
  assert.match((await shop.read(oid)).failure_reason, /stripe charged this card before/);

  const now = await shop.ask({
    operation: 'attemptAutoOrderRebill',
    params: { auto_order_oid: oid },
  });
  assert.equal(now.rebill_attempted, false);
  assert.match(now.failure_reason, /stripe charged this card before/);

  const paid = await shop.ask({
    operation: 'updateAutoOrderPayment',
    params: { auto_order_oid: oid },
    body: { card_number_token: 'tok_new', attempt_rebill: true },
  });
  assert.equal(paid.rebill_success, true);
  await weekLater();
  assert.deepEqual(shop.captured(), { stripe: 1, simulator: 2 });

  installation.stripe = stripe;
  delete installation.simulatedMerchants;
  await weekLater();
  assert.deepEqual(shop.captured(), { stripe: 1, simulator: 2 });
  assert.match((await shop.read(oid)).failure_reason, /simulator charged this card before/);
  delete installation.stripe;
});

test('the owed order of a rebill is not kept for a gateway of another kind', async () => {
  installation.simulatedMerchants = 'all';
  const shop = await realShop();
  await shop.ask({ operation: 'updateMerchantSettings', body: { store_declined_rebills: true } });
  const token = `tok_owed-${shop.merchantId}`;
  await shop.subscribe(token);
  app.books.script(token, [{ kind: 'decline', reason: 'insufficient funds' }]);
  await weekLater();
  delete installation.simulatedMerchants;
  installation.stripe = stripe;
  const [row] = await app.db.rows<{ order_id: string }>(
    'select order_id from orders where merchant_id = $1 and rebill_number = 1',
    [shop.merchantId],
  );
  const params = { order_id: row!.order_id };
  const { status, body } = await shop.request({ operation: 'processPayment', params, body: {} });
  assert.equal(status, 400, JSON.stringify(body));
  assert.match(body.error.user_message, /simulator charged this card before/);
  // No charge is under way, so staff can still settle it.
  const { order } = await shop.ask({
    operation: 'updateOrder',
    params,
    body: { current_stage: 'Completed Order' },
  });
  assert.equal(order.current_stage, 'Completed Order');
  assert.deepEqual(shop.captured(), { stripe: 0, simulator: 1 });
  delete installation.stripe;
});

test('of several gateways a charge goes to the kind that charged its card before', async () => {
  installation.stripe = stripe;
  const shop = await realShop();
  await shop.subscribe();
  await shop.ask({
    operation: 'updateMerchantSettings',
    body: {
      gateways: {
        list: [
          { code: 'test', kind: 'simulator', weight: 1_000_000 },
          { code: 'stripe', kind: 'stripe', weight: 1 },
        ],
      },
    },
  });
  installation.simulatedMerchants = 'all';
  await weekLater();
  assert.deepEqual(shop.captured(), { stripe: 2, simulator: 0 });
  delete installation.simulatedMerchants;
  delete installation.stripe;
});

test('Stripe and a test clock exclude each other, from both sides', async () => {
  const list = [{ code: 'main', kind: 'stripe' }];
  const named = await app.request({
    operation: 'updateMerchantSettings',
    body: { gateways: { list } },
  });
  assert.equal(named.status, 400);
  assert.match(named.body.error.user_message, /gateways\.list\[0\]\.kind.*test clock/);

  const shop = await realShop();
  await shop.ask({ operation: 'updateMerchantSettings', body: { gateways: { list } } });
  for (const mode of ['running', 'standing']) {
    const moved = await shop.request({ operation: 'setClock', body: { mode } });
    assert.equal(moved.status, 400, mode);
  }
});

test('CHARGING=off charges nothing, keeps everything else running, and loses nothing', async (t) => {
  t.after(() => void (isOff = false));
  installation.simulatedMerchants = 'all';
  const shop = await realShop();
  const oid = await shop.subscribe();
  isOff = true;
  await weekLater();
  const waiting = await shop.read(oid);
  assert.deepEqual(shop.captured(), { stripe: 0, simulator: 1 });
  assert.deepEqual([waiting.status, waiting.failure_reason], ['active', undefined]);
  const attempts = await app.db.rows('select 1 from rebill where merchant_id = $1', [
    shop.merchantId,
  ]);
  assert.equal(attempts.length, 0, 'nothing counts as an attempt');

  for (const request of [
    { operation: 'attemptAutoOrderRebill' },
    {
      operation: 'updateAutoOrderPayment',
      body: { card_number_token: 'tok_other', attempt_rebill: true },
    },
  ] as const) {
    const answer = await shop.ask({ ...request, params: { auto_order_oid: oid } });
    assert.equal(answer.rebill_attempted, false);
    assert.match(answer.failure_reason, /Charging is off.*CHARGING=on/);
  }
  const ordered = await shop.order('tok_waits');
  assert.equal(ordered.body.warning.warning_code, 'payment_waits');
  assert.equal(ordered.body.order.current_stage, 'Pending Clearance');

  const ready = await app.app.http.inject('/readyz');
  assert.equal(ready.statusCode, 200);
  assert.equal(ready.json().charging.reasons[0].name, 'off');
  assert.match(
    (await app.app.http.inject('/metrics')).body,
    /perennial_charging_stopped\{reason="off"\} 1/,
  );

  isOff = false;
  await app.db.run(
    `update orders set charge_lease_until = now()
      where merchant_id = $1 and charge_lease_until is not null`,
    [shop.merchantId],
  );
  await app.work();
  assert.deepEqual(shop.captured(), { stripe: 0, simulator: 3 });
  assert.match(
    (await app.app.http.inject('/metrics')).body,
    /perennial_charging_stopped\{reason="none"\} 0/,
  );
  delete installation.simulatedMerchants;
});

test('an operator stops the charges of one merchant; its mails and all other merchants continue', async () => {
  installation.simulatedMerchants = 'all';
  const [shop, other] = [await realShop(), await realShop()];
  const [oid, canceled] = [await shop.subscribe(), await shop.subscribe()];
  await other.subscribe();
  await saveSettingsSection(app.db, shop.merchantId, chargesOffSection, {
    reason: 'wrong prices',
    since: '2026-01-15T17:00:00Z',
  });
  await weekLater();
  assert.deepEqual(
    [shop.captured().simulator, other.captured().simulator],
    [2, 2],
    'the other one is billed',
  );
  assert.equal((await shop.read(oid)).status, 'active');
  const { failure_reason: reason } = await shop.ask({
    operation: 'attemptAutoOrderRebill',
    params: { auto_order_oid: oid },
  });
  assert.match(reason, /stopped the charges of R\d+ at 2026-01-15T17:00:00Z \(wrong prices\)/);
  assert.match(reason, /merchant start-charges --id R/);

  const mails = app.mails.length;
  await shop.ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: canceled },
    body: { enabled: false, cancel_reason: 'moved' },
  });
  await app.work();
  assert.ok(app.mails.length > mails, 'its mails are sent');

  // The first probe after a while still shows the old count, and causes a new one; later probes
  // show that.
  const stoppedNow = async (count: number | undefined) => {
    for (let tries = 0; tries < 200; tries++) {
      const { charging } = (await app.app.http.inject('/readyz')).json();
      assert.equal(charging.state, 'on');
      if (charging.stopped_merchants === count) return;
      await app.db.row('select 1');
    }
    assert.fail(`/readyz does not show ${count} stopped merchants`);
  };
  await stoppedNow(1);
  const { health } = await shop.ask({ operation: 'getHealth' });
  assert.equal(health.charges_stopped, 1);

  await removeSettingsSection(app.db, shop.merchantId, chargesOffSection);
  clock.move(2_000);
  await app.work();
  assert.equal(shop.captured().simulator, 3, 'what waited is charged once');
  await stoppedNow(undefined);
  delete installation.simulatedMerchants;
});

/**
 * Returns functions that read what staff see of a refused account, and that make its waiting work
 * due.
 */
function refusalsOf({ ask, merchantId }: Awaited<ReturnType<typeof realShop>>) {
  const makeDue = (table: string, column: string) =>
    app.db.run(
      `update ${table} set ${column} = now() where merchant_id = $1 and ${column} is not null`,
      [merchantId],
    );
  return {
    async tasks() {
      const { tasks } = await ask({ operation: 'searchWorkflowTasks', body: {} });
      return tasks.filter(({ task_name }) => task_name.startsWith('Repair the account'));
    },
    /** Reads the mails to the merchant about the refused account. */
    async mails() {
      const text = "select facts from notice where merchant_id = $1 and kind = 'merchant_parked'";
      const rows = await app.db.rows<{ facts: { entries: string[] } }>(text, [merchantId]);
      return rows.map(({ facts }) => facts.entries.join());
    },
    async waiting() {
      const open = 'select 1 from rebill where merchant_id = $1 and lease_until is not null';
      return (await app.db.rows(open, [merchantId])).length;
    },
    /** Asks the gateway about open charges now instead of in some minutes. */
    async askNow() {
      await makeDue('rebill', 'lease_until');
      await makeDue('orders', 'charge_lease_until');
    },
  };
}

test('a refused account is one task and one mail, holds back what is due, and ends by itself', async (t) => {
  installation.stripe = stripe;
  const shop = await realShop();
  const oids = [];
  for (let count = 0; count < 6; count++) oids.push(await shop.subscribe());
  const { tasks, mails, waiting, askNow } = refusalsOf(shop);
  await shop.ask({
    operation: 'updateMerchantSettings',
    body: { notices: { merchant_email: 'ops@shop.example' } },
  });
  t.after(() => {
    standIn.answerAll();
    delete installation.stripe;
  });
  standIn.answerAll(401, { type: 'invalid_request_error', message: 'Invalid API Key: sk_***.' });
  await weekLater();
  assert.equal(shop.captured().stripe, 6, 'only the first orders were paid');
  const [task, ...others] = await tasks();
  assert.equal(
    task?.task_details?.split('. ')[0],
    'Stripe refuses the account: Invalid API Key: sk_***',
  );
  assert.deepEqual([task?.status, others.length], ['open', 0]);
  const sent = await waiting();
  assert.ok(sent >= 1 && sent <= 6, `${sent} charges were refused`);

  // Processes cache a merchant for a second.
  clock.move(1001);
  // More orders fall due and are not charged: no attempt is counted, and none of them is reported
  // as parked.
  const seventh = await shop.order();
  assert.equal(seventh.status, 200);
  assert.match(JSON.stringify(seventh.body), /Stripe refuses the account/);
  await app.work();
  assert.equal(await waiting(), sent);
  for (const oid of oids) {
    const { credit_card_attempt, failure_reason, status } = await shop.read(oid);
    assert.deepEqual([credit_card_attempt, failure_reason, status], [0, undefined, 'active']);
  }
  assert.equal((await tasks()).length, 1);

  // After ten minutes a charge is tried and refused again; there is still only one task.
  clock.move(11 * 60_000);
  await app.work();
  assert.deepEqual([(await tasks()).length, shop.captured().stripe], [1, 6]);
  const [mail, ...more] = await mails();
  assert.match(mail!, /Stripe refuses the account: Invalid API Key.*No customer was charged/);
  assert.deepEqual(more, [], 'one mail for each outage, also when it is tried again');

  standIn.answerAll();
  clock.move(11 * 60_000);
  await askNow();
  await app.work();
  await app.work();
  assert.equal(shop.captured().stripe, 13, 'each is charged once, and the waiting order too');
  assert.deepEqual(
    (await tasks()).map(({ status }) => status),
    ['closed - system'],
  );
});

test('CHARGING=off asks about a charge under way and does not send it again', async (t) => {
  t.after(() => void (isOff = false));
  installation.simulatedMerchants = 'all';
  const shop = await realShop();
  const oid = await shop.subscribe();
  await shop.ask({
    operation: 'updateAutoOrderPayment',
    params: { auto_order_oid: oid },
    body: { card_number_token: 'tok_timeout_before' },
  });
  await weekLater();
  const stateOf = async () => {
    const [row] = await app.db.rows<{ state: string }>(
      'select state from rebill where merchant_id = $1',
      [shop.merchantId],
    );
    return row?.state;
  };
  const askAgain = async () => {
    await app.db.run(
      'update rebill set lease_until = now() where merchant_id = $1 and lease_until is not null',
      [shop.merchantId],
    );
    await app.work('unanswered charges');
  };
  assert.equal(await stateOf(), 'unknown');
  isOff = true;
  await askAgain();
  assert.deepEqual([await stateOf(), shop.captured().simulator], ['unknown', 1]);
  isOff = false;
  await askAgain();
  assert.deepEqual([await stateOf(), shop.captured().simulator], ['paid', 2]);
  delete installation.simulatedMerchants;
});

test('a clock that differs from the one of PostgreSQL charges no real clock', async () => {
  installation.simulatedMerchants = 'all';
  const [shop, trial] = [await realShop(), await realShop()];
  const oid = await shop.subscribe();
  await app.setClock('2026-01-15T17:00:00Z', trial.merchantId);
  await trial.order();
  clock.move(7 * dayMs);
  // PostgreSQL reads the machine's clock, and the clock of this test is months away from it.
  for (const worker of app.app.ownWorkers) await worker.runOnce();
  await app.work();
  assert.deepEqual(shop.captured(), { stripe: 0, simulator: 1 });
  await app.setClock('2026-01-22T17:00:01Z', trial.merchantId);
  await app.work();
  assert.deepEqual(trial.captured(), { stripe: 0, simulator: 2 });

  const answer = await shop.ask({
    operation: 'attemptAutoOrderRebill',
    params: { auto_order_oid: oid },
  });
  assert.match(answer.failure_reason, /clock is \d+ seconds (ahead of|behind) PostgreSQL's/);
  const { charging } = (await app.app.http.inject('/readyz')).json();
  assert.equal(charging.reasons[0].name, 'clock');

  clock.move(Date.now() - clock.now().epochMilliseconds);
  for (const worker of app.app.ownWorkers) await worker.runOnce();
  await app.work();
  assert.ok(shop.captured().simulator > 1, 'it continues by itself');
  assert.deepEqual((await app.app.http.inject('/readyz')).json().charging, { state: 'on' });
  delete installation.simulatedMerchants;
});
