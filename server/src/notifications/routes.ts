import type { Context } from '../platform/context.ts';
import { noContent, payload, payloadText } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Routes } from '../platform/http/routes.ts';
import { readAutoOrderEmails } from './store.ts';
import {
  mailKinds,
  previewTemplate,
  readTemplates,
  removeTemplate,
  updateTemplate,
} from './templateOperations.ts';

/**
 * The mails about an auto order, and the templates of mails. `exists` is passed in, because auto
 * orders belong to another feature.
 */
export function noticeRoutes(exists: (context: Context, autoOrderOid: number) => Promise<boolean>) {
  return {
    async getAutoOrderEmails(context, { params: { auto_order_oid: oid } }) {
      if (!(await exists(context, oid))) refuse('not_found', { what: 'auto order', id: oid });
      return payloadText(
        await readAutoOrderEmails(
          context.db,
          context.merchant.merchantId,
          oid,
          context.merchant.timeZone,
        ),
      );
    },
    getMailTemplates: async (context) =>
      payload(await readTemplates(context), { beside: { kinds: mailKinds() } }),
    updateMailTemplate: async (context, { params, body }) =>
      payload(await updateTemplate(context, params.mail_kind, params.language, body)),
    async deleteMailTemplate(context, { params }) {
      await removeTemplate(context, params.mail_kind, params.language);
      return noContent();
    },
    previewMailTemplate: async (context, { body }) => payload(await previewTemplate(context, body)),
  } satisfies Routes;
}
