// How fast a test clock plays: a year of 10,000 monthly auto orders, each at its own minute, in rebills a second, against the engine's own rate over as many
// auto orders that are due at once, on the same server in the same run. `node bench/clock.ts [auto orders, default 10000] [months, default 12]`
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Temporal } from 'temporal-polyfill';
import { calculate } from '../server/src/autoOrders/calculated.ts';
import { anchorOf } from '../server/src/autoOrders/schedule.ts';
import { insertAutoOrders } from '../server/src/autoOrders/store.ts';
import { catalogItem } from '../server/src/items/catalogItem.ts';
import { insertItem } from '../server/src/items/store.ts';
import { present } from '../server/src/kernel/assert.ts';
import { randomIds } from '../server/src/kernel/ids.ts';
import { insertOrders } from '../server/src/orders/store.ts';
import type { Gateway } from '../server/src/payments/gateway.ts';
import { createPayments } from '../server/src/payments/payments.ts';
import { systemClock } from '../server/src/platform/clock/systemClock.ts';
import { systemActor, type Context } from '../server/src/platform/context.ts';
import { outbox } from '../server/src/platform/events/outbox.ts';
import { takeNumbers } from '../server/src/platform/storage/counters.ts';
import { openPool, type DatabasePool } from '../server/src/platform/storage/database.ts';
import { startEmbeddedPostgres } from '../server/src/platform/storage/embedded.ts';
import { migrate, readMigrations } from '../server/src/platform/storage/migrate.ts';
import { findMerchant, insertMerchant } from '../server/src/platform/tenancy/merchantStore.ts';
import { rememberedMerchants } from '../server/src/platform/tenancy/merchants.ts';
import { defaultTiming, runDue } from '../server/src/rebill/dueOperations.ts';
import { rebillDueWork } from '../server/src/rebill/playOperations.ts';
import { getClock, setClock, type ClockParts } from '../server/src/sandbox/operations.ts';
import { advanceWorker } from '../server/src/sandbox/playing.ts';
import { anAutoOrder, anItem } from '../test/support/autoOrders.ts';
import { coffee, originalOrder } from '../test/support/rebills.ts';

const count = Number(process.argv[2] ?? 10_000);
const months = Number(process.argv[3] ?? 12);
const zone = 'America/New_York';
const start = Temporal.Instant.from('2026-02-01T05:00:00Z');
const minutesInFebruary = 28 * 24 * 60;

const approved = { kind: 'approved', reference: 'ref' } as const;
const gateway: Gateway = { code: 'simulator', isReal: false, concurrency: 200, charge: async () => approved, find: async () => approved, refund: async () => ({ kind: 'refunded', reference: 'ref' }) };
const payments = createPayments({ preferred: () => 'simulator', open: () => gateway });

const folder = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
await chmod(folder, 0o755);
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: { debug() {}, info() {}, warn: console.error }, settings: { max_wal_size: '4GB' } });
const db = openPool({ connection: postgres.connection, maxConnections: 16, prepareStatements: true });
try {
  await migrate(db, await readMigrations());
  const engine = await engineRate();
  const clock = await clockRate();
  console.log(`the engine alone: ${engine.toFixed(0)} rebills/s; through the test clock: ${clock.toFixed(0)} rebills/s`);
  console.log(`figure clock_year ratio ${(clock / engine).toFixed(3)} goal >=0.7`);
} finally {
  await db.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

/** All due at once, billed until nothing is. */
async function engineRate(): Promise<number> {
  const autoOrders = 3 * count;
  const context = await merchantWith('NOW', autoOrders, () => start);
  const startMs = performance.now();
  const { paid } = await runDue(context, { payments, timing: defaultTiming }, { until: start, at: 'now' });
  if (paid !== autoOrders) throw new Error(`${paid} rebills of ${autoOrders}`);
  return paid / ((performance.now() - startMs) / 1000);
}

async function clockRate(): Promise<number> {
  // Spread over the month: hardly two at the same minute.
  const context = await merchantWith('YEAR', count, (index) => start.add({ minutes: Math.floor((index * minutesInFebruary) / count) }));
  const merchants = rememberedMerchants(db, systemClock);
  const parts: ClockParts = {
    db, clock: systemClock, merchants, isReal: () => false, dueWork: [rebillDueWork({ payments }, systemClock)],
    contextFor: async (merchantId) => ({ ...context, merchant: present(await findMerchant(db, merchantId), merchantId) }),
  };
  const startMs = performance.now();
  await setClock(context, parts, { now_dts: start.toZonedDateTimeISO(zone).add({ months }).toInstant().subtract({ seconds: 1 }).toString() });
  while ((await getClock(context, parts)).advance !== undefined) await advanceWorker(parts).runOnce();
  const seconds = (performance.now() - startMs) / 1000;
  const row = await db.row<{ orders: number }>("select count(*) as orders from orders where merchant_id = 'YEAR' and rebill_number > 0");
  if (row?.orders !== months * count) throw new Error(`${row?.orders} rebills of ${months * count}`);
  return row.orders / seconds;
}

/** A merchant with so many monthly auto orders of two items. */
async function merchantWith(merchantId: string, autoOrders: number, dueAt: (index: number) => Temporal.Instant): Promise<Context> {
  const merchant = { merchantId, name: merchantId, timeZone: zone, currency: 'USD', settings: {}, clock: { kind: 'standing', at: start } } as const;
  await insertMerchant(db, merchant, start);
  await takeNumbers(db, merchantId, 'order', 10_000_000);
  const items = [coffee, { ...coffee, merchant_item_id: 'TEA', description: 'Tea', pricing: { cost: 8.5 } }]
    .map((item, index) => ({ ...item, merchant_item_oid: index + 1, pricing: { ...item.pricing, currency_code: 'USD' } }));
  for (const item of items) await insertItem(db, merchantId, item, start);
  const catalog = new Map(items.map((item) => [item.merchant_item_id!, catalogItem(item)]));
  const batchSize = 2000;
  for (let first = 0; first < autoOrders; first += batchSize) {
    await addAutoOrders(db, merchantId, Array.from({ length: Math.min(batchSize, autoOrders - first) }, (_, index) => ({ oid: first + index + 1, at: dueAt(first + index) })), catalog);
  }
  await db.run('vacuum analyze');
  return { merchant, db, now: start, actor: systemActor, events: outbox([]), ids: randomIds, log: pino({ level: 'silent' }), requestId: 'bench' };
}

async function addAutoOrders(db: DatabasePool, merchantId: string, dues: readonly { oid: number; at: Temporal.Instant }[], catalog: ReadonlyMap<string, ReturnType<typeof catalogItem>>): Promise<void> {
  const records = dues.map(({ oid, at }) => {
    const due = { nextShipmentAt: at, anchor: anchorOf(at, zone) };
    const items = [anItem({ itemOid: 2 * oid - 1, ...due }), anItem({ itemOid: 2 * oid, originalItemId: 'TEA', ...due })];
    return anAutoOrder({ merchantId, autoOrderOid: oid, originalOrderId: `${merchantId}-${String(oid).padStart(10, '0')}`, items });
  });
  await insertOrders(db, merchantId, records.map((record) => originalOrder(record, {})));
  const rules = { now: start, zone, missedShipments: 'bill' as const };
  await insertAutoOrders(db, merchantId, records.map((record) => ({ ...calculate(record, (itemId) => catalog.get(itemId), rules), currency: 'USD', createdAt: start })));
}
