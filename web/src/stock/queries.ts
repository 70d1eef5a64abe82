import type { Item } from '@perennial/contract/item.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, callVersioned } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import type { DraftBase } from '../kit/draft.ts';
import { asOpened, type Write, written } from '../shell/draftWrites.ts';
import { draftOfStock, type StockRow, stockBody, stockRows } from './forms.ts';

const _expand = 'shipping,shipping.distribution_centers';
const itemsMax = 2000;

/** The stock of the first items of the catalogue, and whether it has more items. */
export interface Stock {
  readonly rows: readonly StockRow[];
  readonly isMore: boolean;
}

/** The stock of all items that are counted. */
export const stockQuery = queryOptions<Stock>({
  queryKey: ['stock'],
  queryFn: async ({ signal }) => {
    const { items = [] } = await call('getItems', { query: { _limit: itemsMax, _expand }, signal });
    return { rows: stockRows(items), isMore: items.length === itemsMax };
  },
});

/** An item as it was read, and the form of its stock at a center. */
export interface StockRead {
  readonly item: Item;
  readonly base: DraftBase;
}

async function readStock(oid: string, center: string): Promise<StockRead> {
  const params = { merchant_item_oid: Number(oid) };
  const { body, version = 0 } = await callVersioned('getItem', { params, query: { _expand } });
  const item = body.item ?? {};
  return { item, base: { draft: draftOfStock(item, center), version } };
}

/** The stock of an item at a center, for a form. */
export const stockFormQuery = (oid: string, center: string) =>
  queryOptions<StockRead>({
    queryKey: ['stock form', oid, center],
    ...asOpened,
    queryFn: () => readStock(oid, center),
  });

/**
 * Adjusts the stock as it was read. A sale in between refuses the write (412); the next try adds to
 * what is there then.
 */
export function adjustStock(oid: string, center: string, read: StockRead): Write {
  let latest = read;
  return (_from, to, idempotencyKey) => {
    const { item, base } = latest;
    const params = { merchant_item_oid: Number(oid) };
    const body = stockBody(item, center, to);
    return written(
      async () => {
        const input = { params, body, ifMatch: base.version, idempotencyKey };
        const saved = await callVersioned('updateItem', input);
        await forget();
        return saved;
      },
      ({ version = 0 }) => ({
        operation: 'updateItem',
        params,
        body: { shipping: { distribution_centers: item.shipping?.distribution_centers ?? [] } },
        ifMatch: version,
      }),
      async () => {
        latest = await readStock(oid, center);
        return latest.base;
      },
    );
  };
}

const forget = () =>
  Promise.all(
    [['stock'], ['item'], ['items']].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
