import { noContent, payload } from '../platform/http/answer.ts';
import { warningOf } from '../platform/http/ignoredFields.ts';
import type { Routes } from '../platform/http/routes.ts';
import { leftOutWarning } from '../platform/http/unreadableRecords.ts';
import {
  changeAnyWebhook,
  changeOwner,
  deleteAnyWebhook,
  getDeliveries,
  getMerchantWebhooks,
} from './adminOperations.ts';
import { readEvents } from './feedOperations.ts';
import { getLog, getLogSummaries } from './logOperations.ts';
import {
  addWebhook,
  changeWebhook,
  getWebhookSecrets,
  getWebhooks,
  removeWebhook,
  removeWebhookByUrl,
  resendEvent,
  rotateSecret,
  type WebhookParts,
} from './operations.ts';
import { categories } from './present.ts';
import { replayDelivery } from './replayOperations.ts';
import { unknownPartWords } from './webhookInput.ts';

/** How long an old secret continues to sign by default. */
const keepOldHoursDefault = 24;

/** The routes of the webhook operations. */
export const webhookRoutes = (parts: WebhookParts) =>
  ({
    async getWebhooks(context, { sort, page, query }) {
      const { webhooks, resultSet, leftOut } = await getWebhooks(
        context,
        parts,
        sort,
        page,
        query._placeholders === true,
      );
      return payload(webhooks, { resultSet, ...leftOutWarning(context, 'webhook', leftOut) });
    },
    insertWebhook: async (context, { body, query }) =>
      payload(
        await addWebhook(context, parts, body, query._placeholders === true),
        warningOf([], unknownPartWords(body)),
      ),
    updateWebhook: async (context, { params, body, query }) =>
      payload(
        await changeWebhook(context, parts, params.webhookOid, body, query._placeholders === true),
        warningOf([], unknownPartWords(body)),
      ),
    async deleteWebhook(context, { params }) {
      await removeWebhook(context, parts, params.webhookOid);
      return noContent();
    },
    deleteWebhookByUrl: async (context, { body }) =>
      payload(await removeWebhookByUrl(context, parts, body.webhook_url)),
    async getWebhookLogSummaries(context, { params, query, page }) {
      const { summaries, resultSet, leftOut } = await getLogSummaries(
        context,
        parts,
        params.webhookOid,
        query,
        page,
      );
      return payload(summaries, {
        resultSet,
        ...leftOutWarning(context, 'delivery attempt', leftOut),
      });
    },
    getWebhookLog: async (context, { params }) =>
      payload(await getLog(context, parts, params.webhookOid, params.requestId)),
    resendEvent: async (context, { params }) =>
      payload(await resendEvent(context, parts, params.webhookOid, params.eventName)),
    getWebhookEventCategories: async () => payload(categories([], true)),
    async getMerchantWebhooks(context, { page }) {
      const { webhooks, resultSet, leftOut } = await getMerchantWebhooks(context, parts, page);
      return payload(webhooks, { resultSet, ...leftOutWarning(context, 'webhook', leftOut) });
    },
    async getMerchantWebhookDeliveries(context, { params, query, page }) {
      const { deliveries, resultSet, leftOut } = await getDeliveries(
        context,
        parts,
        params.webhookOid,
        query,
        page,
      );
      return payload(deliveries, {
        resultSet,
        ...leftOutWarning(context, 'delivery attempt', leftOut),
      });
    },
    updateMerchantWebhook: async (context, { params, body }) =>
      payload(await changeAnyWebhook(context, parts, params.webhookOid, body)),
    replayWebhookDelivery: async (context, { params }) =>
      payload(await replayDelivery(context, parts, params.webhookOid, params.delivery_id)),
    updateWebhookOwner: async (context, { params, body }) =>
      payload(await changeOwner(context, parts, params.webhookOid, body ?? {})),
    async deleteMerchantWebhook(context, { params }) {
      await deleteAnyWebhook(context, parts, params.webhookOid);
      return noContent();
    },
    getWebhookSecrets: async (context, { params }) =>
      payload(await getWebhookSecrets(context, parts, params.webhookOid)),
    rotateWebhookSecret: async (context, { params, body }) =>
      payload(
        await rotateSecret(
          context,
          parts,
          params.webhookOid,
          body?.keep_old_hours ?? keepOldHoursDefault,
        ),
      ),
    async getEvents(context, { query, page }) {
      const { events, next_cursor, more, warning } = await readEvents(
        context,
        parts.clock,
        query.after,
        page.limit,
      );
      return payload(events, { beside: { next_cursor, more }, ...(warning ? { warning } : {}) });
    },
  }) satisfies Routes;
