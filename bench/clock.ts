// Measures how fast a test clock plays a year of 10,000 monthly auto orders, each at a different
// minute. Compares its rebills per second with the engine's rate over 30,000 auto orders that are
// due at once, on the same server in the same run.
// `node bench/clock.ts [auto orders, default 10000] [months, default 12]`
import { pino } from 'pino';
import { Temporal } from 'temporal-polyfill';
import { required } from '../server/src/kernel/assert.ts';
import { createPayments } from '../server/src/payments/payments.ts';
import { systemClock } from '../server/src/platform/clock/systemClock.ts';
import type { DatabasePool } from '../server/src/platform/storage/database.ts';
import { findMerchant } from '../server/src/platform/tenancy/merchantStore.ts';
import { rememberedMerchants } from '../server/src/platform/tenancy/merchants.ts';
import { defaultTiming, runDue } from '../server/src/rebill/dueOperations.ts';
import { rebillDueWork } from '../server/src/rebill/rebillClockWork.ts';
import { advanceWorker } from '../server/src/sandbox/advanceWorker.ts';
import { type ClockParts, getClock, setClock } from '../server/src/sandbox/operations.ts';
import { due, gatewayOf, merchantWith, zone } from './support/dueMerchant.ts';
import { figure } from './support/figures.ts';
import { withPostgres } from './support/postgres.ts';

const count = Number(process.argv[2] ?? 10_000);
const months = Number(process.argv[3] ?? 12);
const start = Temporal.Instant.from('2026-02-01T05:00:00Z');
const minutesInFebruary = 28 * 24 * 60;
const payments = createPayments({ preferred: () => 'simulator', open: () => gatewayOf(0) });

await withPostgres(async ({ db }) => {
  const engine = await engineRate(db);
  const clock = await clockRate(db);
  console.log(
    `the engine alone: ${engine.toFixed(0)} rebills/s; through the test clock: ${clock.toFixed(0)} rebills/s`,
  );
  figure('clock_year', clock / engine, '>=0.7');
});

/** Bills auto orders that are all due at once, and returns the rebills per second. */
async function engineRate(db: DatabasePool): Promise<number> {
  const autoOrders = 3 * count;
  const context = await merchantWith(db, 'NOW', autoOrders);
  const startMs = performance.now();
  const { paid } = await runDue(
    context,
    { payments, timing: defaultTiming, clock: systemClock },
    { until: due, moment: 'now' },
  );
  if (paid !== autoOrders) throw new Error(`${paid} rebills of ${autoOrders}`);
  return paid / ((performance.now() - startMs) / 1000);
}

async function clockRate(db: DatabasePool): Promise<number> {
  // The due moments are spread over the month, so hardly two fall on the same minute.
  const context = await merchantWith(db, 'YEAR', count, {
    dueAt: (index) => start.add({ minutes: Math.floor((index * minutesInFebruary) / count) }),
  });
  const merchants = rememberedMerchants(db, systemClock);
  const parts: ClockParts = {
    db,
    log: pino({ level: 'silent' }),
    clock: systemClock,
    merchants,
    isReal: () => false,
    previewDue: async () => ({ previewedCount: 0, rebills: [] }),
    countSkippedMails: async () => [],
    dueWork: [rebillDueWork({ payments }, systemClock)],
    contextFor: async (merchantId) => ({
      ...context,
      merchant: required(await findMerchant(db, merchantId), merchantId),
    }),
  };
  const startMs = performance.now();
  await setClock(context, parts, {
    now_dts: start
      .toZonedDateTimeISO(zone)
      .add({ months })
      .toInstant()
      .subtract({ seconds: 1 })
      .toString(),
  });
  const worker = advanceWorker(parts);
  while ((await getClock(context, parts)).advance !== undefined) await worker.runOnce();
  const seconds = (performance.now() - startMs) / 1000;
  const row = await db.row<{ orders: number }>(
    "select count(*) as orders from orders where merchant_id = 'YEAR' and rebill_number > 0",
  );
  if (row?.orders !== months * count)
    throw new Error(`${row?.orders} rebills of ${months * count}`);
  return row.orders / seconds;
}
