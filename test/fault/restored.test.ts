// Tests a backup that is restored and lacks the charges made after it. The test follows the
// procedure in docs/operating.md and reads the gateway's own books: the database is copied, 20
// rebills are charged, the database is lost, and the copy is restored some hours later. The test
// server for Stripe forgets idempotency keys after a day, as Stripe does.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { beginRestore, confirmRestore, findUnknownCharge } from '../../server/src/app/restoring.ts';
import { auditMerchant } from '../../server/src/books/auditOperations.ts';
import { openGateways } from '../../server/src/payments/gateways.ts';
import { compareWithMarker } from '../../server/src/platform/continuity.ts';
import { readContinuity } from '../../server/src/platform/continuityStore.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { type DatabasePool, openPool } from '../../server/src/platform/storage/database.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { copyDatabase, openTestDatabase } from '../support/database.ts';
import { movedClock } from '../support/movedClock.ts';
import { startStripeStandIn } from '../support/stripeStandIn.ts';

const hourMs = 3_600_000;

interface Drill {
  readonly gateway: 'stripe' | 'simulator';
  readonly hours: number;
  readonly customers: number;
  /**
   * What notices the restore first: the marker file, the gateway's newest charges, or only the
   * operator.
   */
  readonly noticedBy: 'marker' | 'gateway' | 'operator';
  /** When the shop moved its charges to another gateway. Absent: it did not. */
  readonly moved?: 'in the lost time' | 'before the confirmation';
}

const drills: readonly Drill[] = [
  { gateway: 'stripe', hours: 2, customers: 20, noticedBy: 'marker' },
  { gateway: 'stripe', hours: 30, customers: 20, noticedBy: 'marker' },
  { gateway: 'stripe', hours: 30, customers: 4, noticedBy: 'gateway' },
  { gateway: 'stripe', hours: 30 * 24, customers: 4, noticedBy: 'operator' },
  { gateway: 'simulator', hours: 2, customers: 4, noticedBy: 'gateway' },
  { gateway: 'simulator', hours: 30, customers: 4, noticedBy: 'marker' },
  {
    gateway: 'simulator',
    hours: 30,
    customers: 4,
    noticedBy: 'marker',
    moved: 'in the lost time',
  },
  {
    gateway: 'stripe',
    hours: 30,
    customers: 4,
    noticedBy: 'marker',
    moved: 'before the confirmation',
  },
];

for (const drill of drills)
  test(
    `${drill.gateway}${drill.moved ? `, another ${drill.moved}` : ''}, put back after ` +
      `${drill.hours} h, noticed by the ${drill.noticedBy}: none is charged twice`,
    (t) => putBack(t, drill),
  );

async function putBack(t: TestContext, drill: Drill): Promise<void> {
  const { customers } = drill;
  const shop = await installation(t, drill.gateway);
  const before = await shop.start();
  if (drill.moved) await chargeBy(before, drill, 'OLD');
  for (let n = 0; n < customers; n++) await order(before.app, `ann${n}@example.com`);
  shop.clock.move(7 * 24 * hourMs - hourMs);
  await before.work();
  const copy = await shop.backUp(before);

  const lostIds = await loseAWeek(shop, drill);
  assert.equal(shop.captures().length, 2 * customers + 1);

  shop.clock.move(drill.hours * hourMs);
  const restored = await shop.start(copy);
  await forgetWhoCharged(restored);
  await shop.notice(restored, drill.noticedBy);
  if (drill.moved === 'before the confirmation') await chargeBy(restored, drill, 'NEW');
  await restored.work();
  const message = 'nothing is charged until an operator confirms';
  assert.equal(shop.captures().length, 2 * customers + 1, message);

  const { unknown } = await confirmRestore(restored.db, shop.gateways(), shop.clock);
  assert.equal(unknown.length, customers + 1);
  shop.clock.move(2000);
  await restored.work();
  assertCapturedOnce(shop, drill);
  await assertOrderIdsKept(shop, restored, customers, lostIds);
  await assertKindKnown(restored, drill);
  await assertNextWeekCharged(shop, restored, drill);
  await restored.close();
}

/**
 * Clears which gateway charged the cards, as if another system had charged them before the lost
 * time.
 */
const forgetWhoCharged = ({ db }: Running): Promise<unknown> =>
  db.run(
    `update auto_order set charged_by_kind = null, charged_card_mark = null
     where merchant_id = 'SHOP'`,
  );

/**
 * Asserts that a capture from the lost time determines which kind of gateway knows the card, even
 * if the settings of the copy do not name that gateway.
 */
async function assertKindKnown({ db }: Running, { gateway, customers }: Drill): Promise<void> {
  const rows = await db.rows<{ kind: string | null }>(
    `select charged_by_kind as kind from auto_order
     where merchant_id = 'SHOP' and rebill_count > 0`,
  );
  assert.deepEqual(rows, Array(customers).fill({ kind: gateway }));
}

/**
 * Adds what the copy lacks: the rebills of a week and one more customer. Returns the ids of all
 * orders.
 */
async function loseAWeek(shop: Installation, drill: Drill): Promise<string[]> {
  const lost = await shop.reopen();
  if (drill.moved === 'in the lost time') await chargeBy(lost, drill, 'NEW');
  shop.clock.move(2 * hourMs);
  await lost.work();
  await order(lost.app, 'eve@example.com');
  const rows = await lost.db.rows<{ order_id: string }>(
    'select order_id from orders where merchant_id = $1',
    ['SHOP'],
  );
  await lost.close();
  return rows.map((row) => row.order_id);
}

function assertCapturedOnce(shop: Installation, { customers, hours }: Drill): void {
  const captured = shop.captures();
  const rebills = Map.groupBy(captured, ({ key }) => key.split(':').slice(0, 4).join(':'));
  const weeks = Math.floor((7 * 24 + hours + 2) / (7 * 24));
  assert.equal(rebills.size, captured.length, 'no rebill is captured twice');
  assert.ok(captured.length <= customers * (1 + weeks) + 1);
}

/**
 * Asserts that a charged rebill keeps its order id, and that no new order gets an id from the lost
 * time.
 */
async function assertOrderIdsKept(
  shop: Installation,
  restored: Running,
  customers: number,
  lostIds: readonly string[],
): Promise<void> {
  const paid = await restored.db.rows<{ order_id: string; state: string }>(
    "select order_id, state from rebill where merchant_id = 'SHOP' and rebill_number = 1",
  );
  assert.deepEqual(
    [paid.length, new Set(paid.map(({ state }) => state))],
    [customers, new Set(['paid'])],
  );
  assert.ok(
    paid.every((row) => lostIds.includes(row.order_id)),
    'a rebill keeps the order id that the outside knows',
  );
  const newOrder = await order(restored.app, 'zoe@example.com');
  assert.ok(!lostIds.includes(newOrder), `${newOrder} was never given out`);
  assert.match(newOrder, /^SHOP-\d{10}$/);
  assert.equal(shop.captures().filter(({ key }) => key === `order:SHOP:${newOrder}`).length, 1);
}

/** Charges the next week under keys of the new epoch, and checks that the books agree. */
async function assertNextWeekCharged(
  shop: Installation,
  restored: Running,
  { customers, gateway }: Drill,
): Promise<void> {
  shop.clock.move(7 * 24 * hourMs);
  await restored.work();
  const keys = shop.captures().map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(keys.filter((key) => /^rebill:SHOP:\d+:\d+:1:2$/.test(key)).length >= customers);
  const { merchant } = await restored.app.context('SHOP');
  assert.deepEqual((await auditMerchant(restored.db, merchant)).differences, []);
  const isReal = gateway === 'stripe';
  assert.equal(await findUnknownCharge(restored.db, shop.gateways(), { isReal }), undefined);
}

/** Makes another gateway of the same kind charge for the shop from now on. */
async function chargeBy({ app }: Running, { gateway }: Drill, code: string): Promise<void> {
  const { status, body } = await app.request({
    operation: 'updateMerchantSettings',
    body: { gateways: { list: [{ code, kind: gateway }] } },
  });
  assert.equal(status, 200, JSON.stringify(body));
}

interface Running {
  readonly app: TestApp;
  readonly db: DatabasePool;
  /** Runs the work that every process does on its own, then everything that is due. */
  work(): Promise<void>;
  close(): Promise<void>;
}

type Installation = Awaited<ReturnType<typeof installation>>;

/**
 * Prepares one shop with a real clock. Its database can be copied, lost and restored while its
 * gateway keeps its books.
 */
async function installation(t: TestContext, kind: Drill['gateway']) {
  const clock = movedClock('2026-01-15T17:00:00Z');
  const standIn = await startStripeStandIn(clock);
  const folder = await mkdtemp(join(tmpdir(), 'perennial-restored-'));
  t.after(() => Promise.all([standIn.close(), rm(folder, { recursive: true })]));
  const markerPath = join(folder, 'marker.json');
  const seal = sealWith(randomBytes(32));
  const config =
    kind === 'stripe'
      ? { stripe: { secretKey: 'sk_test', host: standIn.host } }
      : { simulatorBooks: join(folder, 'books.jsonl'), simulatedMerchants: 'all' as const };
  const { connection } = await openTestDatabase(t);
  const gateways = () => openGateways({ ...config, isReadOnly: true }, clock);
  let apps = 0;
  const start = async (database = connection.database): Promise<Running> => {
    const db = openPool({
      connection: { ...connection, database },
      maxConnections: 10,
      prepareStatements: true,
    });
    const app = await testApp({ clock, gateways: config, db, seal, markerPath });
    if (apps++ === 0) await app.addMerchant('SHOP', { clock: { kind: 'real' } });
    return running(app, db);
  };
  return {
    clock,
    gateways,
    start,
    reopen: () => start(),
    captures: () =>
      kind === 'stripe'
        ? standIn.captures()
        : gateways()
            .books.captures()
            .map(({ key, amount }) => ({ key, amount })),
    async backUp(before: Running): Promise<string> {
      await before.close();
      return copyDatabase(t, connection.database);
    },
    async notice({ db }: Running, by: Drill['noticedBy']): Promise<void> {
      if (by === 'marker') {
        const { isOlder } = await compareWithMarker(db, clock, markerPath);
        assert.ok(isOlder, await readFile(markerPath, 'utf8'));
      } else {
        if (by === 'gateway')
          assert.ok(await findUnknownCharge(db, gateways(), { isReal: kind === 'stripe' }));
        await beginRestore(db, gateways(), clock, `noticed by the ${by}`);
      }
      const { epoch, heldReason } = await readContinuity(db);
      assert.equal(epoch, 2);
      assert.ok(heldReason);
    },
  };
}

/** Returns the application on one database, with a key of the shop in each request. */
async function running(app: TestApp, db: DatabasePool): Promise<Running> {
  const key = await app.addKey('SHOP');
  return {
    app: { ...app, request: (request) => app.request({ key, ...request }) },
    db,
    async work() {
      for (const worker of app.app.ownWorkers)
        if (worker.name === 'continuity') await worker.runOnce();
      await app.work();
    },
    async close() {
      await app.app.http.close();
      await db.close();
    },
  };
}

/** Orders a weekly item with a card; returns the id of the order. */
async function order(app: TestApp, email: string): Promise<string> {
  const item = {
    merchant_item_id: 'COFFEE',
    pricing: { cost: 10 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly'] },
  };
  // This inserts the item for the first customer; later requests are refused, because it exists.
  await app.request({ operation: 'insertItem', body: item });
  const { status, body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { email },
      items: [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Weekly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: `cus_${email.split('@')[0]}/pm_card`,
          card_expiration_month: 5,
          card_expiration_year: 2040,
        },
      },
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.order.order_id;
}
