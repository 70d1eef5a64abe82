import type { OrderRefundBlock, OrderStages } from '@perennial/contract/fulfillment.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { findCatalogItems } from '../items/store.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { fromMinor } from '../kernel/money.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Database } from '../platform/storage/database.ts';
import { freeLines } from './freeLine.ts';
import type { LockedRebill, OrderHooks } from './hooks.ts';
import { event, stageEvents } from './insertOperations.ts';
import { returnOfLost } from './lostOrderOperations.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { owedFor } from './paymentAttempt.ts';
import { findEarlierPayments } from './paymentAttemptStore.ts';
import { findRefundBlock } from './refundBlockStore.ts';
import { countRefunds } from './refundStore.ts';
import { parcelsOf, stageAfterHold } from './shipping.ts';
import { allowedStages, inStage, type OrderStage } from './stages.ts';
import { countOrder, returnRejected } from './stockOperations.ts';
import { findOrder, saveOrder } from './store.ts';
import { noOrder } from './updateOperations.ts';

/**
 * Returns the stage of an order, its moves and their authors, the stages to which it may move, the
 * lines that each center ships, and the owed amount.
 */
export async function getOrderStages(context: Context, orderId: string): Promise<OrderStages> {
  const { db, merchant } = context;
  const order = (await findOrder(db, merchant.merchantId, orderId)) ?? noOrder(orderId);
  const { document } = order;
  const stage = document.current_stage ?? 'Unknown';
  const block = await findRefundBlock(db, merchant.merchantId, order.orderId);
  return {
    current_stage: stage,
    allowed_stages: [...allowedStages(order)],
    moves: document.current_stage_histories ?? [],
    parcels: parcelsOf(document),
    ...(block && {
      refund_block: fromLoose<OrderRefundBlock>({ reason: block.reason, set_by: block.by }),
    }),
    ...(stage === 'Hold'
      ? { released_to_stage: stageAfterHold(document, order.paidAt !== undefined) }
      : {}),
    ...(order.paidAt === undefined && !owesNothing.has(stage) ? await owedPart(db, order) : {}),
  };
}

const owesNothing: ReadonlySet<OrderStage> = new Set(['Rejected', 'Quote Request', 'Quote Sent']);

async function owedPart(
  db: Database,
  { merchantId, orderId, total, currency }: OrderRecord,
): Promise<Pick<OrderStages, 'owed' | 'owed_currency_code'>> {
  const earlier = await findEarlierPayments(db, merchantId, orderId);
  return {
    owed: fromMinor(owedFor(total, earlier), currency),
    owed_currency_code: currency,
  };
}

/**
 * Releases a held order (current API, heldOrderRelease): it returns to the stage in which it was
 * held.
 */
export function releaseOrder(context: Context, orderId: string, hooks: OrderHooks): Promise<void> {
  return inTransaction(context, async (context) => {
    const locked = await lockHeld(context, orderId, hooks);
    await release(context, locked, locked.order.document);
  });
}

/**
 * Adds free lines to a held order and releases it (current API, heldOrderAddItemsAndRelease). The
 * order was paid before, so the lines cost nothing and start no auto order.
 */
export function addItemsAndRelease(
  context: Context,
  orderId: string,
  items: readonly OrderItem[] | null | undefined,
  hooks: OrderHooks,
): Promise<void> {
  return inTransaction(context, async (context) => {
    const locked = await lockHeld(context, orderId, hooks);
    if (!items?.length) return refuse('missing_field', { field: 'items' });
    const { order } = locked;
    if (order.paidAt === undefined)
      return refuse('state_conflict', {
        reason: `Order ${order.orderId} is not paid`,
        fix: 'Only a paid order can get free lines; release it without them',
      });
    const { merchantId } = context.merchant;
    const ids = items.flatMap((item) => item.merchant_item_id ?? []);
    const catalog = await findCatalogItems(context.db, merchantId, ids);
    const lines = freeLines(order, items, catalog, context.now);
    if (!lines.ok) return refuse('invalid_field', lines.reason);
    const { document } = order;
    await release(context, locked, {
      ...document,
      items: [...(document.items ?? []), ...lines.value],
    });
    await countOrder(context, { ...order, document: { ...document, items: lines.value } });
  });
}

/** An order with the rebill behind it, both locked. */
export interface LockedOrder {
  readonly order: OrderRecord;
  readonly rebill: LockedRebill | undefined;
}

/**
 * Locks an order after the rebill behind it. Refuses while its payment or a refund is under way.
 */
export async function lockIdle(
  context: Context,
  orderId: string,
  hooks: OrderHooks,
): Promise<LockedOrder> {
  const { merchantId } = context.merchant;
  const seen = (await findOrder(context.db, merchantId, orderId)) ?? noOrder(orderId);
  if (seen.autoOrderOid !== undefined) await hooks.lockAutoOrder(context, seen.autoOrderOid);
  const rebill = await hooks.lockRebill(context, orderId);
  const order =
    (await findOrder(context.db, merchantId, orderId, { lock: true })) ?? noOrder(orderId);
  const underWay = (what: string) =>
    refuse(
      'state_conflict',
      { reason: `Order ${order.orderId} has a ${what} in progress`, fix: 'Repeat it afterwards' },
      { objectId: order.orderId },
    );
  if (order.charging === true || rebill?.isUnderWay === true) underWay('payment');
  if ((await countRefunds(context.db, merchantId, order.orderId)).isOpen) underWay('refund');
  return { order, rebill };
}

/** Moves a locked order to another stage, with its events. Refuses a move that is not allowed. */
export async function moveLocked(
  context: Context,
  { order, rebill }: LockedOrder,
  stage: OrderStage,
  document: OrderDocument = order.document,
): Promise<OrderRecord> {
  const from = order.document.current_stage ?? 'Unknown';
  const allowed = allowedStages(order);
  if (!allowed.includes(stage))
    refuse(
      'state_conflict',
      {
        reason: `Order ${order.orderId} cannot go from ${from} to ${stage}`,
        fix: `It can go to: ${allowed.join(', ')}`,
      },
      { objectId: order.orderId },
    );
  const atDts = wireDate(context.now, context.merchant.timeZone);
  const after: OrderRecord = {
    ...order,
    document: inStage(document, stage, atDts, context.actor.name),
    modifiedAt: context.now,
  };
  await saveOrder(context.db, after);
  await context.events.emit(context, [
    event('order_update', after, {
      changed: ['current_stage', ...(document === order.document ? [] : ['items'])],
    }),
    ...stageEvents(order, after),
  ]);
  await rebill?.changed(context, order, after);
  await returnOfLost(context, after);
  await returnRejected(context, order, after, rebill !== undefined);
  return after;
}

async function lockHeld(
  context: Context,
  orderId: string,
  hooks: OrderHooks,
): Promise<LockedOrder> {
  const locked = await lockIdle(context, orderId, hooks);
  const { current_stage: stage = 'Unknown' } = locked.order.document;
  if (stage === 'Hold') return locked;
  return refuse(
    'state_conflict',
    {
      reason: `Order ${locked.order.orderId} is in the stage ${stage}, not in Hold`,
      fix: 'Only a held order can be released',
    },
    { objectId: locked.order.orderId },
  );
}

const release = (context: Context, locked: LockedOrder, document: OrderDocument) =>
  moveLocked(
    context,
    locked,
    stageAfterHold(document, locked.order.paidAt !== undefined),
    document,
  );
