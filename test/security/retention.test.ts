// Tests that data older than a merchant's periods is removed in batches: events, the log of
// deliveries, mails with their files, and the people of finished orders. Data that is still needed
// stays.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { folderTransport } from '../../server/src/platform/mail/folder.ts';
import { testApp } from '../support/app.ts';
import { asker } from '../support/erasedPerson.ts';

const folder = await mkdtemp(join(tmpdir(), 'perennial-retention-'));
after(() => rm(folder, { recursive: true }));
const app = await testApp({ mail: folderTransport(folder) });
const ask = asker(app);
const address = { first_name: 'Ann', last_name: 'Lee', address1: '1 Elm Street', city: 'Rome' };

/** Places an order on the clock's day, once or as a monthly one, and returns its id. */
async function order(email: string, more: object = {}): Promise<string> {
  const { order: placed } = await ask({
    operation: 'insertOrder',
    body: {
      billing: { ...address, state_region: 'NY', postal_code: '12207', country_code: 'US', email },
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_visa_4929',
          card_type: 'VISA',
          card_expiration_month: 12,
          card_expiration_year: 2034,
        },
      },
      items: [{ merchant_item_id: 'COFFEE', quantity: 1, ...more }],
    },
  });
  return placed.order_id;
}

const complete = (order_id: string) => moveTo(order_id, 'Completed Order');
const moveTo = (order_id: string, current_stage: 'Completed Order' | 'Shipping Department') =>
  ask({ operation: 'updateOrder', params: { order_id }, body: { current_stage } });

const emailsOf = async (orderIds: readonly string[]) => {
  const rows = await app.db.rows<{ email: string | null }>(
    `select billing->>'email' as email from orders
     where merchant_id = 'TEST' and order_id = any($1::text[]) order by order_id`,
    [orderIds],
  );
  return rows.map(({ email }) => email);
};

const monthly = { auto_order_schedule: 'Monthly' };
await ask({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'COFFEE',
    pricing: { cost: 12.99 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});
await app.setClock('2026-01-15T17:00:00Z');
const finished = await order('finished@example.com');
const unshipped = await order('unshipped@example.com');
const disputed = await order('disputed@example.com');
const unreadable = await order('unreadable@example.com');
const active = await order('active@example.com', monthly);
const canceled = await order('canceled@example.com', monthly);
await app.work();
for (const id of [finished, disputed, unreadable, active, canceled]) await complete(id);
await moveTo(unshipped, 'Shipping Department');
await ask({ operation: 'insertChargeback', body: { order_id: disputed, status: 'open' } });
const { auto_order: ended } = await ask({
  operation: 'getAutoOrderByReferenceOrderId',
  params: { reference_order_id: canceled },
});
await ask({
  operation: 'updateAutoOrder',
  params: { auto_order_oid: ended.auto_order_oid },
  body: { enabled: false },
});
await app.db.run(
  `insert into webhook_event (merchant_id, stamp, event_id, expansion, webhook_oids, name, object,
     payload)
   values ('TEST', '1', 1, '', '{1}', 'order_create', $1, 'not JSON')`,
  [`order ${unreadable}`],
);
await app.work();
await app.setClock('2026-10-15T17:00:00Z');
const recent = await order('recent@example.com');
await complete(recent);
await app.work('notices');
const all = [finished, unshipped, disputed, unreadable, active, canceled, recent];
const files = async () =>
  (await readdir(folder, { recursive: true })).filter((n) => n.endsWith('.eml'));

const bounds: [retention: Record<string, number>, status: number, fault?: RegExp][] = [
  [{ event_days: 7, delivery_log_days: 1, mail_days: 30, order_days: 180 }, 200],
  [{ event_days: 365, delivery_log_days: 365, mail_days: 3650, order_days: 3650 }, 200],
  [{ event_days: 6 }, 400, /retention.event_days is not a number of days from 7 to 365.*30 days/],
  [{ delivery_log_days: 0 }, 400, /from 1 to 365/],
  [{ mail_days: 29 }, 400, /retention.mail_days is not a number of days from 30 to 3650.*no end/],
  [{ order_days: 179 }, 400, /from 180 to 3650/],
  [{ order_days: 3651 }, 400, /from 180 to 3650/],
  [{}, 200],
];
test('periods have bounds, and an empty section means the default periods', async () => {
  for (const [retention, status, fault] of bounds) {
    const answer = await app.request({
      operation: 'updateMerchantSettings',
      body: { retention },
    });
    assert.equal(answer.status, status, JSON.stringify(retention));
    if (fault) assert.match(answer.text, fault);
    const preview = await app.request({ operation: 'previewRetention', body: retention });
    assert.equal(preview.status, status, JSON.stringify(retention));
  }
});

test('the preview counts what would be removed, and removes nothing', async () => {
  const { preview } = await ask({
    operation: 'previewRetention',
    body: { order_days: 200, mail_days: 200 },
  });
  assert.equal(preview.order_days.count, 4);
  assert.equal(preview.order_days.days, 200);
  assert.ok(preview.mail_days.count > 0);
  const { preview: present } = await ask({ operation: 'previewRetention', body: {} });
  assert.equal(present.order_days.count, 0);
  assert.equal(present.event_days.days, 30);
  assert.ok((await emailsOf(all)).every((email) => email !== null));
});

test('people of finished orders are removed; unshipped, disputed, active and recent orders keep theirs', async () => {
  const sums = () =>
    app.db.rows(`select order_id, total_minor, summary::text from orders where merchant_id = 'TEST'
       order by order_id`);
  const before = await sums();
  const filesBefore = await files();
  await app.db.run(
    `update notice set next_try_at = statement_timestamp() + interval '1 hour'
     where merchant_id = 'TEST' and email = 'active@example.com'`,
  );
  await ask({
    operation: 'updateMerchantSettings',
    body: { retention: { order_days: 200, mail_days: 200 } },
  });
  // This is another process: the first one searched for old records less than an hour ago and
  // waits.
  const later = await testApp({ db: app.db, mail: folderTransport(folder) });
  await later.work('retention');
  await later.work('mail removal');
  assert.deepEqual(await emailsOf(all), [
    null,
    'unshipped@example.com',
    'disputed@example.com',
    // The deliveries of this record cannot be read. The error is logged, and the other records are
    // processed.
    'unreadable@example.com',
    'active@example.com',
    null,
    'recent@example.com',
  ]);
  assert.deepEqual(await sums(), before);
  assert.deepEqual((await ask({ operation: 'getAudit' })).differences, []);
  const { entries } = await ask({ operation: 'getAuditLog', query: { act: 'eraseOldOrders' } });
  assert.deepEqual(
    entries.map(({ object_id }) => object_id),
    [String(ended.auto_order_oid), finished],
  );
  const left = await app.db.rows<{ email: string }>(
    `select distinct email from notice where merchant_id = 'TEST' order by 1`,
  );
  // The order that waits to be sent and the recent ones keep their people.
  assert.deepEqual(
    left.map(({ email }) => email),
    ['active@example.com', 'recent@example.com'],
  );
  assert.ok((await files()).length < filesBefore.length);
});

test('an erased order is not erased again', async () => {
  const { preview } = await ask({ operation: 'previewRetention', body: {} });
  // The disputed and the unreadable record are old, and both are tried again.
  assert.equal(preview.order_days.count, 2);
});

test('events and the log of deliveries are removed by their periods; each object keeps its last event', async () => {
  await app.db.run(
    `update event set recorded_at = shifted(recorded_at, -864e6) where merchant_id = 'TEST'`,
  );
  for (const days of [1, 4])
    await app.db.run(
      `insert into webhook_log (merchant_id, webhook_oid, delivery_id, attempt, delivered_at, uri,
         stamps, event_ids, event_names, objects, request_headers, response_headers, response,
         success, duration_ms, queue_delay_ms)
       values ('TEST', 1, '00000000-0000-0000-0000-000000000000', 1,
         statement_timestamp() - make_interval(days => $1), '', '{}', '{}', '{}', '{}', '[]', '[]',
         '', true, 1, 1)`,
      [days],
    );
  await ask({
    operation: 'updateMerchantSettings',
    body: { retention: { event_days: 7, delivery_log_days: 3 } },
  });
  const { preview } = await ask({ operation: 'previewRetention', body: {} });
  const count = async (table: string) =>
    (await app.db.row<{ n: number }>(
      `select count(*) as n from ${table} where merchant_id = 'TEST'`,
    ))!.n;
  const [events, log] = [await count('event'), await count('webhook_log')];
  const later = await testApp({ db: app.db });
  await later.work('event retention');
  assert.ok(preview.event_days.count > 0);
  assert.equal(await count('event'), events - preview.event_days.count);
  assert.deepEqual([log, preview.delivery_log_days.count, await count('webhook_log')], [2, 1, 1]);
  const { objects, last } = (await app.db.row<{ objects: number; last: number }>(
    `select count(distinct (object_type, object_id)) as objects, count(*) as last from event
     where merchant_id = 'TEST'`,
  ))!;
  assert.equal(objects, last);
});
