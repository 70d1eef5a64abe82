import type { OauthTokenResponse } from '@perennial/contract/oauth.ts';
import { Temporal } from 'temporal-polyfill';
import type { IdFactory } from '../kernel/ids.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Quotas } from '../platform/tenancy/quotas.ts';
import {
  type Credential,
  hashSecret,
  isSecret,
  newCredential,
  parseCredential,
  secretBytes,
  successor,
} from '../staff/credential.ts';
import type { Application } from './application.ts';
import { findApplication } from './applicationStore.ts';
import { isVerified } from './authorization.ts';
import { type Device, deleteDevice, lockDevice, setPolling } from './deviceStore.ts';
import { grantEnd } from './grantLife.ts';
import {
  applicationActor,
  type GrantActor,
  recordRefreshed,
  recordRevoked,
} from './grantLogOperations.ts';
import {
  findLiveGrant,
  findToken,
  type Grant,
  insertTokens,
  lockCode,
  lockToken,
  markCodeUsed,
  markTokenUsed,
  type NewToken,
  revokeGrant,
} from './grantStore.ts';

/**
 * The parts of the token endpoint. It uses the machine's clock, because a merchant's test clock
 * must not expire tokens.
 */
export interface OauthParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
  readonly quotas: Quotas;
}

/** A refusal in the terms of the protocol (RFC 6749, section 5.2). */
export interface OauthFault {
  readonly status: 400 | 401 | 410;
  readonly error: string;
  readonly description: string;
}

/** A value, or a fault in the format of RFC 6749. */
export type OauthOutcome<Value> = Outcome<Value, OauthFault>;

/** The parameters of a request's form, each given at most once. */
export type Form = Readonly<Record<string, string | undefined>>;

/**
 * Issues tokens for a code, a refresh token or an allowed device (UltraCart's oauthAccessToken).
 */
export async function grantTokens(
  parts: OauthParts,
  form: Form,
  address: string,
): Promise<OauthOutcome<OauthTokenResponse>> {
  const application = await applicationOf(parts, form);
  if (!application.ok) return application;
  switch (form['grant_type']) {
    case 'authorization_code':
      return exchangeCode(parts, application.value, form, address);
    case 'refresh_token':
      return refresh(parts, application.value, form, address);
    // Published clients select the device grant by a parameter, RFC 8628 by a URN.
    case 'device_code':
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return pollDevice(parts, application.value, form);
    case undefined:
    case '':
      return fault('invalid_request', 'grant_type is missing');
    default:
      return fault(
        'unsupported_grant_type',
        'grant_type must be authorization_code, refresh_token or urn:ietf:params:oauth:grant-type:device_code',
      );
  }
}

/**
 * Ends the grant of a token, whichever of the grant's tokens it is. Returns false when the
 * application has no such token.
 */
export async function revoke(
  parts: OauthParts,
  form: Form,
  address: string,
): Promise<OauthOutcome<boolean>> {
  const application = await applicationOf(parts, form);
  if (!application.ok) return application;
  if (!form['token']) return fault('invalid_request', 'token is missing');
  const credential = parseCredential(form['token']);
  const token = credential && (await findToken(parts.db, credential.merchantId, credential.hash));
  if (!token || token.grant.clientId !== application.value.clientId) return success(false);
  const { grant } = token;
  await parts.db.transaction((tx) =>
    endGrant(tx, grant, parts.clock.now(), applicationActor(application.value, address)),
  );
  return success(true);
}

/** Ends a grant and records that. A grant that has already ended stays as it is. */
async function endGrant(
  tx: Database,
  grant: Grant,
  now: Temporal.Instant,
  by: GrantActor,
  reason?: string,
): Promise<void> {
  if (await revokeGrant(tx, grant, now)) await recordRevoked(tx, grant, by, reason);
}

/**
 * Returns the requesting application. A confidential one must send its secret. If another one sends
 * a secret, the secret must be right.
 */
export async function applicationOf(
  { db }: OauthParts,
  form: Form,
): Promise<OauthOutcome<Application>> {
  const clientId = form['client_id'];
  if (!clientId) return fault('invalid_request', 'client_id is missing');
  const application = await findApplication(db, clientId);
  const secret = form['client_secret'];
  if (!application)
    return fault('invalid_client', 'client_id is not the id of a registered application', 401);
  if (secret && !(application.secretHash && isSecret(secret, application.secretHash)))
    return fault('invalid_client', 'client_secret is wrong', 401);
  if (application.kind === 'confidential' && !secret)
    return fault('invalid_client', 'client_secret is missing', 401);
  if (application.disabledAt)
    return fault(
      'invalid_client',
      'The application was disabled. Ask the operator of this server to enable it again.',
      410,
    );
  return success(application);
}

/** Returns a fault in the format of RFC 6749. */
export const fault = (
  error: string,
  description: string,
  status: OauthFault['status'] = 400,
): OauthOutcome<never> => failure({ status, error, description });

async function exchangeCode(
  parts: OauthParts,
  application: Application,
  form: Form,
  address: string,
): Promise<OauthOutcome<OauthTokenResponse>> {
  if (!form['code']) return fault('invalid_request', 'code is missing');
  const credential = parseCredential(form['code']);
  const now = parts.clock.now();
  return parts.db.transaction(async (tx) => {
    const code = credential && (await lockCode(tx, credential.merchantId, credential.hash));
    if (!code || code.grant.clientId !== application.clientId)
      return fault('invalid_grant', 'the code is not known');
    if (code.usedAt) {
      // A thief may have used the code first, so all tokens from it are revoked (RFC 6749, section
      // 4.1.2).
      const by = applicationActor(application, address);
      await endGrant(tx, code.grant, now, by, 'a code was used twice');
      return fault('invalid_grant', 'the code was used before, so its tokens were revoked');
    }
    if (isPast(code.expiresAt, now) || code.isRevoked)
      return fault('invalid_grant', 'the code has expired');
    if (form['redirect_uri'] !== code.redirectUri)
      return fault(
        'invalid_grant',
        'redirect_uri differs from the one in the authorization request',
      );
    if (!isVerified(code.codeChallenge, form['code_verifier'] || undefined))
      return fault('invalid_grant', 'code_verifier does not belong to the code');
    await markCodeUsed(tx, credential.merchantId, credential.hash, now);
    return success(await newTokens(tx, parts.ids, code.grant, now));
  });
}

async function refresh(
  parts: OauthParts,
  application: Application,
  form: Form,
  address: string,
): Promise<OauthOutcome<OauthTokenResponse>> {
  const by = applicationActor(application, address);
  if (!form['refresh_token']) return fault('invalid_request', 'refresh_token is missing');
  const credential = parseCredential(form['refresh_token']);
  const now = parts.clock.now();
  return parts.db.transaction(async (tx) => {
    const token = credential && (await lockToken(tx, credential.merchantId, credential.hash));
    if (!token || token.kind !== 'refresh' || token.grant.clientId !== application.clientId)
      return fault('invalid_grant', 'the refresh token is not known');
    const { usedAt, successorSalt } = token;
    if (usedAt && successorSalt && !token.isRevoked && isRepeat(usedAt, now))
      return repeated(tx, token.grant, successors(credential, successorSalt));
    if (usedAt) {
      // Two clients have the token, so one of them stole it.
      await endGrant(tx, token.grant, now, by, 'a refresh token was used twice');
      return fault(
        'invalid_grant',
        'the refresh token was used before, so all tokens of this authorization were revoked',
      );
    }
    if (token.isRevoked) return fault('invalid_grant', 'the authorization was revoked');
    if (isPast(token.expiresAt, now))
      return fault('invalid_grant', 'the refresh token has expired');
    if (isPast(grantEnd(token.grant.createdAt), now))
      return fault(
        'invalid_grant',
        'the authorization ended a year after it was given; ask the user again',
      );
    const scope = scopeOf(form, application, token.grant);
    if (!scope.ok) return scope;
    const salt = Buffer.from(parts.ids.secret(secretBytes), 'hex');
    await markTokenUsed(tx, credential, salt, now);
    await recordRefreshed(tx, token.grant, by);
    const pair = successors(credential, salt);
    return success(await issue(tx, token.grant, pair, now, scope.value));
  });
}

/**
 * Returns the permissions that a refresh requests for its access token. Refuses permissions that
 * the user did not grant (RFC 6749, section 6). Undefined: all granted permissions. The refresh
 * token keeps all of them, so the next access token may have them again.
 */
function scopeOf(
  form: Form,
  { deviceScope }: Application,
  { permissions }: Grant,
): OauthOutcome<readonly string[] | undefined> {
  const scope = form['scope'];
  if (!scope || scope === deviceScope) return success(undefined);
  const asked = new Set(scope.split(' ').filter((word) => word !== ''));
  const missing = [...asked].filter((permission) => !permissions.includes(permission));
  return missing.length === 0
    ? success(permissions.filter((permission) => asked.has(permission)))
    : fault(
        'invalid_scope',
        `the user did not grant ${missing.join(' ')}; leave scope out, or name some of: ` +
          permissions.join(' '),
      );
}

/** Returns the response to a repeated refresh: the stored tokens of the first one. */
async function repeated(
  tx: Database,
  grant: Grant,
  pair: TokenPair,
): Promise<OauthOutcome<OauthTokenResponse>> {
  const stored = await findToken(tx, grant.merchantId, pair.access.hash);
  return success(answerOf(stored?.permissions ?? grant.permissions, pair));
}

async function pollDevice(
  parts: OauthParts,
  application: Application,
  form: Form,
): Promise<OauthOutcome<OauthTokenResponse>> {
  const secret = form['device_code'];
  if (!secret) return fault('invalid_request', 'device_code is missing');
  const now = parts.clock.now();
  return parts.db.transaction(async (tx) => {
    const device = await lockDevice(tx, hashSecret(secret));
    if (!device || device.clientId !== application.clientId)
      return fault('invalid_grant', 'the device code is not known');
    if (isPast(device.expiresAt, now))
      return fault('expired_token', 'the device code has expired; begin again');
    if (device.state === 'pending') return waitOn(tx, device, now);
    await deleteDevice(tx, device.deviceHash);
    // The user may have allowed the device and revoked that before the device asked.
    const grant = device.allowed && (await findLiveGrant(tx, device.allowed));
    return grant
      ? success(await newTokens(tx, parts.ids, grant, now))
      : fault('access_denied', 'the user did not allow it');
  });
}

/** A device that polls too early must wait longer after that (RFC 8628, section 3.5). */
async function waitOn(
  tx: Database,
  { deviceHash, intervalSeconds, pollAfter }: Device,
  now: Temporal.Instant,
): Promise<OauthOutcome<never>> {
  const isEarly = Temporal.Instant.compare(now, pollAfter) < 0;
  const interval = isEarly ? intervalSeconds + slowDownSeconds : intervalSeconds;
  await setPolling(tx, deviceHash, interval, now.add({ seconds: interval }));
  return isEarly
    ? fault('slow_down', `ask no more often than every ${interval} seconds`)
    : fault('authorization_pending', 'the user has not decided yet');
}

const slowDownSeconds = 5;
const accessSeconds = 3600;
const repeatSeconds = 10;
// How long a refresh token is valid. One that is unused for this time is no longer needed.
const refreshDays = 90;

interface TokenPair {
  readonly access: Credential;
  readonly refresh: Credential;
}

const newTokens = (tx: Database, ids: IdFactory, grant: Grant, now: Temporal.Instant) =>
  issue(
    tx,
    grant,
    { access: newCredential(ids, grant.merchantId), refresh: newCredential(ids, grant.merchantId) },
    now,
  );

/** Returns the successors of a refresh token. The same salt always gives the same successors. */
const successors = (before: Credential, salt: Buffer): TokenPair => ({
  access: successor(before, salt, 'access'),
  refresh: successor(before, salt, 'refresh'),
});

async function issue(
  tx: Database,
  grant: Grant,
  pair: TokenPair,
  now: Temporal.Instant,
  permissions?: readonly string[],
): Promise<OauthTokenResponse> {
  const end = grantEnd(grant.createdAt);
  const until = (moment: Temporal.Instant) => earlier(moment, end);
  const tokens: NewToken[] = [
    {
      hash: pair.access.hash,
      kind: 'access',
      // The longer lifetime keeps `expires_in` true when the response is repeated.
      expiresAt: until(now.add({ seconds: accessSeconds + repeatSeconds })),
      permissions,
    },
    {
      hash: pair.refresh.hash,
      kind: 'refresh',
      expiresAt: until(now.add({ hours: refreshDays * 24 })),
    },
  ];
  await insertTokens(tx, grant, tokens);
  return answerOf(permissions ?? grant.permissions, pair);
}

const answerOf = (
  permissions: readonly string[],
  { access, refresh }: TokenPair,
): OauthTokenResponse => ({
  access_token: access.text,
  refresh_token: refresh.text,
  token_type: 'bearer',
  expires_in: String(accessSeconds),
  scope: permissions.join(' '),
});

/**
 * Whether a refresh token is used again so soon that its holder may have lost the response or runs
 * two threads.
 */
const isRepeat = (usedAt: Temporal.Instant, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(now, usedAt.add({ seconds: repeatSeconds })) <= 0;

const earlier = (one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(one, other) < 0 ? one : other;

const isPast = (moment: Temporal.Instant, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(moment, now) <= 0;
