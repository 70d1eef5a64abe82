import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sortings } from '@perennial/contract/sorting.ts';
import { aCatalog, anAutoOrder, anItem, at, someRules } from '../../../test/support/autoOrders.ts';
import { addMerchantRow, testDatabase } from '../../../test/support/database.ts';
import { minor } from '../kernel/money.ts';
import type { OrderDocument, OrderRecord } from '../orders/order.ts';
import { insertOrders } from '../orders/store.ts';
import type { AutoOrder } from './autoOrder.ts';
import { calculate } from './calculated.ts';
import { facetsOf } from './facets.ts';
import type { AutoOrderFilter } from './search.ts';
import { findOids, readAutoOrderPage, saveFacets } from './searchStore.ts';
import { appendLogs, insertAutoOrders } from './store.ts';
import { readAutoOrderTexts } from './textStore.ts';

const db = await testDatabase();
await addMerchantRow(db, 'DEMO');
await addMerchantRow(db, 'OTHER');
const none: ReadonlySet<string> = new Set();
const zone = 'America/New_York';

const ann: OrderDocument = {
  order_id: 'DEMO-0000000001',
  merchant_id: 'DEMO',
  current_stage: 'Completed Order',
  billing: {
    first_name: 'Ann',
    last_name: 'Smith',
    company: 'Acme',
    city: 'Duluth',
    state_region: 'GA',
    postal_code: '30096',
    country_code: 'US',
    email: 'Ann@Example.com',
    day_phone: '678-555-0101',
    cc_emails: ['zoe@example.com', 'yan@example.com'],
  },
  shipping: {
    first_name: 'Bea',
    last_name: 'Jones',
    city: 'Bremen',
    country_code: 'DE',
    evening_phone: '0421 7',
  },
  payment: { payment_method: 'Credit Card', credit_card: { card_type: 'VISA' } },
  checkout: { screen_branding_theme_code: 'THEME1' },
  items: [
    { merchant_item_id: 'COFFEE', quantity: 1 },
    { merchant_item_id: 'Mug', quantity: 1 },
  ],
};
const bob: OrderDocument = {
  ...ann,
  order_id: 'DEMO-0000000002',
  billing: {
    first_name: 'Bob',
    last_name: 'Jones',
    city: 'Paris',
    country_code: 'FR',
    email: 'bob@example.com',
  },
  shipping: { first_name: 'Bob', last_name: 'Jones', city: 'Paris', country_code: 'FR' },
  payment: { payment_method: 'Credit Card', credit_card: { card_type: 'MasterCard' } },
  checkout: {},
  items: [{ merchant_item_id: 'TEA', quantity: 1 }],
};

const order = (document: OrderDocument, given: Partial<OrderRecord> = {}): OrderRecord => ({
  merchantId: 'DEMO',
  orderId: document.order_id!,
  document,
  createdAt: at('2026-01-15T15:00:00Z'),
  modifiedAt: at('2026-01-15T15:00:00Z'),
  paidAt: at('2026-01-15T15:00:10Z'),
  currency: 'USD',
  total: minor(1299),
  ...given,
});

before(async () => {
  await store(anAutoOrder({ autoOrderOid: 1 }), order(ann, { customerProfileOid: 77 }));
  await store(
    anAutoOrder({
      autoOrderOid: 2,
      status: 'canceled',
      enabled: false,
      items: [
        anItem({ originalItemId: 'TEA', nextShipmentAt: at('2026-02-10T15:00:00Z') }),
        anItem({ itemOid: 12, nextShipmentAt: at('2026-05-10T15:00:00Z') }),
      ],
    }),
    order(bob, { createdAt: at('2026-01-20T15:00:00Z') }),
  );
  await store(
    anAutoOrder({ autoOrderOid: 3, items: [anItem({ nextShipmentAt: undefined })] }),
    order({ ...ann, order_id: 'DEMO-0000000003' }),
  );
});

async function store(autoOrder: AutoOrder, original: OrderRecord) {
  await insertOrders(db, 'DEMO', [
    { ...original, autoOrderOid: autoOrder.autoOrderOid, rebillNumber: 0 },
  ]);
  const calculated = calculate(autoOrder, aCatalog(), someRules);
  await insertAutoOrders(db, 'DEMO', [
    { ...calculated, currency: 'USD', createdAt: original.createdAt },
  ]);
  await saveFacets(db, 'DEMO', [facetsOf(autoOrder.autoOrderOid, original)]);
}

async function find(
  filter: AutoOrderFilter,
  sort: readonly string[] = [],
  page = { limit: 10, offset: 0 },
) {
  const fields = sort.map((field) => ({
    field: field.replace('-', ''),
    descending: field.startsWith('-'),
  }));
  return findOids(db, 'DEMO', filter, fields, page);
}

const filters: readonly [what: string, filter: AutoOrderFilter, oids: number[]][] = [
  ['nothing: all in the order of their oids', {}, [1, 2, 3]],
  ['code in any case', { autoOrderCode: 'code000002' }, [2]],
  ['original order', { originalOrderId: 'demo-0000000003' }, [3]],
  ['billing first name', { firstName: 'ANN' }, [1, 3]],
  ['shipping first name', { firstName: 'bea' }, [1, 3]],
  ['last name on either address, each once', { lastName: 'jones' }, [1, 2, 3]],
  ['two address filters', { lastName: 'Jones', city: 'paris' }, [2]],
  ['company', { company: 'acme' }, [1, 3]],
  ['state', { state: 'ga' }, [1, 3]],
  ['postal code', { postalCode: '30096' }, [1, 3]],
  ['country of either address', { countryCode: 'de' }, [1, 3]],
  ['email at billing', { email: 'ann@example.COM' }, [1, 3]],
  ['day phone', { phone: '678-555-0101' }, [1, 3]],
  ['evening phone of shipping', { phone: '0421 7' }, [1, 3]],
  ['card type', { cardType: 'mastercard' }, [2]],
  ['customer profile', { customerProfileOid: 77 }, [1]],
  ['item of the original order', { itemId: 'mug' }, [1, 3]],
  ['original item, although it has two', { originalItemId: 'tea' }, [2]],
  ['next item, which a canceled one has not', { nextItemId: 'coffee' }, [1]],
  ['status', { status: 'Canceled' }, [2]],
  ['unknown status', { status: 'paused' }, []],
  [
    'original order date',
    {
      originalOrderFrom: at('2026-01-16T00:00:00Z'),
      originalOrderUntil: at('2026-01-20T15:00:00Z'),
    },
    [2],
  ],
  [
    'next shipment: the earliest item counts',
    { nextShipmentFrom: at('2026-02-10T15:00:00Z'), nextShipmentUntil: at('2026-03-01T00:00:00Z') },
    [2],
  ],
  ['changed since', { since: at('2026-01-16T00:00:00Z') }, [2]],
  [
    'all at once',
    {
      lastName: 'smith',
      email: 'ann@example.com',
      status: 'active',
      itemId: 'Mug',
      customerProfileOid: 77,
      nextItemId: 'coffee',
    },
    [1],
  ],
  ['parts of words match nothing', { lastName: 'smi' }, []],
];
for (const [what, filter, oids] of filters) {
  test(`filter: ${what}`, async () => {
    const { oids: found, resultSet } = await find(filter);
    assert.deepEqual(found, oids);
    assert.deepEqual([resultSet.more, resultSet.totalRecords], [false, oids.length]);
  });
}

test('another merchant finds nothing', async () => {
  assert.deepEqual((await findOids(db, 'OTHER', {}, [], { limit: 10, offset: 0 })).oids, []);
});

test('every sort field of the contract has a column', async () => {
  for (const field of sortings.auto_order)
    assert.equal((await find({}, [field])).oids.length, 3, field);
});

test('sorts go by several fields, up and down', async () => {
  assert.deepEqual((await find({}, ['next_shipment_dts'])).oids, [2, 1, 3]);
  assert.deepEqual((await find({}, ['-next_shipment_dts'])).oids, [3, 1, 2]);
  assert.deepEqual((await find({}, ['billing.last_name', '-creation_dts'])).oids, [2, 1, 3]);
  assert.deepEqual((await find({}, ['-billing.last_name', 'order_id'])).oids, [1, 3, 2]);
  assert.deepEqual((await find({ lastName: 'jones' }, ['-billing.email'])).oids, [2, 3, 1]);
});

test('pages follow one another without a gap', async () => {
  for (const filter of [{}, { lastName: 'jones' }]) {
    const first = await find(filter, [], { limit: 2, offset: 0 });
    assert.deepEqual(
      [first.oids, first.resultSet],
      [[1, 2], { count: 2, limit: 2, offset: 0, more: true, totalRecords: 3 }],
    );
    const second = await find(filter, [], { limit: 2, offset: 2 });
    assert.deepEqual(
      [second.oids, second.resultSet],
      [[3], { count: 1, limit: 2, offset: 2, more: false, totalRecords: 3 }],
    );
    const beyond = await find(filter, [], { limit: 2, offset: 5 });
    assert.deepEqual(
      [beyond.oids, beyond.resultSet],
      [[], { count: 0, limit: 2, offset: 5, more: false, totalRecords: 3 }],
    );
  }
});

test('a page of all auto orders equals the page of a filter that all of them match', async () => {
  const all: AutoOrderFilter = { since: at('2000-01-01T00:00:00Z') };
  for (const limit of [0, 1, 2, 3, 4]) {
    for (const offset of [0, 1, 2, 3, 4]) {
      const [page, same] = await Promise.all(
        [{}, all].map((filter) =>
          readAutoOrderPage(db, 'DEMO', zone, { filter, sort: [], page: { limit, offset } }, none),
        ),
      );
      assert.deepEqual(
        JSON.parse(page!.json).map((each: { auto_order_oid: number }) => each.auto_order_oid),
        [1, 2, 3].slice(offset, offset + limit),
      );
      assert.deepEqual(page, same, `${limit} from ${offset}`);
      assert.equal(page!.resultSet.totalRecords, 3);
    }
  }
});

/**
 * Reads the count, `more` and total of each page, which a filter that every auto order passes must
 * not change.
 */
async function totalsOfPages() {
  const found = [];
  for (const filter of [{}, { since: at('2000-01-01T00:00:00Z') }] as AutoOrderFilter[]) {
    for (const [limit, offset] of [
      [1, 0],
      [100, 9800],
      [100, 9900],
      [100, 9901],
      [100, 9950],
      [100, 10_000],
      [100, 10_001],
      [100, 12_000],
      [0, 0],
    ] as const) {
      const { resultSet } = await readAutoOrderPage(
        db,
        'MANY',
        zone,
        { filter, sort: [], page: { limit, offset } },
        none,
      );
      found.push([resultSet.count, resultSet.more, resultSet.totalRecords]);
    }
  }
  assert.deepEqual(found.slice(0, found.length / 2), found.slice(found.length / 2));
  return found.slice(0, found.length / 2);
}

test('totals are reported up to 10,000', async () => {
  await addMerchantRow(db, 'MANY');
  const insert = (from: number, to: number) =>
    db.run(
      `insert into auto_order (merchant_id, auto_order_oid, auto_order_code, original_order_id,
         status, enabled, currency, currency_exponent, signed_up_at, created_at, modified_at)
     select m.merchant_id, n, 'C' || n, 'O' || n, 'active', true, 'USD', 2,
         $1::timestamptz, $1::timestamptz, $1::timestamptz
       from merchant m cross join generate_series($2::int, $3::int) n
       where m.merchant_id = 'MANY'`,
      [at('2026-01-15T15:00:00Z'), from, to],
    );
  await insert(1, 10_000);
  assert.deepEqual(await totalsOfPages(), [
    [1, true, 10_000],
    [100, true, 10_000],
    [100, false, 10_000],
    [99, false, 10_000],
    [50, false, 10_000],
    [0, false, 10_000],
    [0, false, 10_000],
    [0, false, 10_000],
    [0, true, 10_000],
  ]);
  await insert(10_001, 10_001);
  const untold = undefined;
  assert.deepEqual(await totalsOfPages(), [
    [1, true, untold],
    [100, true, untold],
    [100, true, untold],
    [100, false, untold],
    [51, false, untold],
    [1, false, untold],
    [0, false, untold],
    [0, false, untold],
    [0, true, untold],
  ]);
});

test('an unexpanded auto order has its scalars, and no field without a value', async () => {
  const [text] = await readAutoOrderTexts(db, 'DEMO', zone, [1], none);
  assert.deepEqual(JSON.parse(text!.json), {
    auto_order_oid: 1,
    auto_order_code: 'CODE000001',
    merchant_id: 'DEMO',
    original_order_id: 'DEMO-0000000001',
    status: 'active',
    enabled: true,
    completed: false,
    cancel_upgrade: false,
    cancel_downgrade: false,
    credit_card_attempt: 0,
  });
});

test('expanded parts come in the shapes of the wire', async () => {
  await appendLogs(db, 'DEMO', at('2026-07-01T12:00:00Z'), [
    { autoOrderOid: 1, message: 'Created "here"' },
  ]);
  const expand = new Set([
    'items',
    'add_ons',
    'properties',
    'logs',
    'items.sample_schedule',
    'original_order',
    'original_order.billing',
    'original_order.auto_order',
    'rebill_orders',
  ]);
  const [text] = await readAutoOrderTexts(db, 'DEMO', zone, [1], expand);
  const autoOrder = JSON.parse(text!.json);
  assert.deepEqual(autoOrder.items, [
    {
      auto_order_item_oid: 11,
      original_item_id: 'COFFEE',
      original_quantity: 1,
      frequency: 'Monthly',
      next_shipment_dts: '2026-03-15T10:00:00-04:00',
      preshipment_notice_sent: false,
      life_time_value: 12.99,
      rebill_value: 0,
      number_of_rebills: 0,
      paused: false,
      options: [],
      next_item_id: 'COFFEE',
      calculated_next_shipment_dts: '2026-03-15T10:00:00-04:00',
      add_ons: [],
      properties: [],
    },
  ]);
  assert.deepEqual(autoOrder.logs, [
    { log_dts: '2026-07-01T08:00:00-04:00', log_message: 'Created "here"' },
  ]);
  assert.deepEqual(autoOrder.rebill_orders, []);
  assert.equal(autoOrder.original_order.billing.last_name, 'Smith');
  assert.equal(autoOrder.original_order.shipping, undefined);
  assert.equal(autoOrder.original_order.auto_order.items[0].original_item_id, 'COFFEE');
});
