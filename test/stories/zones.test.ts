// Stories of auto orders whose merchant changes its time zone: what was set as a local time keeps
// that local time, no period is billed twice, and none is left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../support/app.ts';

const app = await testApp();
let merchants = 0;

type Ask = Awaited<ReturnType<typeof openMerchant>>['ask'];

/** Opens a merchant that sells tea, with its clock at this local time. */
async function shop(zone: string, on: string) {
  const { merchantId, ask } = await openMerchant(zone);
  const until = async (wall: string) => {
    const { advance } = await ask({ operation: 'setClock', body: { now_dts: wall } });
    assert.equal(advance?.done ?? true, true, JSON.stringify(advance));
  };
  await until(on);
  return {
    ask,
    until,
    move: (timeZone: string) =>
      ask({ operation: 'updateMerchantSettings', body: { time_zone: timeZone } }),
    subscribe: (schedule: string) => subscribe(ask, schedule),
    async bills(oid: number): Promise<string[]> {
      const { auto_order } = await ask({
        operation: 'getAutoOrder',
        params: { auto_order_oid: oid },
        query: { _expand: 'rebill_orders,rebill_orders.summary' },
      });
      return (auto_order.rebill_orders ?? []).map((order: { creation_dts: string }) =>
        order.creation_dts.slice(0, 16),
      );
    },
    captures: () => app.books.captures().filter((each) => each.merchantId === merchantId).length,
  };
}

async function openMerchant(timeZone: string) {
  const merchantId = `ZN${++merchants}`;
  await app.addMerchant(merchantId, { timeZone });
  await app.setClock('2026-06-01T00:00:00Z', merchantId);
  const key = await app.addKey(merchantId);
  const ask = async <Id extends OperationId>(request: TestRequest<Id>) => {
    const { status, body } = await app.request({ ...request, key });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const auto_order = {
    auto_orderable: true,
    auto_order_schedules: ['Weekly', 'Monthly', 'Yearly', 'Every 10 Days'],
  };
  await ask({
    operation: 'insertItem',
    body: { merchant_item_id: 'TEA', pricing: { cost: 10 }, auto_order },
  });
  return { merchantId, ask };
}

/** Orders tea on this schedule, and returns the number of the auto order. */
async function subscribe(ask: Ask, schedule: string): Promise<number> {
  const person = { first_name: 'Ann', last_name: 'Lee', country_code: 'US' };
  const credit_card = {
    card_type: 'VISA',
    card_number_token: 'tok_approve',
    card_expiration_month: 12,
    card_expiration_year: 2040,
  };
  const { order } = await ask({
    operation: 'insertOrder',
    body: {
      billing: { ...person, email: 'ann@example.com' },
      shipping: person,
      payment: { payment_method: 'Credit Card', credit_card },
      items: [{ merchant_item_id: 'TEA', auto_order_schedule: schedule }],
    },
  });
  const { auto_order } = await ask({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: order.order_id },
  });
  return auto_order.auto_order_oid;
}

type Shop = Awaited<ReturnType<typeof shop>>;

const lives: {
  title: string;
  zone: string;
  on: string;
  schedule: string;
  live(shop: Shop): Promise<void>;
  billed: string[];
}[] = [
  {
    title: 'eastward: the 31st stays the 31st, at ten',
    zone: 'America/New_York',
    on: '2027-01-31T10:00',
    schedule: 'Monthly',
    live: async ({ move, until }) => {
      await move('Asia/Tokyo');
      await until('2027-06-01T00:00');
    },
    billed: ['2027-02-28T10:00', '2027-03-31T10:00', '2027-04-30T10:00', '2027-05-31T10:00'],
  },
  {
    title: 'midnight on the first: an hour to the west bills nothing twice',
    zone: 'America/New_York',
    on: '2027-02-01T00:00',
    schedule: 'Monthly',
    live: async ({ move, until }) => {
      await until('2027-03-01T00:00');
      await move('America/Chicago');
      await until('2027-05-02T00:00');
    },
    // The first rebill was billed in the old zone, and its order keeps its moment.
    billed: ['2027-02-28T23:00', '2027-04-01T00:00', '2027-05-01T00:00'],
  },
  {
    title: 'over the date line and back again',
    zone: 'Pacific/Kiritimati',
    on: '2027-01-31T00:30',
    schedule: 'Monthly',
    live: async ({ move, until }) => {
      await move('Pacific/Pago_Pago');
      await move('Pacific/Kiritimati');
      await until('2027-03-01T00:00');
      await move('Pacific/Pago_Pago');
      await until('2027-05-01T00:00');
    },
    billed: ['2027-02-26T23:30', '2027-03-31T00:30', '2027-04-30T00:30'],
  },
  {
    title: 'a time that the clocks skip returns to its own minute',
    zone: 'America/New_York',
    on: '2027-02-14T02:30',
    schedule: 'Monthly',
    live: async ({ move, until }) => {
      // In New York 2027-03-14T02:30 does not exist, so the shipment is set to 03:30.
      await move('Asia/Tokyo');
      await until('2027-04-15T00:00');
    },
    billed: ['2027-03-14T02:30', '2027-04-14T02:30'],
  },
  {
    title: 'in a leap year, yearly',
    zone: 'Asia/Kathmandu',
    on: '2028-02-29T23:30',
    schedule: 'Yearly',
    live: async ({ move, until }) => {
      await move('America/Los_Angeles');
      await until('2032-03-02T00:00');
    },
    billed: ['2029-02-28T23:30', '2030-02-28T23:30', '2031-02-28T23:30', '2032-02-29T23:30'],
  },
];

for (const { title, zone, on, schedule, live, billed } of lives)
  test(title, async () => {
    const its = await shop(zone, on);
    const oid = await its.subscribe(schedule);
    await live(its);
    assert.deepEqual(await its.bills(oid), billed);
    assert.equal(its.captures(), billed.length + 1);
    assert.deepEqual((await its.ask({ operation: 'getAudit' })).differences, []);
  });

test('a retry, an end, a notice and a task keep their walls; what has happened stays when it was', async () => {
  const its = await shop('America/New_York', '2027-01-15T10:00');
  const oid = await its.subscribe('Monthly');
  await setDates(its, oid);
  const { task } = await its.ask({
    operation: 'insertWorkflowTask',
    body: { task_name: 'Call', due_dts: '2027-01-20T09:00:00-05:00' },
  });
  await its.move('Asia/Tokyo');
  const after = await readWithItems(its, oid);
  const [moved] = after.items;
  assert.deepEqual(
    [
      after.next_attempt,
      moved.next_shipment_dts,
      moved.calculated_next_shipment_dts,
      moved.no_order_after_dts,
      moved.next_preshipment_notice_dts,
      moved.first_order_dts,
    ],
    [
      '2027-01-20T08:00:00+09:00',
      '2027-02-15T10:00:00+09:00',
      '2027-02-15T10:00:00+09:00',
      '2027-12-31T23:59:59+09:00',
      '2027-02-10T10:00:00+09:00',
      '2027-01-16T00:00:00+09:00',
    ],
  );
  const again = await its.ask({
    operation: 'getWorkflowTask',
    params: { task_uuid: task.workflow_task_uuid },
  });
  assert.equal(again.task.due_dts, '2027-01-20T09:00:00+09:00');
  const found = await its.ask({
    operation: 'getAutoOrders',
    query: {
      next_shipment_date_begin: '2027-02-15T10:00:00',
      next_shipment_date_end: '2027-02-15T10:00:00',
    },
  });
  assert.deepEqual(
    found.auto_orders.map((each: { auto_order_oid: number }) => each.auto_order_oid),
    [oid],
  );
});

const readWithItems = async (its: Shop, oid: number) =>
  (
    await its.ask({
      operation: 'getAutoOrder',
      params: { auto_order_oid: oid },
      query: { _expand: 'items' },
    })
  ).auto_order;

/** Sets the auto order's next attempt, and the item's end and notice, in the zone of New York. */
async function setDates(its: Shop, oid: number): Promise<void> {
  const [item] = (await readWithItems(its, oid)).items;
  await its.ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: {
      next_attempt: '2027-01-20T08:00:00-05:00',
      items: [
        {
          auto_order_item_oid: item.auto_order_item_oid,
          no_order_after_dts: '2027-12-31T23:59:59-05:00',
          next_preshipment_notice_dts: '2027-02-10T10:00:00-05:00',
        },
      ],
    },
  });
}

test(
  'days of the catalogue and of orders are the same days when they are read and sent back in ' +
    'another zone',
  async () => {
    const its = await shop('America/New_York', '2027-01-15T10:00');
    const steps = [
      { type: 'pause until', pause_until_date: '2027-06-01' },
      {
        type: 'item',
        schedule: 'Monthly',
        grandfather_pricing: [{ on_or_before_date: '2027-01-31', unit_cost: 5 }],
      },
    ];
    await its.ask({
      operation: 'insertItem',
      body: {
        merchant_item_id: 'BOX',
        pricing: { cost: 20 },
        auto_order: { auto_order_upsell: true, steps },
      },
    });
    const read = async () =>
      (
        await its.ask({
          operation: 'getItemByMerchantItemId',
          params: { merchant_item_id: 'BOX' },
          query: { _expand: 'pricing,auto_order,auto_order.steps' },
        })
      ).item;
    for (const zone of [
      'America/Los_Angeles',
      'Pacific/Kiritimati',
      'Pacific/Pago_Pago',
      'UTC',
      'Asia/Tokyo',
    ]) {
      await its.move(zone);
      const item = await read();
      await its.ask({
        operation: 'updateItem',
        params: { merchant_item_oid: item.merchant_item_oid },
        body: item,
      });
      const [pause, price] = (await read()).auto_order.steps;
      assert.deepEqual(
        [
          pause.pause_until_date.slice(0, 10),
          price.grandfather_pricing[0].on_or_before_date.slice(0, 10),
        ],
        ['2027-06-01', '2027-01-31'],
        zone,
      );
    }
  },
);
