import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Customer } from '@perennial/contract/customer.ts';
import type { Order } from '@perennial/contract/order.ts';
import { orderAutoOrderJson } from '../autoOrders/present.ts';
import { readTexts } from '../autoOrders/readOperations.ts';
import { type CustomerKey, readCustomerJson, readCustomerTexts } from '../customers/store.ts';
import { listItemOids, readItemTexts } from '../items/store.ts';
import { relatedToCustomer } from '../orders/customerOrders.ts';
import { wireDispute } from '../orders/dispute.ts';
import { findDisputes } from '../orders/disputeStore.ts';
import { listOrderIds, readOrderTexts } from '../orders/listStore.ts';
import { readOrderJson } from '../orders/store.ts';
import type { Context } from '../platform/context.ts';
import { readUserTexts } from '../staff/staffStore.ts';
import type { ObjectReaders } from '../webhooks/captureListener.ts';
import type { ReflowParts } from '../webhooks/reflowWorker.ts';

/*
 * Reads objects in their wire format, for features that must not import the features that own them:
 * webhooks, mails and the customer's card page.
 */

/** Returns those of these auto orders that exist, by oid. */
export async function readAutoOrders(
  context: Context,
  oids: readonly number[],
  expand: ReadonlySet<string>,
): Promise<Map<number, AutoOrder>> {
  const texts = await readTexts(context, oids, expand);
  return new Map(
    texts.map(({ autoOrderOid, json }) => [autoOrderOid, JSON.parse(json) as AutoOrder]),
  );
}

/** Returns the order, or undefined. */
export async function readOrder(
  { db, merchant: { merchantId, timeZone } }: Context,
  orderId: string,
  expand: ReadonlySet<string>,
): Promise<Order | undefined> {
  const autoOrder = orderAutoOrderJson;
  const json = await readOrderJson(db, merchantId, orderId, expand, timeZone, autoOrder);
  return json === undefined ? undefined : (JSON.parse(json) as Order);
}

/** Returns the customer profile with this email or oid, or undefined. */
export async function readMailProfile(
  { db, merchant: { merchantId, timeZone } }: Context,
  key: CustomerKey,
): Promise<Customer | undefined> {
  const found = await readCustomerJson(db, merchantId, key, ccEmails, { timeZone });
  return found && (JSON.parse(found.json) as Customer);
}

const ccEmails: ReadonlySet<string> = new Set(['cc_emails']);

/** Reads the JSON of objects by their ids, for each type of object that has events. */
export const objectReaders: ObjectReaders = {
  async 'auto order'(context, ids, expand) {
    const texts = await readTexts(context, ids.map(Number), expand);
    return new Map(texts.map(({ autoOrderOid, json }) => [String(autoOrderOid), json]));
  },
  order: ({ db, merchant: { merchantId, timeZone } }, ids, expand) =>
    readOrderTexts(db, merchantId, ids, { expand, timeZone, autoOrder: orderAutoOrderJson }),
  item: ({ db, merchant: { merchantId, timeZone } }, ids, expand) =>
    readItemTexts(db, merchantId, ids.map(Number), { expand, timeZone }),
  'customer profile': ({ db, merchant: { merchantId, timeZone }, now }, ids, expand) =>
    readCustomerTexts(db, merchantId, ids.map(Number), expand, {
      timeZone,
      related: { sql: relatedToCustomer, now },
    }),
  async chargeback({ db, merchant: { merchantId, timeZone } }, ids) {
    const disputes = await findDisputes(db, merchantId, ids.map(Number));
    return new Map(
      disputes.map((dispute) => [
        String(dispute.disputeOid),
        JSON.stringify(wireDispute(dispute, timeZone)),
      ]),
    );
  },
  async user({ db, merchant: { merchantId, timeZone } }, ids) {
    const users = await readUserTexts(db, merchantId, timeZone, ids.map(Number));
    return new Map(users.map(({ userId, json }) => [String(userId), json]));
  },
  'workflow task': undefined,
  webhook: undefined,
};

/** Lists the ids of the records whose events can be sent again. */
export const objectIds: ReflowParts['ids'] = {
  order: ({ db, merchant: { merchantId } }, after, limit) =>
    listOrderIds(db, merchantId, after, limit),
  item: async ({ db, merchant: { merchantId } }, after, limit) =>
    (await listItemOids(db, merchantId, Number(after), limit)).map(String),
};
