import type { QueryOf } from '@perennial/contract/operations.ts';
import type {
  MerchantWebhook,
  MerchantWebhookUpdate,
  WebhookDelivery,
  WebhookOwnerRequest,
} from '@perennial/contract/perennial.ts';
import type { Webhook as WireWebhook } from '@perennial/contract/webhook.ts';
import { required } from '../kernel/assert.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { ResultSet } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import { type LeftOut, parseEach } from '../platform/storage/unreadable.ts';
import { destinationPolicy } from './destination.ts';
import { findHealth, type LastFailure, type WebhookHealth } from './healthStore.ts';
import { listTries } from './logStore.ts';
import {
  named,
  refuseLostCredentials,
  refuseUnreadable,
  shown,
  type WebhookParts,
  webhookOwnerOf,
} from './operations.ts';
import { missingPermissions, type Owner } from './owner.ts';
import { requestIdOf, wireTry } from './present.ts';
import { ownerGone } from './settleOperations.ts';
import type { Webhook } from './webhook.ts';
import { webhookFrom } from './webhookInput.ts';
import {
  countAllWebhooks,
  deleteWebhook,
  findWebhook,
  lenient,
  listAllWebhooks,
  lockWebhook,
  moveWebhook,
  type StoredWebhook,
  updateWebhook,
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
    webhooks: await describeWebhooks(context, parts, stored),
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
        reason: `${owner.applicationId} is not a valid key or application of this merchant`,
        fix:
          'Send key:<number> of a key that is not revoked, or oauth:<client id> with the ' +
          'user_id of a user who granted access',
      });
    refuseUnreadable(context.actor.permissions, webhook);
    refuseUnreadable(access.permissions, webhook);
    await moveWebhook(context.db, merchantId, webhookOid, owner, ownerGone);
    const moved = await anyWebhook(context, parts, webhookOid);
    const change = { before: shown(webhook), after: shown(moved) };
    await recordAct(context, { act: 'updateWebhookOwner', ...named(webhookOid), ...change });
    return required((await describeWebhooks(context, parts, [moved]))[0], 'described webhook');
  });
}

/**
 * Changes a webhook of any owner, for example to enable it again. Its owner and its credentials
 * stay. As for a change by its owner, the caller must have the permissions to read its events.
 */
export function changeAnyWebhook(
  context: Context,
  parts: WebhookParts,
  webhookOid: number,
  change: MerchantWebhookUpdate,
): Promise<MerchantWebhook> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    await lockWebhook(context.db, merchantId, webhookOid);
    const before = await anyWebhook(context, parts, webhookOid);
    const webhook = changed(context, parts, before, change);
    refuseLostCredentials(webhook);
    if (!webhook.disabled) refuseUnreadable(context.actor.permissions, webhook);
    const isEnabled = before.disabled && !webhook.disabled;
    if (isEnabled && !(await parts.findOwnerAccess(merchantId, webhook.owner)))
      refuse('state_conflict', {
        reason: 'The owner of the webhook no longer exists',
        fix: 'Give it another one with PUT /perennial/v1/webhooks/{webhookOid}/owner',
      });
    const enabledAt = isEnabled ? parts.clock.now() : undefined;
    await updateWebhook(context.db, parts.seal, merchantId, webhook, enabledAt);
    const stored = await anyWebhook(context, parts, webhookOid);
    const changes = { before: shown(before), after: shown(stored) };
    await recordAct(context, { act: 'updateMerchantWebhook', ...named(webhookOid), ...changes });
    return required((await describeWebhooks(context, parts, [stored]))[0], 'described webhook');
  });
}

/** Only these fields, because a body may also contain those of the owner's own update. */
function changed(
  context: Context,
  { isLoopbackAllowed, webhookHosts }: WebhookParts,
  before: StoredWebhook,
  change: MerchantWebhookUpdate,
): Webhook {
  const { webhook_url, disabled, compress_events, maximum_events, maximum_size } = change;
  const { event_categories } = change;
  const body = fromLoose<WireWebhook>({
    webhook_url,
    disabled,
    compress_events,
    maximum_events,
    maximum_size,
    event_categories,
  });
  const policy = destinationPolicy(context.merchant, isLoopbackAllowed, webhookHosts);
  return webhookFrom(body, before, policy, context.ids);
}

/** Deletes a webhook of any owner, along with its log and the events that wait for delivery. */
export async function deleteAnyWebhook(
  context: Context,
  parts: WebhookParts,
  webhookOid: number,
): Promise<void> {
  const before = shown(await anyWebhook(context, parts, webhookOid));
  await inTransaction(context, async (context) => {
    await deleteWebhook(context.db, context.merchant.merchantId, webhookOid);
    await recordAct(context, { act: 'deleteMerchantWebhook', ...named(webhookOid), before });
  });
}

/** Lists the delivery attempts of a webhook of any owner, newest first, without their payloads. */
export async function getDeliveries(
  context: Context,
  parts: WebhookParts,
  webhookOid: number,
  query: QueryOf<'getMerchantWebhookDeliveries'>,
  page: Page,
): Promise<{
  deliveries: WebhookDelivery[];
  resultSet: ResultSet;
  leftOut: readonly LeftOut[];
}> {
  const { merchantId, timeZone } = context.merchant;
  await anyWebhook(context, parts, webhookOid);
  const found = await listTries(context.db, merchantId, webhookOid, query.success, page);
  const { rows: deliveries, leftOut } = parseEach(found.slice(0, page.limit), requestIdOf, (each) =>
    wireTry({ ...each, webhookOid }, timeZone),
  );
  return {
    deliveries,
    resultSet: { ...page, count: deliveries.length, more: found.length > page.limit },
    leftOut,
  };
}

/** Returns a webhook of any owner, or refuses. Credentials that cannot be read are empty. */
export async function anyWebhook(
  { db, merchant: { merchantId } }: Context,
  { seal }: WebhookParts,
  webhookOid: number,
): Promise<StoredWebhook> {
  const webhook = await findWebhook(db, lenient(seal), merchantId, webhookOid);
  return webhook ?? refuse('not_found', { what: 'webhook', id: webhookOid });
}

function ownerFrom(context: Context, request: WebhookOwnerRequest): Owner {
  // A client may send null for a field that it leaves out.
  const { application_id: applicationId, user_id: userId } = request;
  if (applicationId == null) return webhookOwnerOf(context);
  return { applicationId, ...(userId == null ? {} : { userId }) };
}

/** Describes webhooks with their attempts of the last 24 hours, by the machine's clock. */
async function describeWebhooks(
  context: Context,
  parts: WebhookParts,
  webhooks: readonly StoredWebhook[],
): Promise<MerchantWebhook[]> {
  const health = await findHealth(
    context.db,
    context.merchant.merchantId,
    webhooks.map(({ webhookOid }) => webhookOid),
    parts.clock.now().subtract({ hours: 24 }),
  );
  return Promise.all(
    webhooks.map(async (webhook) => ({
      ...(await describeWebhook(context, parts, webhook)),
      ...wireHealth(health.get(webhook.webhookOid), context.merchant.timeZone),
    })),
  );
}

function wireHealth(health: WebhookHealth | undefined, zone: string): MerchantWebhook {
  if (health === undefined) return {};
  const { failingSince, pendingOldestAt, tries, successes, lastFailure } = health;
  return {
    ...(failingSince && { failing_since: wireDate(failingSince, zone) }),
    ...(pendingOldestAt && { pending_oldest_dts: wireDate(pendingOldestAt, zone) }),
    tries_24h: tries,
    ...(lastFailure && {
      last_failure_dts: wireDate(lastFailure.at, zone),
      last_failure: failureWords(lastFailure),
    }),
    ...(tries > 0 && { success_24h: Math.floor((successes / tries) * 10_000) / 10_000 }),
  };
}

const failureWords = ({ statusCode, response }: LastFailure): string =>
  statusCode === null ? response : `status ${statusCode}`;

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
    compress_events: webhook.compressEvents,
    maximum_events: webhook.maximumEvents,
    maximum_size: webhook.maximumSize,
    ...(nextRetryAt ? { next_retry_dts: wireDate(nextRetryAt, timeZone) } : {}),
  };
}
