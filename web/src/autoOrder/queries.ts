import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import type { ListPage } from '../kit/listQuery.ts';

/** Every read about one auto order has this key first: a write invalidates them together. */
export const autoOrderKey = (code: string) => ['auto order', code] as const;

const expanded = [
  'add_ons',
  'items',
  'items.simple_schedule',
  'properties',
  'original_order.billing',
  'original_order.shipping',
  'original_order.payment',
  'original_order.summary',
  'original_order.item',
].join(',');

/** The auto order whole: items, add-ons, properties, original order. */
export const autoOrderQuery = (code: string) =>
  queryOptions<AutoOrder>({
    queryKey: [...autoOrderKey(code), 'whole'],
    queryFn: async ({ signal }) =>
      (
        await call('getAutoOrderByCode', {
          params: { auto_order_code: code },
          query: { _expand: expanded },
          signal,
        })
      ).auto_order ?? {},
  });

/**
 * What lists show of it: the state in one word, the version, the next total. The row of a list that
 * was read before is shown at once.
 */
export const autoOrderRowQuery = (code: string) =>
  queryOptions<AutoOrderRow>({
    queryKey: [...autoOrderKey(code), 'row'],
    queryFn: async ({ signal }) => {
      const found = await call('searchAutoOrders', {
        body: { text: code },
        query: { _limit: 20 },
        signal,
      });
      return found.auto_orders?.find((row) => row.auto_order_code === code) ?? {};
    },
    placeholderData: () => rowOfLists(code),
  });

function rowOfLists(code: string): AutoOrderRow | undefined {
  return queryClient
    .getQueriesData<{ pages: ListPage<AutoOrderRow>[] }>({ queryKey: ['auto orders'] })
    .flatMap(([, data]) => data?.pages ?? [])
    .flatMap(({ rows }) => rows)
    .find((row) => row.auto_order_code === code);
}
