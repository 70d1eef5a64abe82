import type { Routes } from '../platform/http/routes.ts';
import type { RebillParts } from './dueOperations.ts';
import { attemptRebill, cancelReasons, updatePayment } from './operations.ts';

/** Rebills and cards, operation by operation of the contract. */
export const rebillRoutes = (parts: RebillParts) =>
  ({
    attemptAutoOrderRebill: (context, input) =>
      attemptRebill(context, parts, input.params.auto_order_oid, input.expand),
    updateAutoOrderPayment: (context, input) =>
      updatePayment(context, parts, input.params.auto_order_oid, input.body, input.expand),
    getAutoOrderCancelReasons: async (context) => cancelReasons(context),
  }) satisfies Routes;
