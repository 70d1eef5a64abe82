import { fromMinor } from '../kernel/money.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { captureTransactions } from './capture.ts';
import type { OrderHooks } from './hooks.ts';
import type { OrderRecord } from './order.ts';
import { wholeRefund } from './refund.ts';
import { deleteRefundBlock, saveRefundBlock } from './refundBlockStore.ts';
import { refundedOf, totalOf } from './refunded.ts';
import {
  type BegunRefund,
  beginRefund,
  finishRefund,
  type RefundParts,
} from './refundOperations.ts';
import { parcelLines } from './shipping.ts';
import { type LockedOrder, lockIdle, moveLocked } from './stageOperations.ts';
import { stageTransitions } from './stages.ts';
import { findOrder } from './store.ts';
import { creditUsed } from './storeCredit.ts';
import { noOrder } from './updateOperations.ts';

/** The options of a cancelation (current API, cancelOrder). */
export interface CancelWishes {
  /**
   * Whether to take the order out of the shipping queue before the refund is sent to the gateway.
   */
  readonly lockSelfShipOrders: boolean;
  /** Whether to hold the order instead. Nothing is then refunded. */
  readonly skipRefundAndHold: boolean;
}

/**
 * Cancels an order and returns sentences for the client. An unpaid order is rejected, a paid one is
 * refunded in full and then rejected. The auto order that it started is canceled as well, but the
 * auto order of a rebill continues. An order that has shipped is refused. Canceling it again
 * changes nothing.
 */
export async function cancelOrder(
  context: Context,
  orderId: string,
  wishes: CancelWishes,
  parts: RefundParts,
): Promise<readonly string[]> {
  const begun = await inTransaction(context, async (context) => {
    const locked = await lockIdle(context, orderId, parts.hooks);
    return begin(context, locked, wishes, parts);
  });
  return begun === undefined ? [] : finishRefund(context, begun, parts);
}

/** Returns the refund to send to the gateway, if any. */
async function begin(
  context: Context,
  locked: LockedOrder,
  wishes: CancelWishes,
  parts: RefundParts,
): Promise<BegunRefund | undefined> {
  const { order } = locked;
  const { current_stage: stage } = order.document;
  if (stage === 'Rejected') return undefined;
  if (wishes.skipRefundAndHold) {
    if (stage !== 'Hold') await moveLocked(context, locked, 'Hold');
    return undefined;
  }
  refuseShipped(order);
  refusePartlyPaid(order);
  if (order.paidAt === undefined || isWhollyRefunded(order)) {
    await moveLocked(context, locked, 'Rejected');
    await cancelStarted(context, order, parts.hooks);
    return undefined;
  }
  const canHold = stageTransitions[stage ?? 'Unknown'].includes('Hold');
  const held =
    wishes.lockSelfShipOrders && canHold ? await moveLocked(context, locked, 'Hold') : order;
  return beginRefund(context, held, wholeRefund(held), refundWishes(context, held), parts);
}

const isWhollyRefunded = (order: OrderRecord): boolean => {
  const refunded = refundedOf(order);
  return totalOf(refunded) === order.total && (refunded.credit ?? 0) === creditUsed(order);
};

const refundWishes = ({ actor }: Context, order: OrderRecord) => ({
  user: actor.name,
  isManual: false,
  rejectAfterRefund: true,
  cancelAutoOrder: order.rebillNumber === 0,
  cancelReason: cancelReason(order),
  notifyCustomer: true,
});

const cancelReason = ({ orderId }: OrderRecord): string => `Order ${orderId} was canceled`;

async function cancelStarted(
  context: Context,
  order: OrderRecord,
  hooks: OrderHooks,
): Promise<void> {
  if (order.rebillNumber !== 0 || order.autoOrderOid === undefined) return;
  const why = { reason: cancelReason(order), user: context.actor.name };
  await hooks.cancelAutoOrder(context, order.autoOrderOid, why);
}

/**
 * Refuses to cancel an unpaid order with a captured payment, because that money would be forgotten.
 */
function refusePartlyPaid(order: OrderRecord): void {
  if (order.paidAt !== undefined || captureTransactions(order.document).length === 0) return;
  refuse(
    'state_conflict',
    {
      reason: `Order ${order.orderId} cannot be canceled: a part of it was paid`,
      fix:
        'Give that part back in another way and move the order to Rejected with an update, or ' +
        'send skip_refund_and_hold=true',
    },
    { objectId: order.orderId },
  );
}

function refuseShipped(order: OrderRecord): void {
  const shipped = parcelLines(order.document).filter((line) => line.shipped_dts !== undefined);
  if (shipped.length === 0) return;
  const total = fromMinor(order.total, order.currency);
  refuse(
    'state_conflict',
    {
      reason:
        `Order ${order.orderId} cannot be canceled: ${shipped.length} of its lines have shipped ` +
        `(total ${total} ${order.currency})`,
      fix: 'Refund it instead when the goods are back',
    },
    { objectId: order.orderId },
  );
}

/** Blocks refunds of an order (current API, blockRefundOnOrder). */
export function blockRefund(
  context: Context,
  orderId: string,
  reason: string | undefined,
): Promise<void> {
  return withLocked(context, orderId, (context, { merchantId, orderId }) =>
    saveRefundBlock(context.db, merchantId, orderId, {
      reason,
      by: context.actor.name,
      at: context.now,
    }),
  );
}

/** Allows refunds of an order again (current API, unblockRefundOnOrder). */
export function unblockRefund(context: Context, orderId: string): Promise<void> {
  return withLocked(context, orderId, ({ db }, { merchantId, orderId }) =>
    deleteRefundBlock(db, merchantId, orderId),
  );
}

/** Locks the order, so that a refund either sees the block or was started before it. */
const withLocked = (
  context: Context,
  orderId: string,
  work: (context: Context, order: OrderRecord) => Promise<void>,
): Promise<void> =>
  inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const order = await findOrder(context.db, merchantId, orderId, { lock: true });
    await work(context, order ?? noOrder(orderId));
  });
