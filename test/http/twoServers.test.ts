// Tests requests that reach two servers of one installation at the same moment without an
// Idempotency-Key: each is decided on the result of the other, and the charges and refunds at their
// common gateway match the orders.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import { SimulatorBooks } from '../../server/src/payments/simulatorBooks.ts';
import { simulatorServer } from '../../server/src/payments/simulatorServer.ts';
import { type TestAnswer, type TestRequest, testApp } from '../support/app.ts';
import { heldAnswers, heldToken } from '../support/heldAnswers.ts';

const held = heldAnswers();
const books = new SimulatorBooks();
const simulator = simulatorServer(books, held.clock);
const simulatorUrl = await simulator.listen({ host: '127.0.0.1', port: 0 });
after(() => simulator.close());
const first = await testApp({ gateways: { simulatorUrl } });
const second = await testApp({ gateways: { simulatorUrl }, db: first.db });

/** A merchant, and functions that call its two servers. */
type Shop = Awaited<ReturnType<typeof openShop>>;

let shops = 0;
async function openShop() {
  const id = `TW${++shops}`;
  await first.addMerchant(id);
  const key = await first.addKey(id);
  const send = <Id extends OperationId>(request: TestRequest<Id>, server = first) =>
    server.request({ ...request, key });
  const ok = async <Id extends OperationId>(request: TestRequest<Id>) => {
    const { status, body, text } = await send(request);
    assert.equal(Math.floor(status / 100), 2, text);
    return body;
  };
  for (const [merchant_item_id, terms] of items)
    await ok({
      operation: 'insertItem',
      body: {
        merchant_item_id,
        pricing: { cost: 5 },
        auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'], ...terms },
      },
    });
  const captured = (kind: 'order' | 'rebill') =>
    books.captures().filter((capture) => capture.key.startsWith(`${kind}:${id}:`));
  const order = async (more: object = {}) => (await ok(placing(more))).order;
  return {
    id,
    send,
    ok,
    captured,
    order,
    async subscribe(more: object = {}): Promise<{ oid: number; orderId: string }> {
      const orderId = (await order(more)).order_id;
      const { auto_order } = await ok({
        operation: 'getAutoOrderByReferenceOrderId',
        params: { reference_order_id: orderId },
      });
      return { oid: auto_order.auto_order_oid, orderId };
    },
    /** Bills what is due at that moment, on both servers. */
    async bill(at: string): Promise<void> {
      await first.setClock(at, id);
      second.app.merchants.forget(id);
      await Promise.all([first.work('rebill'), second.work('rebill')]);
    },
    /** Returns the local times of the rebills. */
    async bills(oid: number): Promise<string[]> {
      const { auto_order } = await ok({
        operation: 'getAutoOrder',
        params: { auto_order_oid: oid },
        query: { _expand: 'rebill_orders' },
      });
      const rebills = auto_order.rebill_orders as Order[];
      return rebills.map(({ creation_dts }) => creation_dts!.slice(0, 16)).sort();
    },
    async audit(): Promise<void> {
      assert.deepEqual((await ok({ operation: 'getAudit' })).differences, []);
    },
  };
}

const items = [
  ['COFFEE', {}],
  ['FEE', {}],
  ['BOUND', { auto_order_cancel_item_id: 'FEE' }],
] as const;

const lineOf = (merchant_item_id: string) => ({
  items: [{ merchant_item_id, quantity: 1, auto_order_schedule: 'Monthly' }],
});
const card = (card_number_token: string) => ({
  payment: {
    payment_method: 'Credit Card',
    credit_card: { card_number_token, card_expiration_month: 12, card_expiration_year: 2040 },
  },
});
const placing = (more: object): TestRequest<'insertOrder'> => ({
  operation: 'insertOrder',
  query: { _expand: 'summary' },
  body: {
    billing: { email: 'ann@example.com' },
    ...card('tok_approve'),
    ...lineOf('COFFEE'),
    ...more,
  },
});
const merging = (target: number, source: number): TestRequest<'consolidateAutoOrders'> => ({
  operation: 'consolidateAutoOrders',
  params: { auto_order_oid: target },
  body: { source_auto_order_oids: [source] },
});
const toTokyo: TestRequest<'updateMerchantSettings'> = {
  operation: 'updateMerchantSettings',
  body: { time_zone: 'Asia/Tokyo' },
};

/**
 * Sends one request to the first server and the other to the second. With a lead below 0 the second
 * is sent first, so each of the two comes first in some rounds.
 */
async function atOnce<One extends OperationId, Other extends OperationId>(
  { send }: Shop,
  one: TestRequest<One>,
  other: TestRequest<Other>,
  lead: number,
): Promise<[TestAnswer<One>, TestAnswer<Other>]> {
  const wait = async (isLate: boolean) => {
    for (let turn = 0; isLate && turn < Math.abs(lead); turn++) await first.db.row('select 1');
  };
  return Promise.all([
    wait(lead < 0).then(() => send(one, first)),
    wait(lead > 0).then(() => send(other, second)),
  ]);
}

/**
 * Registers a test that plays the requests with each lead in a separate shop, and checks that the
 * books agree at the end.
 */
function onTwoServers(what: string, play: (shop: Shop, lead: number) => Promise<void>): void {
  test(`on two servers at once: ${what}`, async () => {
    for (const lead of [-6, 0, 6]) {
      const shop = await openShop();
      await play(shop, lead);
      await shop.audit();
    }
  });
}

const statuses = (answers: readonly { readonly status: number }[]) =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);

onTwoServers('a merge and another time zone', async (shop, lead) => {
  const [{ oid: target }, { oid: source }] = [await shop.subscribe(), await shop.subscribe()];
  const answers = await atOnce(shop, merging(target, source), toTokyo, lead);
  assert.deepEqual(statuses(answers), [200, 200]);
  // In the new zone, the items of both are still due at noon of the 15th.
  for (const at of ['2026-02-15T02:59:59Z', '2026-02-15T03:00:00Z', '2026-03-15T03:00:00Z'])
    await shop.bill(at);
  assert.deepEqual(await shop.bills(target), ['2026-02-15T12:00', '2026-03-15T12:00']);
  const amounts = shop.captured('rebill').map(({ amount }) => amount);
  assert.deepEqual(amounts, [1000, 1000]);
});

onTwoServers('two merges of one pair, each into the other', async (shop, lead) => {
  const [{ oid: one }, { oid: other }] = [await shop.subscribe(), await shop.subscribe()];
  const answers = await atOnce(shop, merging(one, other), merging(other, one), lead);
  assert.deepEqual(statuses(answers), [200, 400]);
  const refused = answers.find(({ status }) => status === 400);
  assert.match(refused!.body.error.user_message, /^Auto order \d is merged/);
  await shop.bill('2026-02-16T17:00:00Z');
  const amounts = shop.captured('rebill').map(({ amount }) => amount);
  assert.deepEqual(amounts, [1000]);
});

onTwoServers('an order with a number of a partner', async (shop, lead) => {
  const partner = { channel_partner_code: 'AMZ', channel_partner_order_id: 'A-1' };
  const request = placing({ ...card('tok_slow_20'), channel_partner: partner });
  const answers = await atOnce(shop, request, request, lead);
  assert.deepEqual(statuses(answers), [200, 200]);
  assert.equal(answers[0].body.order.order_id, answers[1].body.order.order_id);
  assert.equal(shop.captured('order').length, 1);
});

onTwoServers('a cancelation with a fee', async (shop, lead) => {
  const { oid } = await shop.subscribe(lineOf('BOUND'));
  const request: TestRequest<'updateAutoOrder'> = {
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: { enabled: false, cancel_reason: 'Too dear', canceled_by_user: 'ann@example.com' },
  };
  assert.deepEqual(statuses(await atOnce(shop, request, request, lead)), [200, 200]);
  for (const at of ['2026-01-15T17:00:00Z', '2026-02-16T17:00:00Z']) await shop.bill(at);
  assert.equal(shop.captured('rebill').length, 1);
});

onTwoServers('the end of an item, which charges no fee', async (shop, lead) => {
  const { orderId } = await shop.subscribe(lineOf('BOUND'));
  const request: TestRequest<'cancelAutoOrderItemByReferenceOrderId'> = {
    operation: 'cancelAutoOrderItemByReferenceOrderId',
    params: { reference_order_id: orderId, original_item_id: 'BOUND' },
    body: {},
  };
  assert.deepEqual(statuses(await atOnce(shop, request, request, lead)), [200, 200]);
  await shop.bill('2026-02-16T17:00:00Z');
  assert.equal(shop.captured('rebill').length, 0);
});

onTwoServers('a refund of one line', async (shop, lead) => {
  const line = { merchant_item_id: 'COFFEE', quantity: 3 };
  const { order_id } = await shop.order({ items: [line] });
  const request: TestRequest<'refundOrder'> = {
    operation: 'refundOrder',
    params: { order_id: order_id },
    body: { items: [{ quantity_refunded: 2 }] },
  };
  await atOnce(shop, request, request, lead);
  const refunded = shop.captured('order').map((capture) => capture.refunded);
  assert.deepEqual(refunded, [1000]);
});

onTwoServers('a code of a coupon that is good for one order', async (shop, lead) => {
  const { coupon } = await shop.ok({
    operation: 'insertCoupon',
    body: { merchant_code: 'LUCKY', percent_off_subtotal: { discount_percent: 50 } },
  });
  await shop.ok({
    operation: 'uploadCouponCodes',
    params: { coupon_oid: coupon.coupon_oid },
    body: { coupon_codes: ['LUCKY-1'] },
  });
  const request = placing({ ...card('tok_slow_20'), coupons: [{ coupon_code: 'LUCKY-1' }] });
  await atOnce(shop, request, request, lead);
  const reduced = shop.captured('order').filter(({ amount }) => amount === 250);
  assert.equal(reduced.length, 1);
});

onTwoServers('store credit that is too little for two rebills', async (shop, lead) => {
  const { customer } = await shop.ok({
    operation: 'insertCustomer',
    body: { email: 'ann@example.com' },
  });
  const params = { customer_profile_oid: customer.customer_profile_oid };
  const body = { amount: 8 };
  await shop.ok({ operation: 'addCustomerStoreCredit', params, body });
  const used = { summary: { internal_gift_certificate_amount: { value: 1 } } };
  const [one, other] = [await shop.subscribe(used), await shop.subscribe(used)];
  const charging = ({ oid }: typeof one): TestRequest<'attemptAutoOrderRebill'> => ({
    operation: 'attemptAutoOrderRebill',
    params: { auto_order_oid: oid },
  });
  await atOnce(shop, charging(one), charging(other), lead);
  // The two rebills cost 10.00 together, and 6.00 of store credit were left.
  const amounts = shop.captured('rebill').map(({ amount }) => amount);
  assert.deepEqual(amounts, [400]);
  const { customer_store_credit } = await shop.ok({ operation: 'getCustomerStoreCredit', params });
  assert.equal(customer_store_credit.available, 0);
});

test('an advance of the clock that meets a charge at the gateway, from another server', async () => {
  const shop = await openShop();
  const { oid } = await shop.subscribe(card(heldToken));
  await first.setClock('2026-02-15T17:00:00Z', shop.id);
  second.app.merchants.forget(shop.id);
  held.hold();
  const working = first.work('rebill');
  while (shop.captured('rebill').length === 0) await first.db.row('select 1');
  const advancing = shop.send(
    { operation: 'setClock', body: { now_dts: '2026-04-16T12:00:00-04:00' } },
    second,
  );
  const clock = async () => (await shop.ok({ operation: 'getClock' })).clock;
  while ((await clock()).advance_id === undefined);
  held.answer();
  await working;
  assert.equal((await advancing).status, 200);
  await second.work('clock');
  assert.equal((await clock()).now_dts, '2026-04-16T12:00:00-04:00');
  const due = ['2026-02-15T12:00', '2026-03-15T12:00', '2026-04-15T12:00'];
  assert.deepEqual(await shop.bills(oid), due);
  assert.equal(shop.captured('rebill').length, due.length);
  await shop.audit();
});
