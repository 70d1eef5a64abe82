import type { Context } from '../platform/context.ts';
import { type Answer, payload, payloadText } from '../platform/http/answer.ts';
import type { Input, Routes } from '../platform/http/routes.ts';
import { leftOutWarning } from '../platform/http/unreadableRecords.ts';
import type { WorkFailure } from '../platform/metrics.ts';
import type { WorkflowParts } from '../workflow/operations.ts';
import { searchAnything } from './anythingOperations.ts';
import { type PageRequest, type RowPage, searchAutoOrders } from './autoOrderOperations.ts';
import { orderDeliveries, searchDeliveries } from './deliveryOperations.ts';
import { merchantHealth } from './healthOperations.ts';
import { getItemUses } from './itemUseOperations.ts';
import {
  searchCouponItems,
  searchCoupons,
  searchCustomers,
  searchItems,
  searchOrders,
} from './listOperations.ts';
import type { ReadOverview } from './overviewOperations.ts';
import { readDailyStatistics } from './statisticOperations.ts';
import { listTasks } from './taskOperations.ts';
import { autoOrderTimeline, customerTimeline, type TimelineResult } from './timelineOperations.ts';

/** The routes of lists, searches and timelines for screens. */
export const screenRoutes = (
  readOverview: ReadOverview,
  workFailures: () => WorkFailure[],
  tasks: WorkflowParts,
) =>
  ({
    searchAnything: async (context, { query, page }) =>
      payloadText(await searchAnything(context, query.q ?? '', query.types, page.limit)),
    getOverview: async (context) => payload(await readOverview(context)),
    getHealth: async (context) => payload(await merchantHealth(context, workFailures())),
    getDailyStatistics: async (context, { query }) =>
      payload(await readDailyStatistics(context, query.days)),
    searchAutoOrders: async (context, input) =>
      pageAnswer(context, 'auto order', await searchAutoOrders(context, input.body, pageOf(input))),
    searchOrders: async (context, input) =>
      pageAnswer(context, 'order', await searchOrders(context, input.body, pageOf(input))),
    searchCustomers: async (context, input) =>
      pageAnswer(context, 'customer', await searchCustomers(context, input.body, pageOf(input))),
    searchItems: async (context, input) => {
      const { q: text = '', inactive, auto_orderable: autoOrderable } = input.query;
      const search = { text, inactive, autoOrderable };
      return pageAnswer(context, 'item', await searchItems(context, search, pageOf(input)));
    },
    searchCoupons: async (context, input) =>
      pageAnswer(context, 'coupon', await searchCoupons(context, input.body, pageOf(input))),
    searchTasks: async (context, input) =>
      pageAnswer(context, 'task', await listTasks(context, tasks, input.body, pageOf(input))),
    searchDeliveries: async (context, input) =>
      pageAnswer(
        context,
        'delivery attempt',
        await searchDeliveries(context, input.body, pageOf(input)),
      ),
    getItemUses: async (context, { params }) =>
      payload(await getItemUses(context, params.merchant_item_oid)),
    searchCouponItems: async (context, { query }) =>
      payload(await searchCouponItems(context, query)),
    getOrderDeliveries: async (context, { params, page }) => {
      const found = await orderDeliveries(context, params.order_id, page.limit);
      return payload(found.deliveries, leftOutWarning(context, 'delivery attempt', found.leftOut));
    },
    getAutoOrderTimeline: async (context, { params, query, page }) =>
      timelineAnswer(
        await autoOrderTimeline(context, params.auto_order_oid, { ...query, limit: page.limit }),
      ),
    getCustomerTimeline: async (context, { params, query, page }) =>
      timelineAnswer(
        await customerTimeline(context, params.customer_profile_oid, {
          ...query,
          limit: page.limit,
        }),
      ),
  }) satisfies Routes;

const timelineAnswer = ({ entries, nextCursor, previousCursor, warning }: TimelineResult): Answer =>
  payload(entries, {
    beside: { next_cursor: nextCursor, previous_cursor: previousCursor },
    ...(warning && { warning }),
  });

const pageOf = ({
  sort,
  page,
  query,
}: Pick<Input<'searchAutoOrders'>, 'sort' | 'page' | 'query'>): PageRequest => ({
  sort,
  limit: page.limit,
  after: query._after,
  from: query._from,
});

const pageAnswer = (
  context: Context,
  what: string,
  { json, nextCursor, total, isMore, facets, leftOut }: RowPage,
): Answer =>
  payloadText(json, {
    beside: { next_cursor: nextCursor, total, total_is_more: isMore, facets },
    ...leftOutWarning(context, what, leftOut),
  });
