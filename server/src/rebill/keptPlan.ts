import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from '../autoOrders/autoOrder.ts';
import { type Catalog, type PlanContext, planNext } from '../autoOrders/steps.ts';
import { minor, sum, zero } from '../kernel/money.ts';
import { amountOf } from '../orders/money.ts';
import type { OrderRecord } from '../orders/order.ts';
import type { RebillLine, RebillOrder, ShippedItem } from './rebillOrder.ts';

/** The records from which a plan is derived if it was not stored. */
export interface KeptPlanSource {
  readonly order: OrderRecord;
  /** The auto order that now has the items. */
  readonly autoOrder: AutoOrder;
  readonly catalog: Catalog;
  readonly context: PlanContext;
  /** When the order was last charged. */
  readonly attemptedAt: Temporal.Instant;
}

/**
 * Derives the plan of a kept order: for orders that were imported, or declined before plans were
 * stored. An item whose next date is after the attempt was moved since then; it is counted, and its
 * date does not change.
 */
export function planFromOrder(source: KeptPlanSource): RebillOrder {
  const { document, currency, total } = source.order;
  const lines = (document.items ?? []).map((line) => lineFrom(line, source));
  const amount = (value: Parameters<typeof amountOf>[0]) => amountOf(value, currency);
  return {
    lines,
    subtotal: sum(lines.map((line) => line.amount)),
    discount: sum(lines.map((line) => line.discount)),
    shipping: minor(
      amount(document.summary?.shipping_handling_total) -
        amount(document.summary?.shipping_handling_total_discount),
    ),
    taxable: zero,
    tax: amount(document.summary?.tax),
    total,
  };
}

function lineFrom(line: OrderItem, source: KeptPlanSource): RebillLine {
  const { currency } = source.order;
  const discount = amountOf(line.discount, currency);
  const item = source.autoOrder.items.find(({ itemOid }) => itemOid === line.item_reference_oid);
  return {
    kind: line.item_reference_oid === undefined ? 'add-on' : 'item',
    ...(line.item_reference_oid !== undefined && { itemOid: line.item_reference_oid }),
    itemId: line.merchant_item_id ?? '',
    description: line.description ?? '',
    quantity: line.quantity ?? 1,
    unitCost: amountOf(line.cost, currency),
    amount: minor(amountOf(line.total_cost_with_discount, currency) + discount),
    discount,
    isTaxed: line.tax_free !== true,
    shipsFree: line.free_shipping === true,
    options: [],
    priceRules: [],
    ...(item === undefined ? {} : { shipment: shipmentOf(item, source) }),
  };
}

function shipmentOf(
  item: AutoOrderItem,
  { autoOrder, catalog, context, attemptedAt }: KeptPlanSource,
): ShippedItem {
  const running = { ...autoOrder, status: 'active', enabled: true } as const;
  const plan = planNext({ ...item, paused: false }, catalog, { ...context, autoOrder: running });
  const wasDue =
    item.nextShipmentAt !== undefined &&
    item.nextShipmentAt.epochMilliseconds <=
      attemptedAt.add({ hours: zoneHours }).epochMilliseconds;
  return plan.kind === 'ship' && wasDue
    ? {
        originalItemId: item.originalItemId,
        at: plan.at,
        ...(plan.stepUsed && { stepUsed: plan.stepUsed }),
      }
    : { originalItemId: '', at: attemptedAt };
}

// A change of the merchant's time zone since the attempt may have moved the date by this much.
const zoneHours = 26;

/**
 * Returns a plan with the current discounts of its order: the retry of Accounts Receivable may have
 * applied a coupon.
 */
export function withDiscountsOf(
  { document: { items = [] }, currency }: OrderRecord,
  plan: RebillOrder,
): RebillOrder {
  if (items.length !== plan.lines.length) return plan;
  const lines = plan.lines.map((line, place) => ({
    ...line,
    discount: amountOf(items[place]?.discount, currency),
  }));
  return { ...plan, lines, discount: sum(lines.map(({ discount }) => discount)) };
}
