import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { PricingTier } from '@perennial/contract/catalog.ts';
import type { Weight } from '@perennial/contract/common.ts';
import type { Coupon } from '@perennial/contract/coupon.ts';
import type { Customer } from '@perennial/contract/customer.ts';
import type { Item } from '@perennial/contract/item.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import type { OrderItemOption } from '@perennial/contract/orderItem.ts';
import type { TaxRate } from '@perennial/contract/tax.ts';
import { Temporal } from 'temporal-polyfill';
import { toLocal } from '../../server/src/kernel/calendar.ts';
import type { OrderDocument } from '../../server/src/orders/order.ts';
import { documentJson } from '../../server/src/orders/present.ts';
import type { AnswerBody } from './answerBody.ts';
import { type TestApp, type TestRequest, testApp } from './app.ts';

/*
 * Stories with dates in a merchant's words: what is sold, who orders it, how the clock moves, and
 * everything that happens on the way. All requests use the public API. When a story ends, its books
 * must add up, and the gateway must have captured exactly what was billed.
 */

/** The place and the time at which a story begins. */
export interface Opening {
  /** The merchant's wall clock: `2026-01-10T09:00`. */
  readonly on: string;
  readonly zone?: string;
  /** The currency; US dollars by default. */
  readonly currency?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A merchant in a story. */
export interface Shop {
  sells(...items: readonly Item[]): Promise<void>;
  changes(itemId: string, change: Item): Promise<void>;
  offers(...coupons: readonly Coupon[]): Promise<void>;
  tiers(...tiers: readonly PricingTier[]): Promise<void>;
  /** Sets the tax rates of places. */
  taxes(...rates: readonly TaxRate[]): Promise<void>;
  /** Stores the profile of a customer, and returns a function that changes it. */
  profile(customer: Customer): Promise<(change: Customer) => Promise<void>>;
  /** Gives a new customer store credit, and returns the oid of the profile. */
  credit(email: string, amount: number): Promise<number>;
  /** A customer orders and pays; the recurring lines become an auto order. */
  order(
    lines: readonly Line[],
    more?: Omit<Order, 'items'> & { readonly card?: string; readonly email?: string },
  ): Promise<Subscriber>;
  /** Plays everything until this local time of the merchant. */
  until(wall: string): Promise<void>;
}

export interface Line {
  readonly merchant_item_id: string;
  readonly quantity?: number;
  readonly auto_order_schedule?: string;
  readonly tax_product_type?: 'digital' | 'physical' | 'service';
  readonly taxable_cost?: { readonly value: number };
  readonly weight?: Weight;
  readonly tax_free?: boolean;
  readonly options?: readonly OrderItemOption[];
}

/** An auto order in a story. */
export interface Subscriber {
  readonly oid: number;
  /** Returns its rebill orders, oldest first, with the parts of `_expand`. */
  bills(expand?: string): Promise<Order[]>;
  /**
   * Asserts everything that happened to it since the last call, one line each: when, what, and the
   * amount that was billed.
   */
  lived(...lines: readonly string[]): Promise<void>;
  read(): Promise<AutoOrder>;
  update(change: AutoOrder): Promise<void>;
  /** Changes its first item, or the named one, and leaves the other items unchanged. */
  updateItem(change: Record<string, unknown>, originalItemId?: string): Promise<void>;
  /** Calls any other operation for it. */
  ask<Id extends OperationId>(request: TestRequest<Id>): Promise<AnswerBody<Id>>;
}

// The stories of a file share one application; each story has its own merchant.
let opened: Promise<TestApp> | undefined;
let app: TestApp;
let stories = 0;

/** Opens the application while a file is loaded. It is closed at the end of that file. */
function openApp(): Promise<TestApp> {
  stories = 0;
  after(() => {
    opened = undefined;
  });
  return testApp();
}

/** Registers a story as a test. */
export function story(title: string, opening: Opening, tell: (shop: Shop) => Promise<void>): void {
  const openedApp = (opened ??= openApp());
  test(title, async () => {
    app = await openedApp;
    const told = await openShop(opening);
    await tell(told.shop);
    await told.checkBooks();
  });
}

async function openShop({
  on,
  zone = 'America/New_York',
  currency = 'USD',
  settings = {},
}: Opening): Promise<{ shop: Shop; checkBooks(): Promise<void> }> {
  const merchantId = `ST${++stories}`;
  const at = Temporal.PlainDateTime.from(on).toZonedDateTime(zone).toInstant();
  const clock = { kind: 'standing', at } as const;
  await app.addMerchant(merchantId, { timeZone: zone, currency, settings, clock });
  const key = await app.addKey(merchantId);
  const ask: Ask = async (request) => {
    const { status, body } = await app.request({ ...request, key });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const shop: Shop = {
    async sells(...items) {
      for (const item of items) await ask({ operation: 'insertItem', body: item });
    },
    async offers(...coupons) {
      for (const coupon of coupons) await ask({ operation: 'insertCoupon', body: coupon });
    },
    async tiers(...tiers) {
      for (const tier of tiers) await ask({ operation: 'insertPricingTier', body: tier });
    },
    async taxes(...rates) {
      for (const rate of rates) await ask({ operation: 'insertTaxRate', body: rate });
    },
    async profile(given) {
      const { customer } = await ask({ operation: 'insertCustomer', body: given });
      const params = { customer_profile_oid: customer.customer_profile_oid };
      return async (body) => void (await ask({ operation: 'updateCustomer', params, body }));
    },
    credit: (email, amount) => withCredit(ask, email, amount),
    async changes(itemId, change) {
      const { items } = await ask({
        operation: 'getItems',
        query: { merchant_item_id: itemId, _expand: 'pricing,auto_order,auto_order.steps' },
      });
      await ask({
        operation: 'updateItem',
        params: { merchant_item_oid: items[0].merchant_item_oid },
        body: { ...items[0], ...change },
      });
    },
    async order(lines, { card = 'tok_approve', email = 'ann@example.com', ...more } = {}) {
      const { order } = await ask({
        operation: 'insertOrder',
        body: { ...anOrder(email, card), ...more, items: lines },
      });
      assert.notEqual(order.current_stage, 'Rejected');
      const { auto_order: autoOrder } = await ask({
        operation: 'getAutoOrderByReferenceOrderId',
        params: { reference_order_id: order.order_id },
      });
      return subscriber(ask, { merchantId, zone, oid: autoOrder.auto_order_oid });
    },
    until: (wall) => moveClock(ask, wall),
  };
  return { shop, checkBooks: () => checkBooks(ask, merchantId) };
}

async function moveClock(ask: Ask, wall: string): Promise<void> {
  const { advance } = await ask({ operation: 'setClock', body: { now_dts: wall } });
  if (advance.done) return;
  // A request plays only for some seconds, so the worker plays the rest.
  await app.work('clock');
  const params = { advance_id: advance.advance_id };
  const { advance: played } = await ask({ operation: 'getClockAdvance', params });
  assert.equal(played.done, true, JSON.stringify(played));
}

async function withCredit(ask: Ask, email: string, amount: number): Promise<number> {
  const { customer } = await ask({ operation: 'insertCustomer', body: { email } });
  const params = { customer_profile_oid: customer.customer_profile_oid };
  await ask({ operation: 'addCustomerStoreCredit', params, body: { amount } });
  return customer.customer_profile_oid;
}

const anOrder = (email: string, card: string) => ({
  billing: { first_name: 'Ann', last_name: 'Lee', email, country_code: 'US' },
  shipping: { first_name: 'Ann', last_name: 'Lee', country_code: 'US' },
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number_token: card,
      card_expiration_month: 12,
      card_expiration_year: 2040,
    },
  },
});

type Ask = <Id extends OperationId>(request: TestRequest<Id>) => Promise<AnswerBody<Id>>;

interface Place {
  readonly merchantId: string;
  readonly zone: string;
  readonly oid: number;
}

function subscriber(ask: Ask, place: Place): Subscriber {
  const { oid } = place;
  const params = { auto_order_oid: oid };
  let heard = 0;
  const read = async (): Promise<AutoOrder> =>
    (await ask({ operation: 'getAutoOrder', params, query: { _expand: 'items' } })).auto_order;
  const update = async (change: AutoOrder) =>
    void (await ask({ operation: 'updateAutoOrder', params, body: change }));
  return {
    oid,
    read,
    update,
    async bills(expand = '') {
      const parts = expand === '' ? [] : expand.split(',');
      const query = {
        _expand: ['rebill_orders', ...parts.map((part) => `rebill_orders.${part}`)].join(','),
      };
      const { auto_order: autoOrder } = await ask({ operation: 'getAutoOrder', params, query });
      return autoOrder.rebill_orders.toSorted((a: Order, b: Order) =>
        a.order_id!.localeCompare(b.order_id!),
      );
    },
    async lived(...lines) {
      const events = await eventsAfter(place, heard);
      heard = events.at(-1)?.sequence ?? heard;
      assert.deepEqual(
        events.map((event) => lineOf(event, place.zone)),
        lines,
      );
    },
    async updateItem(change, originalItemId) {
      const { items = [] } = await read();
      const [first] = items;
      const isIt = (item: (typeof items)[number]) =>
        originalItemId === undefined ? item === first : item.original_item_id === originalItemId;
      await update({
        items: items.map((item) => ({
          auto_order_item_oid: item.auto_order_item_oid,
          ...(isIt(item) ? change : {}),
        })) as NonNullable<AutoOrder['items']>,
      });
    },
    ask: (request) => ask({ ...request, params: { ...params, ...request.params } }),
  };
}

interface LivedEvent {
  readonly sequence: number;
  readonly name: string;
  readonly at: Temporal.Instant;
  readonly data: Readonly<Record<string, unknown>>;
  readonly order: OrderDocument | null;
}

function eventsAfter({ merchantId, oid }: Place, sequence: number): Promise<LivedEvent[]> {
  return app.db.rows(
    `select e.object_sequence as sequence, e.name, e.at, e.data, case
      when o.order_id is not null then ${documentJson('o')}::json end as order
     from event e left join orders o on o.merchant_id = $1 and e.name = 'auto_order_rebill'
       and o.order_id = e.data->>'order_id'
     where e.merchant_id = $1 and e.object_type = 'auto order' and e.object_id = $2
       and e.object_sequence > $3 order by e.object_sequence`,
    [merchantId, String(oid), sequence],
  );
}

/**
 * Returns a line such as `2026-02-15 10:00 rebill: COFFEE 12.99 + shipping 5.00 + tax 1.07 =
 * 19.06`.
 */
function lineOf({ name, at, data, order }: LivedEvent, zone: string): string {
  const when = toLocal(at, zone).toString({ smallestUnit: 'minute' }).replace('T', ' ');
  const what = name.replace('auto_order_', '');
  if (order !== null) return `${when} ${what}: ${billed(order)}`;
  const last = data['final'] === true ? ', the last' : '';
  if (name === 'auto_order_decline')
    return `${when} ${what}: ${data['reason']}, attempt ${data['attempt']}${last}`;
  return typeof data['reason'] === 'string' && data['reason'] !== ''
    ? `${when} ${what}: ${data['reason']}`
    : `${when} ${what}`;
}

function billed({ items = [], summary }: OrderDocument): string {
  const lines = items.map(
    (line) =>
      `${line.quantity === 1 ? '' : `${line.quantity} × `}${line.merchant_item_id} ${amount(line.cost?.value)}`,
  );
  const extras = [
    ...(summary?.subtotal_discount?.value
      ? [`coupon -${amount(summary.subtotal_discount.value)}`]
      : []),
    ...(summary?.shipping_handling_total?.value
      ? [`shipping ${amount(summary.shipping_handling_total.value)}`]
      : []),
    ...(summary?.tax?.value ? [`tax ${amount(summary.tax.value)}`] : []),
  ];
  return `${[...lines, ...extras].join(' + ')} = ${amount(summary?.total?.value)}`;
}

const amount = (value: number | undefined): string => (value ?? 0).toFixed(2);

async function checkBooks(ask: Ask, merchantId: string): Promise<void> {
  const { differences } = await ask({ operation: 'getAudit' });
  assert.deepEqual(differences, []);
  const paid = await app.db.rows<{ total: number }>(
    // Orders that staff marked as paid, or that were paid by invoice, have no charge.
    `select total_minor as total from orders o where merchant_id = $1 and paid_at is not null
      and total_minor > 0
      and payment->>'payment_method' not in ('Purchase Order', 'Check', 'Wire Transfer', 'Cash')
       and not exists (select from rebill r where r.merchant_id = $1 and r.order_id = o.order_id
         and r.auto_order_oid = o.auto_order_oid and r.rebill_number = o.rebill_number
           and r.state = 'paid' and r.settled_by is not null and r.reference is null)`,
    [merchantId],
  );
  const captured = app.books
    .captures()
    .filter((capture) => capture.merchantId === merchantId)
    .map((capture) => capture.amount);
  assert.deepEqual(captured.sort(byAmount), paid.map((order) => order.total).sort(byAmount));
}

const byAmount = (a: number, b: number): number => a - b;
