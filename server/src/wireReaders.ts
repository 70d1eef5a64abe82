import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Order } from '@perennial/contract/order.ts';
import { readTexts } from './autoOrders/reading.ts';
import { readOrderJson } from './orders/store.ts';
import type { Context } from './platform/context.ts';

/*
 * Auto orders and orders as the wire shows them, for features that must not know where they lie: mails and the customer's card page.
 */

/** Those of the auto orders that exist, by oid. */
export async function readAutoOrders(context: Context, oids: readonly number[], expand: ReadonlySet<string>): Promise<Map<number, AutoOrder>> {
  const texts = await readTexts(context, oids, expand);
  return new Map(texts.map(({ autoOrderOid, json }) => [autoOrderOid, JSON.parse(json) as AutoOrder]));
}

/** The order, or undefined. */
export async function readOrder({ db, merchant: { merchantId, timeZone } }: Context, orderId: string, expand: ReadonlySet<string>): Promise<Order | undefined> {
  const json = await readOrderJson(db, merchantId, orderId, expand, timeZone);
  return json === undefined ? undefined : (JSON.parse(json) as Order);
}
