// Measures the engine: rebills per second against pgbench's transactions per second on the same
// server in the same run. The gateway responds at once, with plain rebills and with rebills to
// which every rule of a price applies, or it takes 50 ms. Also measures how much slower the search
// for due work becomes as auto orders that are not due are added.
// `node bench/rebill.ts [auto orders, default 100000] [fast|all|slow|scan]`
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { firstDue } from '../server/src/autoOrders/dueStore.ts';
import type { Gateway } from '../server/src/payments/gateway.ts';
import { createPayments } from '../server/src/payments/payments.ts';
import { systemClock } from '../server/src/platform/clock/systemClock.ts';
import type { Context } from '../server/src/platform/context.ts';
import type { DatabasePool } from '../server/src/platform/storage/database.ts';
import { defaultTiming, runDue } from '../server/src/rebill/dueOperations.ts';
import { findSystemPostgres } from '../test/support/systemPostgres.ts';
import { due, gatewayOf, merchantWith } from './support/dueMerchant.ts';
import { everything } from './support/everything.ts';
import { figure } from './support/figures.ts';
import { type BenchStore, costOf, withPostgres } from './support/postgres.ts';

const count = Number(process.argv[2] ?? 100_000);
const parts = process.argv[3] === undefined ? ['fast', 'all', 'slow', 'scan'] : [process.argv[3]];
const slowCount = Math.min(count, 20_000);
const pgbenchSeconds = 8;

const embeddedPerSecond = await withPostgres(async (store) => {
  const perSecond = parts.includes('fast') ? await measureThroughput(store) : undefined;
  if (parts.includes('all')) await measureEverything(store, perSecond);
  if (parts.includes('slow')) await measureSlowGateway(store);
  if (parts.includes('scan')) await measureDueScan(store.db);
  return perSecond;
});
if (embeddedPerSecond !== undefined) await measureOwnPostgres(embeddedPerSecond);

async function measureThroughput(store: BenchStore): Promise<number> {
  const context = await merchantWith(store.db, 'FAST', count);
  const before = pgbench(store);
  const rebills = await rebill(context, gatewayOf(0), store);
  const after = pgbench(store);
  console.log(
    `rebills with an instant gateway: ${rebills.perSecond.toFixed(0)}/s, ` +
      `${rebills.nodeUs.toFixed(0)} µs node and ${rebills.postgresUs.toFixed(0)} µs PostgreSQL ` +
      'a rebill',
  );
  if (before === undefined || after === undefined) {
    console.log('figure rebill_throughput skipped: this machine has no pgbench');
    return rebills.perSecond;
  }
  console.log(`pgbench -N: ${before.toFixed(0)} tps before, ${after.toFixed(0)} tps after`);
  figure('rebill_throughput', rebills.perSecond / ((before + after) / 2), '>=0.35');
  return rebills.perSecond;
}

/**
 * Measures the same for a merchant with coupons, options, kits, taxes, shipping methods and stock.
 */
async function measureEverything(store: BenchStore, plainPerSecond?: number): Promise<void> {
  const context = await merchantWith(store.db, 'ALL', count, everything);
  const before = pgbench(store);
  const rebills = await rebill(context, gatewayOf(0), store);
  const after = pgbench(store);
  console.log(
    `rebills with everything on: ${rebills.perSecond.toFixed(0)}/s` +
      `${plainPerSecond === undefined ? '' : ` (plain: ${plainPerSecond.toFixed(0)}/s)`}, ` +
      `${rebills.nodeUs.toFixed(0)} µs node and ${rebills.postgresUs.toFixed(0)} µs PostgreSQL ` +
      'a rebill',
  );
  await checkEverything(context);
  if (before !== undefined && after !== undefined)
    figure('rebill_everything', rebills.perSecond / ((before + after) / 2), '>=0.35');
}

/** Checks that every rule was applied: without it the benchmark would measure less work. */
async function checkEverything({ db, merchant: { merchantId } }: Context): Promise<void> {
  const row = await db.row<{ plain: number }>(
    `select count(*) as plain from orders where merchant_id = $1 and rebill_number = 1 and not (
       (summary#>>'{subtotal_discount,value}')::float > 0
       and (summary#>>'{shipping_handling_total_discount,value}')::float > 0
       and (summary#>>'{tax,value}')::float > 0)`,
    [merchantId],
  );
  if (row?.plain !== 0) throw new Error(`${row?.plain} rebills without a coupon or a tax`);
}

/**
 * Compares the machine's own PostgreSQL with its defaults, including JIT, with the embedded one.
 */
async function measureOwnPostgres(embeddedPerSecond: number): Promise<void> {
  const own = await findSystemPostgres();
  if (own === undefined)
    return console.log('figure rebill_own_postgres skipped: this machine has no PostgreSQL');
  const { perSecond } = await withPostgres(async (store) => {
    const context = await merchantWith(store.db, 'OWN', count);
    return rebill(context, gatewayOf(0), store);
  }, own);
  console.log(`rebills on ${own.version}: ${perSecond.toFixed(0)}/s`);
  figure('rebill_own_postgres', perSecond / embeddedPerSecond, '>=0.8');
}

async function measureSlowGateway(store: BenchStore): Promise<void> {
  const context = await merchantWith(store.db, 'SLOW', slowCount);
  const rebills = await rebill(context, gatewayOf(50), store);
  console.log(`rebills with a gateway of 50 ms: ${rebills.perSecond.toFixed(0)}/s`);
  figure('rebill_slow_gateway', rebills.perSecond / 500, '>=1');
}

interface Figures {
  readonly perSecond: number;
  /** CPU time per rebill. */
  readonly nodeUs: number;
  readonly postgresUs: number;
}

async function rebill(context: Context, gateway: Gateway, store: BenchStore): Promise<Figures> {
  const payments = createPayments({ preferred: () => 'simulator', open: () => gateway });
  const { value: counts, ...cost } = await costOf(store, () =>
    runDue(
      context,
      { payments, timing: defaultTiming, clock: systemClock },
      { until: due, moment: 'now' },
    ),
  );
  const expected = await context.db.row<{ orders: number }>(
    'select count(*) as orders from orders where merchant_id = $1 and rebill_number = 1',
    [context.merchant.merchantId],
  );
  if (counts.paid !== expected?.orders || counts.paid === 0)
    throw new Error(`${counts.paid} rebills and ${expected?.orders} orders`);
  return {
    perSecond: counts.paid / cost.seconds,
    nodeUs: cost.nodeUs / counts.paid,
    postgresUs: cost.postgresUs / counts.paid,
  };
}

/**
 * Measures the query for due work, with a thousand and with a million auto orders that are not due.
 */
async function measureDueScan(db: DatabasePool): Promise<void> {
  const micros: number[] = [];
  for (const [merchantId, size] of [
    ['FEW', 1000],
    ['MANY', 1_000_000],
  ] as const) {
    await db.run(
      `insert into auto_order (merchant_id, auto_order_oid, auto_order_code, original_order_id,
        status, enabled, currency, currency_exponent, signed_up_at, created_at,
         modified_at, due_at)
       select '${merchantId}', n, 'C' || n, 'O' || n, 'active', true, 'USD', 2, now(), now(), now(),
         timestamptz '2027-01-01' + n * interval '1 minute'
       from generate_series(1, ${size}) n`,
    );
  }
  await db.run('vacuum analyze auto_order');
  for (const merchantId of ['FEW', 'MANY']) {
    const look = () => firstDue(db, merchantId, due);
    for (let i = 0; i < 200; i++) await look();
    const startMs = performance.now();
    for (let i = 0; i < 3000; i++) await look();
    micros.push(((performance.now() - startMs) * 1000) / 3000);
  }
  const [few = 0, many = 0] = micros;
  console.log(
    `a look for due work: ${few.toFixed(0)} µs with 1,000 auto orders that are not due, ` +
      `${many.toFixed(0)} µs with 1,000,000`,
  );
  figure('due_scan_growth', many / few, '<=2');
}

/**
 * Returns the transactions per second of `pgbench -N` on a separate database of the same server.
 * Undefined where pgbench is not installed.
 */
function pgbench({ connection: { host, port, user } }: BenchStore): number | undefined {
  const program = ['/usr/bin/pgbench', '/usr/local/bin/pgbench'].find((path) => existsSync(path));
  if (program === undefined) return undefined;
  const run = (...args: string[]) =>
    execFileSync(program, ['-h', host, '-p', String(port), '-U', user, ...args, 'postgres'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  run('-i', '-q', '-s', '10');
  const output = run('-N', '-M', 'prepared', '-c', '4', '-j', '2', '-T', String(pgbenchSeconds));
  return Number(/tps = ([\d.]+)/.exec(output)?.[1]);
}
