import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { wireDispute } from './dispute.ts';
import {
  changeDispute,
  readDispute,
  readDisputes,
  recordDispute,
  removeDispute,
} from './disputeOperations.ts';
import type { OrderHooks } from './hooks.ts';

/** The operations on disputes of charges. */
export const disputeRoutes = ({ hooks }: { readonly hooks: OrderHooks }) =>
  ({
    async getChargebackDisputes(context, { query, page: { limit, offset } }) {
      const { disputes, hasMore } = await readDisputes(context, query, { limit, offset });
      return payload(
        disputes.map((dispute) => wireDispute(dispute, context.merchant.timeZone)),
        { resultSet: { limit, offset, count: disputes.length, more: hasMore } },
      );
    },
    getChargebackDispute: async (context, { params: { chargeback_dispute_oid: oid } }) =>
      payload(wireDispute(await readDispute(context, oid), context.merchant.timeZone)),
    insertChargeback: async (context, { body }) =>
      payload(wireDispute(await recordDispute(context, body, hooks), context.merchant.timeZone)),
    updateChargeback: async (context, { params: { chargeback_dispute_oid: oid }, body }) =>
      payload(
        wireDispute(await changeDispute(context, oid, body, hooks), context.merchant.timeZone),
      ),
    deleteChargeback: async (context, { params: { chargeback_dispute_oid: oid } }) =>
      payload(wireDispute(await removeDispute(context, oid, hooks), context.merchant.timeZone)),
  }) satisfies Routes;
