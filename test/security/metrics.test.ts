// Tests the metrics that alert an operator. The rules and the dashboard of deploy/ use no others.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import type { Logger } from 'pino';
import { healthOf } from '../../server/src/app/health.ts';
import { openPool } from '../../server/src/platform/storage/database.ts';
import { testApp } from '../support/app.ts';
import { movedClock } from '../support/movedClock.ts';
import { subscribe } from '../support/webhooks.ts';

const clock = movedClock();
const app = await testApp({ clock });

/** Returns the figures that `/metrics` shows after the next measurement. */
async function figures(): Promise<Map<string, number>> {
  clock.move(20_000);
  // The first reader of outdated figures causes the measurement; a later one gets the result.
  for (let tries = 0; tries < 200; tries++) {
    const found = parsed(await scrape());
    if (found.get('perennial_figures_age_seconds') === 0) return found;
    // A scrape alone gives this process no turn to read PostgreSQL's responses.
    await app.db.row('select 1');
  }
  return assert.fail('the figures were not measured');
}

const scrape = async () => (await app.app.http.inject({ url: '/metrics' })).body;

const parsed = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line.startsWith('perennial_'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );

async function expectFigures(expected: Readonly<Record<string, number>>): Promise<void> {
  const found = await figures();
  for (const [name, value] of Object.entries(expected))
    assert.equal(found.get(`perennial_${name}`) ?? 0, value, name);
}

async function order(token: string): Promise<void> {
  const { status, text } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { first_name: 'Ann', last_name: 'Smith', email: 'ann@example.com' },
      items: [{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_type: 'VISA',
          card_number_token: token,
          card_number: 'XXXXXXXXXXXX1111',
          card_expiration_month: 5,
          card_expiration_year: 2030,
        },
      },
    },
  });
  assert.equal(status, 200, text);
}

test('two months of a shop, as its figures show them', async () => {
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'TEA',
      description: 'Tea',
      pricing: { cost: 10 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
  await order('tok_1');
  await app.work();
  await expectFigures({ overdue_auto_orders: 0, overdue_seconds: 0, open_charges: 0 });

  // It is 15 February, an hour after the auto order fell due.
  await app.setClock('2026-02-15T18:00:00Z');
  await expectFigures({
    overdue_auto_orders: 1,
    overdue_seconds: 3600,
    'merchant_figure{merchant="TEST",figure="overdue_seconds"}': 3600,
  });
  await app.work();
  await expectFigures({
    overdue_auto_orders: 0,
    overdue_seconds: 0,
    declined_rebills: 0,
    'gateway_seconds_count{kind="simulator",call="charge",answer="approved"}': 2,
  });

  // On 15 March the card is declined. A day later the decline is no longer counted.
  await app.db.run("update orders set card_token = 'tok_decline' where merchant_id = 'TEST'");
  await app.setClock('2026-03-15T18:00:00Z');
  await app.work();
  await expectFigures({
    declined_rebills: 1,
    'gateway_seconds_count{kind="simulator",call="charge",answer="declined"}': 1,
  });
  await app.setClock('2026-03-16T19:00:00Z');
  await expectFigures({ declined_rebills: 0 });
});

test('what is parked, unknown, disabled or waiting is counted, and named by merchant', async () => {
  const { auto_order_oid: oid } = (await app.db.row<{ auto_order_oid: number }>(
    "select auto_order_oid from auto_order where merchant_id = 'TEST'",
  ))!;
  await app.db.run(
    `update auto_order set failure_reason = 'Cannot rebill: for a test'
     where merchant_id = 'TEST' and auto_order_oid = $1`,
    [oid],
  );
  await app.db.run(
    `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at, order_id,
       amount_minor, currency, route, planned, lease_until, checks)
     values ('TEST', $1, 99, 'unknown', 1, '2026-03-16T18:00:00Z', 'TEST-0000009999', 1299, 'USD',
       '{sim}', '{}', '2026-03-16T20:00:00Z', 3)`,
    [oid],
  );
  await app.request({
    operation: 'insertWebhook',
    body: {
      webhook_url: 'https://shop.example/hook',
      event_categories: subscribe('item_create'),
    },
  });
  await app.db.run("update webhook set disabled = true where merchant_id = 'TEST'");
  await app.db.run(
    `update notice set next_try_at = now() - interval '1 hour', attempts = 2
     where merchant_id = 'TEST'
       and notice_id = (select min(notice_id) from notice where merchant_id = 'TEST')`,
  );
  await app.db.run(
    `insert into webhook_delivery (merchant_id, delivery_id, webhook_oid, stamps, event_ids, objects,
       next_at, created_at)
     values ('TEST', gen_random_uuid(), 1, '{1,1}', '{1,2}', '{a,b}', now(),
       now() - interval '2 hours')`,
  );
  await expectFigures({
    parked_auto_orders: 1,
    unknown_charges: 1,
    unknown_charge_seconds: 3600,
    open_charges: 1,
    webhooks_disabled: 1,
    webhook_events_waiting: 2,
    mails_waiting: 1,
    mails_failing: 1,
    'merchant_figure{merchant="TEST",figure="parked_auto_orders"}': 1,
    'merchant_figure{merchant="TEST",figure="webhooks_disabled"}': 1,
  });
  const found = await figures();
  for (const [name, least] of [
    ['mail_waiting_seconds', 3600],
    ['webhook_waiting_seconds', 7200],
  ] as const) {
    const seconds = found.get(`perennial_${name}`)!;
    assert.ok(seconds >= least && seconds < least + 600, `${name} is ${seconds}`);
  }
});

test('readers that come again within 15 seconds cost the database nothing', async () => {
  await figures();
  const marked = "update auto_order set failure_reason = null where merchant_id = 'TEST'";
  assert.ok((await app.db.run(marked)) > 0);
  clock.move(14_000);
  for (let i = 0; i < 20; i++) {
    assert.equal(parsed(await scrape()).get('perennial_parked_auto_orders'), 1);
    await app.db.row('select 1');
  }
  await expectFigures({ parked_auto_orders: 0 });
});

const read = (file: string) =>
  readFileSync(new URL(`../../deploy/${file}`, import.meta.url), 'utf8');

test('the alerts and the dashboard name metrics and labels that are exported', async () => {
  const text = await scrape();
  const exported = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!));
  for (const file of ['alerts.yml', 'dashboard.json']) {
    const named = [...read(file).matchAll(/\bperennial_\w+/g)].map(([name]) => name);
    assert.ok(named.length > 10, file);
    for (const name of named) {
      const base = name.replace(/_(count|bucket|sum)$/, '');
      assert.ok(exported.has(name) || exported.has(base), `${file}: ${name} is not exported`);
    }
  }
  const labels = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label!));
  for (const [, label] of read('alerts.yml').matchAll(/[{ ](\w+)(?:=~|!=|=)"/g))
    assert.ok(labels.has(label!) || label === 'job', `alerts.yml: no metric has a label ${label}`);
  const elsewhere = /_(batch_seconds|age_seconds|charge_seconds)$/;
  for (const name of exported)
    if (name.startsWith('perennial_') && !elsewhere.test(name))
      assert.ok(read('dashboard.json').includes(name), `the dashboard lacks ${name}`);
});

test('each alert says how bad it is, what is wrong and what to do first', () => {
  const alerts = read('alerts.yml').split('- alert: ').slice(1);
  assert.ok(alerts.length >= 12);
  for (const alert of alerts) {
    const name = alert.split('\n', 1)[0]!;
    for (const part of [/severity: (page|ticket)\b/, /summary: \S/, /action: \S/, /expr: \S/])
      assert.match(alert, part, name);
  }
});

test('a PostgreSQL that accepts connections and stays silent: the metrics come, and their age grows', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const connection = { host: '127.0.0.1', port, user: 'none', database: 'none' };
  const db = openPool({ connection, maxConnections: 1, prepareStatements: false });
  t.after(() => silent.close());
  const errors: unknown[] = [];
  const log = { error: (fault: unknown) => errors.push(fault) } as unknown as Logger;
  const waiting = movedClock();
  const read = healthOf(db, waiting, log);
  waiting.move(7_000);
  const { totals, ageSeconds } = await read();
  assert.deepEqual([totals.size, ageSeconds, errors], [0, 7, []]);
});
