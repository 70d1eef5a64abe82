// The first steps of most tests of auto orders: a monthly item, and an order of it that is paid by
// card.
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { required } from '../../server/src/kernel/assert.ts';
import type { TestApp } from './app.ts';

/** The body of an item that recurs monthly. */
export const monthlyItem = (merchant_item_id: string, cost: number) => ({
  merchant_item_id,
  pricing: { cost },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly' as const] },
});

/** The body of an order of one such item. `billing` is merged into Ann's address. */
export const monthlyOrder = (
  merchant_item_id: string,
  billing: { readonly email: string; readonly first_name?: string; readonly city?: string },
  card_number_token = 'tok_1',
) => ({
  billing: { first_name: 'Ann', last_name: 'Smith', country_code: 'US', ...billing },
  items: [{ merchant_item_id, quantity: 1, auto_order_schedule: 'Monthly' as const }],
  payment: {
    payment_method: 'Credit Card' as const,
    credit_card: {
      card_type: 'VISA' as const,
      card_number_token,
      card_expiration_month: 12,
      card_expiration_year: 2030,
    },
  },
});

/**
 * Places such an order, shipped to its billing address, and reads the auto order that it starts.
 */
export async function subscribe(
  app: TestApp,
  order: ReturnType<typeof monthlyOrder>,
  key?: string,
): Promise<{ readonly orderId: string; readonly oid: number; readonly autoOrder: AutoOrder }> {
  const own = key === undefined ? {} : { key };
  const { email: _, ...shipping } = order.billing;
  const { body: inserted } = await app.request({
    operation: 'insertOrder',
    body: { ...order, shipping },
    ...own,
  });
  const orderId: string = inserted.order.order_id;
  const { body: found } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: orderId },
    query: { _expand: 'items' },
    ...own,
  });
  const autoOrder: AutoOrder = found.auto_order;
  return { orderId, oid: required(autoOrder.auto_order_oid, 'the auto order'), autoOrder };
}
