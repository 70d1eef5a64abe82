import { type Frequency, frequencies } from '@perennial/contract/frequency.ts';
import type { Item, ItemAutoOrderStep } from '@perennial/contract/item.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { AddOn, AutoOrder, AutoOrderItem } from '../../server/src/autoOrders/autoOrder.ts';
import { calculate } from '../../server/src/autoOrders/calculated.ts';
import { loadCatalog } from '../../server/src/autoOrders/catalogReader.ts';
import { anchorOf } from '../../server/src/autoOrders/schedule.ts';
import { stepsOf } from '../../server/src/autoOrders/stepWalk.ts';
import { insertAutoOrders } from '../../server/src/autoOrders/store.ts';
import { insertItem } from '../../server/src/items/store.ts';
import { addDays } from '../../server/src/kernel/calendar.ts';
import { minor } from '../../server/src/kernel/money.ts';
import type { OrderRecord } from '../../server/src/orders/order.ts';
import { insertOrders } from '../../server/src/orders/store.ts';
import { takeNumbers } from '../../server/src/platform/storage/counters.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { insertPastRebills } from '../../server/src/rebill/importStore.ts';
import { anAutoOrder, anItem } from './autoOrders.ts';
import {
  type CustomerOids,
  type Market,
  marketCatalogue,
  marketLine,
  marketOriginal,
  marketsOf,
  ownCatalogue,
} from './randomMarket.ts';

/*
 * Makes auto orders of every kind from a seed: all frequencies, steps, prices, add-ons, pauses,
 * stops, coupons and retries, on days and times at which clocks change and months end.
 */

/** The number of auto orders to add, and their seed. */
export interface RandomAutoOrders {
  readonly seed: number;
  readonly count: number;
  /** The customers of the market (randomMarket.ts). Absent: no other rule of a price applies. */
  readonly customers?: CustomerOids | undefined;
}

/**
 * Adds this many random auto orders with their original orders and their catalogue. Returns their
 * oids.
 */
export async function addRandomAutoOrders(
  db: Database,
  merchant: Merchant,
  now: Temporal.Instant,
  { seed, count, customers }: RandomAutoOrders,
): Promise<number[]> {
  const { merchantId, timeZone: zone } = merchant;
  const markets = customers === undefined ? [] : marketsOf(seed, count);
  await addItems(db, merchant, now, [
    ...catalogue(now, zone),
    ...(customers === undefined ? [] : marketCatalogue(anySchedule)),
    ...markets.flatMap((drawn, index) => ownCatalogue(index + 1, drawn, anySchedule)),
  ]);
  await takeNumbers(db, merchantId, 'order', count);
  const lives = fc.sample(life(), { seed, numRuns: count });
  const missedShipments =
    merchant.settings['missed_shipments'] === 'skip' ? ('skip' as const) : ('bill' as const);
  for (const [index, drawn] of lives.entries()) {
    const plain = autoOrderOf(drawn, index + 1, { merchantId, zone, now });
    const met = markets[index];
    const record = met ? { ...plain, items: withMarket(plain, met) } : plain;
    const original = originalOf(drawn, record, merchant);
    await insertOrders(db, merchantId, [
      met && customers ? marketOriginal(original, met, customers) : original,
    ]);
    const catalog = await loadCatalog(db, merchantId, [record]);
    const autoOrder = {
      ...record,
      items: record.items.map((item) =>
        withSteps(item, stepsOf(catalog(item.originalItemId)!).length > 0),
      ),
    };
    await insertAutoOrders(db, merchantId, [
      {
        ...calculate(autoOrder, catalog, { now, zone, missedShipments }),
        currency: merchant.currency,
        createdAt: now,
      },
    ]);
    if (autoOrder.creditCardAttempt > 0)
      await addDecline(db, autoOrder, addDays(now, -drawn.declinedDaysAgo, zone));
  }
  return lives.map((_, index) => index + 1);
}

// A preview ends where the auto order is parked, and an item with a last day would end the parking.
// So no item has one.
const withMarket = ({ items, autoOrderOid }: AutoOrder, met: Market): AutoOrderItem[] =>
  items.map((item, index) => ({
    ...(index === 0 ? marketLine(item, autoOrderOid, met) : item),
    noOrderAfterAt: undefined,
  }));

async function addItems(
  db: Database,
  { merchantId, currency }: Merchant,
  now: Temporal.Instant,
  items: readonly Item[],
): Promise<void> {
  for (const [index, item] of items.entries()) {
    const pricing = { currency_code: currency, ...item.pricing };
    await insertItem(db, merchantId, { merchant_item_oid: index + 1, ...item, pricing }, now);
  }
}

const chosenItems = ['COFFEE', 'TEA', 'SALE', 'TAXFREE', 'SHIPSFREE', 'PENNY'];
const steppedItems = ['TRIAL', 'TOUR', 'SEASON', 'PAYDAY', 'GIFT', 'RETRYDEAL', 'UNTIL'];

/** Returns a function for the day that is `days` after now, as items write it. */
export const dayOf = (now: Temporal.Instant, zone: string) => (days: number) =>
  `${addDays(now, days, zone).toZonedDateTimeISO(zone).toPlainDate()}T00:00:00+00:00`;

type DayOf = ReturnType<typeof dayOf>;

function catalogue(now: Temporal.Instant, zone: string): Item[] {
  const day = dayOf(now, zone);
  return [...chosenCatalogue(day), ...steppedCatalogue(day), ...datedCatalogue(day)];
}

const steps = (...list: ItemAutoOrderStep[]) => ({ auto_order_upsell: true, steps: list });

const ship = (
  recurring: string,
  schedule: Frequency,
  more: ItemAutoOrderStep = {},
): ItemAutoOrderStep => ({
  type: 'item',
  recurring_merchant_item_id: recurring,
  schedule,
  ...more,
});

const item = (id: string, cost: number, autoOrder?: Item['auto_order'], more: Item = {}): Item => ({
  merchant_item_id: id,
  description: id.toLowerCase(),
  ...more,
  pricing: { cost, ...more.pricing },
  ...(autoOrder && { auto_order: autoOrder }),
});

const anySchedule = { auto_orderable: true, auto_order_schedules: [...frequencies] };

function chosenCatalogue(day: DayOf): Item[] {
  const chosen = anySchedule;
  return [
    item('COFFEE', 15.5, chosen, { pricing: { auto_order_cost: 13.95 } }),
    item('TEA', 9.99, chosen),
    item('SALE', 30, chosen, {
      pricing: { sale_cost: 24.5, sale_start: day(-5), sale_end: day(40) },
    }),
    item('TAXFREE', 12.34, chosen, { tax: { tax_free: true } }),
    item('SHIPSFREE', 18, { ...chosen, free_shipping_auto_order: true }),
    item('PAUSED', 11, { ...chosen, auto_order_paused: true }),
    item('PENNY', 0.01, chosen),
    item('FILTERS', 4.25),
    item('MUG', 8),
    item('FREEBIE', 0),
  ];
}

function steppedCatalogue(day: DayOf): Item[] {
  return [
    item(
      'TRIAL',
      1,
      steps(
        ship('COFFEE', 'Biweekly', { repeat_count: 1, arbitrary_unit_cost: 4.95 }),
        ship('COFFEE', 'Monthly', { repeat_count: 3, preshipment_notice_days: 3 }),
        ship('TEA', 'Yearly'),
      ),
    ),
    item(
      'TOUR',
      15,
      steps(
        ship('COFFEE', 'Monthly', { repeat_count: 2 }),
        ship('TEA', 'Every 10 Days', { repeat_count: 1 }),
        { type: 'pause', pause_days: 11 },
        ship('SALE', 'Weekly', { repeat_count: 2 }),
        { type: 'loop' },
      ),
    ),
    item(
      'SEASON',
      15,
      steps(
        ship('TEA', 'Every 4 Weeks', { repeat_count: 3 }),
        { type: 'pause until', pause_until_date: day(200) },
        ship('TEA', 'Monthly', { repeat_count: 2 }),
      ),
    ),
    item(
      'PAYDAY',
      15,
      steps(
        { type: 'pause until', pause_until_day_of_month: 31, pause_until_minimum_delay_days: 10 },
        ship('SALE', 'Monthly', { repeat_count: 1 }),
        { type: 'loop' },
      ),
    ),
  ];
}

function datedCatalogue(day: DayOf): Item[] {
  return [
    item(
      'GIFT',
      14,
      steps(ship('COFFEE', 'Monthly', { repeat_count: 3, arbitrary_unit_cost: 14 })),
    ),
    item(
      'RETRYDEAL',
      40,
      steps(
        ship('TEA', 'Monthly', {
          arbitrary_unit_cost: 39.99,
          arbitrary_unit_cost_schedules: [
            { retry_days: 3, arbitrary_unit_cost: 29.99 },
            { retry_days: 6, arbitrary_unit_cost: 19.99 },
          ],
          grandfather_pricing: [
            { on_or_before_date: day(-30), unit_cost: 35 },
            { on_or_before_date: day(-300), unit_cost: 33.33 },
          ],
        }),
      ),
    ),
    item(
      'UNTIL',
      14,
      steps(
        { type: 'pause until', pause_until_date: day(90) },
        ship('PENNY', 'Every...', { arbitrary_schedule_days: 17, repeat_count: 5 }),
        { type: 'pause', pause_days: 40 },
        ship('TEA', 'Every 3 Months'),
      ),
    ),
  ];
}

type Drawn<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;
type Life = Drawn<ReturnType<typeof life>>;
type Line = Drawn<ReturnType<typeof line>>;

/** Returns a value in one of `times` calls on average. */
const seldom = <Value>(
  arbitrary: fc.Arbitrary<Value>,
  times: number,
): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

function line() {
  return fc.record({
    itemId: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...chosenItems) },
      { weight: 20, arbitrary: fc.constantFrom(...steppedItems) },
      { weight: 1, arbitrary: fc.constant('PAUSED') },
    ),
    frequency: fc.constantFrom(...frequencies),
    days: fc.integer({ min: 1, max: 120 }),
    /** The days from now to the first shipment; sometimes it is overdue. */
    dueInDays: fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 0, max: 80 }) },
      { weight: 1, arbitrary: fc.integer({ min: -70, max: -1 }) },
    ),
    /**
     * The time of day: often in the night in which clocks change, or at an odd minute. There are
     * few times, so that several auto orders are due at one moment and are billed together, which
     * is also faster.
     */
    time: fc.oneof(
      fc.constantFrom('01:30', '02:30', '02:00', '00:00', '23:59:59'),
      fc
        .integer({ min: 0, max: 11 })
        .map((each) => `${pad(each * 2 + 1)}:${pad((each * 37 + 7) % 60)}`),
    ),
    anchorDay: fc.constantFrom(undefined, undefined, 29, 30, 31),
    quantity: fc.constantFrom(1, 1, 1, 2, 3, 7),
    arbitraryItemId: seldom(fc.constantFrom('MUG', 'TEA', 'FREEBIE'), 8),
    arbitraryQuantity: seldom(fc.constantFrom(1, 2, 5), 8),
    arbitraryUnitCost: seldom(fc.integer({ min: 0, max: 9999 }), 6),
    arbitraryUnitCostRemainingOrders: seldom(fc.integer({ min: 0, max: 4 }), 2),
    arbitraryPercentageDiscount: seldom(fc.constantFrom(5, 12.5, 33.33, 100), 5),
    remainingRepeatCount: seldom(fc.integer({ min: 0, max: 9 }), 8),
    noOrderAfterDays: seldom(fc.integer({ min: 10, max: 300 }), 10),
    noticeDays: seldom(fc.integer({ min: 1, max: 7 }), 8),
    paused: fc.integer({ min: 0, max: 19 }).map((drawn) => drawn === 0),
    addOns: fc.array(addOn(), { maxLength: 2 }),
  });
}

function addOn(): fc.Arbitrary<AddOn> {
  return fc.record({
    itemId: fc.constantFrom('FILTERS', 'MUG', 'FREEBIE'),
    quantity: fc.constantFrom(1, 2),
    unitCost: fc.constantFrom(undefined, minor(199)),
    freeShipping: fc.boolean(),
    nextXOrders: fc.constantFrom(undefined, 1, 3),
    options: fc.constant([]),
  });
}

function life() {
  return fc.record({
    lines: fc.array(line(), { minLength: 1, maxLength: 4 }),
    addOns: fc.array(addOn(), { maxLength: 1 }),
    cancelAfterNextXOrders: seldom(fc.integer({ min: 0, max: 6 }), 8),
    signedUpDaysAgo: fc.integer({ min: 1, max: 700 }),
    declines: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 1, 2),
    declinedDaysAgo: fc.integer({ min: 1, max: 6 }),
    affiliate: seldom(fc.integer({ min: 1, max: 99 }), 9),
    shipping: fc.constantFrom(0, 4.99, 7.5),
    taxRate: fc.constantFrom(0, 8.25, 6.125, 20),
    taxesShipping: fc.boolean(),
    expires: fc.constantFrom(2024, 2027, 2035),
    hasCard: fc.integer({ min: 0, max: 29 }).map((drawn) => drawn !== 0),
  });
}

/** Returns the id of the original order of an auto order. */
export const originalIdOf = (merchantId: string, oid: number): string =>
  `${merchantId}-${String(oid).padStart(10, '0')}`;

const pad = (figure: number): string => String(figure).padStart(2, '0');

interface Frame {
  readonly merchantId: string;
  readonly zone: string;
  readonly now: Temporal.Instant;
}

function autoOrderOf(drawn: Life, oid: number, { merchantId, zone, now }: Frame): AutoOrder {
  return anAutoOrder({
    merchantId,
    autoOrderOid: oid,
    originalOrderId: originalIdOf(merchantId, oid),
    signedUpAt: addDays(now, -drawn.signedUpDaysAgo, zone),
    cancelAfterNextXOrders: drawn.cancelAfterNextXOrders,
    overrideAffiliateId: drawn.affiliate,
    addOns: drawn.addOns,
    items: drawn.lines.map((each, index) =>
      itemOf(each, oid * 10 + index, { merchantId, zone, now }),
    ),
    ...(drawn.declines === 0
      ? {}
      : {
          creditCardAttempt: drawn.declines,
          nextAttemptAt: addDays(now, 2, zone),
          failureReason: 'do not honor\nDeclined.',
        }),
  });
}

function itemOf(drawn: Line, itemOid: number, { zone, now }: Frame): AutoOrderItem {
  const due = addDays(now, drawn.dueInDays, zone)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toPlainDateTime(drawn.time)
    .toZonedDateTime(zone)
    .toInstant();
  const anchor = anchorOf(due, zone);
  const daysInMonth = anchor.daysInMonth;
  return anItem({
    itemOid,
    originalItemId: drawn.itemId,
    originalQuantity: drawn.quantity,
    frequency: drawn.frequency,
    arbitraryScheduleDays: drawn.days,
    nextShipmentAt: due,
    // On the last day of a shorter month, the anchor may be a later day of a longer month.
    anchor:
      drawn.anchorDay !== undefined && anchor.day === daysInMonth && drawn.anchorDay > daysInMonth
        ? anchor.with({
            month: anchor.month === 1 ? 12 : anchor.month - 1,
            year: anchor.month === 1 ? anchor.year - 1 : anchor.year,
            day: drawn.anchorDay,
          })
        : anchor,
    nextPreshipmentNoticeAt:
      drawn.noticeDays === undefined ? undefined : addDays(due, -drawn.noticeDays, zone),
    arbitraryItemId: drawn.arbitraryItemId,
    arbitraryQuantity: drawn.arbitraryQuantity,
    arbitraryUnitCost:
      drawn.arbitraryUnitCost === undefined ? undefined : minor(drawn.arbitraryUnitCost),
    arbitraryUnitCostRemainingOrders:
      drawn.arbitraryUnitCost === undefined ? undefined : drawn.arbitraryUnitCostRemainingOrders,
    arbitraryPercentageDiscount: drawn.arbitraryPercentageDiscount,
    remainingRepeatCount: drawn.remainingRepeatCount,
    noOrderAfterAt:
      drawn.noOrderAfterDays === undefined ? undefined : addDays(now, drawn.noOrderAfterDays, zone),
    paused: drawn.paused,
    addOns: drawn.addOns,
    lifeTimeValue: minor(0),
  });
}

/** Items with steps have no frequency. */
const withSteps = (item: AutoOrderItem, hasSteps: boolean): AutoOrderItem =>
  hasSteps ? { ...item, frequency: undefined, arbitraryScheduleDays: undefined } : item;

function originalOf(
  drawn: Life,
  autoOrder: AutoOrder,
  { merchantId, currency }: Merchant,
): OrderRecord {
  const money = (value: number) => ({ currency_code: currency, value });
  return {
    merchantId,
    orderId: autoOrder.originalOrderId,
    document: {
      order_id: autoOrder.originalOrderId,
      merchant_id: merchantId,
      current_stage: 'Completed Order',
      billing: {
        first_name: 'Ann',
        last_name: 'Lee',
        email: `ann${autoOrder.autoOrderOid}@example.com`,
      },
      shipping: { shipping_method: 'Ground' },
      payment: {
        payment_method: 'Credit Card',
        payment_status: 'Processed',
        credit_card: {
          card_type: 'VISA',
          card_expiration_month: 3,
          card_expiration_year: drawn.expires,
        },
      },
      summary: { shipping_handling_total: money(drawn.shipping), total: money(20) },
      taxes: { tax_rate: drawn.taxRate, tax_shipping: drawn.taxesShipping },
    },
    createdAt: autoOrder.signedUpAt,
    modifiedAt: autoOrder.signedUpAt,
    paidAt: autoOrder.signedUpAt,
    currency,
    total: minor(2000),
    autoOrderOid: autoOrder.autoOrderOid,
    rebillNumber: 0,
    ...(drawn.hasCard ? { cardToken: 'tok_approve' } : {}),
  };
}

async function addDecline(
  db: Database,
  { merchantId, autoOrderOid, creditCardAttempt }: AutoOrder,
  at: Temporal.Instant,
): Promise<void> {
  const orderId = `${merchantId}-9${String(autoOrderOid).padStart(9, '0')}`;
  await insertPastRebills(db, merchantId, [
    {
      autoOrderOid,
      rebillNumber: 1,
      state: 'declined',
      attempt: creditCardAttempt,
      at,
      orderId,
      amount: minor(100),
      currency: 'USD',
      route: ['simulator'],
      declines: Array.from({ length: creditCardAttempt }, (_, index) => ({
        attempt: index + 1,
        at,
        reason: 'do not honor',
      })),
    },
  ]);
}
