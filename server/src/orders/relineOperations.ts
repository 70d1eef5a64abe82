import { Order } from '@perennial/contract/order.ts';
import type { Context } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeCoupons } from './couponReader.ts';
import { readOrderTerms } from './insertOperations.ts';
import { newOrder } from './newOrder.ts';
import type { OrderRecord } from './order.ts';
import { canBeRelined, changesLines, relinedOrder, relinedRequest } from './relined.ts';
import { isShippedHere } from './shipping.ts';
import { methodNamed } from './shippingMethod.ts';

/** A locked order with its changed lines, before the rest of the change. */
export interface Relined {
  readonly order: OrderRecord;
  /** The change without the lines, which the order already has. */
  readonly rest: Order;
  readonly warnings: readonly string[];
}

/**
 * Returns a locked order with the lines and amounts of a change, or the same order if its lines
 * stay or may not change. Refuses lines that a new order could not have. Saves nothing except the
 * coupons that it takes.
 */
export async function relined(
  context: Context,
  stored: OrderRecord,
  body: Order,
): Promise<Relined> {
  const { items } = writable(Order, body, context.merchant.timeZone);
  if (!items || !canBeRelined(stored) || !changesLines(stored, items))
    return { order: stored, rest: body, warnings: [] };
  const { items: _, ...rest } = body;
  const { shipping } = stored.document;
  const channelPartner = {
    ignore_invalid_shipping_method: true,
    no_realtime_payment_processing: true,
    ...(isShippedHere(stored.document) && { store_completed: false }),
  };
  const plain = relinedRequest(stored, items, { merge: merged, hasMethod: false });
  const terms = await readOrderTerms(context, plain, channelPartner);
  const method = methodNamed(terms.shippingMethods ?? [], shipping?.shipping_method ?? '');
  const hasMethod = method !== undefined || shipping?.least_cost_route === true;
  const order = hasMethod ? relinedRequest(stored, items, { merge: merged, hasMethod }) : plain;
  const made = newOrder({ ...terms, order, orderId: stored.orderId });
  if (!made.ok) return refuse('invalid_field', made.reason, { objectId: stored.orderId });
  await takeCoupons(context, stored, made.value.couponClaims);
  return {
    order: relinedOrder(stored, made.value.order),
    rest,
    warnings: made.value.warnings.map(({ field, reason }) => `${field}: ${reason}.`),
  };
}
