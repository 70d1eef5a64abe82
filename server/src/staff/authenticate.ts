import { simpleKeyHeader } from '@perennial/contract/operations.ts';
import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Authenticate, Credentials, Principal } from '../platform/http/authentication.ts';
import { type Refusal, refusal } from '../platform/http/refusal.ts';
import type { Database } from '../platform/storage/database.ts';
import { type ApiKey, endOf, hashKey, isAllowedFrom, type KeyEnd } from './apiKey.ts';
import { type FoundSecret, findApiKey } from './apiKeyStore.ts';
import type { SessionAuthentication } from './authenticateSession.ts';
import type { KeyUses } from './keyUseWorker.ts';
import { remembered } from './remembered.ts';
import { type Access, findAccess } from './staffStore.ts';

/** Authenticates callers by key, token or session. */
export interface Keys {
  readonly authenticate: Authenticate;
  /** Drops the cached keys, tokens, sessions and users, after one of them was changed in this process. */
  forget(): void;
}

/** Authenticates bearer tokens. Passed in, because OAuth is a feature that builds on this one. */
export interface TokenAuthentication {
  authenticate(text: string, address: string): Promise<Outcome<Principal, Refusal>>;
  forget(): void;
}

/**
 * Authenticates simple keys of the header `x-ultracart-simple-key`, OAuth's bearer tokens, and the
 * cookies of sessions. A key takes precedence over a token, and both over a cookie.
 */
export function simpleKeys(
  db: Database,
  clock: SystemClock,
  tokens: TokenAuthentication,
  sessions: SessionAuthentication,
  uses: KeyUses,
): Keys {
  const keys = remembered(clock, (text) => findKey(db, text));
  return {
    async authenticate(credentials) {
      if (credentials.simpleKey === undefined) {
        const { bearerToken, session, address } = credentials;
        if (bearerToken !== undefined) return tokens.authenticate(bearerToken, address);
        return session === undefined
          ? failure(refusal('missing_credentials', { header: simpleKeyHeader }))
          : sessions.authenticate(session, address);
      }
      const found = await keys.find(credentials.simpleKey);
      if (!found) return failure(refusal('bad_credentials', {}));
      const { key, holder, isPrevious } = found;
      const end = endOf(key, isPrevious, () => clock.now());
      if (end) return failure(refusedFor(end, key));
      // A key whose user was deleted is no longer valid.
      if (key.userId !== undefined && !holder) return failure(refusal('revoked_key', {}));
      const isAllowed =
        isAllowedFrom(key, credentials.address) &&
        (!holder || isAllowedFrom(holder, credentials.address));
      if (!isAllowed)
        return failure(refusal('address_not_allowed', { address: credentials.address }));
      uses.note(key, credentials.address, isPrevious);
      return success(principalOf(key, holder, credentials));
    },
    forget() {
      keys.forget();
      tokens.forget();
      sessions.forget();
    },
  };
}

interface FoundKey extends FoundSecret {
  /** The user that the key is bound to. */
  readonly holder?: Access | undefined;
}

async function findKey(db: Database, text: string): Promise<FoundKey | undefined> {
  const found = await findApiKey(db, hashKey(text));
  if (found?.key.userId === undefined) return found;
  return { ...found, holder: await findAccess(db, found.key.merchantId, found.key.userId) };
}

const refusedFor = (end: KeyEnd, { expiresAt, previousUntil }: ApiKey): Refusal =>
  end === 'revoked'
    ? refusal('revoked_key', {})
    : end === 'expired'
      ? refusal('expired_key', { at: secondsOf(expiresAt) })
      : refusal('replaced_key', { at: secondsOf(previousUntil) });

/** The merchant's zone is unknown until the caller is known. */
const secondsOf = (at: Temporal.Instant | undefined): string =>
  required(at, 'end of a key').toString({ smallestUnit: 'second' });

/** A key that is bound to a user has only the permissions that both the key and the user have. */
function principalOf(key: ApiKey, holder: Access | undefined, credentials: Credentials): Principal {
  const permissions = holder
    ? key.permissions.filter((permission) => holder.permissions.includes(permission))
    : key.permissions;
  return {
    merchantId: key.merchantId,
    actor: {
      kind: 'key',
      name: holder?.name ?? key.name,
      applicationId: `key:${key.keyId}`,
      address: credentials.address,
      permissions: new Set(permissions),
      ...(holder ? { userId: holder.userId } : {}),
    },
  };
}
