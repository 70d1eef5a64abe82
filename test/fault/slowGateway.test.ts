// Tests charges that queue at a gateway which takes few at once and long for each. A charge that
// could take longer than its lease is not sent. So a process that takes the charge over is the only
// one that sends it, and it is captured once even by a gateway that ignores idempotency keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Temporal } from 'temporal-polyfill';
import type { Charge } from '../../server/src/orders/charge.ts';
import { noHooks } from '../../server/src/orders/hooks.ts';
import { unsettledChargesWorker } from '../../server/src/orders/unsettledChargesWorker.ts';
import { cardTester } from '../../server/src/payments/cardTester.ts';
import { type ChargeRequest, type Gateway, noHolds } from '../../server/src/payments/gateway.ts';
import { openGateways } from '../../server/src/payments/gateways.ts';
import { createPayments } from '../../server/src/payments/payments.ts';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import {
  type RebillParts,
  resolveUnanswered,
  runDue,
} from '../../server/src/rebill/dueOperations.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { coffee, type Rebills, rebillsOn } from '../support/rebills.ts';

const due = '2026-03-15T14:00:00Z';
const leaseMs = 300_000;

/** A machine clock that a test moves. */
class HandClock {
  #ms = Date.UTC(2026, 2, 15, 14);
  readonly clock: SystemClock = {
    ...systemClock,
    now: () => Temporal.Instant.fromEpochMilliseconds(this.#ms),
    monotonicMs: () => this.#ms,
  };
  pass(ms: number): void {
    this.#ms += ms;
  }
  get ms(): number {
    return this.#ms;
  }
}

/**
 * Returns a gateway that takes one charge at a time, needs 25 s for it, and captures every charge
 * that is sent, however often.
 */
function forgetfulGateway(hand: HandClock, onCharge: (count: number) => Promise<void>) {
  const sent: { key: string; untilMs: number }[] = [];
  const gateway: Gateway = {
    code: 'simulator',
    isReal: false,
    concurrency: 1,
    answerMsMax: 30_000,
    async charge({ key }: ChargeRequest) {
      sent.push({ key, untilMs: hand.ms + 30_000 });
      await onCharge(sent.length);
      hand.pass(25_000);
      return { kind: 'approved', reference: key };
    },
    find: async ({ key }) =>
      sent.some((each) => each.key === key)
        ? { kind: 'approved', reference: key }
        : { kind: 'absent' },
    cancel: async ({ key }) => ({ kind: 'approved', reference: key }),
    describe: async () => undefined,
    refund: async () => ({ kind: 'refused', message: 'not requested here' }),
    holds: noHolds,
  };
  return { gateway, sent };
}

async function queueOf(
  count: number,
  db: Database,
  hand: HandClock,
  onCharge: (count: number) => Promise<void> = async () => {},
) {
  const rebills = await rebillsOn(db);
  await rebills.addItem(coffee);
  await rebills.addMany(Array.from({ length: count }, (_, index) => ({ autoOrderOid: index + 1 })));
  const { gateway, sent } = forgetfulGateway(hand, onCharge);
  const parts: RebillParts = {
    payments: createPayments({ preferred: () => 'simulator', open: () => gateway }),
    timing: { leaseMs, recheckMs: 30_000 },
    clock: hand.clock,
  };
  const keys = Array.from({ length: count }, (_, index) => `rebill:DEMO:${index + 1}:1:1`);
  return { rebills, parts, sent, keys };
}

const endLeases = ({ db, merchant: { merchantId } }: Rebills) =>
  db.run(
    `update rebill set lease_until = statement_timestamp()
      where merchant_id = $1 and lease_until is not null`,
    [merchantId],
  );
const inOrder = (sent: readonly { key: string }[]) => sent.map(({ key }) => key).sort(byNumber);
const byNumber = (a: string, b: string) => Number(a.split(':')[2]) - Number(b.split(':')[2]);

test('what queues longer than a lease is not sent, and is sent once by the next process', async (t) => {
  const hand = new HandClock();
  const { rebills, parts, sent, keys } = await queueOf(20, await testDatabase(t), hand);
  const context = rebills.context(due);
  const startMs = hand.ms;
  const first = await runDue(context, parts, { until: context.now, moment: 'now' });
  assert.deepEqual([first.paid, first.unknown], [11, 9]);
  assert.ok(
    sent.every(({ untilMs }) => untilMs <= startMs + leaseMs),
    'all end within the lease',
  );
  const told = await rebills.logs(
    Number(keys.find((key) => !inOrder(sent).includes(key))!.split(':')[2]),
  );
  assert.match(
    told.join(),
    /Rebill 1: the charge was not sent because it waited too long for its turn\. It is sent later/,
  );

  await endLeases(rebills);
  assert.equal((await resolveUnanswered(context, parts)).paid, 9);
  assert.deepEqual(inOrder(sent), keys);
});

test('a process that slept longer than a lease sends nothing that another has taken over', async (t) => {
  const hand = new HandClock();
  let takeOver = async () => {};
  const queue = await queueOf(8, await testDatabase(t), hand, async (count) => {
    if (count === 3) await takeOver();
  });
  const { rebills, parts, sent, keys } = queue;
  const context = rebills.context(due);
  // While the first process sleeps with its third charge in flight, its leases end and another
  // process resolves all charges.
  takeOver = async () => {
    hand.pass(3_600_000);
    await endLeases(rebills);
    const other = { ...parts, clock: new HandClock().clock };
    assert.equal((await resolveUnanswered(context, other)).examined, 8);
  };
  await runDue(context, parts, { until: context.now, moment: 'now' });
  assert.deepEqual(inOrder(sent), keys);
  assert.equal(
    (await rebills.db.rows(`select 1 from rebill where merchant_id = 'DEMO' and state = 'paid'`))
      .length,
    8,
  );
});

test('unsettled first payments queue without outliving their leases', async () => {
  const app = await testApp();
  await app.request({ operation: 'insertItem', body: coffee });
  for (let index = 0; index < 8; index++) {
    const { body } = await app.request({
      operation: 'insertOrder',
      body: {
        billing: { email: `${index}@example.com` },
        items: [{ merchant_item_id: 'COFFEE', quantity: 1 }],
        payment: {
          payment_method: 'Credit Card',
          credit_card: {
            card_number_token: 'tok_timeout_always',
            card_expiration_month: 12,
            card_expiration_year: 2040,
          },
        },
      },
    });
    assert.equal(body.warning.warning_code, 'payment_unknown');
  }
  const hand = new HandClock();
  const pass = async (ms: number) => {
    hand.pass(ms);
    await app.db.run(
      `update orders set charge_lease_until = shifted(charge_lease_until, -$2::int)
       where merchant_id = $1 and charge_lease_until is not null`,
      [app.merchant.merchantId, ms],
    );
  };
  await pass(120_000);

  const asked: string[] = [];
  const hooks = noHooks;
  const log = pino({ level: 'silent' });
  const rounds = { db: app.db, log, contextFor: () => app.context() };
  const cardTests = cardTester(createPayments(openGateways({}, hand.clock)));
  const rest = { hooks, clock: hand.clock, obstacle: () => undefined, cardTests };
  const slow: Charge = async ({ orderId, lease }) => {
    if (!lease.leavesTimeFor(30_000)) return { kind: 'unknown' };
    asked.push(orderId);
    await pass(30_000);
    // Another process checks the charges while this one waits for its gateway.
    await unsettledChargesWorker(rounds, { charge: quick, ...rest }).runOnce();
    return { kind: 'approved', gateway: 'simulator', reference: orderId };
  };
  const quick: Charge = async ({ orderId }) => {
    asked.push(orderId);
    return { kind: 'approved', gateway: 'simulator', reference: orderId };
  };
  await unsettledChargesWorker(rounds, { charge: slow, ...rest }).runOnce();
  assert.equal(asked.length, 8);
  assert.equal(new Set(asked).size, 8, 'each was requested once');
});
