// Tests changes by people while a charge is in flight: the cycle is billed once, its order is
// stored as it was charged, the change takes effect with the next cycle, and the books agree. The
// changes are sent to another server than the charge.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { type TestRequest, testApp } from '../support/app.ts';
import { heldAnswers, heldToken } from '../support/heldAnswers.ts';
import { monthlyItem, monthlyOrder, subscribe } from '../support/monthly.ts';

const held = heldAnswers();
const app = await testApp({ clock: held.clock });
const second = await testApp({ clock: held.clock, db: app.db });

interface Scene {
  readonly merchantId: string;
  readonly oid: number;
  readonly itemOid: number;
  readonly originalId: string;
  readonly catalogOid: number;
  readonly customerOid: number;
}

/** The action, the status of its response, and the dates of the rebills charged until 16 March. */
type Row = readonly [
  what: string,
  request: (scene: Scene) => TestRequest,
  status: number,
  charged: readonly string[],
];

const feb = '2026-02-15';
const both = [feb, '2026-03-16'];
const newCard = { card_number_token: 'tok_approve_new', card_expiration_month: 12 };
const change = (body: object) => (scene: Scene) =>
  ({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: scene.oid },
    body,
  }) as TestRequest;
const changeItem = (part: object) => (scene: Scene) =>
  change({ items: [{ auto_order_item_oid: scene.itemOid, ...part }] })(scene);

const skip = (shipment_dts: string) => (scene: Scene) =>
  ({
    operation: 'skipAutoOrder',
    params: { auto_order_oid: scene.oid },
    body: { shipment_dts },
  }) as const;

const rows: readonly Row[] = [
  [
    'a charge on request',
    ({ oid }) => ({ operation: 'attemptAutoOrderRebill', params: { auto_order_oid: oid } }),
    400,
    both,
  ],
  [
    'a new card that is charged at once',
    ({ oid }) => ({
      operation: 'updateAutoOrderPayment',
      params: { auto_order_oid: oid },
      body: { ...newCard, card_expiration_year: 2040, attempt_rebill: true },
    }),
    200,
    both,
  ],
  [
    'another time zone',
    () => ({ operation: 'updateMerchantSettings', body: { time_zone: 'America/Los_Angeles' } }),
    200,
    both,
  ],
  [
    'the original order canceled',
    ({ originalId }) => ({ operation: 'cancelOrder', params: { order_id: originalId } }),
    200,
    [feb],
  ],
  ['a cancelation', change({ enabled: false }), 200, [feb]],
  ['a pause', changeItem({ paused: true }), 200, [feb]],
  ['another quantity', changeItem({ original_quantity: 3 }), 200, both],
  ['another price', changeItem({ arbitrary_unit_cost: 1 }), 200, both],
  ['another frequency', changeItem({ frequency: 'Every 2 Months' }), 200, [feb]],
  [
    'an earlier next date',
    changeItem({ next_shipment_dts: '2026-03-01T12:00:00-05:00' }),
    200,
    [feb, '2026-03-01'],
  ],
  ['the end after one more', change({ cancel_after_next_x_orders: 1 }), 200, [feb]],
  ['a skip of what is being charged', skip('2026-02-15'), 400, both],
  ['a skip of the month after it', skip('2026-03-15'), 400, both],
  [
    'a pause of the whole',
    ({ oid }) => ({
      operation: 'pauseAutoOrder',
      params: { auto_order_oid: oid },
      body: {},
    }),
    200,
    [feb],
  ],
  ['another address', change({ original_order: { shipping: { city: 'Reno' } } }), 200, both],
  [
    'the original order deleted',
    ({ originalId }) => ({ operation: 'deleteOrder', params: { order_id: originalId } }),
    400,
    both,
  ],
  [
    'the customer erased',
    ({ customerOid }) => ({
      operation: 'eraseCustomer',
      params: { customer_profile_oid: customerOid },
    }),
    400,
    both,
  ],
  [
    'an add-on',
    ({ oid }) => ({
      operation: 'updateAutoOrder',
      params: { auto_order_oid: oid },
      body: { add_ons: [{ item_id: 'COFFEE', quantity: 1, next_x_orders: 1 }] },
    }),
    200,
    both,
  ],
  [
    'the item canceled',
    ({ originalId }) => ({
      operation: 'cancelAutoOrderItemByReferenceOrderId',
      params: { reference_order_id: originalId, original_item_id: 'COFFEE' },
      body: {},
    }),
    200,
    [feb],
  ],
  [
    'the item deleted from the catalogue',
    ({ catalogOid }) => ({
      operation: 'deleteItem',
      params: { merchant_item_oid: catalogOid },
    }),
    204,
    [feb],
  ],
];

rows.forEach(([what, request, status, charged], index) =>
  test(`while a charge is under way: ${what}`, async () => {
    const scene = await sceneOf(`MW${index}`);
    const key = await app.addKey(scene.merchantId);
    await app.setClock('2026-02-15T17:00:00Z', scene.merchantId);
    held.hold();
    const working = app.work('rebill');
    while (capturesOf(scene).length === 0) await app.db.row('select 1');
    const asked = request(scene);
    // Each server has a separate simulator, and a refund must go to the one that captured the
    // charge.
    const server = asked.operation === 'cancelOrder' ? app : second;
    const response = await server.request({ ...asked, key });
    held.answer();
    await working;
    assert.equal(response.status, status, JSON.stringify(response.body));
    if (asked.operation === 'skipAutoOrder')
      assert.match(response.body.error.user_message, /A charge of auto order 1 is under way/);
    for (const day of ['2026-02-16', '2026-02-22', '2026-03-01', '2026-03-02', '2026-03-16']) {
      await app.setClock(`${day}T19:00:00Z`, scene.merchantId);
      await app.work('rebill');
    }
    assert.equal(capturesOf(scene).length, charged.length);
    const { body } = await app.request({
      operation: 'getAutoOrder',
      params: { auto_order_oid: scene.oid },
      query: { _expand: 'rebill_orders,rebill_orders.summary' },
      key,
    });
    const bills = (body.auto_order.rebill_orders as Order[]).toSorted((a, b) =>
      a.order_id!.localeCompare(b.order_id!),
    );
    assert.deepEqual(
      bills.map(({ creation_dts }) => creation_dts?.slice(0, 10)),
      charged,
    );
    assert.equal(bills[0]?.summary?.total?.value, 5);
    const audit = await app.request({ operation: 'getAudit', key });
    assert.deepEqual(audit.body.differences, []);
  }),
);

const capturesOf = ({ merchantId, oid }: Scene) =>
  [app, second].flatMap(({ books }) =>
    books.captures().filter(({ key }) => key.startsWith(`rebill:${merchantId}:${oid}:`)),
  );

async function sceneOf(merchantId: string): Promise<Scene> {
  await app.addMerchant(merchantId);
  const key = await app.addKey(merchantId);
  const { auto_order: recurs, ...coffee } = monthlyItem('COFFEE', 5);
  const { body: item } = await app.request({
    operation: 'insertItem',
    body: {
      ...coffee,
      auto_order: { ...recurs, auto_order_schedules: ['Monthly', 'Every 2 Months'] },
    },
    key,
  });
  const email = 'ann@example.com';
  const { body: profile } = await app.request({
    operation: 'insertCustomer',
    body: { email },
    key,
  });
  const order = monthlyOrder('COFFEE', { email }, heldToken);
  const { orderId: originalId, oid, autoOrder } = await subscribe(app, order, key);
  return {
    merchantId,
    originalId,
    oid,
    itemOid: autoOrder.items![0]!.auto_order_item_oid!,
    catalogOid: item.item.merchant_item_oid,
    customerOid: profile.customer.customer_profile_oid,
  };
}
