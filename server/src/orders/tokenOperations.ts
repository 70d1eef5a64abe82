import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Seal } from '../platform/seal.ts';
import { findOrder } from './store.ts';
import { noOrder } from './updateOperations.ts';

/*
 * Tokens that represent orders (current API, generateOrderToken). A token contains the sealed names
 * of the merchant and the order, so it needs no row and never expires.
 */

/** Returns a token of an order. */
export async function generateOrderToken(
  { db, merchant: { merchantId } }: Context,
  seal: Seal,
  orderId: string,
): Promise<string> {
  const order = (await findOrder(db, merchantId, orderId)) ?? noOrder(orderId);
  return seal.seal(`${purpose}:${merchantId}:${order.orderId}`).toString('base64url');
}

// The purpose is part of a token, so that no other text that the installation sealed is accepted as
// one.
const purpose = 'order token';

/** Returns the id of a token's order. Refuses an invalid token. */
export function orderIdOfToken(
  { merchant: { merchantId } }: Context,
  seal: Seal,
  token: string | null | undefined,
): string {
  if (!token) return refuse('missing_field', { field: 'order_token' });
  const [kind, owner, orderId] = opened(seal, token).split(':');
  if (kind === purpose && owner === merchantId && orderId !== undefined) return orderId;
  return refuse('invalid_field', {
    field: 'order_token',
    reason: 'is not a token of an order of this merchant',
    fix: 'Send a token as GET /rest/v2/order/orders/token/{order_id} returned it',
  });
}

function opened(seal: Seal, token: string): string {
  try {
    return seal.open(Buffer.from(token, 'base64url'));
  } catch {
    // A client may send any text as a token.
    return '';
  }
}
