import type { Item } from '@perennial/contract/item.ts';
import { pino } from 'pino';
import type { AutoOrder } from '../../server/src/autoOrders/autoOrder.ts';
import { calculate } from '../../server/src/autoOrders/calculated.ts';
import { loadCatalog } from '../../server/src/autoOrders/catalogReader.ts';
import { insertAutoOrders, loadAutoOrders } from '../../server/src/autoOrders/store.ts';
import { insertItem } from '../../server/src/items/store.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { minor } from '../../server/src/kernel/money.ts';
import type { OrderDocument, OrderRecord } from '../../server/src/orders/order.ts';
import { documentJson } from '../../server/src/orders/present.ts';
import { insertOrders } from '../../server/src/orders/store.ts';
import { type OpenGateways, openGateways } from '../../server/src/payments/gateways.ts';
import { createPayments } from '../../server/src/payments/payments.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { type Context, systemActor } from '../../server/src/platform/context.ts';
import type { RecordedEvent } from '../../server/src/platform/events/event.ts';
import { outbox } from '../../server/src/platform/events/outbox.ts';
import { takeNumbers } from '../../server/src/platform/storage/counters.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { insertMerchant } from '../../server/src/platform/tenancy/merchantStore.ts';
import {
  defaultTiming,
  type RebillParts,
  type RunCounts,
  resolveUnanswered,
  runDue,
} from '../../server/src/rebill/dueOperations.ts';
import { wakeParked } from '../../server/src/rebill/parkedListener.ts';
import { anAutoOrder, at, someRules } from './autoOrders.ts';

/** The engine on a database, with a simulator whose books the test can read. */
export interface Rebills {
  readonly db: Database;
  readonly merchant: Merchant;
  readonly gateways: OpenGateways;
  readonly parts: RebillParts;
  /** All events until now. */
  readonly events: RecordedEvent[];
  context(now: string): Context;
  /** Adds a catalogue item; its currency is USD by default. */
  addItem(item: Item): Promise<void>;
  /** Adds an auto order with its original order. */
  add(
    given: Partial<AutoOrder> & { readonly autoOrderOid: number },
    original?: OriginalOrder,
  ): Promise<void>;
  addMany(
    given: readonly (Partial<AutoOrder> & { readonly autoOrderOid: number })[],
    original?: OriginalOrder,
  ): Promise<void>;
  /** Runs everything that is due at `now`, all at that moment. */
  run(now: string): Promise<RunCounts>;
  /** Plays everything that falls due until that moment, each part at its own moment. */
  play(until: string): Promise<RunCounts>;
  /** Asks the gateway about charges whose lease has ended. */
  resolve(now: string): Promise<RunCounts>;
  load(autoOrderOid: number): Promise<AutoOrder>;
  /** Returns the rebill orders by their number. */
  orders(
    autoOrderOid: number,
  ): Promise<{ number: number; total: number; stage: string; document: OrderDocument }[]>;
  logs(autoOrderOid: number): Promise<string[]>;
}

export interface OriginalOrder {
  readonly cardToken?: string | undefined;
  readonly document?: OrderDocument;
}

export const rebillMerchant: Merchant = {
  merchantId: 'DEMO',
  name: 'Demo',
  timeZone: 'America/New_York',
  currency: 'USD',
  settings: {},
  clock: { kind: 'standing', at: at('2026-01-15T15:00:00Z') },
};

/** The settings that a test may choose; all others have ordinary values. */
export interface RebillOptions {
  readonly merchantId?: string;
  readonly settings?: Merchant['settings'];
  readonly timing?: Partial<RebillParts['timing']>;
  readonly gateways?: OpenGateways;
  readonly clock?: Merchant['clock'];
}

export async function rebillsOn(db: Database, options: RebillOptions = {}): Promise<Rebills> {
  const merchant = {
    ...rebillMerchant,
    merchantId: options.merchantId ?? rebillMerchant.merchantId,
    settings: options.settings ?? {},
    clock: options.clock ?? rebillMerchant.clock,
  };
  const gateways = options.gateways ?? openGateways({}, systemClock);
  const parts: RebillParts = {
    payments: createPayments(gateways),
    timing: { ...defaultTiming, ...options.timing },
    clock: systemClock,
  };
  const events: RecordedEvent[] = [];
  const sink = outbox([wakeParked, async (_, recorded) => void events.push(...recorded)]);
  await insertMerchant(db, merchant, at('2026-01-01T00:00:00Z'));
  const { merchantId } = merchant;
  // The ids of the original orders follow from the oids of their auto orders, so their numbers are
  // taken.
  await takeNumbers(db, merchantId, 'order', 1_000_000);
  const context = (now: string): Context => ({
    merchant,
    db,
    now: at(now),
    actor: systemActor,
    events: sink,
    ids: randomIds,
    log: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
    requestId: 'test',
  });
  let items = 0;
  return {
    db,
    merchant,
    gateways,
    parts,
    events,
    context,
    async addItem(item) {
      const pricing = { currency_code: 'USD', ...item.pricing };
      await insertItem(
        db,
        merchantId,
        { merchant_item_oid: ++items, ...item, pricing },
        at('2026-01-01T00:00:00Z'),
      );
    },
    add: (given, original = {}) => addMany(db, merchantId, [given], original),
    addMany: (list, original = {}) => addMany(db, merchantId, list, original),
    run: (now) => runDue(context(now), parts, { until: at(now), moment: 'now' }),
    play: (until) => runDue(context(until), parts, { until: at(until), moment: 'due' }),
    resolve: (now) => resolveUnanswered(context(now), parts),
    load: async (autoOrderOid) => (await loadAutoOrders(db, merchantId, [autoOrderOid]))[0]!,
    orders: (autoOrderOid) => rebillOrders(db, merchantId, autoOrderOid),
    logs: (autoOrderOid) => logsOf(db, merchantId, autoOrderOid),
  };
}

async function addMany(
  db: Database,
  merchantId: string,
  list: Parameters<Rebills['addMany']>[0],
  original: OriginalOrder,
): Promise<void> {
  const autoOrders = list.map((given) => {
    const started = anAutoOrder({
      merchantId,
      originalOrderId: `${merchantId}-${String(given.autoOrderOid).padStart(10, '0')}`,
      ...given,
    });
    const { signedUpAt } = started;
    const items = started.items.map((item) => ({
      firstOrderAt: signedUpAt,
      lastOrderAt: signedUpAt,
      ...item,
    }));
    return { ...started, items };
  });
  const catalog = await loadCatalog(db, merchantId, autoOrders);
  const orders = autoOrders.map((autoOrder) => originalOrder(autoOrder, original));
  await insertOrders(db, merchantId, orders);
  const inserted = autoOrders.map((autoOrder) => ({
    ...calculate(autoOrder, catalog, someRules),
    currency: 'USD',
    createdAt: someRules.now,
  }));
  await insertAutoOrders(db, merchantId, inserted);
}

const rebillOrders = (
  db: Database,
  merchantId: string,
  autoOrderOid: number,
): ReturnType<Rebills['orders']> =>
  db.rows(
    `select rebill_number as number, total_minor as total, current_stage as stage,
      ${documentJson('o')}::json as document
     from orders o where merchant_id = $1 and auto_order_oid = $2 and rebill_number > 0
     order by rebill_number`,
    [merchantId, autoOrderOid],
  );

async function logsOf(db: Database, merchantId: string, autoOrderOid: number): Promise<string[]> {
  const rows = await db.rows<{ message: string }>(
    `select message from auto_order_log where merchant_id = $1 and auto_order_oid = $2
      order by log_id`,
    [merchantId, autoOrderOid],
  );
  return rows.map((row) => row.message);
}

/**
 * Returns the order that started an auto order: paid by card, 5.00 for shipping, taxed at 8.25 %.
 */
export function originalOrder(
  autoOrder: AutoOrder,
  { cardToken = 'tok_approve', document = {} }: OriginalOrder,
): OrderRecord {
  const usd = (value: number) => ({ currency_code: 'USD', value });
  return {
    merchantId: autoOrder.merchantId,
    orderId: autoOrder.originalOrderId,
    document: {
      order_id: autoOrder.originalOrderId,
      merchant_id: autoOrder.merchantId,
      current_stage: 'Completed Order',
      billing: {
        first_name: 'Ann',
        last_name: 'Lee',
        email: 'ann@example.com',
        city: 'Albany',
        country_code: 'US',
      },
      shipping: {
        first_name: 'Ann',
        last_name: 'Lee',
        city: 'Albany',
        country_code: 'US',
        shipping_method: 'Ground',
        tracking_numbers: ['1Z'],
      },
      payment: {
        payment_method: 'Credit Card',
        payment_status: 'Processed',
        credit_card: {
          card_type: 'VISA',
          card_number: 'XXXXXXXXXXXX4242',
          card_expiration_month: 12,
          card_expiration_year: 2030,
        },
      },
      items: autoOrder.items.map((item) => ({
        item_reference_oid: item.itemOid,
        merchant_item_id: item.originalItemId,
        quantity: item.originalQuantity,
        total_cost_with_discount: usd(item.lifeTimeValue / 100),
      })),
      summary: { shipping_handling_total: usd(5), total: usd(19.06) },
      taxes: { tax_rate: 8.25 },
      ...document,
    },
    createdAt: autoOrder.signedUpAt,
    modifiedAt: autoOrder.signedUpAt,
    paidAt: autoOrder.signedUpAt,
    currency: 'USD',
    total: minor(1906),
    autoOrderOid: autoOrder.autoOrderOid,
    rebillNumber: 0,
    ...(cardToken === '' ? {} : { cardToken }),
  };
}

/** COFFEE for 12.99, with three schedules to choose from. */
export const coffee: Item = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 12.99 },
  auto_order: {
    auto_orderable: true,
    auto_order_schedules: ['Weekly', 'Monthly', 'Every 2 Months'],
  },
};
