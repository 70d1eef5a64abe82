import type { Order } from '@perennial/contract/order.ts';
import {
  type OrderCheck,
  type OrderValidationRequest,
  type OrderValidationResponse,
  orderChecks,
} from '@perennial/contract/orderSheet.ts';
import type { Context } from '../platform/context.ts';
import { Refusal, refuse } from '../platform/http/refusal.ts';
import type { OrderHooks } from './hooks.ts';
import { draftOrder } from './insertOperations.ts';
import type { NewOrder } from './newOrder.ts';
import { isInAutoOrders } from './onceItem.ts';
import { findBought } from './onceOperations.ts';
import { findOrder } from './store.ts';
import { checkOrder, unknownChecks } from './validation.ts';

/** The result of a validation. */
export type Validated = Required<
  Pick<OrderValidationResponse, 'errors' | 'messages' | 'order_was_updated'>
>;

/**
 * Checks an order and stores nothing (current API, OrderApi.validateOrder). For a new order, all
 * checks together include the refusals and warnings of an insert.
 */
export async function validateOrder(
  context: Context,
  { order, checks }: OrderValidationRequest,
  hooks: OrderHooks,
): Promise<Validated> {
  if (order == null) return refuse('missing_field', { field: 'order' });
  const names = namesOf(checks ?? []);
  const found = checkOrder(order, names);
  const inserted = await insertResults(context, order, names, hooks);
  return {
    errors: [...found.errors, ...inserted.errors],
    messages: [...found.messages, ...inserted.messages],
    order_was_updated: false,
  };
}

function namesOf(names: readonly string[]): readonly string[] {
  const [unknown] = unknownChecks(names);
  if (unknown === undefined) return names;
  return refuse('invalid_field', {
    field: 'checks',
    reason: `has ${unknown}, which is not a check`,
    fix: `Send some of: ${orderChecks.join(', ')}`,
  });
}

const once: OrderCheck = 'One per customer violations';

/**
 * Returns the faults that an insert would report. Returns none for an existing order, which is not
 * inserted again.
 */
async function insertResults(
  context: Context,
  order: Order,
  names: readonly string[],
  hooks: OrderHooks,
): Promise<{ errors: string[]; messages: string[] }> {
  const isAll = names.length === 0;
  const isNeeded = isAll || names.includes(once);
  if (!isNeeded || (await isKnown(context, order))) return { errors: [], messages: [] };
  const made = await draftResult(context, order);
  if (typeof made === 'string') return { errors: isAll ? [made] : [], messages: [] };
  const messages = made.warnings.map(({ field, reason }) => `${field}: ${reason}.`);
  return {
    errors: await onceErrors(context, made, hooks),
    messages: isAll ? messages : [],
  };
}

const isKnown = async (
  { db, merchant: { merchantId } }: Context,
  { order_id: orderId }: Order,
): Promise<boolean> => !!orderId && (await findOrder(db, merchantId, orderId)) !== undefined;

/** Returns the order that an insert would make, or why it would be refused. */
async function draftResult(context: Context, order: Order): Promise<NewOrder | string> {
  try {
    const made = await draftOrder(context, order);
    if (made.ok) return made.value;
    const { field, reason, fix } = made.reason;
    return `${field} ${reason}. ${fix}.`;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

async function onceErrors(
  context: Context,
  { order, onceItems }: NewOrder,
  hooks: OrderHooks,
): Promise<string[]> {
  if (onceItems.length === 0) return [];
  const bought = await findBought(context, order.document.billing?.email, onceItems);
  const inAutoOrders = onceItems.filter(isInAutoOrders);
  const itemIds = inAutoOrders.map(({ itemId }) => itemId);
  const held = await hooks.findHeldItems(context, order, itemIds);
  return [
    ...(bought ? [`${once}: ${bought.field} ${bought.reason}.`] : []),
    ...inAutoOrders.flatMap(({ field, itemId }) =>
      held.has(itemId)
        ? [`${once}: ${field} ${itemId} is in auto order ${held.get(itemId)} of the customer.`]
        : [],
    ),
  ];
}
