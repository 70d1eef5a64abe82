import { simpleKeyHeader } from '@perennial/contract/operations.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Authenticate, Credentials, Principal } from '../platform/http/authentication.ts';
import { type Refusal, refusal } from '../platform/http/refusal.ts';
import type { Database } from '../platform/storage/database.ts';
import { type ApiKey, hashKey, isAllowedFrom } from './apiKey.ts';
import { findApiKey } from './apiKeyStore.ts';
import type { SessionAuthentication } from './authenticateSession.ts';
import { remembered } from './remembered.ts';
import { type Access, findAccess } from './staffStore.ts';

/** Authenticates callers by key, by token or by session. */
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
 * cookies of sessions. The key counts before the token, and both before a cookie.
 */
export function simpleKeys(
  db: Database,
  clock: SystemClock,
  tokens: TokenAuthentication,
  sessions: SessionAuthentication,
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
      const { key, holder } = found;
      // A key whose user was deleted is no longer valid.
      if (key.revokedAt || (key.userId !== undefined && !holder))
        return failure(refusal('revoked_key', {}));
      const isAllowed =
        isAllowedFrom(key, credentials.address) &&
        (!holder || isAllowedFrom(holder, credentials.address));
      if (!isAllowed)
        return failure(refusal('address_not_allowed', { address: credentials.address }));
      return success(principalOf(key, holder, credentials));
    },
    forget() {
      keys.forget();
      tokens.forget();
      sessions.forget();
    },
  };
}

interface FoundKey {
  readonly key: ApiKey;
  /** The user that the key is bound to. */
  readonly holder?: Access | undefined;
}

async function findKey(db: Database, text: string): Promise<FoundKey | undefined> {
  const key = await findApiKey(db, hashKey(text));
  if (!key) return undefined;
  return key.userId === undefined
    ? { key }
    : { key, holder: await findAccess(db, key.merchantId, key.userId) };
}

/** A key that is bound to a user may do what both the key and the user may do. */
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
