// Tests the timeline of an auto order: who changed what, each attempt, mails, tasks, stops, merges
// and deliveries, in order and by cursor.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TimelineEntry } from '@perennial/contract/timeline.ts';
import { Temporal } from 'temporal-polyfill';
import { minor } from '../../server/src/kernel/money.ts';
import { insertPastRebills } from '../../server/src/rebill/importStore.ts';
import { allPermissions, testApp } from '../support/app.ts';
import { type Subscriber, story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 12.99 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] },
};
const monthly = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }];

const entriesOf = async (ann: Subscriber, query = {}): Promise<TimelineEntry[]> =>
  (await ann.ask({ operation: 'getAutoOrderTimeline', query })).entries;

story(
  'a decline, a new card, a pause and a cancelation',
  { on: '2026-01-15T10:00', settings: { dunning: { retry_days: [3] } } },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.ask({
      operation: 'updateAutoOrderPayment',
      body: {
        card_number_token: 'tok_decline_1x-timeline',
        card_expiration_month: 12,
        card_expiration_year: 2040,
      },
    });
    await shop.until('2026-02-20T00:00');
    await ann.ask({ operation: 'pauseAutoOrder' });
    await ann.update({ enabled: false, cancel_reason: 'Enough' });
    const entries = await entriesOf(ann);
    assert.deepEqual(
      entries
        .filter(({ kind }) => kind !== 'mail' && kind !== 'task')
        .map(({ at_dts, kind }) => `${at_dts?.slice(0, 16)} ${kind}`),
      [
        '2026-02-20T00:00 stop',
        '2026-02-20T00:00 change',
        '2026-02-18T10:00 rebill',
        '2026-02-15T10:00 attempt',
        '2026-01-15T10:00 change',
      ],
    );
    const find = (kind: string) => entries.find((entry) => entry.kind === kind)!;
    const paused = entries.filter(({ kind }) => kind === 'change')[0]!;
    assert.deepEqual(
      paused.changes?.find(({ field }) => field === 'items[COFFEE].paused'),
      { field: 'items[COFFEE].paused', before: 'false', after: 'true' },
    );
    assert.equal(paused.actor?.kind, 'key');
    assert.equal(paused.actor?.name, 'test key');
    assert.deepEqual(
      find('stop').changes?.find(({ field }) => field === 'status'),
      { field: 'status', before: 'active', after: 'canceled' },
    );
    const { attempt } = find('attempt');
    assert.equal(attempt?.state, 'declined');
    assert.equal(attempt?.number, 1);
    assert.equal(attempt?.amount, 12.99);
    assert.equal(attempt?.hard, false);
    assert.equal(attempt?.gateway, 'simulator');
    assert.equal(attempt?.next_dts?.slice(0, 16), '2026-02-18T10:00');
    const rebill = find('rebill');
    assert.equal(rebill.title, 'Rebill 1 paid: 12.99 USD');
    assert.equal(rebill.attempt?.number, 2);
    assert.ok(rebill.attempt?.reference);
    const [order] = await ann.bills();
    assert.equal(rebill.order_id, order?.order_id);
    assert.deepEqual(await entriesOf(ann, { kinds: 'rebill, attempt' }), [rebill, find('attempt')]);
  },
);

story(
  'why a rebill cost what it cost',
  {
    on: '2026-01-15T10:00',
    settings: {
      dunning: { retry_days: [3], retry_coupon_codes: ['TEN'] },
      coupons: [{ code: 'TEN', percent: 10 }],
    },
  },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.updateItem({ arbitrary_percentage_discount: 50, arbitrary_quantity: 2 });
    const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 1 } });
    const previewed = rebills[0];
    await ann.ask({
      operation: 'updateAutoOrderPayment',
      body: {
        card_number_token: 'tok_decline_1x-explained',
        card_expiration_month: 12,
        card_expiration_year: 2040,
      },
    });
    await shop.until('2026-02-20T00:00');
    const [order] = await ann.bills('summary');
    const explain = async (order_id: string) =>
      (await ann.ask({ operation: 'explainOrder', params: { order_id } })).explanation;
    const why = await explain(order!.order_id!);
    assert.equal(why.plan, 'kept');
    const [line] = why.lines;
    assert.deepEqual(line.price_rules, previewed.lines[0].price_rules);
    assert.deepEqual(
      line.date_rules.map(({ rule, shipment_dts }: { rule: string; shipment_dts: string }) => [
        rule,
        shipment_dts.slice(0, 10),
      ]),
      [
        ['scheduled date', '2026-02-15'],
        ['next attempt', '2026-02-18'],
      ],
    );
    assert.equal(line.total_cost, previewed.subtotal);
    assert.equal(why.total, order!.summary!.total!.value);
    assert.deepEqual(
      why.attempts.map(({ number, state }: { number: number; state: string }) => [number, state]),
      [
        [1, 'declined'],
        [2, 'paid'],
      ],
    );
    assert.match(why.differences[1], /coupon TEN of a retry took 1.3 USD off/);
    const original = await explain((await ann.read()).original_order_id!);
    assert.equal(original.plan, 'not kept');
    assert.match(original.plan_note, /^An original order/);
    assert.equal(original.lines[0].merchant_item_id, 'COFFEE');
  },
);

story(
  'a merge shows on both sides, a new item by name',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    const second = await shop.order(monthly);
    await ann.ask({
      operation: 'consolidateAutoOrders',
      body: { source_auto_order_oids: [second.oid] },
    });
    const [target] = await entriesOf(ann, { kinds: 'merge' });
    assert.ok(target?.changes?.some(({ field, after }) => field && after === 'added'));
    const [source] = await entriesOf(second, { kinds: 'merge' });
    assert.match(source?.title ?? '', /^Merged into/);
  },
);

const app = await testApp();
const now = Temporal.Instant.from('2026-01-15T17:00:00Z');

/** Subscribes Ann, adds 500 rebills, and returns the auto order. */
async function liveLong(): Promise<number> {
  await app.request({ operation: 'insertItem', body: coffee });
  const { body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { first_name: 'Ann', email: 'ann@example.com', country_code: 'US' },
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_type: 'VISA',
          card_number_token: 'tok_1',
          card_expiration_month: 12,
          card_expiration_year: 2040,
        },
      },
      items: [{ ...monthly[0], quantity: 1 }],
    },
  });
  const {
    body: { auto_order: autoOrder },
  } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: body.order.order_id },
  });
  const oid: number = autoOrder.auto_order_oid;
  await insertPastRebills(
    app.db,
    'TEST',
    Array.from({ length: 500 }, (_, index) => ({
      autoOrderOid: oid,
      rebillNumber: index + 1,
      state: 'paid' as const,
      attempt: 2,
      at: now.subtract({ hours: 24 * index }),
      orderId: `TEST-8${String(index).padStart(9, '0')}`,
      amount: minor(1299),
      currency: 'USD',
      route: ['simulator'],
      // Two entries have the same moment, so the cursor must tell them apart by their places.
      declines: [{ attempt: 1, at: now.subtract({ hours: 24 * index }), reason: 'do not honor' }],
    })),
  );
  return oid;
}

test('a life of 500 rebills is read page by page, in both directions', async (t) => {
  const oid = await liveLong();
  const params = { auto_order_oid: oid };
  const read = async (query: Record<string, string | number>) =>
    (await app.request({ operation: 'getAutoOrderTimeline', params, query })).body;
  const all: TimelineEntry[] = [];
  let page = await read({ _limit: 97 });
  const begun = performance.now();
  let pages = 1;
  for (; ; pages++) {
    all.push(...page.entries);
    if (page.next_cursor === undefined) break;
    page = await read({ _limit: 97, before: page.next_cursor });
  }
  t.diagnostic(
    `${all.length} entries, ${((performance.now() - begun) / pages).toFixed(1)} ms a page of 97`,
  );
  assert.equal(all.filter(({ kind }) => kind === 'rebill').length, 500);
  assert.equal(all.filter(({ kind }) => kind === 'attempt').length, 500);
  assert.equal(new Set(all.map(({ entry_id }) => entry_id)).size, all.length);
  assert.deepEqual(
    all.map(({ at_dts }) => at_dts!),
    all.map(({ at_dts }) => at_dts!).toSorted((a, b) => Date.parse(b) - Date.parse(a)),
  );
  const middle = all[500]!;
  const newer = await read({ _limit: 10, after: middle.entry_id! });
  assert.deepEqual(newer.entries, all.slice(490, 500));
  const older = await read({ _limit: 10, before: middle.entry_id! });
  assert.deepEqual(older.entries, all.slice(501, 511));
  assert.deepEqual((await read({ after: all[0]!.entry_id! })).entries, []);
});

test('tasks, deliveries and customers; what a caller may not see is left out', async () => {
  const { body } = await app.request({ operation: 'getAutoOrders' });
  const [{ auto_order_oid: oid, auto_order_code: code }] = body.auto_orders;
  const { body: made } = await app.request({
    operation: 'insertCustomer',
    body: { email: 'b@example.com' },
  });
  await app.request({
    operation: 'insertWorkflowTask',
    body: { task_name: 'Call Ann', object_type: 'auto order', object_id: code },
  });
  const params = { auto_order_oid: oid };
  const { body: shown } = await app.request({
    operation: 'getAutoOrderTimeline',
    params,
    query: { kinds: 'task' },
  });
  assert.match(shown.entries[0].title, /^Call Ann: /);
  assert.ok(shown.entries[0].task_uuid);
  const blind = await app.addKey(
    'TEST',
    allPermissions.filter((permission) => permission !== 'workflow_read'),
  );
  const hidden = await app.request({
    operation: 'getAutoOrderTimeline',
    params,
    query: { kinds: 'task' },
    key: blind,
  });
  assert.deepEqual(hidden.body.entries, []);
  assert.match(hidden.body.warning.warning_message, /task \(workflow_read\)/);
  const empty = await app.request({
    operation: 'getCustomerTimeline',
    params: { customer_profile_oid: made.customer.customer_profile_oid },
  });
  assert.deepEqual(empty.body.entries, []);
  for (const [query, words] of [
    [{ kinds: 'gossip' }, /kinds names "gossip"/],
    [{ before: 'x' }, /before is not a cursor/],
    [{ before: '1.1.1.1', after: '1.1.1.1' }, /after is sent along with before/],
  ] as const) {
    const { status, headers } = await app.request({
      operation: 'getAutoOrderTimeline',
      params,
      query,
    });
    assert.equal(status, 400);
    assert.match(String(headers['uc-rest-error']), words);
  }
});
