// Tests the list of deliveries for screens: each filter against plain SQL, the pages against the
// whole list, and that each order uses its index.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { DeliverySearch } from '@perennial/contract/screens.ts';
import { testApp } from '../../../test/support/app.ts';
import { monthlyItem, monthlyOrder } from '../../../test/support/monthly.ts';
import { webhookWorld } from '../../../test/support/webhooks.ts';
import { ask } from '../../../test/support/workflow.ts';
import { bindings } from '../platform/storage/page.ts';
import { deliveryMatches, deliverySource, objectsNamed } from './deliveryMatches.ts';
import { listOrderOf, pageSql } from './keyset.ts';

const app = await testApp();
const { addWebhook } = await webhookWorld(app);
const tries = 3000;
let [busy, quiet] = [0, 0];
let orderId = '';

/**
 * Adds 100 tries. Two failed, and one of these will be tried again; every third has two kinds of
 * events. The first one is about an order.
 */
before(async () => {
  await ask(app, { operation: 'insertItem', body: monthlyItem('TEA', 10) });
  const { order } = await ask(app, {
    operation: 'insertOrder',
    body: monthlyOrder('TEA', { email: 'a@example.com' }),
  });
  orderId = order.order_id;
  [busy, quiet] = [
    (await addWebhook('http://127.0.0.1:1/busy')).webhook_oid,
    (await addWebhook('http://127.0.0.1:1/quiet')).webhook_oid,
  ];
  await app.db.run(
    `insert into webhook_log (merchant_id, webhook_oid, delivery_id, attempt, delivered_at, uri,
       stamps, event_ids, event_names, objects, request_headers, response_headers, response,
       status_code, success, duration_ms, queue_delay_ms, stamp)
     select m.merchant_id, case when n % 50 = 7 then $2::int else $1 end,
       ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 1,
       timestamptz '2026-01-01Z' + n / 2 * interval '1 minute', 'http://127.0.0.1:1/', '{}', '{}',
       case when n % 3 = 0 then '{item_create,item_update}'::text[] else '{item_create}' end,
       array[case when n = 1 then 'order ' || $4
         when n % 400 = 0 then 'order TEST-' || lpad(n::text, 10, '0')
         else 'item ' || n % 40 end, 'auto order ' || n], '[]', '[]', '',
       case when n % 50 = 9 then 500 else 200 end, n % 50 <> 9, 5, 0, $5::xid8
     from merchant m cross join generate_series(1, $3::int) as n where m.merchant_id = 'TEST'`,
    [busy, quiet, tries, orderId, '1'],
  );
  await app.db.run(
    `insert into webhook_delivery (merchant_id, delivery_id, webhook_oid, stamps, event_ids,
       objects, attempts, next_at, created_at)
     select merchant_id, delivery_id, webhook_oid, '{}', '{}', '{}', 1, '2026-03-01', '2026-01-01'
     from webhook_log where merchant_id = 'TEST' and not success
       and objects[2] = any (array(select 'auto order ' || n
         from generate_series(9, $1::int, 100) as n))`,
    [tries],
  );
  await app.db.run('analyze webhook_log, webhook_delivery');
});

const find = (body: DeliverySearch, query: Record<string, string | number> = {}) =>
  ask(app, { operation: 'searchDeliveries', body, query });

/** Returns the state that a row shows, in one word. */
const stateOf = (row: { success: boolean; next_try_dts?: string }): string => {
  if (row.success) return 'delivered';
  return row.next_try_dts === undefined ? 'failed' : 'waiting';
};

const filters: readonly [what: string, body: () => DeliverySearch, where: string][] = [
  ['nothing', () => ({}), 'true'],
  ['a webhook', () => ({ webhook_oid: quiet }), "uri like 'http%' and webhook_oid = $1"],
  ['delivered', () => ({ states: ['delivered'] }), 'success'],
  ['failures', () => ({ states: ['failed', 'waiting'] }), 'not success'],
  ['an event', () => ({ event_names: ['item_update'] }), "'item_update' = any(event_names)"],
  ['an object', () => ({ text: ' AUTO order 12' }), "objects[2] = 'auto order 12'"],
  ['an id alone', () => ({ text: '2999' }), "objects[2] = 'auto order 2999'"],
  ['an id that several types have', () => ({ text: '12' }), "objects && '{item 12,auto order 12}'"],
  [
    'an order id in lower case',
    () => ({ text: 'test-0000000400' }),
    "objects[1] = 'order TEST-0000000400'",
  ],
  ['the beginning of an id', () => ({ text: 'test-00000' }), "objects[1] like 'order%'"],
  ['the beginning of an object', () => ({ text: 'order TEST-0' }), "objects[1] like 'order%'"],
  [
    'days, to the end of the last second',
    () => ({
      delivery_dts_begin: '2026-01-01T10:00:00Z',
      delivery_dts_end: '2026-01-01T10:59:59Z',
    }),
    "delivered_at >= '2026-01-01T10:00Z' and delivered_at < '2026-01-01T11:00Z'",
  ],
  ['nothing that is there', () => ({ text: 'nobody' }), 'false'],
];
for (const [what, body, where] of filters)
  test(`lists deliveries by ${what}`, async () => {
    const [row] = await app.db.rows<{ count: number }>(
      `select count(*)::int as count from webhook_log where merchant_id = 'TEST'
         and ($1::int is not null) and (${where})`,
      [quiet],
    );
    const { total, deliveries } = await find(body(), { _limit: 200 });
    assert.equal(total, row?.count);
    assert.equal(total === 0, where === 'false');
    assert.equal(deliveries.length, Math.min(200, total ?? 0));
  });

test('a row is found by the state that it shows, and by no other', async () => {
  for (const state of ['delivered', 'failed', 'waiting'] as const) {
    const { deliveries, total } = await find({ states: [state] }, { _limit: 200 });
    assert.ok((total ?? 0) > 0, state);
    assert.deepEqual([...new Set(deliveries.map(stateOf))], [state]);
  }
});

for (const sort of ['', 'delivery_dts', '-delivery_dts'])
  test(`pages sorted by "${sort}" are the whole list, each try once`, async () => {
    const seen: { request_id: string; delivery_dts: string }[] = [];
    let after: string | undefined;
    do {
      const query = { _limit: 7, _sort: sort, ...(after && { _after: after }) };
      const page = await find({ states: ['failed', 'waiting'] }, query);
      assert.equal(page.total, tries / 50);
      seen.push(...page.deliveries);
      after = page.next_cursor;
    } while (after);
    assert.equal(new Set(seen.map((row) => row.request_id)).size, tries / 50);
    const times = seen.map((row) => row.delivery_dts);
    const sorted = times.toSorted();
    assert.deepEqual(times, sort === 'delivery_dts' ? sorted : sorted.toReversed());
  });

test('the list begins at a day, and its total stays that of the whole', async () => {
  const query = { _sort: 'delivery_dts', _from: '2026-01-01T10:00:00Z', _limit: 1 };
  const { deliveries, total } = await find({}, query);
  assert.equal(new Date(deliveries[0].delivery_dts).toISOString(), '2026-01-01T10:00:00.000Z');
  assert.equal(total, tries);
});

test('an event that does not exist is refused', async () => {
  const body = { event_names: ['item_creat'] };
  const { status } = await app.request({ operation: 'searchDeliveries', body });
  assert.equal(status, 400);
});

for (const [what, body, index] of [
  ['all', () => ({}), 'webhook_log_time'],
  ['one webhook', () => ({ webhook_oid: quiet }), 'webhook_log_webhook_time'],
  ['those that failed', () => ({ states: ['failed'] }), 'webhook_log_failed'],
] as const)
  test(`a page of ${what} is read from an index in its order`, async () => {
    const { values, bind } = bindings('TEST');
    const order = listOrderOf(deliverySource, [{ field: 'delivery_dts', descending: true }]);
    const matches = deliveryMatches(body(), { at: [undefined, undefined] }, bind);
    const after = { value: '2026-01-01T20:00:00Z', key: '1500' };
    const text = pageSql(deliverySource, matches, { order, after, limit: 20 }, bind);
    const lines = await app.db.rows<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
    // On Citus the index of a shard has its number.
    assert.match(plan, new RegExp(`Backward using ${index}(_\\d+)? `));
    assert.doesNotMatch(plan, /Seq Scan on webhook_log/);
  });

test('a page of tries about an object is read from the index of objects', async () => {
  const { values, bind } = bindings('TEST');
  const order = listOrderOf(deliverySource, [{ field: 'delivery_dts', descending: true }]);
  const facts = { at: [undefined, undefined], objects: objectsNamed('auto order 12') } as const;
  const matches = deliveryMatches({}, facts, bind);
  const text = pageSql(deliverySource, matches, { order, after: undefined, limit: 20 }, bind);
  const lines = await app.db.rows<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
  assert.match(lines.map((line) => line['QUERY PLAN']).join('\n'), /webhook_log_objects/);
});

test('the tries about an order are found behind any number of later ones', async () => {
  const params = { order_id: orderId };
  const { deliveries } = await ask(app, { operation: 'getOrderDeliveries', params });
  assert.equal(deliveries.length, 1);
  for (const id of [orderId, orderId.toLowerCase()]) {
    const query = { orderId: id };
    const log = await ask(app, {
      operation: 'getWebhookLogSummaries',
      params: { webhookOid: busy },
      query,
    });
    assert.equal(log.webhook_log_summaries.length, 1, id);
  }
});
