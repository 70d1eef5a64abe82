import { isFrequency } from '@perennial/contract/frequency.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { CatalogItem } from '../items/item.ts';
import { catalogKey } from '../items/store.ts';
import { toMinor, zero } from '../kernel/money.ts';
import { readWireDate } from '../kernel/wireDates.ts';
import type { OrderRecord } from '../orders/order.ts';
import { gatewayKindDetail } from '../orders/payment.ts';
import { findOrder, linkAutoOrder } from '../orders/store.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { holdZone } from '../platform/tenancy/merchantStore.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { calculate } from './calculated.ts';
import { loadCatalog } from './catalogReader.ts';
import { type Changed, saveChanges } from './changeOperations.ts';
import { type ChargedBy, chargedBy } from './chargedBy.ts';
import { canceled } from './edit.ts';
import { facetsOf } from './facets.ts';
import { missedAtStartWords } from './missed.ts';
import { agreedOptions } from './optionPrices.ts';
import { editRules, scheduleRules } from './rules.ts';
import { findActiveOfCustomer, saveFacets } from './searchStore.ts';
import { startSchedule } from './startSchedule.ts';
import { type Catalog, startAgain } from './steps.ts';
import {
  appendLogs,
  findOidByOriginalOrder,
  insertAutoOrders,
  loadAutoOrders,
  lockAutoOrders,
} from './store.ts';

/**
 * Creates the auto order of an order that was just paid, from its recurring lines, in the
 * transaction that settles the order. Orders without such lines, copies and rebills are skipped.
 * The purchase may cancel other auto orders of the customer: see {@link endOthers}.
 */
export async function createFromPaidOrder(tx: Context, order: OrderRecord): Promise<void> {
  if (order.autoOrderOid !== undefined || order.copiedFrom !== undefined) return;
  const { merchantId } = tx.merchant;
  const lines = order.document.items ?? [];
  const catalog = await loadCatalog(
    tx.db,
    merchantId,
    [],
    lines.flatMap(({ merchant_item_id }) => merchant_item_id ?? []),
  );
  const canRecur = lines.some(
    ({ merchant_item_id }) => catalog(merchant_item_id ?? '')?.autoOrder !== undefined,
  );
  if (canRecur) await holdZone(tx.db, merchantId);
  const context = canRecur ? await inCurrentZone(tx) : tx;
  // The oids are taken before other auto orders are locked. An update also takes its oids first, so
  // the two cannot deadlock.
  const [oid, firstItemOid] = canRecur ? await takeOids(context, lines.length) : [0, 0];
  const others = await othersOf(context, order);
  const lineStarts = lines.map((line, place) =>
    startOf(context, order, line, place, catalog, others),
  );
  const starts = lineStarts.flatMap((each) => (typeof each === 'object' ? [each] : []));
  await reportNotStarted(
    context,
    order,
    lineStarts.flatMap((each) => (typeof each === 'string' ? [each] : [])),
  );
  if (starts.length > 0) {
    const items = starts.map(({ item }, index) => ({ ...item, itemOid: firstItemOid + index }));
    await insertNew(context, order, oid, items, catalog, `Created from order ${order.orderId}`);
    await linkAutoOrder(
      context.db,
      merchantId,
      order.orderId,
      oid,
      new Map(starts.map(({ place }, index) => [place, firstItemOid + index])),
    );
  }
  await endOthers(context, others, lines, catalog);
}

/**
 * Describes what the auto order of a new order charges for shipments in the past, one sentence per
 * item.
 */
export async function missedAtStart(context: Context, orderId: string): Promise<string[]> {
  const { merchantId } = context.merchant;
  const oid = await findOidByOriginalOrder(context.db, merchantId, orderId);
  const [autoOrder] = oid === undefined ? [] : await loadAutoOrders(context.db, merchantId, [oid]);
  if (autoOrder === undefined) return [];
  const catalog = await loadCatalog(context.db, merchantId, [autoOrder]);
  return missedAtStartWords(autoOrder, editRules(context, catalog));
}

/** Reports lines that should recur but start nothing, so that a task is raised. */
async function reportNotStarted(
  context: Context,
  { orderId }: OrderRecord,
  reasons: readonly string[],
): Promise<void> {
  if (reasons.length === 0) return;
  context.log.warn({ orderId, reasons }, 'lines of an order did not start an auto order');
  await context.events.emit(context, [
    {
      name: 'order_update',
      objectType: 'order',
      objectId: orderId,
      data: { changed: [], not_started: reasons },
    },
  ]);
}

/** Returns the oids of the active auto orders of an order's customer. */
export const findAutoOrdersOfCustomer = (
  { db, merchant: { merchantId } }: Context,
  { document, customerProfileOid }: OrderRecord,
): Promise<number[]> =>
  findActiveOfCustomer(db, merchantId, document.billing?.email, customerProfileOid);

/** Returns which of these items the customer already has in an active auto order. */
export async function findHeldItems(
  context: Context,
  order: OrderRecord,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { db, merchant } = context;
  const { merchantId } = merchant;
  const oids = await findAutoOrdersOfCustomer(context, order);
  const others = oids.length === 0 ? [] : await loadAutoOrders(db, merchantId, oids);
  return new Map(
    itemIds.flatMap((itemId) => {
      const holder = others.find((other) => drives(other, [itemId]));
      return holder === undefined ? [] : [[itemId, holder.autoOrderOid] as const];
    }),
  );
}

/**
 * Creates an auto order without items for an order that was bought without one (current API,
 * establishAutoOrderByReferenceOrderId). Items are added by an update. Returns the oid.
 */
export function establishAutoOrder(context: Context, originalOrderId: string): Promise<number> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const order = await findOrder(context.db, merchantId, originalOrderId, { lock: true });
    if (order === undefined) return refuse('not_found', { what: 'order', id: originalOrderId });
    await refuseUnfit(context, order);
    const [oid] = await takeOids(context, 1);
    await insertNew(
      context,
      order,
      oid,
      [],
      () => undefined,
      `Established from order ${order.orderId} by ${context.actor.name}`,
    );
    await linkAutoOrder(context.db, merchantId, order.orderId, oid, new Map());
    return oid;
  });
}

const establishDaysMax = 60;

async function refuseUnfit(context: Context, order: OrderRecord): Promise<void> {
  const conflict = (reason: string, fix: string) =>
    refuse(
      'state_conflict',
      { reason: `Order ${order.orderId} ${reason}`, fix },
      { objectId: order.orderId },
    );
  const existing = await findOidByOriginalOrder(
    context.db,
    context.merchant.merchantId,
    order.orderId,
  );
  if (existing !== undefined)
    conflict(`already has the auto order ${existing}`, 'Update that auto order');
  if (order.autoOrderOid !== undefined)
    conflict(`is a rebill of the auto order ${order.autoOrderOid}`, 'Update that auto order');
  const ageHours = context.now.since(order.createdAt).total('hours');
  if (ageHours >= establishDaysMax * 24)
    conflict(`is older than ${establishDaysMax} days`, 'Establish from a newer order');
  if (order.paidAt === undefined)
    conflict('is not paid', 'Establish from an order whose payment succeeded');
  if (order.document.payment?.payment_method !== 'Credit Card')
    conflict('was not paid by credit card', 'Establish from an order paid by credit card');
}

async function takeOids(
  { db, merchant: { merchantId } }: Context,
  itemCount: number,
): Promise<[autoOrder: number, firstItem: number]> {
  return [
    await takeNumbers(db, merchantId, 'auto_order', 1),
    await takeNumbers(db, merchantId, 'auto_order_item', itemCount),
  ];
}

async function insertNew(
  context: Context,
  order: OrderRecord,
  oid: number,
  items: readonly AutoOrderItem[],
  catalog: Catalog,
  log: string,
): Promise<void> {
  const { merchantId, currency } = context.merchant;
  const autoOrder: AutoOrder = {
    merchantId,
    autoOrderOid: oid,
    autoOrderCode: context.ids.autoOrderCode(),
    originalOrderId: order.orderId,
    status: 'active',
    enabled: true,
    completed: false,
    signedUpAt: order.createdAt,
    cancelUpgrade: false,
    cancelDowngrade: false,
    creditCardAttempt: 0,
    chargedBy: originalChargedBy(order),
    rebillCount: 0,
    addOns: [],
    properties: [],
    items,
    version: 1,
  };
  await insertAutoOrders(context.db, merchantId, [
    { ...calculate(autoOrder, catalog, scheduleRules(context)), currency, createdAt: context.now },
  ]);
  await saveFacets(context.db, merchantId, [facetsOf(oid, order)]);
  await appendLogs(context.db, merchantId, context.now, [{ autoOrderOid: oid, message: log }]);
  await context.events.emit(context, [
    {
      name: 'auto_order_create',
      objectType: 'auto order',
      objectId: String(oid),
      data: { orderId: order.orderId },
    },
  ]);
}

/** Returns the kind of gateway that captured the order's own payment, or tested its card. */
function originalChargedBy({ cardToken, document }: OrderRecord): ChargedBy | undefined {
  const transactions = document.payment?.transactions ?? [];
  const kind = transactions
    .findLast(
      ({ successful, details = [] }) =>
        successful === true && details.some(({ name }) => name === gatewayKindDetail),
    )
    ?.details?.find(({ name }) => name === gatewayKindDetail)?.value;
  return kind === undefined || cardToken === undefined ? undefined : chargedBy(kind, cardToken);
}

/** A line that starts an item. The item's oid is assigned later. */
interface Start {
  readonly place: number;
  readonly item: AutoOrderItem;
}

/**
 * Returns the item that a line starts, or the reason why a line that should recur starts none.
 * Undefined for a line that is sold once.
 */
function startOf(
  context: Context,
  order: OrderRecord,
  line: OrderItem,
  place: number,
  catalog: Catalog,
  others: readonly AutoOrder[],
): Start | string | undefined {
  const bought = catalog(line.merchant_item_id ?? '');
  const recurs = !!line.auto_order_schedule || bought?.autoOrder?.upsell === true;
  if (bought === undefined)
    return recurs ? `${line.merchant_item_id} is not in the catalogue` : undefined;
  // At most one per customer (item reference, auto_order_upsell_one_per_customer).
  const holder = others.find((other) => drives(other, [bought.itemId]));
  if (bought.autoOrder?.onePerCustomer && holder !== undefined)
    return `the customer already has ${bought.itemId} in auto order ${holder.autoOrderOid}`;
  const zone = context.merchant.timeZone;
  const lastRebillAt = lastRebillOf(line.auto_order_last_rebill_dts, zone);
  const started = startSchedule({
    bought,
    chosen: frequencyOf(line.auto_order_schedule),
    orderedAt: order.createdAt,
    lastRebillAt,
    zone,
  });
  if (!started.ok) return recurs ? `${bought.itemId}: ${started.reason}` : undefined;
  const item: AutoOrderItem = {
    ...started.value,
    itemOid: 0,
    originalItemId: bought.itemId,
    originalQuantity: line.quantity ?? 1,
    firstOrderAt: order.createdAt,
    lastOrderAt: lastRebillAt ?? order.createdAt,
    lifeTimeValue: valueOf(line, order.currency),
    rebillValue: zero,
    numberOfRebills: 0,
    paused: false,
    options: (line.options ?? []).map(({ label, value }) => ({
      label: label ?? '',
      value: value ?? '',
    })),
    agreedOptions: agreedOptions(line, order.currency),
    properties: [],
    addOns: [],
  };
  return { place, item: startAgain(item, catalog, scheduleRules(context)) };
}

function lastRebillOf(text: string | undefined, zone: string) {
  const parsed = text === undefined ? undefined : readWireDate(text, zone);
  return parsed?.ok ? parsed.value : undefined;
}

/** Returns the amount that the customer paid for the line. */
function valueOf({ total_cost_with_discount }: OrderItem, currency: string) {
  const value = toMinor(total_cost_with_discount?.value ?? 0, currency);
  return value.ok ? value.value : zero;
}

const frequencyOf = (text: string | undefined) =>
  text !== undefined && isFrequency(text) ? text : undefined;

async function othersOf(context: Context, order: OrderRecord): Promise<AutoOrder[]> {
  const oids = await findAutoOrdersOfCustomer(context, order);
  return oids.length === 0 ? [] : lockAutoOrders(context.db, context.merchant.merchantId, oids);
}

/**
 * Cancels the auto orders that the purchase ends (item reference, ItemAutoOrder): each auto order
 * with an item that lists a bought item as its upgrade or downgrade, and every other auto order if
 * a bought item has `cancel_other_auto_orders`.
 */
async function endOthers(
  context: Context,
  others: readonly AutoOrder[],
  lines: readonly OrderItem[],
  bought: Catalog,
): Promise<void> {
  if (others.length === 0) return;
  const boughtItems = lines.flatMap(({ merchant_item_id }) => bought(merchant_item_id ?? '') ?? []);
  const catalog = await loadCatalog(context.db, context.merchant.merchantId, others);
  const ended = others.flatMap((before): Changed[] => {
    const original = before.items.flatMap(
      ({ originalItemId }) => catalog(originalItemId)?.autoOrder ?? [],
    );
    const upgrade = isAmong(
      boughtItems,
      original.flatMap(({ upgradeItemIds }) => upgradeItemIds),
    );
    const downgrade = isAmong(
      boughtItems,
      original.flatMap(({ downgradeItemIds }) => downgradeItemIds),
    );
    const other = boughtItems.find(({ autoOrder }) => autoOrder?.cancelOtherAutoOrders);
    const cause = upgrade ?? downgrade ?? other;
    if (cause === undefined) return [];
    const kind = upgrade ? 'Upgrade' : downgrade ? 'Downgrade' : 'Replaced';
    const reason = `${kind}: the customer ordered ${cause.itemId}`;
    const after = {
      ...canceled(before, { reason }, context.now),
      cancelUpgrade: upgrade !== undefined,
      cancelDowngrade: upgrade === undefined && downgrade !== undefined,
    };
    return [{ before, after, title: 'Canceled' }];
  });
  await saveChanges(context, catalog, ended);
}

const isAmong = (
  items: readonly CatalogItem[],
  itemIds: readonly string[],
): CatalogItem | undefined =>
  items.find(({ itemId }) => itemIds.some((each) => catalogKey(each) === catalogKey(itemId)));

const drives = ({ items }: AutoOrder, itemIds: readonly string[]): boolean =>
  items.some(({ originalItemId }) =>
    itemIds.some((each) => catalogKey(each) === catalogKey(originalItemId)),
  );
