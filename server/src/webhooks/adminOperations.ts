import type { MerchantWebhook, WebhookOwnerRequest } from '@perennial/contract/perennial.ts';
import { wireDate } from '../kernel/calendar.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { ResultSet } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import type { LeftOut } from '../platform/storage/unreadable.ts';
import type { WebhookParts } from './operations.ts';
import { callerOf, refuseUnreadable } from './operations.ts';
import { missingPermissions, type Owner } from './owner.ts';
import { ownerGone } from './settleOperations.ts';
import {
  countAllWebhooks,
  deleteWebhook,
  findWebhook,
  lenient,
  listAllWebhooks,
  lockWebhook,
  moveWebhook,
  type StoredWebhook,
} from './webhookStore.ts';

/** Lists a page of the merchant's webhooks, of all owners. */
export async function getMerchantWebhooks(
  context: Context,
  parts: WebhookParts,
  page: Page,
): Promise<{
  webhooks: MerchantWebhook[];
  resultSet: ResultSet;
  leftOut: readonly LeftOut[];
}> {
  const { merchantId } = context.merchant;
  const { rows: stored, leftOut } = await listAllWebhooks(context.db, parts.seal, merchantId, page);
  const totalRecords = await countAllWebhooks(context.db, merchantId);
  return {
    webhooks: await Promise.all(stored.map((webhook) => describeWebhook(context, parts, webhook))),
    resultSet: {
      ...page,
      count: stored.length,
      more: page.offset + page.limit < totalRecords,
      totalRecords,
    },
    leftOut,
  };
}

/**
 * Gives a webhook to another key or application. Both the caller and the new owner need every
 * permission that the webhook's events require. Otherwise the caller could give access that they
 * lack, or the new owner would miss events without notice.
 */
export function changeOwner(
  context: Context,
  parts: WebhookParts,
  webhookOid: number,
  request: WebhookOwnerRequest,
): Promise<MerchantWebhook> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    await lockWebhook(context.db, merchantId, webhookOid);
    const webhook = await anyWebhook(context, parts, webhookOid);
    const owner = ownerFrom(context, request);
    const access = await parts.findOwnerAccess(merchantId, owner);
    if (!access)
      return refuse('invalid_field', {
        field: 'application_id',
        reason: `${owner.applicationId} is not a live key or application of this merchant`,
        fix:
          'Send key:<number> of a key that is not revoked, or oauth:<client id> with the ' +
          'user_id of a user who granted access',
      });
    refuseUnreadable(context.actor.permissions, webhook);
    refuseUnreadable(access.permissions, webhook);
    await moveWebhook(context.db, merchantId, webhookOid, owner, ownerGone);
    return describeWebhook(context, parts, await anyWebhook(context, parts, webhookOid));
  });
}

/** Deletes a webhook of any owner, along with its log and the events that wait for delivery. */
export async function deleteAnyWebhook(
  context: Context,
  parts: WebhookParts,
  webhookOid: number,
): Promise<void> {
  await anyWebhook(context, parts, webhookOid);
  await deleteWebhook(context.db, context.merchant.merchantId, webhookOid);
}

async function anyWebhook(
  { db, merchant: { merchantId } }: Context,
  { seal }: WebhookParts,
  webhookOid: number,
): Promise<StoredWebhook> {
  const webhook = await findWebhook(db, lenient(seal), merchantId, webhookOid);
  return webhook ?? refuse('not_found', { what: 'webhook', id: webhookOid });
}

function ownerFrom(context: Context, request: WebhookOwnerRequest): Owner {
  if (request.application_id === undefined) return callerOf(context);
  return {
    applicationId: request.application_id,
    ...(request.user_id === undefined ? {} : { userId: request.user_id }),
  };
}

async function describeWebhook(
  { merchant: { merchantId, timeZone } }: Context,
  { findOwnerAccess }: WebhookParts,
  webhook: StoredWebhook,
): Promise<MerchantWebhook> {
  const { owner, nextRetryAt, disabledReason } = webhook;
  const access = await findOwnerAccess(merchantId, owner);
  const eventNames = webhook.subscriptions.map(({ eventName }) => eventName);
  return {
    webhook_oid: webhook.webhookOid,
    webhook_url: webhook.url,
    owner: {
      application_id: owner.applicationId,
      ...(owner.userId === undefined ? {} : { user_id: owner.userId }),
      ...(access ? { name: access.name } : {}),
      state: access ? 'live' : 'gone',
    },
    event_names: eventNames,
    missing_permissions: missingPermissions(access?.permissions ?? new Set(), eventNames),
    disabled: webhook.disabled,
    ...(disabledReason === undefined ? {} : { disabled_reason: disabledReason }),
    consecutive_failures: webhook.consecutiveFailures,
    pending: webhook.pending,
    ...(nextRetryAt ? { next_retry_dts: wireDate(nextRetryAt, timeZone) } : {}),
  };
}
