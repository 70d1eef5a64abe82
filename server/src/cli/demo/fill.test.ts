import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { testApp } from '../../../../test/support/app.ts';
import { testDatabase } from '../../../../test/support/database.ts';
import { rebillMerchant, rebillsOn } from '../../../../test/support/rebills.ts';
import { auditMerchant } from '../../books/auditOperations.ts';
import { itemFault } from '../../items/validation.ts';
import { findCardNumber } from '../../kernel/cardNumbers.ts';
import type { Database } from '../../platform/storage/database.ts';
import { catalogue } from './catalogue.ts';
import { fillMerchant } from './fill.ts';

const now = Temporal.Instant.from('2026-07-15T16:00:00Z');
const size = { merchant: rebillMerchant, now, seed: '1', autoOrders: 120, daysMax: 1095 };

async function assertConsistent(db: Database): Promise<void> {
  const { differenceCount, differences } = await auditMerchant(db, rebillMerchant);
  assert.equal(differenceCount, 0, JSON.stringify(differences.slice(0, 5), undefined, 1));
}

test('demo data is one story, also after a year is played', async () => {
  const rebills = await rebillsOn(await testDatabase());
  const { db } = rebills;
  const filled = await fillMerchant(db, size);
  assert.equal(filled.autoOrders, 120);
  assert.deepEqual(
    await db.rows('select 1 from auto_order where merchant_id = $1 and due_at <= $2', [
      'DEMO',
      now,
    ]),
    [],
    'all that was due has happened',
  );
  await assertConsistent(db);
  const counts = await rebills.play('2027-07-15T12:00:00-04:00');
  assert.deepEqual(
    await db.rows(
      `select auto_order_oid, failure_reason from auto_order
        where merchant_id = $1 and failure_reason like 'Cannot rebill%'`,
      ['DEMO'],
    ),
    [],
  );
  await assertConsistent(db);
  console.log(
    `  ${filled.orders} orders of demo data, ${JSON.stringify(counts)} in the year after`,
  );
});

const varietyQuery = `
    select count(*) filter (where status = 'active') as active,
      count(*) filter (where status = 'canceled') as canceled,
      count(*) filter (where status = 'disabled' and not completed
        and failure_reason is not null) as "disabled by declines",
      count(*) filter (where status = 'disabled' and not completed
        and failure_reason is null) as "disabled by staff",
      count(*) filter (where completed) as completed,
      count(*) filter (where status = 'merged') as merged,
      count(*) filter (where next_attempt_at is not null) as retrying,
      count(*) filter (where cancel_after_next_x_orders is not null
        and status = 'active') as ending,
      count(*) filter (where rebill_count > 20) as old,
      (select count(*) from rebill r where r.merchant_id = $1 and r.state = 'paid'
        and r.declines <> '[]') as "paid after declines",
      (select count(distinct auto_order_oid) from auto_order_item i where i.merchant_id = $1
        and paused) as paused,
      (select count(*) from auto_order_item i where i.merchant_id = $1 and frequency is null
        and next_shipment_at is not null) as stepped,
      (select count(*) from auto_order_item i where i.merchant_id = $1
        and original_item_id = 'PDF') as "with PDF",
      (select count(*) from orders o where o.merchant_id = $1 and o.rebill_number = 0
        and o.coupons::text like '%COFFEECLUB%') as "with a coupon",
      (select count(*) from orders o where o.merchant_id = $1 and o.rebill_number > 0
        and (o.summary#>>'{subtotal_discount,value}')::float > 0) as "rebills with a coupon",
      (select count(*) from orders o where o.merchant_id = $1
        and (o.summary#>>'{shipping_handling_total_discount,value}')::float > 0) as "shipped free",
      (select count(*) from orders o where o.merchant_id = $1 and o.auto_order_oid is null
        and o.created_at > $2::timestamptz - interval '60 days') as "young orders without",
      (select count(distinct card_type) from auto_order_search s
        where s.merchant_id = $1) as "card types",
      (select count(distinct billing_country_code) from auto_order_search s
        where s.merchant_id = $1) as countries,
      (select count(distinct billing_company) from auto_order_search s
        where s.merchant_id = $1) as companies,
      (select count(*) from (select billing_email from auto_order_search s where s.merchant_id = $1
        group by 1 having count(*) > 1) as several) as "emails with several"
    from auto_order where merchant_id = $1`;

/** The least number of each kind of record in the demo's data. */
const leasts: Readonly<Record<string, number>> = {
  active: 350,
  canceled: 25,
  'disabled by declines': 5,
  'disabled by staff': 2,
  completed: 5,
  merged: 2,
  retrying: 2,
  ending: 1,
  old: 25,
  'paid after declines': 15,
  paused: 10,
  stepped: 100,
  'with PDF': 5,
  'with a coupon': 10,
  'rebills with a coupon': 50,
  'shipped free': 5,
  'young orders without': 5,
  'card types': 4,
  countries: 5,
  companies: 20,
  'emails with several': 50,
};

test('half as much demo data as a first start makes has something of everything', async () => {
  const db = await testDatabase();
  await rebillsOn(db);
  await fillMerchant(db, { ...size, autoOrders: 600 });
  await assertConsistent(db);
  const found = await db.row<Record<string, number>>(varietyQuery, ['DEMO', now]);
  for (const [what, least] of Object.entries(leasts))
    assert.ok(found![what]! >= least, `${what}: ${found![what]}, expected at least ${least}`);
});

test('the same seed makes the same data, another one other data', async () => {
  const snapshots = [];
  for (const seed of ['1', '1', '2']) {
    const db = await testDatabase();
    await rebillsOn(db);
    await fillMerchant(db, { ...size, seed, autoOrders: 30 });
    const tables = [
      'orders',
      'auto_order',
      'auto_order_item',
      'auto_order_search',
      'customer',
      'rebill',
      'item',
    ];
    snapshots.push(
      await Promise.all(
        tables.map((table) =>
          db.row(
            `select md5(string_agg(t::text, '|' order by t::text)) as sum from ${table} t
              where merchant_id = 'DEMO'`,
          ),
        ),
      ),
    );
  }
  assert.deepEqual(snapshots[0], snapshots[1]);
  assert.notDeepEqual(snapshots[0], snapshots[2]);
});

test('more can be added to what is there', async () => {
  const db = await testDatabase();
  await rebillsOn(db);
  await fillMerchant(db, { ...size, autoOrders: 30 });
  await fillMerchant(db, { ...size, autoOrders: 30 });
  assert.equal(
    (
      await db.row<{ count: number }>(
        `select count(*) as count from auto_order where merchant_id = 'DEMO'`,
      )
    )?.count,
    60,
  );
  await assertConsistent(db);
});

test('demo data fits the contract and contains no card number', async () => {
  const app = await testApp();
  await app.addMerchant('DEMO', { clock: { kind: 'standing', at: now } });
  const key = await app.addKey('DEMO');
  await fillMerchant(app.db, { ...size, autoOrders: 100 });
  const expand =
    'items,items.future_schedules,items.simple_schedule,add_ons,properties,logs,' +
    'original_order.billing,original_order.payment,rebill_orders.item,rebill_orders.summary';
  const autoOrders = await app.request({
    operation: 'getAutoOrders',
    key,
    query: { _limit: 100, _expand: expand },
  });
  assert.equal(autoOrders.status, 200);
  assert.equal(autoOrders.body.auto_orders.length, 100);
  const others = [
    await app.request({
      operation: 'getItems',
      key,
      query: { _limit: 100, _expand: 'auto_order,pricing' },
    }),
    await app.request({
      operation: 'getCustomers',
      key,
      query: { _limit: 50, _expand: 'billing,shipping,cards,cc_emails' },
    }),
    await app.request({
      operation: 'getOrders',
      key,
      query: {
        _limit: 50,
        _expand: 'item,billing,shipping,payment,summary,taxes,auto_order,customer_profile',
      },
    }),
  ];
  for (const answer of others) assert.equal(answer.status, 200, answer.text.slice(0, 300));
  for (const answer of [autoOrders, ...others])
    assert.equal(findCardNumber(answer.body), undefined);
});

test('the demo catalogue holds items that could be inserted through the API', () => {
  for (const item of catalogue(rebillMerchant, now, () => 1))
    assert.equal(itemFault(item, 'USD'), undefined, item.merchant_item_id);
});
