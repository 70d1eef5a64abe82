import { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from '../../server/src/autoOrders/autoOrder.ts';
import { calculate, type Rules } from '../../server/src/autoOrders/calculated.ts';
import type { Catalog } from '../../server/src/autoOrders/steps.ts';
import type { CatalogItem } from '../../server/src/items/item.ts';
import { minor, zero } from '../../server/src/kernel/money.ts';

/** Returns an auto order with ordinary values in all fields that are not given. */
export function anAutoOrder(given: Partial<AutoOrder> = {}): AutoOrder {
  return {
    merchantId: 'DEMO',
    autoOrderOid: 1,
    autoOrderCode: `CODE${String(given.autoOrderOid ?? 1).padStart(6, '0')}`,
    originalOrderId: `DEMO-${String(given.autoOrderOid ?? 1).padStart(10, '0')}`,
    status: 'active',
    enabled: true,
    completed: false,
    signedUpAt: at('2026-01-15T10:00:00-05:00'),
    cancelUpgrade: false,
    cancelDowngrade: false,
    creditCardAttempt: 0,
    rebillCount: 0,
    addOns: [],
    properties: [],
    items: [anItem()],
    version: 1,
    ...given,
  };
}

/** Returns an item of {@link anAutoOrder}: COFFEE every month on the 15th at ten in New York. */
export function anItem(given: Partial<AutoOrderItem> = {}): AutoOrderItem {
  return {
    itemOid: 11,
    originalItemId: 'COFFEE',
    originalQuantity: 1,
    frequency: 'Monthly',
    nextShipmentAt: at('2026-03-15T10:00:00-04:00'),
    anchor: Temporal.PlainDateTime.from('2026-01-15T10:00:00'),
    preshipmentNoticeSent: false,
    lifeTimeValue: minor(1299),
    rebillValue: zero,
    numberOfRebills: 0,
    paused: false,
    step: { index: 0, done: 0 },
    options: [],
    properties: [],
    addOns: [],
    ...given,
  };
}

/**
 * Returns a catalogue item that customers may order every week, every month or every two months.
 */
export function aCatalogItem(given: Partial<CatalogItem> = {}): CatalogItem {
  return {
    itemId: 'COFFEE',
    itemOid: 1,
    description: 'Coffee',
    inactive: false,
    kit: false,
    kitComponentOnly: false,
    pricing: { cost: minor(1299) },
    autoOrder: {
      autoOrderable: true,
      schedules: ['Weekly', 'Monthly', 'Every 2 Months'],
      upsell: false,
      steps: [],
      paused: false,
      freeShipping: false,
      prohibitExpiringCardsMonths: 0,
      cancelChargeMinimumBalance: false,
      upgradeItemIds: [],
      downgradeItemIds: [],
      cancelOtherAutoOrders: false,
      refundOtherAutoOrders: false,
      onePerCustomer: false,
      hasNoEasyCancel: false,
    },
    taxFree: false,
    ...given,
  };
}

/** Returns a catalogue of these items. */
export function aCatalog(items: readonly CatalogItem[] = [aCatalogItem()]): Catalog {
  const byId = new Map(items.map((item) => [item.itemId.toLowerCase(), item]));
  return (itemId) => byId.get(itemId.toLowerCase());
}

/** Rules at noon of 1 February 2026 in New York. */
export const someRules: Rules = {
  now: at('2026-02-01T12:00:00-05:00'),
  zone: 'America/New_York',
  missedShipments: 'bill',
};

/** Returns {@link anAutoOrder} with its calculated fields. */
export const calculatedAutoOrder = (given: Partial<AutoOrder> = {}) =>
  calculate(anAutoOrder(given), aCatalog(), someRules);

export function at(text: string): Temporal.Instant {
  return Temporal.Instant.from(text);
}
