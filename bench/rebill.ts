// How fast auto orders bill themselves: rebills a second against pgbench's transactions a second on the same server in the same run, with a gateway that
// answers at once and with one that takes 50 ms; and how the look for due work grows with what is not due.
// `node bench/rebill.ts [auto orders, default 100000] [fast|slow|scan]`
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstDue } from '../server/src/autoOrders/dueStore.ts';
import type { Gateway } from '../server/src/payments/gateway.ts';
import { createPayments } from '../server/src/payments/payments.ts';
import type { Context } from '../server/src/platform/context.ts';
import { openPool, type DatabasePool } from '../server/src/platform/storage/database.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../server/src/platform/storage/embedded.ts';
import { migrate, readMigrations } from '../server/src/platform/storage/migrate.ts';
import { defaultTiming, runDue } from '../server/src/rebill/dueOperations.ts';
import { due, gatewayOf, merchantWith } from './support/dueMerchant.ts';

const count = Number(process.argv[2] ?? 100_000);
const parts = process.argv[3] === undefined ? ['fast', 'slow', 'scan'] : [process.argv[3]];
const slowCount = Math.min(count, 20_000);
const pgbenchSeconds = 8;

const folder = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
await chmod(folder, 0o755);
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: { debug() {}, info() {}, warn: console.error }, settings: { max_wal_size: '4GB' } });
try {
  await measure(postgres);
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure({ connection, dataDir }: EmbeddedPostgres): Promise<void> {
  const db = openPool({ connection, maxConnections: 16, prepareStatements: true });
  await migrate(db, await readMigrations());
  if (parts.includes('fast')) await measureThroughput(db, connection, dataDir);
  if (parts.includes('slow')) await measureSlowGateway(db, dataDir);
  if (parts.includes('scan')) await measureDueScan(db);
  await db.close();
}

async function measureThroughput(db: DatabasePool, connection: EmbeddedPostgres['connection'], dataDir: string): Promise<void> {
  const context = await merchantWith(db, 'FAST', count);
  const before = pgbench(connection);
  const rebills = await rebill(context, gatewayOf(0), dataDir);
  const after = pgbench(connection);
  console.log(`rebills with an instant gateway: ${rebills.perSecond.toFixed(0)}/s, ${rebills.nodeUs.toFixed(0)} µs node and ${rebills.postgresUs.toFixed(0)} µs PostgreSQL a rebill`);
  if (before === undefined || after === undefined) return console.log('figure rebill_throughput skipped: this machine has no pgbench');
  console.log(`pgbench -N: ${before.toFixed(0)} tps before, ${after.toFixed(0)} tps after`);
  console.log(`figure rebill_throughput ratio ${(rebills.perSecond / ((before + after) / 2)).toFixed(3)} goal >=0.35`);
}

async function measureSlowGateway(db: DatabasePool, dataDir: string): Promise<void> {
  const context = await merchantWith(db, 'SLOW', slowCount);
  const rebills = await rebill(context, gatewayOf(50), dataDir);
  console.log(`rebills with a gateway of 50 ms: ${rebills.perSecond.toFixed(0)}/s`);
  console.log(`figure rebill_slow_gateway ratio ${(rebills.perSecond / 500).toFixed(2)} goal >=1`);
}

interface Figures {
  readonly perSecond: number;
  /** CPU time a rebill. */
  readonly nodeUs: number;
  readonly postgresUs: number;
}

async function rebill(context: Context, gateway: Gateway, dataDir: string): Promise<Figures> {
  const payments = createPayments({ preferred: () => 'simulator', open: () => gateway });
  const [startMs, cpu, postgresMs] = [performance.now(), process.cpuUsage(), postgresCpuMs(dataDir)];
  const counts = await runDue(context, { payments, timing: defaultTiming }, { until: due, at: 'now' });
  const [seconds, used, postgres] = [(performance.now() - startMs) / 1000, process.cpuUsage(cpu), postgresCpuMs(dataDir) - postgresMs];
  const expected = await context.db.row<{ orders: number }>(
    'select count(*) as orders from orders where merchant_id = $1 and rebill_number = 1', [context.merchant.merchantId]);
  if (counts.paid !== expected?.orders || counts.paid === 0) throw new Error(`${counts.paid} rebills and ${expected?.orders} orders`);
  return { perSecond: counts.paid / seconds, nodeUs: (used.user + used.system) / counts.paid, postgresUs: (postgres * 1000) / counts.paid };
}

/** The probe for due work, with a thousand and with a million auto orders that are not due. */
async function measureDueScan(db: DatabasePool): Promise<void> {
  const micros: number[] = [];
  for (const [merchantId, size] of [['FEW', 1000], ['MANY', 1_000_000]] as const) {
    await db.run(
      `insert into auto_order (merchant_id, auto_order_oid, auto_order_code, original_order_id, status, enabled, currency, currency_exponent, signed_up_at, created_at,
         modified_at, due_at)
       select '${merchantId}', n, 'C' || n, 'O' || n, 'active', true, 'USD', 2, now(), now(), now(), timestamptz '2027-01-01' + n * interval '1 minute'
       from generate_series(1, ${size}) n`);
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
  console.log(`a look for due work: ${few.toFixed(0)} µs with 1,000 auto orders that are not due, ${many.toFixed(0)} µs with 1,000,000`);
  console.log(`figure due_scan_growth ratio ${(many / few).toFixed(2)} goal <=2`);
}

/** Transactions a second of `pgbench -N` on a database of its own on the same server; undefined where there is no pgbench. */
function pgbench({ host, port, user }: EmbeddedPostgres['connection']): number | undefined {
  const program = ['/usr/bin/pgbench', '/usr/local/bin/pgbench'].find((path) => existsSync(path));
  if (program === undefined) return undefined;
  const run = (...args: string[]) => execFileSync(program, ['-h', host, '-p', String(port), '-U', user, ...args, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  run('-i', '-q', '-s', '10');
  const output = run('-N', '-M', 'prepared', '-c', '4', '-j', '2', '-T', String(pgbenchSeconds));
  return Number(/tps = ([\d.]+)/.exec(output)?.[1]);
}

/** CPU time of the server and all processes it has started, those that are gone included. */
function postgresCpuMs(dataDir: string): number {
  const postmaster = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const msPerTick = 10;
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
    const isServer = Number(pid) === postmaster;
    if (isServer || fields[1] === postmaster) ticks += (fields[11] ?? 0) + (fields[12] ?? 0) + (isServer ? (fields[13] ?? 0) + (fields[14] ?? 0) : 0);
  }
  return ticks * msPerTick;
}
