import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import type { DeliverySearch } from '@perennial/contract/screens.ts';
import { findOrder } from '../orders/store.ts';
import { noOrder } from '../orders/updateOperations.ts';
import type { Context } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { type LeftOut, parseEach } from '../platform/storage/unreadable.ts';
import { isAnyLogged, listTriesAbout, readTries } from '../webhooks/logStore.ts';
import { requestIdOf, wireTry } from '../webhooks/present.ts';
import type { PageRequest, RowPage } from './autoOrderOperations.ts';
import { deliveryMatches, deliverySource, objectsNamed } from './deliveryMatches.ts';
import { findPage } from './listReader.ts';

/**
 * Lists the latest deliveries of an order to all webhooks, newest first, without their payloads.
 */
export async function orderDeliveries(
  { db, merchant: { merchantId, timeZone } }: Context,
  orderId: string,
  limit: number,
): Promise<{ deliveries: WebhookDelivery[]; leftOut: readonly LeftOut[] }> {
  const order = (await findOrder(db, merchantId, orderId)) ?? noOrder(orderId);
  const found = await listTriesAbout(db, merchantId, `order ${order.orderId}`, limit);
  const { rows, leftOut } = parseEach(found, requestIdOf, (each) => wireTry(each, timeZone));
  return { deliveries: rows, leftOut };
}

const newestFirst = [{ field: 'delivery_dts', descending: true }];

/** Returns a page of matching delivery attempts of all webhooks, without their payloads. */
export async function searchDeliveries(
  context: Context,
  search: DeliverySearch,
  page: PageRequest,
): Promise<RowPage> {
  const { merchantId, timeZone } = context.merchant;
  const { delivery_dts_begin: begin, delivery_dts_end: end } = search;
  const at = [
    filterDate(begin, 'delivery_dts_begin', timeZone),
    filterDate(end, 'delivery_dts_end', timeZone),
  ] as const;
  const named = objectsNamed(search.text);
  const isWhole = named.length > 0 && (await isAnyLogged(context.db, merchantId, named));
  const facts = { at, objects: isWhole ? named : undefined };
  const { keys, ...place } = await findPage<number>(context, {
    ...page,
    sort: page.sort.length === 0 ? newestFirst : page.sort,
    source: deliverySource,
    filters: search,
    matches: (bind) => deliveryMatches(search, facts, bind),
  });
  const found = await readTries(context.db, merchantId, keys);
  const { rows, leftOut } = parseEach(found, requestIdOf, (each) => wireTry(each, timeZone));
  return { ...place, leftOut, json: JSON.stringify(rows) };
}
