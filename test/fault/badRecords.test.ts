// Tests that one bad record never stops another. SQL breaks the middle one of three auto orders in
// a different way each time, as a bug of ours, an older version or a person with a database console
// could. Workers, clock, lists and previews continue, and the other two are billed. An auto order
// that cannot be billed is parked, is listed with its reason and has a task; it is billed once it
// is repaired over the API.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../support/app.ts';
import { monthlyItem, monthlyOrder } from '../support/monthly.ts';

const app = await testApp();
let number = 0;

interface Poison {
  readonly what: string;
  /** SQL with the merchant as $1 and the auto order as $2. */
  readonly sql: readonly string[];
  /** Present when the auto order must not be charged before it is repaired. */
  readonly isParked?: boolean;
  /** How often the auto order can still be billed. Present when it is not parked. */
  readonly bills?: number;
  /**
   * The change of the item that repairs the auto order. Absent when only a person with a database
   * console can repair it.
   */
  readonly repair?: Readonly<Record<string, unknown>>;
}

const item = (assignment: string): string =>
  `update auto_order_item set ${assignment} where merchant_id = $1 and auto_order_oid = $2`;
const order = (assignment: string): string =>
  `update orders set ${assignment} where merchant_id = $1 and order_id = (select original_order_id
    from auto_order where merchant_id = $1 and auto_order_oid = $2)`;
const record = (assignment: string): string =>
  `update auto_order set ${assignment} where merchant_id = $1 and auto_order_oid = $2`;

const poisons: readonly Poison[] = [
  {
    what: 'an anchor at the end of time',
    sql: [item("anchor = '294000-01-01 00:00:00'")],
    repair: { next_shipment_dts: '2026-02-15T12:00:00-05:00' },
  },
  {
    what: 'a shipment in 4000 BC',
    sql: [item("next_shipment_at = '4000-01-01 12:00:00+00 BC'")],
    repair: { next_shipment_dts: '2026-02-15T12:00:00-05:00' },
  },
  {
    what: 'a shipment in the year 999',
    sql: [item("next_shipment_at = '0999-01-01 12:00:00+00'")],
    repair: { next_shipment_dts: '2026-02-15T12:00:00-05:00' },
  },
  {
    what: 'a shipment in 1900, long before the customer signed up',
    sql: [item("next_shipment_at = '1900-02-15 12:00:00+00', frequency = 'Weekly'")],
    // One rebill is for the shipment of 1900, the others are for the weeks since the customer
    // signed up.
    bills: 5,
  },
  {
    what: 'an end at the end of time',
    sql: [item("no_order_after_at = '9999-12-31 23:59:59+00'")],
    bills: 1,
  },
  {
    what: 'add-ons that are not a list',
    sql: [item(`add_ons = '{"a":1}'`)],
    repair: { add_ons: [] },
  },
  {
    what: 'add-ons without items',
    sql: [record(`add_ons = '[{"itemId":null,"quantity":1}]'`)],
  },
  {
    what: 'a frequency that does not exist',
    sql: [item("frequency = 'Fortnightly'")],
    isParked: true,
    repair: { frequency: 'Monthly' },
  },
  {
    what: 'a negative quantity',
    sql: [item('original_quantity = -2')],
    isParked: true,
    repair: { original_quantity: 1 },
  },
  {
    what: 'a negative replacement quantity',
    sql: [item('arbitrary_quantity = -2')],
    isParked: true,
    repair: { arbitrary_quantity: 1 },
  },
  {
    what: 'a price beyond what can be counted',
    sql: [item('arbitrary_unit_cost = 9007199254740000, arbitrary_quantity = 999')],
    repair: { arbitrary_unit_cost: 5, arbitrary_quantity: 1 },
  },
  {
    what: 'a count at its end',
    sql: [item('number_of_rebills = 2147483647')],
  },
  {
    what: 'a value at its end',
    sql: [item('life_time_value = 9223372036854775807')],
  },
  {
    what: 'an original order without items',
    sql: [order('items = null')],
  },
  {
    what: 'an original order whose items are a text',
    sql: [order(`items = '"nothing"'`)],
  },
  {
    what: 'an original order whose payment is a list',
    sql: [order(`payment = '[]'`)],
  },
];

for (const poison of poisons) {
  test(`${poison.what}: the others continue`, { timeout: 120_000 }, async () => {
    const shop = await openShop();
    const [before, bad, after] = [
      await shop.subscribe('before'),
      await shop.subscribe('bad'),
      await shop.subscribe('after'),
    ];
    for (const sql of poison.sql) await app.db.run(sql, [shop.merchantId, bad]);
    await shop.readsAll(bad);

    await shop.advance('2026-02-16T12:00:00-05:00');
    assert.deepEqual([await shop.bills(before), await shop.bills(after)], [1, 1]);
    await shop.readsAll(bad);

    if (poison.bills !== undefined) return assert.equal(await shop.bills(bad), poison.bills);
    const parked = await shop.parked();
    if (poison.isParked) assert.deepEqual([parked, shop.captures(bad)], [[bad], 0]);
    if ((await shop.bills(bad)) === 0) {
      assert.deepEqual(parked, [bad], 'it is listed with a reason');
      assert.equal(await shop.tasks(), 1, 'it has a task');
    }
    // No fault leads to a second charge.
    assert.ok(shop.captures(bad) <= 1);

    if (poison.repair === undefined) return;
    await shop.changeItem(bad, poison.repair);
    await shop.advance('2026-02-18T12:00:00-05:00');
    assert.deepEqual(await shop.parked(), [], 'it is taken up by itself');
    assert.equal(await shop.bills(bad), 1);
    assert.equal(await shop.tasks(), 0, 'its task is closed');
  });
}

test('an item that cannot be read parks what needs it, and its repair wakes them', async () => {
  const shop = await openShop();
  const [bad, good] = [await shop.subscribe('bad', 'TEA'), await shop.subscribe('good', 'COFFEE')];
  await app.db.run(
    `update item set document = jsonb_set(document::jsonb, '{auto_order}',
      '{"auto_orderable":true,"auto_order_schedules":["Fortnightly"],"steps":[{"type":null}]}')
      where merchant_id = $1 and merchant_item_id_lc = 'tea'`,
    [shop.merchantId],
  );
  await shop.advance('2026-02-16T12:00:00-05:00');
  assert.deepEqual([await shop.bills(bad), await shop.bills(good)], [0, 1]);
  assert.deepEqual(await shop.parked(), [bad]);
  await shop.readsAll(bad);
  await shop.changeCatalogue('TEA', {
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'], steps: [] },
  });
  await shop.advance('2026-02-17T12:00:00-05:00');
  assert.equal(await shop.bills(bad), 1);
  assert.equal(await shop.tasks(), 0, 'its task is closed');
});

test('one merchant’s fault stops no other merchant', async () => {
  const [broken, other] = [await openShop(), await openShop()];
  const [theirs, ours] = [await broken.subscribe('theirs'), await other.subscribe('ours')];
  await app.db.run(
    `update merchant set settings = '{"dunning":7,"coupons":{"a":1}}' where merchant_id = $1`,
    [broken.merchantId],
  );
  for (const shop of [broken, other])
    await app.setClock('2026-02-16T12:00:00-05:00', shop.merchantId);
  for (const worker of app.app.workers) await worker.runOnce().catch(() => 0);
  assert.equal(await other.bills(ours), 1);
  assert.ok(broken.captures(theirs) <= 1);
});

for (const [what, facts] of [
  ['facts that are a text', '"nothing"'],
  ['an address over two lines', '{"email":"ann@example.com\\nbcc: eve@example.com"}'],
  ['items that are a number', '{"email":"ann@example.com","items":7}'],
] as const) {
  test(`a mail with ${what}: the other mails are sent`, async () => {
    const shop = await openShop();
    const [bad, good] = [await shop.subscribe('bad'), await shop.subscribe('good')];
    for (const oid of [bad, good]) await shop.cancel(oid);
    await app.db.run(
      `update notice set facts = $3::jsonb where merchant_id = $1 and auto_order_oid = $2`,
      [shop.merchantId, bad, facts],
    );
    const before = app.mails.length;
    await app.work('notices');
    const sent = app.mails.slice(before).map(({ to }) => to);
    assert.ok(sent.includes('good@example.com'), JSON.stringify(sent));
    assert.ok(!sent.some((to) => to.includes('eve')));
    const { emails } = await shop.ok({
      operation: 'getAutoOrderEmails',
      params: { auto_order_oid: good },
    });
    assert.ok(emails.length > 0);
  });
}

test('a merchant whose zone does not exist: the others are billed, and a new zone repairs it', async () => {
  const [broken, other] = [await openShop(), await openShop()];
  const [theirs, ours] = [await broken.subscribe('theirs'), await other.subscribe('ours')];
  await app.db.run(`update merchant set time_zone = 'Mars/Olympus' where merchant_id = $1`, [
    broken.merchantId,
  ]);
  for (const shop of [broken, other])
    await app.setClock('2026-02-16T12:00:00-05:00', shop.merchantId);
  for (const worker of app.app.workers) await worker.runOnce().catch(() => 0);
  assert.deepEqual([await other.bills(ours), await broken.bills(theirs)], [1, 0]);
  await broken.ok({
    operation: 'updateMerchantSettings',
    body: { time_zone: 'America/New_York' },
  });
  // Records that could not be read are checked again a day later.
  await app.setClock('2026-02-17T12:00:00-05:00', broken.merchantId);
  await app.work('rebill');
  assert.equal(await broken.bills(theirs), 1);
  assert.deepEqual([await broken.parked(), await broken.tasks()], [[], 0]);
});

/** Opens a new merchant with two items, a key, and a webhook for all events. */
async function openShop(): Promise<Shop> {
  const merchantId = `B${(++number).toString().padStart(3, '0')}`;
  await app.addMerchant(merchantId);
  const shop = new Shop(merchantId, await app.addKey(merchantId));
  for (const itemId of ['TEA', 'COFFEE'])
    await shop.ok({ operation: 'insertItem', body: monthlyItem(itemId, 10) });
  const events = ['auto_order_update', 'auto_order_rebill'].map((event_name) => ({
    event_name,
    subscribed: true,
    expansion: 'items,items.future_schedules,original_order',
  }));
  await shop.ok({
    operation: 'insertWebhook',
    body: {
      webhook_url: 'https://example.com/hook',
      authentication_type: 'none',
      event_categories: [{ events }],
    },
  });
  return shop;
}

class Shop {
  readonly merchantId: string;
  readonly #key: string;

  constructor(merchantId: string, key: string) {
    this.merchantId = merchantId;
    this.#key = key;
  }

  async ok<Id extends OperationId>(request: TestRequest<Id>) {
    const answer = await app.request({ ...request, key: this.#key });
    assert.equal(answer.status, 200, `${request.operation ?? request.path}: ${answer.text}`);
    return answer.body;
  }

  async tasks(): Promise<number> {
    const { tasks } = await this.ok({ operation: 'getWorkflowTasks', body: { status: 'open' } });
    return tasks.length;
  }

  async cancel(oid: number): Promise<void> {
    await this.ok({
      operation: 'updateAutoOrder',
      params: { auto_order_oid: oid },
      body: { enabled: false, cancel_reason: 'Moved' },
    });
  }

  async subscribe(name: string, itemId = 'TEA'): Promise<number> {
    const { order } = await this.ok({
      operation: 'insertOrder',
      body: monthlyOrder(itemId, { first_name: name, email: `${name}@example.com` }),
    });
    const params = { reference_order_id: order.order_id };
    return (await this.ok({ operation: 'getAutoOrderByReferenceOrderId', params })).auto_order
      .auto_order_oid;
  }

  /** Reads the auto order, and each list that contains it, in every way. */
  async readsAll(oid: number): Promise<void> {
    const expand =
      'items,items.future_schedules,items.simple_schedule,add_ons,properties,logs,original_order,rebill_orders';
    const params = { auto_order_oid: oid };
    await this.ok({ operation: 'getAutoOrder', params });
    const list = await this.ok({ operation: 'getAutoOrders', query: { _expand: expand } });
    assert.ok(list.auto_orders.some((each) => each.auto_order_oid === oid));
    await this.ok({ operation: 'getAutoOrder', params, query: { _expand: expand } });
    await this.ok({
      operation: 'getAutoOrdersByQuery',
      body: { status: 'active' },
      query: { _expand: expand },
    });
    await this.ok({ operation: 'previewAutoOrder', params });
    await this.ok({ operation: 'getAudit' });
    await this.ok({ operation: 'getParkedAutoOrders' });
    await this.ok({ operation: 'getOverview' });
    await this.ok({ operation: 'getAutoOrderTimeline', params });
    const rows = await this.ok({ operation: 'searchAutoOrders', body: {} });
    assert.ok(rows.auto_orders.some((each) => each.auto_order_oid === oid));
    const { tasks } = await this.ok({ operation: 'getWorkflowTasks', body: {} });
    for (const { workflow_task_uuid: task_uuid } of tasks)
      await this.ok({ operation: 'getWorkflowTask', params: { task_uuid } });
  }

  async advance(to: string): Promise<void> {
    await this.ok({ operation: 'setClock', body: { mode: 'standing', now_dts: to } });
    for (let rounds = 0; rounds < 20; rounds++) {
      const { clock } = await this.ok({ operation: 'getClock' });
      if (clock.advance_id === undefined) return assert.equal(clock.now_dts, to);
      await app.work('clock');
    }
    assert.fail('the clock does not arrive');
  }

  async bills(oid: number): Promise<number> {
    const rows = await app.db.rows(
      `select 1 from rebill where merchant_id = $1 and auto_order_oid = $2 and state = 'paid'`,
      [this.merchantId, oid],
    );
    return rows.length;
  }

  captures(oid: number): number {
    const begin = `rebill:${this.merchantId}:${oid}:`;
    return app.books
      .charges()
      .filter((each) => each.merchantId === this.merchantId && each.key.startsWith(begin)).length;
  }

  async parked(): Promise<number[]> {
    const { parked } = await this.ok({ operation: 'getParkedAutoOrders' });
    for (const { reason } of parked) assert.match(reason, /^Cannot rebill: ./);
    return parked.map((each) => each.auto_order_oid);
  }

  async changeItem(oid: number, change: Readonly<Record<string, unknown>>): Promise<void> {
    const params = { auto_order_oid: oid };
    const rows = await app.db.rows<{ item: number }>(
      `select auto_order_item_oid as item from auto_order_item
        where merchant_id = $1 and auto_order_oid = $2`,
      [this.merchantId, oid],
    );
    await this.ok({
      operation: 'updateAutoOrder',
      params,
      body: { items: [{ auto_order_item_oid: rows[0]!.item, ...change }] },
    });
  }

  async changeCatalogue(merchant_item_id: string, body: object): Promise<void> {
    const params = { merchant_item_id };
    const { item } = await this.ok({ operation: 'getItemByMerchantItemId', params });
    await this.ok({
      operation: 'updateItem',
      params: { merchant_item_oid: item.merchant_item_oid },
      body: { merchant_item_id, ...body },
    });
  }
}
