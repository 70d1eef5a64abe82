import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { TimelineEntry } from '@perennial/contract/timeline.ts';
import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import { call } from '../api/call.ts';
import { onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';
import type { Refused } from '../api/refused.ts';
import type { ListPage } from '../kit/listQuery.ts';

/** The first key of every query about one auto order: a write invalidates them together. */
export const autoOrderKey = (code: string) => ['auto order', code] as const;

/** The parts of the auto order that are read, as `_expand` names them. */
export const expanded = [
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

/** The complete auto order: items, add-ons, properties, original order. */
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
 * The auto order's row in lists: the state in one word, the version, the next total. A row that is
 * already loaded in a list is shown at once.
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

/** The number of future rebills that are read at first. */
export const futureCount = 12;

/** The future rebills, each with the rules for its date and prices. */
export const previewQuery = (code: string, oid: number | undefined, count: number) =>
  queryOptions({
    queryKey: [...autoOrderKey(code), 'preview', count],
    queryFn: async ({ signal }) => {
      const { rebills = [], ends } = await call('previewAutoOrder', {
        params: { auto_order_oid: oid ?? 0 },
        query: { count },
        signal,
      });
      return { rebills, ends };
    },
    enabled: oid !== undefined,
    placeholderData: keepPreviousData,
  });

/** A page of the past, the newest entry first. */
export interface PastPage {
  readonly entries: readonly TimelineEntry[];
  /** Absent: there are no older entries. */
  readonly older: string | undefined;
  /** Absent: there are no newer entries. */
  readonly newer: string | undefined;
}

const pastPageSize = 40;

/** The past of an auto order; `from` starts it at a position instead of now. */
export const pastQuery = (
  code: string,
  oid: number | undefined,
  kinds: readonly string[],
  from: string | undefined,
) =>
  infiniteQueryOptions<
    PastPage,
    Refused,
    InfiniteData<PastPage>,
    readonly unknown[],
    { readonly before?: string; readonly after?: string }
  >({
    queryKey: [...autoOrderKey(code), 'past', kinds, from ?? ''],
    queryFn: async ({ pageParam, signal }) => {
      const read = await call('getAutoOrderTimeline', {
        params: { auto_order_oid: oid ?? 0 },
        query: {
          ...pageParam,
          ...(kinds.length > 0 && { kinds: kinds.join(',') }),
          _limit: pastPageSize,
        },
        signal,
      });
      const entries = read.entries ?? [];
      const isLast = pageParam.after !== undefined && entries.length < pastPageSize;
      return {
        entries,
        older: read.next_cursor,
        newer: isLast ? undefined : read.previous_cursor,
      };
    },
    initialPageParam: from === undefined ? {} : { before: from },
    getNextPageParam: ({ older }) => (older === undefined ? undefined : { before: older }),
    getPreviousPageParam: ({ newer }, _pages, place) =>
      newer === undefined || isStart(place) ? undefined : { after: newer },
    enabled: oid !== undefined,
    placeholderData: keepPreviousData,
  });

/** The page that starts at now, so there are no newer entries. */
const isStart = (place: { before?: string; after?: string }): boolean =>
  place.before === undefined && place.after === undefined;

/** The reason why a parked auto order is not billed; empty if it is not parked. */
export const parkedQuery = (code: string, oid: number | undefined) =>
  queryOptions({
    queryKey: [...autoOrderKey(code), 'parked'],
    queryFn: async ({ signal }) => {
      const { parked = [] } = await call('getParkedAutoOrders', { signal });
      return parked.find(({ auto_order_oid }) => auto_order_oid === oid) ?? {};
    },
  });

/** The charges of an auto order that have no answer yet. */
export const chargesQuery = (code: string, oid: number | undefined) =>
  queryOptions({
    queryKey: [...autoOrderKey(code), 'charges'],
    queryFn: async ({ signal }) => {
      const { charges = [] } = await call('getCharges', { signal });
      return charges.filter(({ auto_order_oid }) => auto_order_oid === oid);
    },
  });

/** Reads the auto order again when a frame of the socket reports a change of it. */
export function useLiveAutoOrder(code: string, oid: number | undefined): void {
  useEffect(
    () =>
      onFrame(({ type, event_task: task, event_topic: topic, event_object_id: id }) => {
        const isOwn = topic === 'auto_orders' && id === String(oid);
        const isAbout = isOwn || (task?.object_type === 'auto order' && task.object_id === code);
        if (type === 'resync' || isAbout)
          void queryClient.invalidateQueries({ queryKey: autoOrderKey(code) });
      }),
    [code, oid],
  );
}

/** Reads the code of another auto order, for a link to it. */
export const codeQuery = (oid: number | undefined) =>
  queryOptions({
    queryKey: ['auto order code', oid],
    queryFn: async ({ signal }) =>
      (await call('getAutoOrder', { params: { auto_order_oid: oid ?? 0 }, signal })).auto_order
        ?.auto_order_code ?? '',
    enabled: oid !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The tasks about an auto order. */
export const tasksQuery = (code: string) =>
  queryOptions({
    queryKey: [...autoOrderKey(code), 'tasks'],
    queryFn: async ({ signal }) =>
      (
        await call('getWorkflowTaskByObjectType', {
          params: { object_type: 'auto order', object_id: code },
          signal,
        })
      ).tasks ?? [],
  });

/**
 * The fixed schedules of catalogue items: id → steps. Items without a fixed schedule are absent.
 */
export const stepsQuery = (itemId: string) =>
  queryOptions({
    queryKey: ['item steps', itemId],
    queryFn: async ({ signal }) => {
      const { item } = await call('getItemByMerchantItemId', {
        params: { merchant_item_id: itemId },
        query: { _expand: 'auto_order,auto_order.steps' },
        signal,
      });
      return item?.auto_order?.auto_order_upsell ? (item.auto_order.steps ?? []) : [];
    },
    staleTime: 60_000,
  });

/** The explanation of an order's amount. */
export const explanationQuery = (orderId: string) =>
  queryOptions({
    queryKey: ['explanation', orderId],
    queryFn: async ({ signal }) =>
      (await call('explainOrder', { params: { order_id: orderId }, signal })).explanation ?? {},
    staleTime: 60_000,
  });

/** The clock's current time, and the work that is due until a moment. */
export const dueQuery = (until: string) =>
  queryOptions({
    queryKey: ['clock due', until],
    queryFn: async ({ signal }) =>
      (await call('getClockDue', { query: { until }, signal })).due ?? {},
    staleTime: 0,
  });

/** Moves the merchant's test clock, which charges all rebills due until then. */
export const advanceTo = async (until: string, idempotencyKey: string): Promise<void> => {
  await call('setClock', { body: { now_dts: until }, idempotencyKey });
};
