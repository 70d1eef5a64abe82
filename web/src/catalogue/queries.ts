import type { Item } from '@perennial/contract/item.ts';
import type { ItemRow, ItemUse as NamingUse } from '@perennial/contract/screens.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, callVersioned } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import { type AutoOrderListState, searchOf } from '../autoOrders/list.ts';
import type { DraftBase } from '../kit/draft.ts';
import { pageOf } from '../kit/listQuery.ts';
import type { ListState } from '../kit/searchParts.ts';
import { sortedListQuery } from '../kit/sortedList.ts';
import { asOpened, type Write, written } from '../shell/draftWrites.ts';
import { draftOfItem, itemBody } from './forms.ts';
import { itemQueryOf } from './list.ts';
import { madeWith, shippingNext } from './use.ts';

/** The items that match the address of the catalogue. */
export function itemsQuery({ sort, from, end, open: _open, ...filters }: ListState) {
  const search = itemQueryOf(filters);
  return sortedListQuery<ItemRow>(
    ['items', search],
    { sort, from, end, key: 'merchant_item_oid' },
    async (page, signal) => {
      const found = await call('searchItems', { query: { ...search, ...page }, signal });
      return pageOf(found.items, found);
    },
  );
}

/** The number of auto orders in a list; counted up to 10,000. */
interface Counted {
  readonly count: number;
  readonly isMore: boolean;
}

/**
 * The numbers of active auto orders that a change of an item affects, counted like the linked
 * lists.
 */
export interface ItemUse {
  readonly next: Counted;
  readonly made: Counted;
}

/** Counts the active auto orders of an item. */
export const itemUseQuery = (itemId: string, isAllowed: boolean) =>
  queryOptions<ItemUse>({
    queryKey: ['item use', itemId],
    enabled: isAllowed,
    queryFn: async ({ signal }) => {
      const [next, made] = await Promise.all([
        countAutoOrders(shippingNext(itemId), signal),
        countAutoOrders(madeWith(itemId), signal),
      ]);
      return { next, made };
    },
  });

async function countAutoOrders(state: AutoOrderListState, signal: AbortSignal): Promise<Counted> {
  const query = { _limit: 1 };
  const found = await call('searchAutoOrders', { body: searchOf(state), query, signal });
  return { count: found.total ?? 0, isMore: found.total_is_more ?? false };
}

/** An item as the server sent it, and its form. */
export interface ItemRead {
  readonly item: Item;
  readonly base: DraftBase;
}

const _expand =
  'auto_order,auto_order.steps,kit_definition,options,pricing,pricing.tiers,shipping,' +
  'shipping.distribution_centers,tax';

/** Reads one item and creates its form. */
export async function readItem(oid: string): Promise<ItemRead> {
  const params = { merchant_item_oid: Number(oid) };
  const { body, version = 0 } = await callVersioned('getItem', { params, query: { _expand } });
  const item = body.item ?? {};
  return { item, base: { draft: draftOfItem(item), version } };
}

/** One item, for its page. */
export const itemQuery = (oid: string) =>
  queryOptions<ItemRead>({ queryKey: ['item', oid], queryFn: () => readItem(oid) });

/** One item, for a form. */
export const itemFormQuery = (oid: string) =>
  queryOptions<ItemRead>({
    queryKey: ['item form', oid],
    ...asOpened,
    queryFn: () => readItem(oid),
  });

/** Changes an item. */
export const writeItem =
  (oid: string, item: Item): Write =>
  (from, to, idempotencyKey) => {
    const params = { merchant_item_oid: Number(oid) };
    const body = itemBody(item, from.draft, to);
    return written(
      async () => {
        const input = { params, body, ifMatch: from.version, idempotencyKey };
        const saved = await callVersioned('updateItem', input);
        await forgetItems();
        return saved;
      },
      ({ version = 0 }) => ({
        operation: 'updateItem',
        params,
        body: itemBody(item, to, from.draft),
        ifMatch: version,
      }),
      async () => (await readItem(oid)).base,
    );
  };

async function forgetItems(): Promise<void> {
  await Promise.all(
    [['items'], ['item'], ['stock']].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
}

/** The records that name an item, and the effect of deleting the item on them. */
export const itemUsesQuery = (oid: string) =>
  queryOptions<readonly NamingUse[]>({
    queryKey: ['item', oid, 'uses'],
    ...asOpened,
    queryFn: async ({ signal }) =>
      (await call('getItemUses', { params: { merchant_item_oid: Number(oid) }, signal })).uses ??
      [],
  });

/** Deletes an item if it still has the version that was read. */
export async function deleteItem(oid: string, ifMatch: number, key: string): Promise<void> {
  const params = { merchant_item_oid: Number(oid) };
  await call('deleteItem', { params, ifMatch, idempotencyKey: key });
  await queryClient.invalidateQueries({ queryKey: ['items'] });
}
