// Measures how much slower the queue of a distribution center and the list of the orders of a stage
// become as a merchant grows: with 10,000 and with 1,000,000 orders. One in ten orders waits at one
// of five centers, and one in a hundred is in each of some other stages. A queue returns its oldest
// 100 orders, a list a page of 100, as the API does. The growth compares the medians.
// `node bench/orderQueues.ts [orders of the large one, default 1000000]`
import { readOrderPage, readOrdersJson } from '../server/src/orders/listStore.ts';
import { findWaitingOrders } from '../server/src/orders/waitingStore.ts';
import { type DatabasePool, openPool } from '../server/src/platform/storage/database.ts';
import { migrate, readMigrations } from '../server/src/platform/storage/migrate.ts';
import { figure, median, percentile } from './support/figures.ts';
import { benchMerchant } from './support/merchant.ts';
import { withPostgres } from './support/postgres.ts';

const smallSize = 10_000;
const largeSize = Number(process.argv[2] ?? 1_000_000);
const samples = 40;
const limit = 100;
const timeZone = 'America/New_York';
const expand = new Set(['billing', 'item', 'shipping', 'summary']);
/** The largest allowed growth when there are 100 times more orders. */
const goal = 2;
const centers = ['DFLT', 'EAST', 'WEST', 'NORTH', 'SOUTH'];
const stages = ['Shipping Department', 'Hold', 'Fraud Review', 'Accounts Receivable', 'Rejected'];

type Ask = (db: DatabasePool, sample: number) => Promise<unknown>;

const queue: Ask = async (db, sample) => {
  const ids = await findWaitingOrders(db, 'BENCH', centers[sample % centers.length]!, limit);
  if (ids.length < limit) throw new Error(`only ${ids.length} orders wait`);
  return readOrdersJson(db, 'BENCH', ids, { expand, timeZone });
};

const ofStage: Ask = (db, sample) =>
  readOrderPage(db, 'BENCH', {
    filters: { facets: { current_stage: stages[sample % stages.length]! }, ranges: {} },
    sort: [],
    expand,
    timeZone,
    page: { limit, offset: 0 },
  });

await withPostgres(async ({ db: large, connection }) => {
  const database = 'small';
  await large.run(`create database ${database}`);
  const small = openPool({
    connection: { ...connection, database },
    maxConnections: 8,
    prepareStatements: true,
  });
  try {
    await migrate(small, readMigrations());
    await fill(small, smallSize);
    await fill(large, largeSize);
    console.log(`${smallSize.toLocaleString('en')} and ${largeSize.toLocaleString('en')} orders`);
    const queues = await growth('queue of a center', queue, small, large);
    const lists = await growth('orders of a stage', ofStage, small, large);
    figure('orders_by_stage_and_centre', Math.max(queues, lists), `<=${goal}`);
  } finally {
    await small.close();
  }
});

/** Inserts orders as rebills make them: with addresses, two lines and totals. */
async function fill(db: DatabasePool, count: number): Promise<void> {
  await benchMerchant(db, 'BENCH', { autoOrders: 1, daysMax: 60 });
  await db.run(
    `insert into orders (merchant_id, order_id, head, billing, shipping, items, summary, created_at,
       modified_at, paid_at, current_stage, currency, total_minor, facets)
     select 'BENCH', 'BENCH-7' || lpad(n::text, 9, '0'),
       json_build_object('order_id', 'BENCH-7' || lpad(n::text, 9, '0'), 'current_stage', stage),
       json_build_object('first_name', 'Ann', 'last_name', 'Lee', 'email', n || '@example.com'),
       json_build_object('first_name', 'Ann', 'city', 'Albany', 'shipping_method', 'Ground'),
       json_build_array(
         json_build_object('item_index', 1, 'merchant_item_id', 'COFFEE', 'quantity', 1),
         json_build_object('item_index', 2, 'merchant_item_id', 'MUG', 'quantity', 1,
           'distribution_center_code', center)),
       json_build_object('total', json_build_object('currency_code', 'USD', 'value', 19.06)),
       at, at, at, stage, 'USD', 1906, array['BENCH|current_stage=' || lower(stage)]
     from (
       select n, timestamptz '2026-01-01Z' + n * interval '1 second' as at,
         ($2::text[])[1 + (n / 10) % 5] as center,
         case when n % 10 = 0 then 'Shipping Department' when n % 100 = 1 then 'Hold'
           when n % 100 = 2 then 'Fraud Review' when n % 100 = 3 then 'Accounts Receivable'
           when n % 100 = 4 then 'Rejected' else 'Completed Order' end as stage
       from generate_series(1, $1::int) n
     ) made`,
    [count, centers],
  );
  await db.run(
    `insert into waiting_shipment (merchant_id, order_id, distribution_center_code, waiting_since,
       acknowledged)
     select 'BENCH', order_id, items->1->>'distribution_center_code', created_at, false
     from orders where merchant_id = 'BENCH' and current_stage = 'Shipping Department'`,
  );
  await db.run('vacuum (analyze)');
}

async function growth(
  name: string,
  ask: Ask,
  small: DatabasePool,
  large: DatabasePool,
): Promise<number> {
  const times: Record<'few' | 'many', number[]> = { few: [], many: [] };
  for (let sample = -5; sample < samples; sample++)
    for (const [size, db] of [
      ['few', small],
      ['many', large],
    ] as const) {
      const startedMs = performance.now();
      await ask(db, sample + 5);
      if (sample >= 0) times[size].push(performance.now() - startedMs);
    }
  const shown = (ms: number[]) => `${median(ms).toFixed(1)} / ${percentile(ms, 95).toFixed(1)}`;
  const ratio = median(times.many) / median(times.few);
  console.log(
    `${name.padEnd(20)} ${shown(times.few)} → ${shown(times.many)} ms  ${ratio.toFixed(2)}x`,
  );
  return ratio;
}
