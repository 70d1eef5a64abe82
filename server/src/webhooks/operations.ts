import type { WebhookSecret } from '@perennial/contract/perennial.ts';
import type { Webhook as WireWebhook } from '@perennial/contract/webhook.ts';
import { required } from '../kernel/assert.ts';
import { wireDate } from '../kernel/calendar.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { ResultSet } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import type { Seal } from '../platform/seal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { type LeftOut, parseEach } from '../platform/storage/unreadable.ts';
import { lockQuota, type Quotas, refuseOverQuota } from '../platform/tenancy/quotas.ts';
import { destinationPolicy } from './destination.ts';
import { describe, type FindOwnerAccess, type Owner, permissionFor } from './owner.ts';
import { webhookToWire } from './present.ts';
import { startReflow } from './reflowStore.ts';
import { secretFrom } from './signing.ts';
import { newWebhook, type Webhook } from './webhook.ts';
import { webhookFrom } from './webhookInput.ts';
import {
  countAllWebhooks,
  countWebhooks,
  deleteWebhook,
  findWebhook,
  findWebhookOidByUrl,
  insertWebhook,
  lenient,
  listSecrets,
  listWebhooks,
  lockWebhook,
  replaceWebhookSecret,
  type StoredWebhook,
  updateWebhook,
} from './webhookStore.ts';

/**
 * The dependencies of the operations in addition to the context. Deliveries and secrets follow the
 * machine's clock.
 */
export interface WebhookParts {
  readonly seal: Seal;
  readonly clock: SystemClock;
  /** Finds the current permissions of a webhook's owner. */
  readonly findOwnerAccess: FindOwnerAccess;
  /** True if webhooks may lead to the server's own machine. */
  readonly isLoopbackAllowed: boolean;
  /** The hosts to which webhooks may lead. Absent or empty: any. */
  readonly webhookHosts?: readonly string[] | undefined;
  readonly quotas: Quotas;
}

type Sort = readonly { readonly field: string; readonly descending: boolean }[];

/** Returns a page of the application's webhooks. */
export async function getWebhooks(
  context: Context,
  { seal }: WebhookParts,
  sort: Sort,
  page: Page,
  withUnsubscribed: boolean,
): Promise<{ webhooks: WireWebhook[]; resultSet: ResultSet; leftOut: readonly LeftOut[] }> {
  const { merchantId } = context.merchant;
  const application = applicationOf(context);
  const { rows, leftOut } = await listWebhooks(
    context.db,
    seal,
    merchantId,
    application,
    sort,
    page,
  );
  const totalRecords = await countWebhooks(context.db, merchantId, application);
  const shown = parseEach(
    rows,
    ({ webhookOid }) => String(webhookOid),
    (webhook) => webhookToWire(webhook, context.merchant, withUnsubscribed),
  );
  return {
    webhooks: shown.rows,
    resultSet: {
      ...page,
      count: shown.rows.length,
      more: page.offset + page.limit < totalRecords,
      totalRecords,
    },
    leftOut: [...leftOut, ...shown.leftOut],
  };
}

/** Adds a webhook. Generated credentials are shown only in this response. */
export async function addWebhook(
  context: Context,
  { seal, clock, isLoopbackAllowed, webhookHosts, quotas }: WebhookParts,
  body: WireWebhook,
  withUnsubscribed: boolean,
): Promise<WireWebhook> {
  const { merchantId } = context.merchant;
  const webhookOid = await takeNumbers(context.db, merchantId, 'webhook', 1);
  const webhook = webhookFrom(
    body,
    newWebhook(webhookOid, webhookOwnerOf(context)),
    destinationPolicy(context.merchant, isLoopbackAllowed, webhookHosts),
    context.ids,
  );
  refuseUnreadable(context.actor.permissions, webhook);
  // Read in the transaction, because waiting for a free connection after the commit could fail a
  // request whose webhook is stored.
  const stored = await inTransaction(context, async (context) => {
    await lockQuota(context, 'webhooks');
    refuseOverQuota(quotas, 'webhooks', await countAllWebhooks(context.db, merchantId));
    await insertWebhook(context.db, seal, merchantId, webhook, newSecret(context), clock.now());
    const after = shown(webhook);
    await recordAct(context, { act: 'insertWebhook', ...named(webhookOid), after });
    return required(await findWebhook(context.db, seal, merchantId, webhookOid), 'webhook');
  });
  return webhookToWire(stored, context.merchant, withUnsubscribed, webhook.authentication);
}

/** Updates a webhook of the application. */
export function changeWebhook(
  context: Context,
  { seal, clock, isLoopbackAllowed, webhookHosts }: WebhookParts,
  webhookOid: number,
  body: WireWebhook,
  withUnsubscribed: boolean,
): Promise<WireWebhook> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    await lockWebhook(context.db, merchantId, webhookOid);
    const before = await ownWebhook(context, seal, webhookOid);
    const owner = webhookOwnerOf(context);
    const webhook = {
      ...webhookFrom(
        body,
        before,
        destinationPolicy(context.merchant, isLoopbackAllowed, webhookHosts),
        context.ids,
      ),
      owner,
    };
    refuseLostCredentials(webhook);
    // Checked on every change, because the URL receives all events of the subscriptions. A disabled
    // webhook sends nothing.
    if (!webhook.disabled) refuseUnreadable(context.actor.permissions, webhook);
    await updateWebhook(
      context.db,
      seal,
      merchantId,
      webhook,
      before.disabled && !webhook.disabled ? clock.now() : undefined,
    );
    const change = { before: shown(before), after: shown(webhook) };
    await recordAct(context, { act: 'updateWebhook', ...named(webhookOid), ...change });
    return webhookToWire(
      await ownWebhook(context, seal, webhookOid),
      context.merchant,
      withUnsubscribed,
      newlyMade(before, webhook),
    );
  });
}

/** Deletes a webhook of the application. */
export async function removeWebhook(
  context: Context,
  { seal }: WebhookParts,
  webhookOid: number,
): Promise<void> {
  const before = shown(await ownWebhook(context, seal, webhookOid));
  await inTransaction(context, async (context) => {
    await deleteWebhook(context.db, context.merchant.merchantId, webhookOid);
    await recordAct(context, { act: 'deleteWebhook', ...named(webhookOid), before });
  });
}

/** The webhook in the form in which the audit log names and shows it. */
export const named = (webhookOid: number) => ({
  objectType: 'webhook',
  objectId: String(webhookOid),
});

/** Returns a webhook as the log shows it, without its credentials. */
export const shown = ({
  url,
  disabled,
  owner,
  authentication: { type },
  subscriptions,
}: Webhook) => ({ url, disabled, owner, authenticationType: type, subscriptions });

/** Deletes the webhook of the application with this URL. */
export async function removeWebhookByUrl(
  context: Context,
  { seal }: WebhookParts,
  url: string | undefined,
): Promise<WireWebhook> {
  if (!url) return refuse('missing_field', { field: 'webhook_url' });
  const { merchantId } = context.merchant;
  const webhookOid = await findWebhookOidByUrl(context.db, merchantId, applicationOf(context), url);
  if (webhookOid === undefined)
    return refuse('not_found', { what: 'webhook with the URL', id: url });
  const webhook = await ownWebhook(context, seal, webhookOid);
  await inTransaction(context, async (context) => {
    await deleteWebhook(context.db, merchantId, webhookOid);
    const before = shown(webhook);
    await recordAct(context, { act: 'deleteWebhookByUrl', ...named(webhookOid), before });
  });
  return webhookToWire(webhook, context.merchant, false);
}

/**
 * Queues an event for every existing record, for this webhook only. The reflow worker sends them.
 */
export async function resendEvent(
  context: Context,
  { seal }: WebhookParts,
  webhookOid: number,
  eventName: string,
): Promise<{ event_name: string; queued: boolean }> {
  const webhook = await ownWebhook(context, seal, webhookOid);
  const description = describe(eventName);
  if (!description) return refuse('not_found', { what: 'event', id: eventName });
  if (!description.supportsReflow)
    return refuse('state_conflict', {
      reason: `${eventName} cannot be sent again`,
      fix: 'Choose an event whose supports_reflow is true',
    });
  if (!webhook.subscriptions.some((each) => each.eventName === eventName)) {
    return refuse('state_conflict', {
      reason: `The webhook does not subscribe to ${eventName}`,
      fix: 'Subscribe to it first',
    });
  }
  refuseUnreadable(context.actor.permissions, { subscriptions: [{ eventName }] });
  await startReflow(context.db, context.merchant.merchantId, webhookOid, eventName);
  return { event_name: eventName, queued: true };
}

/** Returns the active signing secrets without their text. */
export async function getWebhookSecrets(
  context: Context,
  { seal, clock }: WebhookParts,
  webhookOid: number,
): Promise<WebhookSecret[]> {
  await ownWebhook(context, seal, webhookOid);
  return wireSecrets(
    context,
    await listSecrets(context.db, context.merchant.merchantId, webhookOid, clock.now()),
    seal,
    undefined,
  );
}

const keepOldHoursMax = 24 * 30;

/**
 * Replaces the signing secret. The old one continues to sign along with the new one for
 * `keepOldHours`, so that the receiver can switch.
 */
export function rotateSecret(
  context: Context,
  { seal, clock }: WebhookParts,
  webhookOid: number,
  keepOldHours: number,
): Promise<WebhookSecret[]> {
  if (keepOldHours < 0 || keepOldHours > keepOldHoursMax)
    refuse('out_of_range', { field: 'keep_old_hours', min: 0, max: keepOldHoursMax });
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    await lockWebhook(context.db, merchantId, webhookOid);
    await ownWebhook(context, seal, webhookOid);
    const now = clock.now();
    const secretId = await replaceWebhookSecret(
      context.db,
      seal,
      merchantId,
      webhookOid,
      newSecret(context),
      now,
      now.add({ hours: keepOldHours }),
    );
    const after = { secretId, keepOldHours };
    await recordAct(context, { act: 'rotateWebhookSecret', ...named(webhookOid), after });
    return wireSecrets(
      context,
      await listSecrets(context.db, merchantId, webhookOid, now),
      seal,
      secretId,
    );
  });
}

/**
 * Returns the webhook if it belongs to the calling application; otherwise refuses as if it did not
 * exist.
 */
export async function ownWebhook(
  context: Context,
  seal: Seal,
  webhookOid: number,
): Promise<StoredWebhook> {
  const { merchantId } = context.merchant;
  const webhook = await findWebhook(context.db, lenient(seal), merchantId, webhookOid);
  return webhook?.owner.applicationId === applicationOf(context)
    ? webhook
    : refuse('not_found', { what: 'webhook', id: webhookOid });
}

function applicationOf(context: Context): string {
  return required(context.actor.applicationId, 'calling application');
}

/**
 * Returns the caller as an owner of webhooks. The user of a key is stored with the key, so only
 * OAuth clients name one.
 */
export function webhookOwnerOf(context: Context): Owner {
  const { kind, userId } = context.actor;
  const isClient = (kind === 'oauth' || kind === 'session') && userId !== undefined;
  return { applicationId: applicationOf(context), ...(isClient ? { userId } : {}) };
}

/** Refuses subscriptions to events whose objects these permissions may not read. */
export function refuseUnreadable(
  permissions: ReadonlySet<string>,
  { subscriptions }: { readonly subscriptions: readonly { readonly eventName: string }[] },
): void {
  for (const { eventName } of subscriptions) {
    const needed = permissionFor(eventName);
    if (needed !== undefined && !permissions.has(needed))
      refuse('missing_permission', { needed: [needed], what: `the event ${eventName}` });
  }
}

// 256 bits: the signing scheme allows 24 to 64 bytes.
const newSecret = (context: Context): string =>
  secretFrom(Buffer.from(context.ids.secret(32), 'hex'));

/** Stored credentials that cannot be opened must not be replaced by empty ones. */
export function refuseLostCredentials({ webhookOid, authentication: auth }: Webhook): void {
  const isLost =
    (auth.type === 'basic' && auth.password === '') ||
    (auth.type === 'aws iam' && auth.secretKey === '');
  if (isLost)
    refuse('unreadable_record', {
      what: 'webhook',
      id: webhookOid,
      parts: 'its stored credentials are not valid',
      reason: 'they were encrypted with another key or are damaged',
      fix: 'Send basic_username and basic_password, or iam_access_key and iam_secret_key, again',
    });
}

/**
 * Returns the credentials that this change generated, which are shown only once; undefined when
 * there are none.
 */
function newlyMade(before: Webhook, after: Webhook) {
  return after.authentication.type === 'basic' && before.authentication.type !== 'basic'
    ? after.authentication
    : undefined;
}

function wireSecrets(
  { merchant }: Context,
  rows: Awaited<ReturnType<typeof listSecrets>>,
  seal: Seal,
  shownId: number | undefined,
): WebhookSecret[] {
  return rows.map((row) => ({
    secret_id: String(row.secret_id),
    created_dts: wireDate(row.created_at, merchant.timeZone),
    ...(row.expires_at ? { expires_dts: wireDate(row.expires_at, merchant.timeZone) } : {}),
    ...(row.secret_id === shownId ? { secret: seal.open(row.secret) } : {}),
  }));
}
