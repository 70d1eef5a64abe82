import type { Context } from '../platform/context.ts';
import { payloadText } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Routes } from '../platform/http/routes.ts';
import { readEmails } from './store.ts';

/**
 * The mails about an auto order. `exists` is passed in, because auto orders belong to another
 * feature.
 */
export function noticeRoutes(exists: (context: Context, autoOrderOid: number) => Promise<boolean>) {
  return {
    async getAutoOrderEmails(context, { params: { auto_order_oid: oid } }) {
      if (!(await exists(context, oid))) refuse('not_found', { what: 'auto order', id: oid });
      return payloadText(
        await readEmails(context.db, context.merchant.merchantId, oid, context.merchant.timeZone),
      );
    },
  } satisfies Routes;
}
