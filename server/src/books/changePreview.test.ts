// Tests the preview of a change: it shows the same rebills as the engine's preview after the
// change, and it refuses the changes that the operation would refuse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { testApp } from '../../../test/support/app.ts';
import { addRandomAutoOrders } from '../../../test/support/randomAutoOrders.ts';

const app = await testApp();
const now = Temporal.Instant.from('2026-02-27T23:30:00Z');
const count = 8;

for (const [merchantId, missedShipments] of [
  ['ONE', 'one'],
  ['BILL', 'bill'],
  ['SKIP', 'skip'],
] as const) {
  test(`random changes, missed shipments: ${missedShipments}`, async (t) => {
    const merchant = await app.addMerchant(merchantId, {
      timeZone: 'Europe/Vienna',
      settings: { missed_shipments: missedShipments },
      clock: { kind: 'standing', at: now },
    });
    const key = await app.addKey(merchantId);
    const oids = await addRandomAutoOrders(app.db, merchant, now, { seed: 7, count: 36 });
    const changes = fc.sample(change(), { seed: 11, numRuns: oids.length });
    let applied = 0;
    let refused = 0;
    for (const [index, oid] of oids.entries()) {
      const params = { auto_order_oid: oid };
      const read = await app.request({
        operation: 'getAutoOrder',
        params,
        query: { _expand: 'items,add_ons' },
        key,
      });
      const body = bodyOf(changes[index]!, read.body.auto_order.items);
      const before = await checksum(merchantId);
      const preview = await app.request({
        operation: 'previewAutoOrderChange',
        params,
        body: { auto_order: body, count },
        key,
      });
      assert.equal(await checksum(merchantId), before, 'a preview writes nothing');
      const put = await app.request({ operation: 'updateAutoOrder', params, body, key });
      const words = `auto order ${oid}: ${JSON.stringify(body)}`;
      assert.equal(preview.status, put.status, `${words}: ${preview.text} ${put.text}`);
      if (put.status !== 200) {
        assert.equal(preview.headers['uc-rest-error'], put.headers['uc-rest-error'], words);
        refused++;
        continue;
      }
      const after = await app.request({
        operation: 'previewAutoOrder',
        params,
        query: { count },
        key,
      });
      const oidsBefore = new Set(
        read.body.auto_order.items.map(
          (item: { auto_order_item_oid: number }) => item.auto_order_item_oid,
        ),
      );
      assert.deepEqual(preview.body.after, withoutNewOids(after.body.rebills, oidsBefore), words);
      assert.equal(preview.body.ends_after, after.body.ends, words);
      assert.equal(preview.body.warnings.join(' '), put.body.warning?.warning_message ?? '', words);
      assert.equal(`"${preview.body.version}"`, read.headers['etag']);
      applied++;
    }
    t.diagnostic(`${applied} changes as previewed, ${refused} refused as previewed`);
    assert.ok(applied > 15 && refused > 0);
  });
}

test('an action does what its preview said, and both refuse alike', async (t) => {
  const merchant = await app.addMerchant('ACT', { clock: { kind: 'standing', at: now } });
  const key = await app.addKey('ACT');
  const oids = await addRandomAutoOrders(app.db, merchant, now, { seed: 3, count: 24 });
  const done = { skip: 0, unskip: 0, resume: 0, reactivate: 0 };
  for (const oid of oids) {
    const params = { auto_order_oid: oid };
    const query = { _expand: 'items' };
    const read = await app.request({ operation: 'getAutoOrder', params, query, key });
    const [item] = read.body.auto_order.items;
    const date = { shipment_dts: item?.next_shipment_dts };
    for (const [action, operation, body] of [
      ['skip', 'skipAutoOrder', { ...date, count: 2 }],
      ['unskip', 'unskipAutoOrder', date],
      ['resume', 'resumeAutoOrder', {}],
      ['reactivate', 'reactivateAutoOrder', {}],
    ] as const) {
      if (action === 'resume') await app.request({ operation: 'pauseAutoOrder', params, key });
      if (action === 'reactivate')
        await app.request({
          operation: 'updateAutoOrder',
          params,
          body: { enabled: false, cancel_reason: 'Enough' },
          key,
        });
      const preview = await app.request({
        operation: 'previewAutoOrderChange',
        params,
        body: { action, action_request: body, count: 3 },
        key,
      });
      const acted = await app.request({ operation, params, body, key });
      const words = `${action} of ${oid}: ${preview.text} ${acted.text}`;
      assert.equal(preview.status, acted.status, words);
      assert.equal(preview.headers['uc-rest-error'], acted.headers['uc-rest-error'], words);
      if (acted.status !== 200) continue;
      assert.deepEqual(preview.body.after, acted.body.preview, words);
      assert.equal(preview.body.ends_after, acted.body.ends, words);
      done[action]++;
    }
  }
  t.diagnostic(JSON.stringify(done));
  for (const count of Object.values(done)) assert.ok(count > 5);
});

test('a preview takes an update or an action', async () => {
  const oid = 1;
  const preview = (body: object) =>
    app.request({
      operation: 'previewAutoOrderChange',
      params: { auto_order_oid: oid },
      body,
      key: app.key,
    });
  for (const [body, words] of [
    [{}, /auto_order.*missing/i],
    [{ auto_order: {}, action: 'skip' }, /action.*along with auto_order/],
    [{ action: 'skip' }, /shipment_dts/],
    [{ action: 'skip', action_request: { shipment_dts: '2026-03-01', count: 0 } }, /count/],
  ] as const) {
    const { status, headers } = await preview(body);
    assert.equal(status, 400);
    assert.match(String(headers['uc-rest-error']), words);
  }
});

type Drawn<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;

function change() {
  const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) =>
    fc.option(arbitrary, { nil: undefined, freq: 3 });
  return fc.record({
    days: maybe(fc.integer({ min: -60, max: 90 })),
    quantity: maybe(fc.constantFrom(1, 3, 2)),
    cost: maybe(fc.constantFrom(9.99, 0, null)),
    remaining: maybe(fc.constantFrom(1, 2, null)),
    percent: maybe(fc.constantFrom(10, 33.3, 15, 50, 100, 101)),
    swap: maybe(fc.constantFrom('TEA', 'MUG', 'TEA', 'MUG', 'NOTHING', null)),
    paused: maybe(fc.boolean()),
    repeats: maybe(fc.constantFrom(1, 3, null)),
    cancelAfter: maybe(fc.constantFrom(1, 2)),
    removesLast: fc.boolean(),
    addsItem: maybe(fc.constantFrom('COFFEE', 'TEA')),
    addOn: maybe(fc.constantFrom('MUG', 'FILTERS')),
    enabled: maybe(fc.constantFrom(true, true, false)),
    reason: fc.option(fc.constantFrom('Enough'), { nil: undefined, freq: 1 }),
    shipping: maybe(fc.constantFrom('AT', 'US')),
    year: maybe(fc.constantFrom(2020, 2033, 2034, 2035)),
  });
}

const dateIn = (days: number): string => now.add({ hours: 24 * days }).toString();

function bodyOf(
  drawn: Drawn<ReturnType<typeof change>>,
  items: readonly { auto_order_item_oid: number }[],
) {
  const kept = drawn.removesLast && items.length > 1 ? items.slice(0, -1) : items;
  return {
    items: [
      ...kept.map(({ auto_order_item_oid }, index) =>
        index > 0
          ? { auto_order_item_oid }
          : {
              auto_order_item_oid,
              next_shipment_dts: drawn.days === undefined ? undefined : dateIn(drawn.days),
              arbitrary_quantity: drawn.quantity,
              arbitrary_unit_cost: drawn.cost,
              arbitrary_unit_cost_remaining_orders: drawn.remaining,
              arbitrary_percentage_discount: drawn.percent,
              arbitrary_item_id: drawn.swap,
              paused: drawn.paused,
              remaining_repeat_count: drawn.repeats,
            },
      ),
      ...(drawn.addsItem === undefined
        ? []
        : [
            {
              original_item_id: drawn.addsItem,
              original_quantity: 2,
              frequency: 'Monthly',
              next_shipment_dts: dateIn(5),
            },
          ]),
    ],
    cancel_after_next_x_orders: drawn.cancelAfter,
    add_ons: drawn.addOn && [{ item_id: drawn.addOn, quantity: 1, next_x_orders: 2 }],
    enabled: drawn.enabled,
    cancel_reason: drawn.enabled === true ? undefined : drawn.reason,
    original_order:
      drawn.year === undefined
        ? undefined
        : {
            ...(drawn.shipping && { shipping: { country_code: drawn.shipping } }),
            payment: { credit_card: { card_expiration_year: drawn.year } },
          },
  };
}

/** Removes the oids of items that a change adds: a preview cannot know them. */
const withoutNewOids = (rebills: PreviewRebill[], known: ReadonlySet<number>): PreviewRebill[] =>
  rebills.map((rebill) => ({
    ...rebill,
    lines: rebill.lines!.map(({ auto_order_item_oid: oid, ...line }) => ({
      ...(oid !== undefined && known.has(oid) && { auto_order_item_oid: oid }),
      ...line,
    })),
  }));

async function checksum(merchantId: string): Promise<string> {
  const tables = ['auto_order', 'auto_order_item', 'auto_order_log', 'orders', 'event', 'counter'];
  const sums = await Promise.all(
    tables.map((table) =>
      app.db.row<{ sum: string }>(
        `select coalesce(md5(string_agg(t::text, ';' order by t::text)), '') as sum
         from ${table} t where merchant_id = $1`,
        [merchantId],
      ),
    ),
  );
  return JSON.stringify(sums);
}
