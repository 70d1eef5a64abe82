import type { Item } from '@perennial/contract/item.ts';
import type { StockAdjustment } from '@perennial/contract/stock.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, callVersioned } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import type { DraftBase } from '../kit/draft.ts';
import { asOpened, newDecisionKey, type Write, written } from '../shell/draftWrites.ts';
import { adjustmentOf, draftOfStock, lowBody, type StockRow, stockRows } from './forms.ts';

const _expand = 'shipping,shipping.distribution_centers';
const itemsMax = 2000;

/** The stock of the first items of the catalogue, and whether there are more items. */
export interface Stock {
  readonly rows: readonly StockRow[];
  readonly isMore: boolean;
}

/** The stock of all counted items. */
export const stockQuery = queryOptions<Stock>({
  queryKey: ['stock'],
  queryFn: async ({ signal }) => {
    const { items = [] } = await call('getItems', { query: { _limit: itemsMax, _expand }, signal });
    return { rows: stockRows(items), isMore: items.length === itemsMax };
  },
});

/** The latest adjustments of an item's stock, the newest first. */
export const adjustmentsQuery = (oid: string) =>
  queryOptions<readonly StockAdjustment[]>({
    queryKey: ['stock', oid, 'adjustments'],
    queryFn: async ({ signal }) => {
      const params = { merchant_item_oid: Number(oid) };
      const query = { _limit: 50 };
      const found = await call('getStockAdjustments', { params, query, signal });
      return found.stock_adjustments ?? [];
    },
  });

/** An item as the server sent it, and the form of its stock at a center. */
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
 * Sends an adjustment, which is added to the stock at that moment, and the level at which the stock
 * is low. After a sale in between, only the level is refused (412); the next attempt uses the
 * item's new version.
 */
export function adjustStock(oid: string, center: string, read: StockRead): Write {
  let latest = read;
  const params = { merchant_item_oid: Number(oid) };
  const adjust = (body: StockAdjustment, idempotencyKey: string) =>
    call('insertStockAdjustment', { params, body, idempotencyKey });
  const setLow = async (text: string, idempotencyKey: string) => {
    const body = lowBody(latest.item, center, text);
    const input = { params, body, ifMatch: latest.base.version, idempotencyKey };
    await callVersioned('updateItem', input);
    latest = await readStock(oid, center);
  };
  return (from, to, key) => {
    const [lowWas, low] = [from.draft['low_at'] ?? '', to['low_at'] ?? ''];
    const adjustment = adjustmentOf(center, to);
    return written(
      async () => {
        // The level may be saved already if the adjustment after it was refused.
        const saved = draftOfStock(latest.item, center)['low_at'];
        if (low !== lowWas && low !== saved) await setLow(low, `${key}-low`);
        if (adjustment) await adjust(adjustment, key);
        await forget();
      },
      () => async () => {
        if (low !== lowWas) {
          latest = await readStock(oid, center);
          await setLow(lowWas, newDecisionKey());
        }
        if (adjustment)
          await adjust(
            {
              ...adjustment,
              change: -Number(adjustment.change),
              reason: `Undo: ${adjustment.reason}`.slice(0, 200),
            },
            newDecisionKey(),
          );
        await forget();
      },
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
