import assert from 'node:assert/strict';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import { Temporal } from 'temporal-polyfill';
import { addUses, readAccounts } from '../../server/src/customers/storeCreditStore.ts';
import { wireDate } from '../../server/src/kernel/calendar.ts';
import { minor } from '../../server/src/kernel/money.ts';
import type { OrderDocument } from '../../server/src/orders/order.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { oracleSums, shownSums } from '../oracle/orderOracle.ts';
import type { TestApp, TestRequest } from './app.ts';
import { addRandomAutoOrders, dayOf, originalIdOf } from './randomAutoOrders.ts';
import {
  type CustomerOids,
  counted,
  countedIn,
  coupons,
  creditOf,
  customers,
  expectedTax,
  homes,
  type Market,
  marketsOf,
  ownIds,
  pricingTiers,
  shippingMethods,
  taxRates,
} from './randomMarket.ts';

/** A merchant with random auto orders, and the time by which its clock is moved. */
export interface PreviewTrial {
  readonly merchantId: string;
  readonly timeZone: string;
  readonly now: string;
  readonly missedShipments: 'one' | 'skip' | 'bill';
  readonly seed: number;
  readonly count: number;
  readonly span: string;
  /** Whether every rule of a price applies and half of the time is followed by changes. */
  readonly market?: boolean;
}

/**
 * Previews random auto orders, lets the engine run through the span, and compares its orders with
 * the previews: number, minute, lines, discounts, shipping, tax and total. With the market, the
 * span has two halves with changes between them, and an oracle calculates each order again.
 * Afterwards the books must add up. Returns the number of compared rebills.
 */
export async function previewHolds(
  app: TestApp,
  trial: PreviewTrial,
): Promise<{ autoOrders: number; rebills: number }> {
  const now = Temporal.Instant.from(trial.now);
  const merchant = await app.addMerchant(trial.merchantId, {
    timeZone: trial.timeZone,
    settings: settingsOf(trial),
    clock: { kind: 'standing', at: now },
  });
  const markets = trial.market ? marketsOf(trial.seed, trial.count) : [];
  const key = await app.addKey(trial.merchantId);
  const played: Played = { app, trial, merchant, key, markets };
  const day = dayOf(now, trial.timeZone);
  const customers = trial.market ? await openMarket(played, day) : undefined;
  const oids = await addRandomAutoOrders(app.db, merchant, now, { ...trial, customers });
  if (customers) await useCredit(played, customers);
  const seen = new Map<number, number>();
  const left = new Map(markets.map(({ stock }, index) => [index + 1, stock]));
  let rebills = await playSpan(played, oids, { seen, left, isMoved: false });
  if (trial.market) {
    await changeHalfway(played, oids, left);
    rebills += await playSpan(played, oids, { seen, left, isMoved: true });
  }
  const audit = (await app.request({ operation: 'getAudit', key: played.key })).body;
  assert.deepEqual(audit.differences, [], `seed ${trial.seed}: the books of ${trial.merchantId}`);
  assert.equal(audit.auto_order_count, oids.length);
  if (customers) await checkCredit(played, customers);
  if (trial.market) checkHolds(played);
  return { autoOrders: oids.length, rebills };
}

/** A trial that runs, with its application, merchant and key. */
interface Played {
  readonly app: TestApp;
  readonly trial: PreviewTrial;
  readonly merchant: Merchant;
  readonly key: string;
  /** The market's part of each auto order; empty without the market. */
  readonly markets: readonly Market[];
}

const settingsOf = ({ missedShipments, market, seed }: PreviewTrial) => ({
  missed_shipments: missedShipments,
  dunning: { retry_coupon_codes: ['TEN', 'FIVE'] },
  coupons: [
    { code: 'TEN', percent: 10 },
    { code: 'FIVE', amount: 5 },
  ],
  ...(market && {
    shipping_methods: shippingMethods,
    tax_rounding: roundingOf(seed),
    auth_test_card_changes: true,
  }),
});

const roundingOf = (seed: number) => (seed % 2 === 0 ? 'order' : 'line');

async function openMarket(
  { app, markets, key }: Played,
  day: (days: number) => string,
): Promise<CustomerOids> {
  const write = async <Id extends OperationId>(request: TestRequest<Id>) => {
    const { status, body } = await app.request({ ...request, key });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  for (const body of taxRates) await write({ operation: 'insertTaxRate', body });
  for (const body of coupons(day)) await write({ operation: 'insertCoupon', body });
  for (const body of pricingTiers) await write({ operation: 'insertPricingTier', body });
  const oids = new Map<string, number>();
  for (const [name, body] of Object.entries(customers)) {
    const { customer } = await write({ operation: 'insertCustomer', body });
    oids.set(name, customer.customer_profile_oid);
  }
  const creditors = new Map<number, number>();
  for (const [index, drawn] of markets.entries()) {
    if (creditOf(drawn) === 0) continue;
    const { customer } = await write({
      operation: 'insertCustomer',
      body: { email: creditorEmail(index + 1) },
    });
    const params = { customer_profile_oid: customer.customer_profile_oid };
    const body = { amount: (creditOf(drawn) + 100) / 100 };
    await write({ operation: 'addCustomerStoreCredit', params, body });
    creditors.set(index + 1, params.customer_profile_oid);
  }
  return { special: Object.fromEntries(oids) as CustomerOids['special'], creditors };
}

/** Asserts that new cards were tested, and that each test's hold was released. */
function checkHolds({ app, trial: { seed }, merchant }: Played): void {
  const holds = app.books.holds().filter(({ merchantId }) => merchantId === merchant.merchantId);
  assert.ok(holds.length > 0);
  const kept = holds.filter(({ releases }) => releases !== 1);
  assert.deepEqual(kept, [], `seed ${seed}: tests of cards`);
}

/** Checks that the remaining store credit is what the rebills did not use. */
async function checkCredit(
  { app, trial: { seed }, markets, merchant, key }: Played,
  { creditors }: CustomerOids,
): Promise<void> {
  const rows = await app.db.rows<{ oid: number; used: number }>(
    `select auto_order_oid as oid,
       sum(coalesce((summary#>>'{internal_gift_certificate_amount,value}')::numeric, 0) * 100)::float
         as used
     from orders where merchant_id = $1 and rebill_number > 0 group by auto_order_oid`,
    [merchant.merchantId],
  );
  const used = new Map(rows.map((row) => [row.oid, row.used]));
  for (const [oid, customer_profile_oid] of creditors) {
    const { body } = await app.request({
      operation: 'getCustomerStoreCredit',
      params: { customer_profile_oid },
      key,
    });
    const had = creditOf(markets[oid - 1]!);
    const { available } = body.customer_store_credit;
    assert.equal(
      Math.round(available * 100),
      had - (used.get(oid) ?? 0),
      `seed ${seed}: what auto order ${oid} left of ${had} cents`,
    );
  }
}

const creditorEmail = (oid: number): string => `creditor${oid}@example.com`;

/** Uses a dollar of store credit for the original orders of these customers. */
async function useCredit({ app, merchant }: Played, { creditors }: CustomerOids): Promise<void> {
  const { merchantId } = merchant;
  const accounts = await readAccounts(app.db, merchantId, [...creditors.values()]);
  const uses = [...creditors].map(([oid, customerOid]) => ({
    customerOid,
    useOid: 1_000_000 + oid,
    entryOid: accounts.get(customerOid)!.credits[0]!.entryOid,
    amount: minor(100),
    description: 'The original order',
    orderId: originalIdOf(merchantId, oid),
    usedAt: Temporal.Instant.from('2025-01-01T00:00:00Z'),
    purpose: 'payment' as const,
  }));
  await addUses(app.db, merchantId, uses);
}

/** The data that a trial keeps between its spans, by the oid of the auto order. */
interface Known {
  /** The number of rebills that were compared in earlier spans. */
  readonly seen: Map<number, number>;
  /** The quantity that must be left of the counted item that only this auto order has. */
  readonly left: Map<number, number>;
  readonly isMoved: boolean;
}

/** Previews, moves the clock, and compares. */
async function playSpan(
  played: Played,
  oids: readonly number[],
  { seen, left, isMoved }: Known,
): Promise<number> {
  const { app, trial, key } = played;
  const previews = new Map<number, Preview>();
  for (const oid of oids) {
    const params = { auto_order_oid: oid };
    const { body } = await app.request({ operation: 'previewAutoOrder', params, key });
    previews.set(oid, { rebills: body.rebills, ends: body.ends });
  }
  await advance(app, key, trial.span);
  const end = (await app.request({ operation: 'getClock', key })).body.clock.now_dts;
  let rebills = 0;
  for (const oid of oids) {
    const orders = await ordersAfter(played, oid, seen.get(oid) ?? 0);
    rebills += compare(played, oid, orders, previews.get(oid)!, end);
    if (trial.market) {
      judge(played, oid, orders, isMoved);
      const used = countedIn(
        oid,
        orders.flatMap((order) => order.items),
      );
      left.set(oid, left.get(oid)! - used);
    }
    seen.set(oid, orders.at(-1)?.rebill_number ?? seen.get(oid) ?? 0);
  }
  const levels = await levelsOf(played);
  for (const [oid, level] of levels) assert.equal(level, left.get(oid), `stock of ${oid}`);
  return rebills;
}

/** Reads the stock of the counted items, by the auto orders that have them. */
async function levelsOf({ app, merchant }: Played): Promise<Map<number, number>> {
  const rows = await app.db.rows<{ id: string; level: number }>(
    `select document->>'merchant_item_id' as id,
       (document#>>'{shipping,distribution_centers,0,inventory_level}')::float as level
     from item where merchant_id = $1 and document->>'merchant_item_id' like 'COUNTED%'`,
    [merchant.merchantId],
  );
  return new Map(rows.map(({ id, level }) => [Number(id.slice('COUNTED'.length)), level]));
}

/** Moves customers, removes options, and restocks counted items. */
async function changeHalfway(
  played: Played,
  oids: readonly number[],
  left: Map<number, number>,
): Promise<void> {
  const { app, trial, key, markets } = played;
  const write = async <Id extends OperationId>(request: TestRequest<Id>) => {
    const { status, body } = await app.request({ ...request, key });
    assert.equal(status, 200, `seed ${trial.seed}: ${JSON.stringify(body)}`);
    return body;
  };
  const { customer } = await write({
    operation: 'getCustomerByEmail',
    params: { email: customers.trader.email },
  });
  const { customer_profile_oid } = customer;
  const params = { customer_profile_oid };
  await write({ operation: 'updateCustomer', params, body: { pricing_tiers: [{ name: 'Club' }] } });
  for (const [index, oid] of oids.entries()) {
    const { movesTo, options, dropsOptions, itemId, restock, getsNewCard } = markets[index]!;
    const params = { auto_order_oid: oid };
    if (getsNewCard) await giveCard(played, oid);
    if (movesTo)
      await write({
        operation: 'updateAutoOrder',
        params,
        body: { original_order: { shipping: homes[movesTo].address } },
      });
    if (dropsOptions && options.length > 0) {
      const query = { _expand: 'items' };
      const { auto_order } = await write({ operation: 'getAutoOrder', params, query });
      const items = (auto_order.items as { auto_order_item_oid: number }[]).map(
        ({ auto_order_item_oid }, line) => ({
          auto_order_item_oid,
          ...(line === 0 && { options: [{ label: 'Size', value: 'Small' }] }),
        }),
      );
      await write({ operation: 'updateAutoOrder', params, body: { items } });
    }
    if (restock !== undefined && itemId !== undefined && itemId in ownIds(oid)) {
      const query = { merchant_item_id: ownIds(oid).COUNTED };
      const { items } = await write({ operation: 'getItems', query });
      await write({
        operation: 'updateItem',
        params: { merchant_item_oid: items[0].merchant_item_oid },
        body: { ...items[0], shipping: counted(restock) },
      });
      left.set(oid, restock);
    }
  }
}

/**
 * Gives an auto order a new card, which is tested. Skips an auto order with a declined rebill,
 * because the new card would retry it.
 */
async function giveCard({ app, trial, key }: Played, oid: number): Promise<void> {
  const params = { auto_order_oid: oid };
  const { body } = await app.request({ operation: 'getAutoOrder', params, key });
  const { status, failure_reason } = body.auto_order;
  if (status !== 'active' || failure_reason) return;
  const answer = await app.request({
    operation: 'updateAutoOrderPayment',
    params,
    body: {
      card_number_token: `tok_approve-${oid}`,
      card_expiration_month: 12,
      card_expiration_year: 2045,
    },
    key,
  });
  assert.equal(answer.status, 200, `seed ${trial.seed}, auto order ${oid}: ${answer.text}`);
}

/** Calculates each order again with an oracle, from the rates that the test knows. */
function judge(
  { trial: { seed }, markets }: Played,
  oid: number,
  orders: readonly OrderRow[],
  isMoved: boolean,
): void {
  const tax = {
    ...expectedTax(markets[oid - 1]!, isMoved),
    rounding: roundingOf(seed),
  } as const;
  for (const { items, summary, order_id } of orders)
    assert.deepEqual(
      shownSums(summary),
      oracleSums(items, summary, tax),
      `seed ${seed}, order ${order_id}`,
    );
}

interface Preview {
  readonly rebills: readonly PreviewRebill[];
  readonly ends: string;
}

async function advance(app: TestApp, key: string, span: string): Promise<void> {
  const { body } = await app.request({ operation: 'setClock', body: { advance_by: span }, key });
  let { advance } = body;
  for (let rounds = 0; !advance.done && rounds < 600; rounds++) {
    await app.work('clock');
    ({
      body: { advance },
    } = await app.request({
      operation: 'getClockAdvance',
      params: { advance_id: advance.advance_id },
      key,
    }));
  }
  assert.equal(advance.done, true);
  assert.equal(advance.failure_reason, undefined);
}

const ordersAfter = ({ app, merchant }: Played, oid: number, seen: number): Promise<OrderRow[]> =>
  app.db.rows(
    `select order_id, rebill_number, created_at, currency, items, summary, shipping from orders
     where merchant_id = $1 and auto_order_oid = $2 and rebill_number > $3
     order by rebill_number`,
    [merchant.merchantId, oid, seen],
  );

function compare(
  { merchant, trial: { seed } }: Played,
  oid: number,
  orders: readonly OrderRow[],
  preview: Preview,
  end: string,
): number {
  const expected = preview.rebills
    .filter((rebill) => Date.parse(rebill.shipment_dts!) <= Date.parse(end))
    .map(plainPreview);
  const isWhole = preview.ends !== 'never' || expected.length < preview.rebills.length;
  const ordered = (isWhole ? orders : orders.slice(0, expected.length)).map((order) =>
    plainOrder(order, merchant.timeZone),
  );
  assert.deepEqual(
    ordered,
    expected,
    `seed ${seed}, auto order ${oid} of ${merchant.merchantId}, which the preview ends as ${preview.ends}`,
  );
  return expected.length;
}

interface OrderRow {
  order_id: string;
  rebill_number: number;
  created_at: Temporal.Instant;
  currency: string;
  items: NonNullable<OrderDocument['items']>;
  summary: NonNullable<OrderDocument['summary']>;
}

const plainPreview = (rebill: PreviewRebill) => ({
  number: rebill.rebill_number,
  at: rebill.shipment_dts,
  lines: (rebill.lines ?? []).map((line) => [line.merchant_item_id, line.quantity, line.unit_cost]),
  amounts: [
    rebill.subtotal,
    rebill.discount,
    rebill.shipping,
    rebill.tax,
    rebill.store_credit ?? 0,
    rebill.total,
  ],
});

const plainOrder = (order: OrderRow, zone: string) => ({
  number: order.rebill_number,
  at: wireDate(order.created_at, zone),
  lines: order.items.map((line) => [line.merchant_item_id, line.quantity, line.cost?.value]),
  amounts: [
    order.summary.subtotal?.value,
    order.summary.subtotal_discount?.value,
    shippingOf(order),
    order.summary.tax?.value,
    order.summary.internal_gift_certificate_amount?.value ?? 0,
    order.summary.total?.value,
  ],
});

/** Returns the shipping less the discount of coupons, as previews show it. */
const shippingOf = ({ summary }: OrderRow): number =>
  Number(
    (
      (summary.shipping_handling_total?.value ?? 0) -
      (summary.shipping_handling_total_discount?.value ?? 0)
    ).toFixed(2),
  );
