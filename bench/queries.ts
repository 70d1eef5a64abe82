// Measures how much slower lists of auto orders become as a merchant grows: each filter, sort and
// page with 10,000 and with 1,000,000 auto orders, a page of 10 with items as the API returns it;
// and the list for screens, a page of 100 short rows. Both databases get the same kind of query in
// turn, each time with another value from the data. The growth compares the medians. The count of a
// filtered or sorted list stops at 10,001 matches and has a separate figure.
// `node bench/queries.ts [auto orders of the large one, default 1000000] [filter, sort, page or
// screen: only these]`
import type { AutoOrderSearch } from '../contract/src/screens.ts';
import { sortings } from '../contract/src/sorting.ts';
import { type AutoOrderFilter, autoOrderPageSql } from '../server/src/autoOrders/search.ts';
import { readAutoOrderPage } from '../server/src/autoOrders/searchStore.ts';
import { readAutoOrderList } from '../server/src/autoOrders/textStore.ts';
import { type DatabasePool, openPool } from '../server/src/platform/storage/database.ts';
import { migrate, readMigrations } from '../server/src/platform/storage/migrate.ts';
import type { Merchant } from '../server/src/platform/tenancy/merchant.ts';
import { figure, median, percentile } from './support/figures.ts';
import { benchMerchant } from './support/merchant.ts';
import { multiply } from './support/multiply.ts';
import { withPostgres } from './support/postgres.ts';
import { countScreenRows, readScreenPage } from './support/screenSearch.ts';

const smallSize = 10_000;
const times = Math.round(Number(process.argv[2] ?? 1_000_000) / smallSize);
const samples = 40;
const limit = 10;
const zone = 'America/New_York';
/** The largest allowed growth of a page's time when there are 100 times more auto orders. */
const goal = 2;
const expand = new Set(['items']);

type Kind = 'filter' | 'sort' | 'page' | 'screen';

/** A list to request; each row of the SQL in `sample` holds one value (`v`). */
interface Question {
  readonly kind: Kind;
  readonly name: string;
  readonly sample?: string;
  readonly filter?: (value: never) => AutoOrderFilter;
  readonly sort?: { readonly field: string; readonly descending: boolean };
  readonly offset?: number;
  /** Builds the search of a list for screens. */
  readonly search?: (value: string) => AutoOrderSearch;
}

const fromSearch = (column: string): string =>
  `select ${column} as v from auto_order_search where merchant_id = 'BENCH'
    and ${column} is not null`;
const fromRecord = (column: string): string =>
  `select ${column} as v from auto_order where merchant_id = 'BENCH' and ${column} is not null`;
const fromItems = (column: string): string =>
  `select ${column} as v from auto_order_item where merchant_id = 'BENCH'
    and ${column} is not null`;
const fromValues = (kind: string): string =>
  `select value as v from auto_order_search_value where merchant_id = 'BENCH' and kind = '${kind}'`;
const text = (name: keyof AutoOrderFilter, sample: string): Question => ({
  kind: 'filter',
  name,
  sample,
  filter: (value: string) => ({ [name]: value }),
});

type Moment = AutoOrderFilter['since'] & object;
const day = (from: Moment) => from.add({ hours: 24 });

const screen = (
  name: string,
  search: (value: string) => AutoOrderSearch,
  more: Pick<Question, 'sample' | 'sort'> = {},
): Question => ({ kind: 'screen', name, search, ...more });
const byShipment = { field: 'next_shipment_dts', descending: false };

const screens: readonly Question[] = [
  screen('all', () => ({})),
  screen('active, by next shipment', () => ({ state: ['active'] }), { sort: byShipment }),
  screen('retrying, parked and in doubt', () => ({ state: ['retrying', 'parked', 'in_doubt'] })),
  screen('a frequency', (value) => ({ frequencies: [value as never] }), {
    sample: fromItems('frequency'),
  }),
  screen('a frequency, active', (value) => ({ frequencies: [value as never], state: ['active'] }), {
    sample: fromItems('frequency'),
  }),
  screen('a card type', (value) => ({ card_types: [value] }), { sample: fromSearch('card_type') }),
  screen('an item', (value) => ({ item_ids: [value] }), { sample: fromItems('original_item_id') }),
  screen('text: an email', (text) => ({ text }), { sample: fromSearch('billing_email') }),
  screen('text: an order', (text) => ({ text }), { sample: fromRecord('original_order_id') }),
  screen('text: a code', (text) => ({ text }), { sample: fromRecord('auto_order_code') }),
  screen('text: a last name', (text) => ({ text }), { sample: fromSearch('billing_last_name') }),
  screen('text: three letters', (name) => ({ text: name.slice(0, 3) }), {
    sample: fromSearch('billing_first_name'),
  }),
  ...sortings.auto_order_row.map((field) =>
    screen(`by ${field}`, () => ({}), { sort: { field, descending: false } }),
  ),
];

const questions: readonly Question[] = [
  { kind: 'filter', name: 'none' },
  text('autoOrderCode', fromRecord('auto_order_code')),
  text('originalOrderId', fromRecord('original_order_id')),
  text('status', fromRecord('status')),
  text('email', fromSearch('billing_email')),
  text('cardType', fromSearch('card_type')),
  {
    kind: 'filter',
    name: 'customerProfileOid',
    sample: fromSearch('customer_profile_oid'),
    filter: (value: number) => ({ customerProfileOid: value }),
  },
  text('firstName', fromSearch('billing_first_name')),
  text('lastName', fromSearch('shipping_last_name')),
  text('company', fromSearch('billing_company')),
  text('city', fromSearch('billing_city')),
  text('state', fromSearch('billing_state_region')),
  text('postalCode', fromSearch('billing_postal_code')),
  text('countryCode', fromSearch('billing_country_code')),
  text('phone', fromValues('phone')),
  text('itemId', fromValues('item')),
  text('originalItemId', fromItems('original_item_id')),
  text('nextItemId', fromItems('next_item_id')),
  {
    kind: 'filter',
    name: 'original order on a day',
    sample: fromSearch('ordered_at'),
    filter: (from: Moment) => ({ originalOrderFrom: from, originalOrderUntil: day(from) }),
  },
  {
    kind: 'filter',
    name: 'next shipment on a day',
    sample: fromRecord('next_shipment_at'),
    filter: (from: Moment) => ({ nextShipmentFrom: from, nextShipmentUntil: day(from) }),
  },
  {
    kind: 'filter',
    name: 'changed since',
    sample: fromRecord('modified_at'),
    filter: (since: Moment) => ({ since }),
  },
  {
    kind: 'filter',
    name: 'active, next shipment on a day',
    sample: fromRecord('next_shipment_at'),
    filter: (from: Moment) => ({
      status: 'active',
      nextShipmentFrom: from,
      nextShipmentUntil: day(from),
    }),
  },
  ...sortings.auto_order.flatMap((field): Question[] => [
    { kind: 'sort', name: `+${field}`, sort: { field, descending: false } },
    { kind: 'sort', name: `-${field}`, sort: { field, descending: true } },
  ]),
  { kind: 'page', name: 'offset 1000', offset: 1000 },
  { kind: 'page', name: 'offset 9000', offset: 9000 },
  {
    kind: 'page',
    name: 'offset 9000 by next shipment',
    offset: 9000,
    sort: { field: 'next_shipment_dts', descending: false },
  },
];

/** All kinds of lists; the third argument chooses one of them. */
const kinds: readonly Kind[] = ['filter', 'sort', 'page', 'screen'];
const asked = kinds.filter((kind) => (process.argv[3] ?? kind) === kind);
/** The merchant, which is equal in both databases. */
let merchant: Merchant;

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
    for (const db of [small, large])
      merchant = await benchMerchant(db, 'BENCH', { autoOrders: smallSize, daysMax: 60 });
    const startedMs = performance.now();
    await multiply(large, 'BENCH', times);
    console.log(
      `${smallSize.toLocaleString('en')} and ${(smallSize * times).toLocaleString('en')} ` +
        `auto orders (multiplied in ${((performance.now() - startedMs) / 1000).toFixed(0)} s)`,
    );
    await measure(small, large);
  } finally {
    await small.close();
  }
});

async function measure(small: DatabasePool, large: DatabasePool): Promise<void> {
  const worst = { filter: 0, sort: 0, page: 0, screen: 0 };
  console.log('p50 / p95 ms of the page, and of the whole response with its total');
  for (const question of [...questions, ...screens].filter(({ kind }) => asked.includes(kind))) {
    let [few, many] = await compare(question, small, large);
    // Now and then something else on the machine disturbs one of the seventy medians. A measurement
    // that is too slow is repeated; a real slowdown shows again.
    if (growthOf(few, many) > goal) [few, many] = await compare(question, small, large);
    const growth = growthOf(few, many);
    worst[question.kind] = Math.max(worst[question.kind], growth);
    console.log(
      `${question.kind.padEnd(6)} ${question.name.padEnd(42)} ${shown(few.pageMs)} → ` +
        `${shown(many.pageMs)}  ${growth.toFixed(2)}x   whole ${shown(few.wholeMs)} → ${shown(many.wholeMs)}`,
    );
  }
  for (const kind of asked) figure(`queries_${kind}s`, worst[kind], `<=${goal}`);
  if (!asked.includes('filter')) return;
  const active: Question = { kind: 'filter', name: 'status', filter: () => ({ status: 'active' }) };
  const [few, many] = await compare(active, small, large);
  console.log(`total of the active ones: ${shown(few.totalMs)} → ${shown(many.totalMs)}`);
  figure('queries_totals', median(many.totalMs) / median(few.totalMs), `<=${goal}`);
}

function growthOf(few: Times, many: Times): number {
  return median(many.pageMs) / median(few.pageMs);
}

interface Times {
  readonly pageMs: number[];
  readonly totalMs: number[];
  readonly wholeMs: number[];
}

async function compare(
  question: Question,
  ...databases: readonly DatabasePool[]
): Promise<[Times, Times]> {
  const asked = await Promise.all(
    databases.map(async (db) => ({
      db,
      values: await valuesOf(db, question),
      times: { pageMs: [], totalMs: [], wholeMs: [] } as Times,
    })),
  );
  // The first rounds warm up plans, caches and connections.
  for (let round = -6; round < samples; round++) {
    for (const { db, values, times } of asked) {
      const value = values[(round + 6) % Math.max(1, values.length)] as never;
      const measured = question.search
        ? await askScreen(db, question.search(value), question.sort)
        : await ask(db, question, question.filter?.(value) ?? {});
      if (round < 0) continue;
      for (const part of ['pageMs', 'totalMs', 'wholeMs'] as const)
        times[part].push(measured[part]);
    }
  }
  return [asked[0]!.times, asked[1]!.times];
}

async function ask(db: DatabasePool, { sort, offset = 0 }: Question, filter: AutoOrderFilter) {
  const page = { limit, offset };
  const sorts = sort ? [sort] : [];
  const wholeMs = await msOf(() =>
    readAutoOrderPage(db, 'BENCH', zone, { filter, sort: sorts, page }, expand),
  );
  // One statement reads a page of all auto orders together with its total.
  if (!sort && Object.keys(filter).length === 0) return { pageMs: wholeMs, totalMs: 0, wholeMs };
  const { oids, count, values } = autoOrderPageSql('BENCH', filter, sorts, page);
  const pageMs = await msOf(async () => {
    const found = await db.rows<{ auto_order_oid: number }>(oids, values);
    await readAutoOrderList(
      db,
      'BENCH',
      zone,
      found.slice(0, limit).map((row) => row.auto_order_oid),
      expand,
    );
  });
  // The statement of the count has no offset, so it takes one value less.
  const totalMs = offset === 0 ? await msOf(() => db.rows(count, values)) : 0;
  return { pageMs, totalMs, wholeMs };
}

/** Measures the page and its total, which a list for screens reads one after the other. */
async function askScreen(db: DatabasePool, search: AutoOrderSearch, sort: Question['sort']) {
  const pageMs = await msOf(() => readScreenPage(db, merchant, search, sort ? [sort] : []));
  const totalMs = await msOf(() => countScreenRows(db, merchant, search));
  return { pageMs, totalMs, wholeMs: pageMs + totalMs };
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/**
 * Returns values that occur in the data, common ones more often. They are the same in every run.
 */
async function valuesOf(db: DatabasePool, { sample }: Question): Promise<unknown[]> {
  if (sample === undefined) return [];
  const rows = await db.rows<{ v: unknown }>(
    `select v from (select v, row_number() over (order by v) as place, count(*) over () as count
      from (${sample}) as occurring) as numbered
     where place % greatest(1, count / ${samples}) = 0 limit ${samples}`,
  );
  return rows.map((row) => row.v);
}

function shown(ms: readonly number[]): string {
  return `${median(ms).toFixed(2)} / ${percentile(ms, 95).toFixed(2)}`.padStart(14);
}
