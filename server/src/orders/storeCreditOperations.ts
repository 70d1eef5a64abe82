import { lockCustomer } from '../customers/store.ts';
import {
  type CreditWish,
  giveCredit,
  returnCredit,
  takeGivenCredit,
  useCredit,
} from '../customers/storeCreditOperations.ts';
import { type Minor, minor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import type { OrderRecord } from './order.ts';
import { creditField, creditUsed } from './storeCredit.ts';

/*
 * Takes store credit for orders and gives it back. Each function runs late in its transaction,
 * because auto orders and orders are locked before customers.
 */

/** Takes the store credit of a new order from its customer. Refuses if less is available. */
export async function spendCredit(context: Context, order: OrderRecord): Promise<void> {
  const amount = creditUsed(order);
  const { customerProfileOid: oid, merchantId, orderId } = order;
  if (amount === 0 || oid === undefined) return;
  await lockCustomer(context.db, merchantId, oid);
  const wish: CreditWish = {
    field: creditField,
    amount,
    description: `Order ${orderId}`,
    orderId,
    purpose: 'payment',
  };
  await useCredit(context, oid, wish);
}

/**
 * Returns the store credit of an order that was rejected without having been paid. Does nothing for
 * other orders, or if it was already returned.
 */
export async function returnSpentCredit(context: Context, order: OrderRecord): Promise<void> {
  const isLost = order.document.current_stage === 'Rejected' && order.paidAt === undefined;
  if (!isLost || creditUsed(order) === 0) return;
  await returnCredit(context, order.orderId, `Order ${order.orderId} was rejected`);
}

/** The amounts that a refund gives as store credit. */
export interface GivenBack {
  /** The part that store credit had paid for. */
  readonly credit: Minor;
  /** The part that is given instead of money. */
  readonly instead: Minor;
}

/** Gives the store credit of a refund to the customer of its order. It never expires. */
export async function giveBackCredit(
  context: Context,
  { customerProfileOid: oid, merchantId, orderId }: OrderRecord,
  { credit, instead }: GivenBack,
): Promise<void> {
  const amount = minor(credit + instead);
  if (amount <= 0) return;
  if (oid === undefined || (await lockCustomer(context.db, merchantId, oid)) === undefined) {
    context.log.warn({ orderId, amount }, 'store credit of a refund has no profile any more');
    return;
  }
  await giveCredit(context, oid, {
    amount,
    description: `Refund of order ${orderId}`,
    enteredAt: context.now,
    vestsAt: context.now,
    orderId,
    isRefund: true,
  });
}

/**
 * Takes back the store credit of a refund that failed later, except for the part that was already
 * used.
 */
export async function takeBackCredit(
  context: Context,
  { customerProfileOid: oid, merchantId, orderId }: OrderRecord,
  amount: Minor,
): Promise<void> {
  if (amount <= 0 || oid === undefined) return;
  if ((await lockCustomer(context.db, merchantId, oid)) === undefined) return;
  await takeGivenCredit(context, oid, { amount, orderId, description: 'A refund failed later' });
}
