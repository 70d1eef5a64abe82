import { type Answer, payloadText } from '../platform/http/answer.ts';
import type { Input, Routes } from '../platform/http/routes.ts';
import { type PageRequest, type RowPage, searchAutoOrders } from './autoOrderOperations.ts';
import { searchCustomers, searchItems, searchOrders } from './listOperations.ts';

/** Lists and searches for screens. */
export const screenRoutes = {
  searchAutoOrders: async (context, input) =>
    pageAnswer(await searchAutoOrders(context, input.body, pageOf(input))),
  searchOrders: async (context, input) =>
    pageAnswer(await searchOrders(context, input.body, pageOf(input))),
  searchCustomers: async (context, input) =>
    pageAnswer(await searchCustomers(context, input.body, pageOf(input))),
  searchItems: async (context, input) =>
    pageAnswer(await searchItems(context, input.query.q ?? '', pageOf(input))),
} satisfies Routes;

const pageOf = ({
  sort,
  page,
  query,
}: Pick<Input<'searchAutoOrders'>, 'sort' | 'page' | 'query'>): PageRequest => ({
  sort,
  limit: page.limit,
  after: query._after,
});

const pageAnswer = ({ json, nextCursor, total, isMore, facets }: RowPage): Answer =>
  payloadText(json, {
    beside: { next_cursor: nextCursor, total, total_is_more: isMore, facets },
  });
