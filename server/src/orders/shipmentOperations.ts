import type {
  FulfillmentInventory,
  FulfillmentResult,
  FulfillmentShipment,
} from '@perennial/contract/fulfillment.ts';
import type { ItemInventoryUpdate } from '@perennial/contract/itemShipping.ts';
import type { Order } from '@perennial/contract/order.ts';
import { lockInventories, setInventoryLevel } from '../items/inventoryOperations.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import type { Minor } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { Refusal, refuse } from '../platform/http/refusal.ts';
import type { JsonList } from '../platform/storage/page.ts';
import { requireCenter } from './centerOperations.ts';
import { amountIn } from './fault.ts';
import { event, stageEvents } from './insertOperations.ts';
import { readOrdersJson } from './listStore.ts';
import type { OrderRecord } from './order.ts';
import { findRejectingRefund } from './refundStore.ts';
import {
  acknowledgedOrder,
  centerOf,
  parcelLines,
  type ShipmentCosts,
  shipEvents,
  shippedOrder,
} from './shipping.ts';
import { findOrder, saveOrder } from './store.ts';
import { findWaitingOrders } from './waitingStore.ts';

/*
 * The operations of distribution centers on orders (current API, FulfillmentApi). Each element of a
 * batch is a separate transaction: a refused element does not affect the others, and a repeated
 * batch changes nothing.
 */

/** The maximum number of elements in a batch of orders, and in a queue. */
const ordersMax = 100;
const inventoriesMax = 500;

/** The parts of an order that a distribution center sees (sample getDistributionCenterOrders). */
const expandOfCenter: ReadonlySet<string> = new Set([
  'billing',
  'channel_partner',
  'checkout',
  'coupon',
  'customer_profile',
  'edi',
  'gift',
  'gift_certificate',
  'internal',
  'item',
  'payment',
  'shipping',
  'summary',
  'taxes',
]);

/**
 * Returns the oldest orders that wait at a center and that it has not acknowledged, each with the
 * lines that this center ships.
 */
export async function getWaitingOrders(context: Context, code: string): Promise<JsonList> {
  const { merchantId, timeZone } = context.merchant;
  const center = upperCode(code);
  await requireCenter(context, code);
  const ids = await findWaitingOrders(context.db, merchantId, center, ordersMax);
  const list = await readOrdersJson(context.db, merchantId, ids, {
    expand: expandOfCenter,
    timeZone,
  });
  const orders = (JSON.parse(list.json) as Order[]).map((order) => ({
    ...order,
    items: parcelLines(order).filter((line) => centerOf(line) === center),
  }));
  return { ...list, json: JSON.stringify(orders) };
}

/** Stores that a center has received orders, so that they are not returned to it again. */
export async function acknowledgeOrders(
  context: Context,
  code: string,
  orderIds: readonly string[] | null | undefined,
): Promise<FulfillmentResult[]> {
  await requireCenter(context, code);
  const ids = batch('order_ids', orderIds, ordersMax);
  const center = upperCode(code);
  return each(
    ids,
    (order_id) => ({ order_id }),
    (order_id) =>
      withOrder(context, order_id, async (context, order) => {
        refuseOtherCenter(order, center);
        if (order.document.current_stage !== 'Completed Order') refuseNotShipping(order);
        const after = acknowledgedOrder(order, center, occasionOf(context));
        if (after === order) return;
        await saveOrder(context.db, after);
        await context.events.emit(context, [event('order_update', after, { changed: ['items'] })]);
      }),
  );
}

/** Ships orders from a center. */
export async function shipOrders(
  context: Context,
  code: string,
  shipments: readonly FulfillmentShipment[] | null | undefined,
): Promise<FulfillmentResult[]> {
  await requireCenter(context, code);
  const given = batch('shipments', shipments, ordersMax);
  const center = upperCode(code);
  return each(
    given,
    ({ order_id }) => ({ order_id }),
    async (shipment, index) => {
      const field = `shipments[${index}]`;
      const costs = costsOf(shipment, context.merchant.currency, field);
      if (!costs.ok) return refuse('invalid_field', costs.reason);
      const orderId = shipment.order_id;
      if (!orderId) return refuse('missing_field', { field: `${field}.order_id` });
      return withOrder(context, orderId, (context, order) =>
        ship(context, order, center, shipment.tracking_numbers ?? [], costs.value),
      );
    },
  );
}

async function ship(
  context: Context,
  order: OrderRecord,
  center: string,
  trackingNumbers: readonly string[],
  costs: ShipmentCosts,
): Promise<void> {
  refuseOtherCenter(order, center);
  if (!isShippedFrom(order, center)) {
    refuseNotShipping(order);
    await refuseRejected(context, order);
  }
  const shipped = shippedOrder(
    order,
    { center, trackingNumbers, costs, user: context.actor.name },
    occasionOf(context),
  );
  if (shipped.order === order) return;
  await saveOrder(context.db, shipped.order);
  await context.events.emit(context, [
    event('order_update', shipped.order, { changed: ['items', 'shipping', 'summary'] }),
    ...stageEvents(order, shipped.order),
    ...shipEvents(shipped.order, shipped, center),
  ]);
}

/** Sets the stock of items at a center. */
export async function updateInventory(
  context: Context,
  code: string,
  inventories: readonly FulfillmentInventory[] | null | undefined,
): Promise<FulfillmentResult[]> {
  const center = await requireCenter(context, code);
  const given = batch('inventories', inventories, inventoriesMax);
  return each(
    given,
    ({ itemId }) => ({ itemId }),
    async ({ itemId, quantity }, index) => {
      const field = `inventories[${index}]`;
      if (!itemId) return refuse('missing_field', { field: `${field}.itemId` });
      if (quantity == null) return refuse('missing_field', { field: `${field}.quantity` });
      return setInventoryLevel(context, itemId, { center, level: quantity });
    },
  );
}

/**
 * Sets the stock of items at distribution centers (current API, updateItemInventories), all of them
 * or none.
 */
export function updateItemInventories(
  context: Context,
  updates: readonly ItemInventoryUpdate[] | null | undefined,
): Promise<void> {
  const given = batch('inventory_updates', updates, inventoriesMax);
  const itemIds = given.flatMap(({ merchant_item_id: itemId }) => itemId || []);
  return inTransaction(context, async (context) => {
    await lockInventories(context, itemIds);
    for (const [index, update] of given.entries()) {
      const field = `inventory_updates[${index}]`;
      const { merchant_item_id: itemId, inventory_level: level } = update;
      const { distribution_center_code: code } = update;
      if (!itemId) return refuse('missing_field', { field: `${field}.merchant_item_id` });
      if (!code) return refuse('missing_field', { field: `${field}.distribution_center_code` });
      if (level == null) return refuse('missing_field', { field: `${field}.inventory_level` });
      const center = await requireCenter(context, code);
      await setInventoryLevel(context, itemId, { center, level });
    }
  });
}

function batch<Element>(
  field: string,
  given: readonly Element[] | null | undefined,
  max: number,
): readonly Element[] {
  if (!given) return refuse('missing_field', { field });
  if (given.length > max) return refuse('too_many_elements', { field, max });
  return given;
}

/** Processes one element after the other. The result of a refused element contains the reason. */
async function each<Element>(
  elements: readonly Element[],
  nameOf: (element: Element) => { readonly [name in 'order_id' | 'itemId']?: string | undefined },
  work: (element: Element, index: number) => Promise<void>,
): Promise<FulfillmentResult[]> {
  const results: FulfillmentResult[] = [];
  for (const [index, element] of elements.entries()) {
    try {
      await work(element, index);
      results.push(fromLoose<FulfillmentResult>({ ...nameOf(element), successful: true }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { message: reason } = error;
      results.push(fromLoose<FulfillmentResult>({ ...nameOf(element), successful: false, reason }));
    }
  }
  return results;
}

/** Locks an order for one element of a batch. */
const withOrder = (
  context: Context,
  orderId: string,
  work: (context: Context, order: OrderRecord) => Promise<void>,
): Promise<void> =>
  inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const order = await findOrder(context.db, merchantId, orderId, { lock: true });
    if (order === undefined) return refuse('not_found', { what: 'order', id: orderId });
    return work(context, order);
  });

const occasionOf = ({ now, merchant, actor }: Context) => ({
  at: now,
  timeZone: merchant.timeZone,
  by: actor.name,
});

const linesAt = ({ document }: OrderRecord, center: string) =>
  parcelLines(document).filter((line) => centerOf(line) === center);

/** Whether a center has shipped everything that it had to ship of an order. */
const isShippedFrom = (order: OrderRecord, center: string): boolean =>
  linesAt(order, center).every((line) => line.shipped_dts !== undefined);

function refuseOtherCenter(order: OrderRecord, center: string): void {
  if (linesAt(order, center).length > 0) return;
  const others = [...new Set(parcelLines(order.document).map(centerOf))];
  refuse('state_conflict', {
    reason: `Order ${order.orderId} has nothing to ship from ${center}`,
    fix: others.length === 0 ? 'Leave it out' : `It ships from ${others.join(', ')}`,
  });
}

function refuseNotShipping({ orderId, document }: OrderRecord): void {
  const { current_stage: stage = 'Unknown' } = document;
  if (stage === 'Shipping Department') return;
  refuse('state_conflict', {
    reason: `Order ${orderId} is in the stage ${stage}, so it does not ship`,
    fix: 'Move it to the Shipping Department first',
  });
}

/** An order must not ship while the refund that cancels it is under way. */
async function refuseRejected(context: Context, { merchantId, orderId }: OrderRecord) {
  if (!(await findRejectingRefund(context.db, merchantId, orderId))) return;
  refuse('state_conflict', {
    reason: `Order ${orderId} is being canceled, and its refund has no answer yet`,
    fix: 'Do not ship it',
  });
}

function costsOf(
  { shipping_cost, package_cost, fulfillment_fee }: FulfillmentShipment,
  currency: string,
  field: string,
): Outcome<ShipmentCosts, FieldFault> {
  const costs: Record<string, Minor> = {};
  const given = { shipping: shipping_cost, packaging: package_cost, fee: fulfillment_fee };
  const names = {
    shipping: 'shipping_cost',
    packaging: 'package_cost',
    fee: 'fulfillment_fee',
  } as const;
  for (const name of ['shipping', 'packaging', 'fee'] as const) {
    const decimal = given[name];
    if (decimal == null) continue;
    const amount = amountIn(decimal, currency, `${field}.${names[name]}`);
    if (!amount.ok) return failure(amount.reason);
    costs[name] = amount.value;
  }
  return success(costs);
}
