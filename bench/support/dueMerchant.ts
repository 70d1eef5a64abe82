import type { Item } from '@perennial/contract/item.ts';
import { pino } from 'pino';
import { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../../server/src/autoOrders/autoOrder.ts';
import { calculate } from '../../server/src/autoOrders/calculated.ts';
import { anchorOf } from '../../server/src/autoOrders/schedule.ts';
import type { Catalog } from '../../server/src/autoOrders/steps.ts';
import { insertAutoOrders } from '../../server/src/autoOrders/store.ts';
import { catalogItem } from '../../server/src/items/catalogItem.ts';
import { insertItem } from '../../server/src/items/store.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { minor } from '../../server/src/kernel/money.ts';
import type { OrderRecord } from '../../server/src/orders/order.ts';
import { insertOrders } from '../../server/src/orders/store.ts';
import { type Gateway, noHolds } from '../../server/src/payments/gateway.ts';
import { type Context, systemActor } from '../../server/src/platform/context.ts';
import { outbox } from '../../server/src/platform/events/outbox.ts';
import { takeNumbers } from '../../server/src/platform/storage/counters.ts';
import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { insertMerchant } from '../../server/src/platform/tenancy/merchantStore.ts';
import { anAutoOrder, anItem } from '../../test/support/autoOrders.ts';
import { coffee, originalOrder } from '../../test/support/rebills.ts';

/** The moment at which every auto order of {@link merchantWith} is due. */
export const due = Temporal.Instant.from('2026-03-15T14:00:00Z');

/** The time zone of the measured merchants. */
export const zone = 'America/New_York';
const signedUpAt = Temporal.Instant.from('2026-02-01T00:00:00Z');

/** Returns a gateway that approves every charge after `delayMs`. */
export function gatewayOf(delayMs: number): Gateway {
  const approved = { kind: 'approved', reference: 'ref' } as const;
  const charge =
    delayMs === 0
      ? async () => approved
      : async () => {
          await new Promise((resolve) => setTimeout(resolve, delayMs));
          return approved;
        };
  return {
    code: 'simulator',
    isReal: false,
    concurrency: 200,
    answerMsMax: delayMs,
    charge,
    find: charge,
    cancel: charge,
    describe: async () => undefined,
    refund: async () => ({ kind: 'refunded', reference: 'ref' }),
    holds: noHolds,
  };
}

/** The parts of a merchant's auto orders in addition to two items and a card. */
export interface DueTerms {
  /** When each auto order is due; {@link due} unless given. */
  readonly dueAt?: (index: number) => Temporal.Instant;
  readonly settings?: Merchant['settings'];
  /** Returns the catalogue, which is made from COFFEE and TEA. */
  readonly items?: (items: readonly [coffee: Item, tea: Item]) => readonly Item[];
  readonly autoOrder?: (record: AutoOrder) => AutoOrder;
  readonly original?: (order: OrderRecord) => OrderRecord;
  /** Adds the other records of the merchant. */
  readonly open?: (context: Context) => Promise<void>;
}

/**
 * Makes a merchant with this number of monthly auto orders of two items. All are due at {@link due}
 * unless the terms give each its own moment. The merchant's clock is at the earliest of these
 * moments.
 */
export async function merchantWith(
  db: DatabasePool,
  merchantId: string,
  autoOrders: number,
  terms: DueTerms = {},
): Promise<Context> {
  const dueAt = terms.dueAt ?? (() => due);
  const now = dueAt(0);
  const merchant: Merchant = {
    merchantId,
    name: merchantId,
    timeZone: zone,
    currency: 'USD',
    settings: terms.settings ?? {},
    clock: { kind: 'standing', at: now },
  };
  await insertMerchant(db, merchant, now);
  await takeNumbers(db, merchantId, 'order', 10_000_000);
  const tea = { ...coffee, merchant_item_id: 'TEA', description: 'Tea', pricing: { cost: 8.5 } };
  const items = (terms.items?.([coffee, tea]) ?? [coffee, tea]).map((item, index) => ({
    ...item,
    merchant_item_oid: index + 1,
    pricing: { ...item.pricing, currency_code: 'USD' },
  }));
  for (const item of items) await insertItem(db, merchantId, item, now);
  const byId = new Map(items.map((item) => [item.merchant_item_id!, catalogItem(item)]));
  const batchSize = 2000;
  for (let first = 0; first < autoOrders; first += batchSize) {
    const dues = Array.from({ length: Math.min(batchSize, autoOrders - first) }, (_, index) => ({
      autoOrderOid: first + index + 1,
      at: dueAt(first + index),
    }));
    await addAutoOrders(db, merchantId, dues, (itemId) => byId.get(itemId), terms);
  }
  const context = contextOf(db, merchant, now);
  await terms.open?.(context);
  // Analyzes the tables as autovacuum does later: a connection keeps the plan that PostgreSQL made
  // for an empty table while the table fills.
  await db.run('vacuum analyze auto_order, auto_order_item, auto_order_search, orders, item');
  return context;
}

const contextOf = (db: DatabasePool, merchant: Merchant, now: Temporal.Instant): Context => ({
  merchant,
  db,
  now,
  actor: systemActor,
  events: outbox([]),
  ids: randomIds,
  log: pino({ level: 'silent' }),
  requestId: 'bench',
});

async function addAutoOrders(
  db: DatabasePool,
  merchantId: string,
  dues: readonly { autoOrderOid: number; at: Temporal.Instant }[],
  catalog: Catalog,
  { autoOrder = (record) => record, original = (order) => order }: DueTerms,
): Promise<void> {
  const records = dues.map(({ autoOrderOid, at }) => {
    const first = { nextShipmentAt: at, anchor: anchorOf(at, zone) };
    const items = [
      anItem({ itemOid: 2 * autoOrderOid - 1, ...first }),
      anItem({
        itemOid: 2 * autoOrderOid,
        originalItemId: 'TEA',
        lifeTimeValue: minor(850),
        ...first,
      }),
    ];
    return autoOrder(
      anAutoOrder({
        merchantId,
        autoOrderOid,
        originalOrderId: `${merchantId}-${String(autoOrderOid).padStart(10, '0')}`,
        items,
      }),
    );
  });
  await insertOrders(
    db,
    merchantId,
    records.map((record) => original(originalOrder(record, {}))),
  );
  const rules = { now: signedUpAt, zone, missedShipments: 'bill' as const };
  await insertAutoOrders(
    db,
    merchantId,
    records.map((record) => ({
      ...calculate(record, catalog, rules),
      currency: 'USD',
      createdAt: rules.now,
    })),
  );
}
