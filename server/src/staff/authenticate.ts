import { simpleKeyHeader } from '@perennial/contract/operations.ts';
import { failure, success } from '../kernel/outcome.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Authenticate, Credentials, Principal } from '../platform/http/authentication.ts';
import { refusal, type Refusal } from '../platform/http/refusal.ts';
import type { Database } from '../platform/storage/database.ts';
import { hashKey, isAllowedFrom, type ApiKey } from './apiKey.ts';
import { findApiKey } from './apiKeyStore.ts';

/** Keys by their text, remembered for a second so that a request does not read its key's row each time. */
export interface Keys {
  readonly authenticate: Authenticate;
  /** Forgets every remembered key, after one was made or revoked in this process. */
  forget(): void;
}

// A key revoked by another process stops working after this long.
const rememberedMs = 1000;
const rememberedMax = 10_000;

/** Simple keys of the header `x-ultracart-simple-key`. */
export function simpleKeys(db: Database, clock: SystemClock): Keys {
  const known = new Map<string, { key: Promise<ApiKey | undefined>; untilMs: number }>();

  function find(text: string): Promise<ApiKey | undefined> {
    const nowMs = clock.monotonicMs();
    const entry = known.get(text);
    if (entry && entry.untilMs > nowMs) return entry.key;
    if (known.size >= rememberedMax) known.clear();
    const key = findApiKey(db, hashKey(text));
    known.set(text, { key, untilMs: nowMs + rememberedMs });
    key.catch(() => known.delete(text));
    return key;
  }

  return {
    async authenticate(credentials) {
      if (credentials.simpleKey === undefined) return failure(withoutKey(credentials));
      const key = await find(credentials.simpleKey);
      if (!key) return failure(refusal('bad_credentials', {}));
      if (key.revokedAt) return failure(refusal('revoked_key', {}));
      if (!isAllowedFrom(key, credentials.address)) return failure(refusal('address_not_allowed', { address: credentials.address }));
      return success(principalOf(key, credentials));
    },
    forget: () => known.clear(),
  };
}

/** A token is nobody's while no OAuth application can be registered. */
function withoutKey({ bearerToken }: Credentials): Refusal {
  return bearerToken === undefined ? refusal('missing_credentials', { header: simpleKeyHeader }) : refusal('bad_credentials', {});
}

function principalOf(key: ApiKey, credentials: Credentials): Principal {
  return {
    merchantId: key.merchantId,
    actor: {
      kind: 'key',
      name: key.name,
      applicationId: `key:${key.keyId}`,
      address: credentials.address,
      permissions: new Set(key.permissions),
      ...(key.userId === undefined ? {} : { userId: key.userId }),
    },
  };
}
