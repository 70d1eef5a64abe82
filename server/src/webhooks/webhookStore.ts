import type { KeyObject } from 'node:crypto';
import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { feedEnd } from '../platform/events/feed.ts';
import type { Seal } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';
import { merchantRow } from '../platform/storage/recordset.ts';
import { parseEach, type ReadRows } from '../platform/storage/unreadable.ts';
import type { Owner } from './owner.ts';
import { signingKey } from './signing.ts';
import type { Authentication, Subscription, Webhook, WebhookState } from './webhook.ts';

/** A webhook in the form for its application. */
export type StoredWebhook = Webhook & WebhookState;

interface WebhookRow {
  webhook_oid: number;
  application_id: string;
  owner_user_id: number | null;
  disabled_reason: string | null;
  webhook_url: string;
  authentication_type: Authentication['type'];
  basic_username: string | null;
  basic_password: Buffer | null;
  iam_access_key: string | null;
  iam_secret_key: Buffer | null;
  compress_events: boolean;
  maximum_events: number;
  maximum_size: number;
  disabled: boolean;
  consecutive_failures: number;
  next_retry_at: Temporal.Instant | null;
  pending: number;
  subscriptions: {
    event_name: string;
    expansion: string;
    event_ruler?: string;
    comments?: string;
  }[];
}

// The number of waiting events: in deliveries, held, and after the webhook's place.
const pendingOf = `
  coalesce((select sum(cardinality(d.event_ids)) from webhook_delivery d
    where d.merchant_id = $1 and d.webhook_oid = w.webhook_oid), 0)
  + (select count(*) from webhook_held h where h.merchant_id = $1 and h.webhook_oid = w.webhook_oid)
  + (select count(*) from webhook_event e
    where e.merchant_id = $1 and (e.stamp, e.event_id) > (w.place_stamp, w.place_event_id)
      and e.webhook_oids @> array[w.webhook_oid])`;

const columns = `w.webhook_oid, w.application_id, w.owner_user_id, w.disabled_reason, w.webhook_url,
    w.authentication_type, w.basic_username, w.basic_password, w.iam_access_key, w.iam_secret_key,
    w.compress_events, w.maximum_events, w.maximum_size, w.disabled, w.consecutive_failures,
    coalesce(w.next_retry_at, (select min(d.next_at) from webhook_delivery d
      where d.merchant_id = $1 and d.webhook_oid = w.webhook_oid and d.attempts > 0)
    ) as next_retry_at,
    coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event_name', s.event_name,
      'expansion', s.expansion, 'event_ruler', s.event_ruler, 'comments', s.comments))
      order by s.event_name)
      from webhook_subscription s
      where s.merchant_id = $1 and s.webhook_oid = w.webhook_oid), '[]') as subscriptions`;
const selection = `select ${columns}, (${pendingOf})::int as pending from webhook w`;
// Counting the waiting events takes longer the more there are, and sending does not need the
// number.
const selectionToSend = `select ${columns}, 0 as pending from webhook w`;

/**
 * Lists a page of the application's webhooks, sorted by fields of the wire format (`webhook_url`,
 * `disabled`).
 */
export async function listWebhooks(
  db: Database,
  seal: Seal,
  merchantId: string,
  applicationId: string,
  sort: readonly { readonly field: string; readonly descending: boolean }[],
  page: { readonly limit: number; readonly offset: number },
): Promise<ReadRows<StoredWebhook>> {
  const order = sort.map(
    ({ field, descending }) => `${sortColumns[field]!}${descending ? ' desc' : ''}`,
  );
  const rows = await db.rows<WebhookRow>(
    `${selection} where w.merchant_id = $1 and w.application_id = $2
     order by ${[...order, 'w.webhook_url', 'w.webhook_oid'].join(', ')} limit $3 offset $4`,
    [merchantId, applicationId, page.limit, page.offset],
  );
  return eachFromRow(rows, seal);
}

const sortColumns: Readonly<Record<string, string>> = {
  webhook_url: 'w.webhook_url',
  disabled: 'w.disabled',
};

/** Counts the webhooks of an application. */
export async function countWebhooks(
  db: Database,
  merchantId: string,
  applicationId: string,
): Promise<number> {
  return required(
    await db.row<{ count: number }>(
      'select count(*) as count from webhook where merchant_id = $1 and application_id = $2',
      [merchantId, applicationId],
    ),
    'count',
  ).count;
}

/** Finds a webhook of an application; undefined when there is no such webhook. */
export async function findWebhook(
  db: Database,
  seal: Seal,
  merchantId: string,
  webhookOid: number,
): Promise<StoredWebhook | undefined> {
  const row = await db.row<WebhookRow>(
    `${selection} where w.merchant_id = $1 and w.webhook_oid = $2`,
    [merchantId, webhookOid],
  );
  return row && fromRow(row, seal);
}

/** Finds the oid of an application's webhook with this URL. */
export async function findWebhookOidByUrl(
  db: Database,
  merchantId: string,
  applicationId: string,
  url: string,
): Promise<number | undefined> {
  const row = await db.row<{ webhook_oid: number }>(
    `select webhook_oid from webhook
     where merchant_id = $1 and application_id = $2 and webhook_url = $3
     order by webhook_oid limit 1`,
    [merchantId, applicationId, url],
  );
  return row?.webhook_oid;
}

/** Locks the webhook's row, so that two changes do not overlap. */
export async function lockWebhook(
  tx: Database,
  merchantId: string,
  webhookOid: number,
): Promise<void> {
  await tx.row(
    'select 1 from webhook where merchant_id = $1 and webhook_oid = $2 for no key update',
    [merchantId, webhookOid],
  );
}

/** Adds a webhook that receives the events that are committed from now on. */
export async function insertWebhook(
  tx: Database,
  seal: Seal,
  merchantId: string,
  webhook: Webhook,
  secret: string,
  at: Temporal.Instant,
): Promise<void> {
  const place = await feedEnd(tx, merchantId);
  await tx.run(
    `insert into webhook (merchant_id, webhook_oid, application_id, owner_user_id, created_at,
       place_stamp, place_event_id, webhook_url, authentication_type, basic_username,
       basic_password, iam_access_key, iam_secret_key, compress_events, maximum_events,
       maximum_size, disabled)
     values ($1, $2, $3, $4, $5, $6::xid8, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      merchantId,
      webhook.webhookOid,
      webhook.owner.applicationId,
      webhook.owner.userId,
      at,
      place.stamp,
      place.eventId,
      ...changeable(webhook, seal),
    ],
  );
  await insertSubscriptions(tx, merchantId, webhook);
  await insertSecret(tx, seal, merchantId, webhook.webhookOid, 1, secret, at);
}

/**
 * Replaces the fields that a client may change. If `enabledAt` is given, the webhook was enabled
 * again: it gets an attempt at once and continues where it stopped.
 */
export async function updateWebhook(
  tx: Database,
  seal: Seal,
  merchantId: string,
  webhook: Webhook,
  enabledAt: Temporal.Instant | undefined,
): Promise<void> {
  await tx.run(
    `update webhook set webhook_url = $3, authentication_type = $4, basic_username = $5,
       basic_password = $6, iam_access_key = $7, iam_secret_key = $8,
       compress_events = $9, maximum_events = $10, maximum_size = $11,
       disabled = $12, owner_user_id = $13,
       disabled_reason = case when $12 then disabled_reason end
     where merchant_id = $1 and webhook_oid = $2`,
    [merchantId, webhook.webhookOid, ...changeable(webhook, seal), webhook.owner.userId],
  );
  if (enabledAt !== undefined) {
    await tx.run(
      `update webhook set consecutive_failures = 0, failing_since = null, next_retry_at = null
       where merchant_id = $1 and webhook_oid = $2`,
      [merchantId, webhook.webhookOid],
    );
    await tx.run(
      `update webhook_delivery set next_at = least(next_at, $3)
       where merchant_id = $1 and webhook_oid = $2`,
      [merchantId, webhook.webhookOid, enabledAt],
    );
  }
  await tx.run('delete from webhook_subscription where merchant_id = $1 and webhook_oid = $2', [
    merchantId,
    webhook.webhookOid,
  ]);
  await insertSubscriptions(tx, merchantId, webhook);
}

/** Lists a page of the merchant's webhooks, of all owners, by number. */
export async function listAllWebhooks(
  db: Database,
  seal: Seal,
  merchantId: string,
  page: { readonly limit: number; readonly offset: number },
): Promise<ReadRows<StoredWebhook>> {
  const rows = await db.rows<WebhookRow>(
    `${selection} where w.merchant_id = $1 order by w.webhook_oid limit $2 offset $3`,
    [merchantId, page.limit, page.offset],
  );
  return eachFromRow(rows, seal);
}

/** Counts the merchant's webhooks, of all owners. */
export async function countAllWebhooks(db: Database, merchantId: string): Promise<number> {
  const row = await db.row<{ count: number }>(
    'select count(*) as count from webhook where merchant_id = $1',
    [merchantId],
  );
  return required(row, 'count').count;
}

/**
 * Gives the webhook to another owner. If it was disabled with `goneReason`, it is enabled again.
 */
export async function moveWebhook(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  { applicationId, userId }: Owner,
  goneReason: string,
): Promise<void> {
  await tx.run(
    `update webhook set application_id = $3, owner_user_id = $4,
       disabled = disabled and disabled_reason is distinct from $5,
       disabled_reason = nullif(disabled_reason, $5)
     where merchant_id = $1 and webhook_oid = $2`,
    [merchantId, webhookOid, applicationId, userId, goneReason],
  );
}

/** Disables the webhook and records why; returns false when it was disabled already, or is gone. */
export async function disableWebhook(
  tx: Database,
  merchantId: string,
  webhookOid: number,
  reason: string,
): Promise<boolean> {
  const disabled = await tx.run(
    `update webhook set disabled = true, disabled_reason = $3
     where merchant_id = $1 and webhook_oid = $2 and not disabled`,
    [merchantId, webhookOid, reason],
  );
  return disabled === 1;
}

/** Deletes a webhook with its waiting deliveries and its log; returns false when there was none. */
export async function deleteWebhook(
  tx: Database,
  merchantId: string,
  webhookOid: number,
): Promise<boolean> {
  const isDeleted =
    (await tx.run('delete from webhook where merchant_id = $1 and webhook_oid = $2', [
      merchantId,
      webhookOid,
    ])) === 1;
  for (const table of ['webhook_delivery', 'webhook_log'])
    await tx.run(`delete from ${table} where merchant_id = $1 and webhook_oid = $2`, [
      merchantId,
      webhookOid,
    ]);
  return isDeleted;
}

/** A webhook in the form that the sender needs. */
export interface Destination extends Webhook {
  /** The keys of its secrets, newest first; each signs a delivery. */
  readonly signingKeys: readonly KeyObject[];
}

/** Finds the destination of a webhook's deliveries, and the secrets that sign them. */
export async function findDestination(
  db: Database,
  seal: Seal,
  merchantId: string,
  webhookOid: number,
  now: Temporal.Instant,
): Promise<Destination | undefined> {
  const row = await db.row<WebhookRow>(
    `${selectionToSend} where w.merchant_id = $1 and w.webhook_oid = $2`,
    [merchantId, webhookOid],
  );
  if (!row) return undefined;
  const webhook = fromRow(row, seal);
  const signingKeys = (await listSecrets(db, merchantId, webhookOid, now)).map((row) =>
    signingKey(seal.open(row.secret)),
  );
  return { ...webhook, signingKeys };
}

/** A signing secret, encrypted. */
export interface SecretRow {
  readonly secret_id: number;
  readonly secret: Buffer;
  readonly created_at: Temporal.Instant;
  readonly expires_at: Temporal.Instant | null;
}

/** Lists the secrets that sign now, newest first. */
export function listSecrets(
  db: Database,
  merchantId: string,
  webhookOid: number,
  now: Temporal.Instant,
): Promise<SecretRow[]> {
  return db.rows<SecretRow>(
    `select secret_id, secret, created_at, expires_at from webhook_secret
     where merchant_id = $1 and webhook_oid = $2 and (expires_at is null or expires_at > $3)
     order by secret_id desc`,
    [merchantId, webhookOid, now],
  );
}

/** Adds a new signing secret and lets the earlier ones expire at `oldUntil`. Returns its number. */
export async function replaceWebhookSecret(
  tx: Database,
  seal: Seal,
  merchantId: string,
  webhookOid: number,
  secret: string,
  at: Temporal.Instant,
  oldUntil: Temporal.Instant,
): Promise<number> {
  const last = await tx.row<{ secret_id: number }>(
    `select max(secret_id) as secret_id from webhook_secret
     where merchant_id = $1 and webhook_oid = $2`,
    [merchantId, webhookOid],
  );
  await tx.run(
    `update webhook_secret set expires_at = least(expires_at, $3)
     where merchant_id = $1 and webhook_oid = $2`,
    [merchantId, webhookOid, oldUntil],
  );
  const secretId = (last?.secret_id ?? 0) + 1;
  await insertSecret(tx, seal, merchantId, webhookOid, secretId, secret, at);
  return secretId;
}

async function insertSecret(
  tx: Database,
  seal: Seal,
  merchantId: string,
  webhookOid: number,
  secretId: number,
  secret: string,
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `insert into webhook_secret (merchant_id, webhook_oid, secret_id, secret, created_at)
     values ($1, $2, $3, $4, $5)`,
    [merchantId, webhookOid, secretId, seal.seal(secret), at],
  );
}

async function insertSubscriptions(
  tx: Database,
  merchantId: string,
  { webhookOid, subscriptions }: Webhook,
): Promise<void> {
  if (subscriptions.length === 0) return;
  await tx.run(
    `insert into webhook_subscription
       (merchant_id, webhook_oid, event_name, expansion, event_ruler, comments)
     select m.merchant_id, $2, event_name, expansion, event_ruler, comments
     from ${merchantRow} cross join jsonb_to_recordset($3::jsonb)
       as s (event_name text, expansion text, event_ruler text, comments text)`,
    [
      merchantId,
      webhookOid,
      JSON.stringify(
        subscriptions.map((each) => ({
          event_name: each.eventName,
          expansion: each.expansion,
          event_ruler: each.eventRuler,
          comments: each.comments,
        })),
      ),
    ],
  );
}

function changeable(webhook: Webhook, seal: Seal): unknown[] {
  const { authentication: auth } = webhook;
  const basic = auth.type === 'basic' ? [auth.username, seal.seal(auth.password)] : [null, null];
  const iam = auth.type === 'aws iam' ? [auth.accessKey, seal.seal(auth.secretKey)] : [null, null];
  return [
    webhook.url,
    auth.type,
    ...basic,
    ...iam,
    webhook.compressEvents,
    webhook.maximumEvents,
    webhook.maximumSize,
    webhook.disabled,
  ];
}

/** Credentials may be unreadable, for example because they were sealed with another key. */
const eachFromRow = (rows: readonly WebhookRow[], seal: Seal): ReadRows<StoredWebhook> =>
  parseEach(
    rows,
    (row) => String(row.webhook_oid),
    (row) => fromRow(row, seal),
  );

function fromRow(row: WebhookRow, seal: Seal): StoredWebhook {
  return {
    webhookOid: row.webhook_oid,
    owner: ownerOf(row),
    url: row.webhook_url,
    authentication: authenticationOf(row, seal),
    compressEvents: row.compress_events,
    maximumEvents: row.maximum_events,
    maximumSize: row.maximum_size,
    disabled: row.disabled,
    subscriptions: row.subscriptions.map(subscriptionOf),
    consecutiveFailures: row.consecutive_failures,
    pending: row.pending,
    ...(row.next_retry_at ? { nextRetryAt: row.next_retry_at } : {}),
    ...(row.disabled_reason === null ? {} : { disabledReason: row.disabled_reason }),
  };
}

/** Reads credentials that cannot be opened as empty, so that their webhook can be repaired. */
export const lenient = (seal: Seal): Seal => ({
  seal: (text) => seal.seal(text),
  reseal: (sealed) => seal.reseal(sealed),
  open(sealed) {
    try {
      return seal.open(sealed);
    } catch {
      return '';
    }
  },
});

/** Reads the owner from a row of `webhook`. */
export function ownerOf(row: {
  readonly application_id: string;
  readonly owner_user_id: number | null;
}): Owner {
  return {
    applicationId: row.application_id,
    ...(row.owner_user_id === null ? {} : { userId: row.owner_user_id }),
  };
}

function authenticationOf(row: WebhookRow, seal: Seal): Authentication {
  switch (row.authentication_type) {
    case 'basic':
      return {
        type: 'basic',
        username: required(row.basic_username, 'user name'),
        password: seal.open(required(row.basic_password, 'password')),
      };
    case 'aws iam':
      return {
        type: 'aws iam',
        accessKey: required(row.iam_access_key, 'access key'),
        secretKey: seal.open(required(row.iam_secret_key, 'secret key')),
      };
    default:
      return { type: row.authentication_type };
  }
}

function subscriptionOf(stored: WebhookRow['subscriptions'][number]): Subscription {
  return {
    eventName: stored.event_name,
    expansion: stored.expansion,
    ...(stored.event_ruler === undefined ? {} : { eventRuler: stored.event_ruler }),
    ...(stored.comments === undefined ? {} : { comments: stored.comments }),
  };
}
