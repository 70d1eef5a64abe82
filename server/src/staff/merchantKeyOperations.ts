import type {
  ApiKeyInsert,
  ApiKeyRotateRequest,
  ApiKeyUpdate,
  ApiKey as WireKey,
} from '@perennial/contract/apiKey.ts';
import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { dateOf } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import { lockQuota, type Quotas, refuseOverQuota } from '../platform/tenancy/quotas.ts';
import { mailAboutKey } from './accountNewsOperations.ts';
import {
  type ApiKey,
  allPermissions,
  endOf,
  keepOldHoursDefault,
  keepOldHoursMax,
  parseAllowedIps,
  parsePermissions,
} from './apiKey.ts';
import { createApiKey, replaceKeySecret as rotate } from './apiKeyOperations.ts';
import {
  countLiveApiKeys,
  listApiKeys,
  lockApiKey,
  revokeApiKey as revoke,
  saveApiKey,
} from './apiKeyStore.ts';
import { refuseOutranked, refuseWithheld } from './rankOperations.ts';
import { findAccess } from './staffStore.ts';

/** The dependencies of the operations on keys. Keys expire by the machine's clock. */
export interface KeyParts {
  readonly clock: SystemClock;
  /** Drops the cached keys of this process. */
  forget(): void;
  readonly quotas: Quotas;
}

/** Lists the keys of the merchant, the newest first. */
export async function getApiKeys(
  context: Context,
  { clock }: KeyParts,
  page: Page,
): Promise<{ keys: WireKey[]; more: boolean }> {
  const all = (await listApiKeys(context.db, context.merchant.merchantId)).reverse();
  const shown = all.slice(page.offset, page.offset + page.limit);
  return {
    keys: shown.map((key) => toWire(context, key, clock.now())),
    more: all.length > page.offset + page.limit,
  };
}

/** Creates a key. Only this result contains its secret. */
export async function insertApiKey(
  context: Context,
  { clock, quotas }: KeyParts,
  body: ApiKeyInsert,
): Promise<WireKey> {
  const now = clock.now();
  const details = {
    merchantId: context.merchant.merchantId,
    name: nameOf(body.name),
    permissions: permissionsOf(body),
    allowedIps: addressesOf(body.allowed_ips),
    ...userOf(body),
    ...expiryOf(context, body.expires_dts, now),
  };
  return inTransaction(context, async (context) => {
    await refuseOneMore(context, quotas, now);
    refuseWithheld(context, details.permissions);
    if (details.userId !== undefined) await refuseUser(context, details.userId);
    const { key, stored } = await createApiKey(context.db, context.ids, details, now);
    const wire = toWire(context, stored, now);
    await recordAct(context, { act: 'insertApiKey', ...named(stored.keyId), after: wire });
    await mailAboutKey(context, 'key', stored);
    return { ...wire, key };
  });
}

/** Changes a key. Absent fields do not change. */
export async function updateApiKey(
  context: Context,
  { clock, forget, quotas }: KeyParts,
  keyId: number,
  body: ApiKeyUpdate,
): Promise<WireKey> {
  const now = clock.now();
  const changed = await inTransaction(context, async (context) => {
    const before = await ownKey(context, keyId);
    if (before.revokedAt) noKey(keyId);
    const { expiresAt, ...rest } = before;
    const kept = expiresAt === undefined ? {} : { expiresAt };
    const after: ApiKey = {
      ...rest,
      ...(body.name === undefined ? {} : { name: nameOf(body.name) }),
      ...(body.allowed_ips === undefined ? {} : { allowedIps: addressesOf(body.allowed_ips) }),
      ...(body.expires_dts === undefined ? kept : expiryOf(context, body.expires_dts, now)),
    };
    // A later date makes an expired key valid again.
    if (!isValid(before, now) && isValid(after, now)) await refuseOneMore(context, quotas, now);
    await saveApiKey(context.db, after);
    const wire = toWire(context, after, now);
    await recordAct(context, {
      act: 'updateApiKey',
      ...named(keyId),
      before: toWire(context, before, now),
      after: wire,
    });
    return wire;
  });
  forget();
  return changed;
}

/** Replaces the secret of a key. The old one is accepted for a while longer. */
export async function rotateApiKey(
  context: Context,
  { clock, forget }: KeyParts,
  keyId: number,
  { keep_old_hours: hours, expires_dts: expiry }: ApiKeyRotateRequest,
): Promise<WireKey> {
  const keepOldHours = hours ?? keepOldHoursDefault;
  if (keepOldHours < 0 || keepOldHours > keepOldHoursMax)
    refuse('out_of_range', { field: 'keep_old_hours', min: 0, max: keepOldHoursMax });
  const now = clock.now();
  const expiresAt =
    expiry === undefined ? undefined : (expiryOf(context, expiry, now).expiresAt ?? null);
  const issued = await inTransaction(context, async (context) => {
    const before = await ownKey(context, keyId);
    const rotation = { keepOldHours, expiresAt };
    const made = (await rotate(context.db, context.ids, before, rotation, now)) ?? noKey(keyId);
    const wire = toWire(context, made.stored, now);
    await recordAct(context, {
      act: 'rotateApiKey',
      ...named(keyId),
      before: toWire(context, before, now),
      after: wire,
    });
    await mailAboutKey(context, 'key_secret', made.stored);
    return { ...wire, key: made.key };
  });
  forget();
  return issued;
}

/** Revokes a key, which also stops its webhooks. */
export async function revokeApiKey(
  context: Context,
  { clock, forget }: KeyParts,
  keyId: number,
): Promise<void> {
  const now = clock.now();
  await inTransaction(context, async (context) => {
    const before = await ownKey(context, keyId);
    if (!(await revoke(context.db, before.merchantId, keyId, now))) noKey(keyId);
    await recordAct(context, {
      act: 'revokeApiKey',
      ...named(keyId),
      before: toWire(context, before, now),
    });
  });
  forget();
}

/**
 * Locks and returns a key that the caller may change: the caller has all permissions of the key.
 */
async function ownKey(context: Context, keyId: number): Promise<ApiKey> {
  const key = (await lockApiKey(context.db, context.merchant.merchantId, keyId)) ?? noKey(keyId);
  refuseWithheld(context, key.permissions);
  return key;
}

async function refuseOneMore(
  context: Context,
  quotas: Quotas,
  now: Temporal.Instant,
): Promise<void> {
  await lockQuota(context, 'keys');
  const live = await countLiveApiKeys(context.db, context.merchant.merchantId, now);
  refuseOverQuota(quotas, 'keys', live);
}

const isValid = (key: ApiKey, now: Temporal.Instant): boolean =>
  endOf(key, false, () => now) === undefined;

async function refuseUser(context: Context, userId: number): Promise<void> {
  if (!(await findAccess(context.db, context.merchant.merchantId, userId)))
    refuse('invalid_field', {
      field: 'user_id',
      reason: `names the user ${userId}, who does not exist`,
      fix: 'Send the user_id of a user of this merchant, or leave it out',
    });
  await refuseOutranked(context, [userId]);
}

function noKey(keyId: number): never {
  return refuse('not_found', { what: 'valid key', id: keyId });
}

const named = (keyId: number) => ({ objectType: 'key', objectId: String(keyId) });

function nameOf(name: string | null | undefined): string {
  const given = name?.trim();
  return given ? given : refuse('missing_field', { field: 'name' });
}

function permissionsOf({ permissions }: ApiKeyInsert): readonly string[] {
  if (!permissions?.length) return refuse('missing_field', { field: 'permissions' });
  const parsed = parsePermissions(permissions);
  return parsed.ok
    ? parsed.value
    : refuse('invalid_field', {
        field: 'permissions',
        reason: `contains ${parsed.reason}, which is not a permission`,
        fix: `Send some of ${allPermissions.join(', ')}`,
      });
}

function addressesOf(texts: readonly string[] | null | undefined): string[] {
  const parsed = parseAllowedIps(texts ?? []);
  return parsed.ok
    ? parsed.value
    : refuse('invalid_field', {
        field: 'allowed_ips',
        reason: `contains ${parsed.reason}, which is neither an address nor a range`,
        fix: 'Send for example 203.0.113.7 or 10.0.0.0/8',
      });
}

const userOf = ({ user_id: userId }: ApiKeyInsert) =>
  userId === undefined || userId === null ? {} : { userId };

function expiryOf(
  { merchant: { timeZone } }: Context,
  text: string | null | undefined,
  now: Temporal.Instant,
): { expiresAt?: Temporal.Instant } {
  if (!text) return {};
  const expiresAt = dateOf(text, 'expires_dts', timeZone);
  if (Temporal.Instant.compare(expiresAt, now) <= 0)
    refuse('invalid_field', {
      field: 'expires_dts',
      reason: 'is in the past',
      fix: 'Send a later date, or revoke the key with DELETE /perennial/v1/keys/{key_id}',
    });
  return { expiresAt };
}

function toWire({ merchant }: Context, key: ApiKey, now: Temporal.Instant): WireKey {
  const dts = <Name extends string>(name: Name, at: Temporal.Instant | undefined) =>
    (at === undefined ? {} : { [name]: wireDate(at, merchant.timeZone) }) as {
      [N in Name]?: string;
    };
  const end = endOf(key, false, () => now);
  return {
    key_id: key.keyId,
    name: key.name,
    prefix: key.prefix,
    permissions: [...key.permissions],
    allowed_ips: [...key.allowedIps],
    ...(key.userId === undefined ? {} : { user_id: key.userId }),
    state: end === 'revoked' || end === 'expired' ? end : 'valid',
    ...dts('created_dts', key.createdAt),
    ...dts('expires_dts', key.expiresAt),
    ...dts('revoked_dts', key.revokedAt),
    ...dts('rotated_dts', key.rotatedAt),
    ...dts('last_used_dts', key.lastUsedAt),
    ...(key.lastUsedAddress === undefined ? {} : { last_used_ip: key.lastUsedAddress }),
    ...dts('old_secret_until_dts', key.previousUntil),
    ...dts('old_secret_used_dts', key.previousUsedAt),
  };
}
