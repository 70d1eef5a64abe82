import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import {
  type ClockParts,
  getAdvance,
  getAdvanceDays,
  getAdvances,
  getClock,
  getDue,
  getSkippedMails,
  setClock,
  stopAdvance,
} from './operations.ts';
import { clockAnswer, wireAdvance, wireAdvanceDays, wireDue } from './present.ts';

/** The routes of the operations on a merchant's clock. */
export function sandboxRoutes(parts: ClockParts) {
  return {
    getClock: async (context) =>
      clockAnswer(await getClock(context, parts), context.merchant.timeZone),
    setClock: async (context, { body }) =>
      clockAnswer(await setClock(context, parts, body), context.merchant.timeZone),
    getClockDue: async (context, { query: { until, advance_by: span }, page }) =>
      payload(
        wireDue(
          await getDue(context, parts, { moment: until, span }, page.limit),
          context.merchant.timeZone,
        ),
      ),
    async getClockAdvances(context, { page: { limit, offset } }) {
      const { advances, hasMore } = await getAdvances(context, { limit, offset });
      return payload(
        advances.map((advance) => wireAdvance(advance, context.merchant.timeZone)),
        { resultSet: { limit, offset, count: advances.length, more: hasMore } },
      );
    },
    getClockAdvance: async (context, { params }) =>
      payload(wireAdvance(await getAdvance(context, params.advance_id), context.merchant.timeZone)),
    stopClockAdvance: async (context, { params }) =>
      payload(
        wireAdvance(await stopAdvance(context, params.advance_id), context.merchant.timeZone),
      ),
    getClockAdvanceDays: async (context, { params }) =>
      payload(
        wireAdvanceDays(
          await getAdvanceDays(context, params.advance_id),
          context.merchant.currency,
        ),
      ),
    getClockAdvanceSkippedMails: async (context, { params }) =>
      payload([...(await getSkippedMails(context, parts, params.advance_id))]),
  } satisfies Routes;
}
