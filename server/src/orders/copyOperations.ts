import { expansions } from '@perennial/contract/expansions.ts';
import type { OrderReplacement, OrderReplacementResponse } from '@perennial/contract/orderCopy.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { deletion } from '../platform/events/event.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { adjustedOrder } from './adjustedTotal.ts';
import { captureTransactions } from './capture.ts';
import { duplicateOf, replacementOf } from './copy.ts';
import type { OrderHooks } from './hooks.ts';
import { event, newOrderOf, type OrderParts, placeOrder } from './insertOperations.ts';
import { returnOfLost } from './lostOrderOperations.ts';
import { type OrderRecord, orderIdOf } from './order.ts';
import { lockIdle } from './stageOperations.ts';
import { returnRejected } from './stockOperations.ts';
import { deleteOrder, findOrder, insertOrders, readOrderJson, saveOrder } from './store.ts';
import { creditUsed } from './storeCredit.ts';
import { noOrder, updateOrder } from './updateOperations.ts';

const occasionOf = ({ now, merchant, actor }: Context) => ({
  at: now,
  timeZone: merchant.timeZone,
  by: actor.name,
});

/** Duplicates an order and returns the id of the new one (current API, duplicateOrder). */
export async function duplicateOrder(context: Context, orderId: string): Promise<string> {
  const { merchantId } = context.merchant;
  const order = (await findOrder(context.db, merchantId, orderId)) ?? noOrder(orderId);
  const number = await takeNumbers(context.db, merchantId, 'order', 1);
  const copy = duplicateOf(order, orderIdOf(merchantId, number), occasionOf(context));
  await inTransaction(context, async (context) => {
    await insertOrders(context.db, merchantId, [copy]);
    await context.events.emit(context, [
      event('order_create', copy, { to: copy.document.current_stage, copied_from: order.orderId }),
    ]);
  });
  return copy.orderId;
}

/** Makes an order that replaces items of an earlier one (current API, replacement). */
export async function replaceOrder(
  context: Context,
  orderId: string,
  request: OrderReplacement,
  parts: OrderParts,
): Promise<ReplacementFields> {
  const { merchantId } = context.merchant;
  const earlier = (await findOrder(context.db, merchantId, orderId)) ?? noOrder(orderId);
  if (request.original_order_id && request.original_order_id.toUpperCase() !== earlier.orderId)
    refuse('invalid_field', {
      field: 'original_order_id',
      reason: `is not the order ${earlier.orderId} of the path`,
      fix: 'Omit it, or send the same order',
    });
  const isFree = request.free === true;
  const made = await newOrderOf(context, replacementOf(earlier, request), {
    store_completed: false,
    ...(isFree || request.skip_payment === true ? { skip_payment_processing: true } : {}),
    ...(request.immediate_charge === true ? {} : { no_realtime_payment_processing: true }),
  });
  const unknown = made.warnings.find(({ code }) => code === 'unknown_item');
  if (unknown !== undefined) refuse('invalid_field', { ...unknown, fix: 'Send the id of an item' });
  const order = { ...made.order, copiedFrom: earlier.orderId };
  const result = await placeOrder(context, { ...made, order }, parts, (context) =>
    noteOriginal(context, earlier, order.orderId, request, parts.hooks),
  );
  return fromLoose<ReplacementFields>({
    successful: true,
    orderId: order.orderId,
    free: isFree,
    chargeSuccessful: made.plan.kind === 'charge' ? result?.kind === 'approved' : undefined,
    errorMessage: result?.kind === 'declined' ? result.reason : undefined,
    feedback: feedbackOf(made.plan.kind, result?.kind),
  });
}

type ReplacementFields = Pick<
  OrderReplacementResponse,
  'successful' | 'orderId' | 'free' | 'chargeSuccessful' | 'errorMessage' | 'feedback'
>;

const feedbackOf = (plan: 'charge' | 'paid' | 'waiting', result: string | undefined): string => {
  if (plan === 'paid') return 'The order is ready to ship.';
  if (plan === 'waiting') return 'The order waits in Accounts Receivable for its payment.';
  if (result === 'approved') return 'The card was charged, and the order is ready to ship.';
  return result === 'declined'
    ? 'The card was declined.'
    : 'The gateway has not answered. The order is settled once it does.';
};

async function noteOriginal(
  context: Context,
  { orderId, document }: OrderRecord,
  newOrderId: string,
  { additional_merchant_notes_original_order: more }: OrderReplacement,
  hooks: OrderHooks,
): Promise<void> {
  const note = `Replaced by order ${newOrderId}. ${more ?? ''}`.trim();
  const merchant_notes = [document.internal?.merchant_notes ?? '', note].join('\n').trim();
  await updateOrder(context, orderId, { internal: { merchant_notes } }, hooks);
}

/**
 * Lowers the total of an unpaid order (current API, adjustOrderTotal). Returns a sentence if the
 * total is not exactly the desired one.
 */
export function adjustOrderTotal(
  context: Context,
  orderId: string,
  desired: string,
  hooks: OrderHooks,
): Promise<string | undefined> {
  return inTransaction(context, async (context) => {
    const { order } = await lockIdle(context, orderId, hooks);
    refuseCharged(order);
    const adjusted = adjustedOrder(order, desired, occasionOf(context));
    if (!adjusted.ok) return refuse('invalid_field', adjusted.reason, { objectId: order.orderId });
    const { order: after, isExact } = adjusted.value;
    await saveOrder(context.db, after);
    await context.events.emit(context, [
      event('order_update', after, { changed: ['items', 'summary', 'internal'] }),
    ]);
    if (isExact) return undefined;
    const total = after.document.summary?.total?.value;
    return `The total is ${total}: the tax is rounded, so no discount gives exactly ${desired}.`;
  });
}

/** Refuses to adjust an order that was charged, or whose amount comes from the plan of a rebill. */
function refuseCharged(order: OrderRecord): void {
  const conflict = (reason: string, fix: string) =>
    refuse('state_conflict', { reason, fix }, { objectId: order.orderId });
  if (order.paidAt !== undefined)
    conflict(`Order ${order.orderId} is paid`, 'Refund the difference instead');
  if (captureTransactions(order.document).length > 0)
    conflict(`A part of order ${order.orderId} was paid`, 'Collect or give back that part first');
  if ((order.rebillNumber ?? 0) > 0)
    conflict(
      `Order ${order.orderId} is a rebill, whose amount follows from its auto order`,
      'Change the auto order, or refund the difference once it is paid',
    );
}

/** The last state of an order's parts, for the event of its deletion. */
const everything: ReadonlySet<string> = new Set(
  expansions.order.filter((name) => name !== 'customer_profile' && name !== 'auto_order'),
);

/**
 * Deletes an order (current API, deleteOrder). Refuses orders that the books need: those of auto
 * orders and those that a gateway charged. Stock, coupons and credit that it used are given back,
 * as by a rejection.
 */
export function removeOrder(context: Context, orderId: string, hooks: OrderHooks): Promise<void> {
  return inTransaction(context, async (context) => {
    const { merchantId, timeZone } = context.merchant;
    const { order } = await lockIdle(context, orderId, hooks);
    const conflict = (reason: string, fix: string) =>
      refuse('state_conflict', { reason, fix }, { objectId: order.orderId });
    if (order.autoOrderOid !== undefined)
      conflict(
        `Order ${order.orderId} belongs to the auto order ${order.autoOrderOid}`,
        'Cancel the order instead',
      );
    if (captureTransactions(order.document).length > 0)
      conflict(`Order ${order.orderId} was charged by a gateway`, 'Cancel or refund it instead');
    if (order.paidAt !== undefined && creditUsed(order) > 0)
      conflict(`Order ${order.orderId} was paid with store credit`, 'Cancel or refund it instead');
    const json = await readOrderJson(context.db, merchantId, order.orderId, everything, timeZone);
    await deleteOrder(context.db, merchantId, order.orderId);
    const rejected = {
      ...order,
      document: { ...order.document, current_stage: 'Rejected' as const },
    };
    await returnOfLost(context, rejected);
    await returnRejected(context, order, rejected, false);
    const object = JSON.parse(json ?? '{}') as object;
    await context.events.emit(context, [deletion('order_delete', 'order', order.orderId, object)]);
  });
}
