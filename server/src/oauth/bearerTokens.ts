import { Temporal } from 'temporal-polyfill';
import { failure, success } from '../kernel/outcome.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Principal } from '../platform/http/authentication.ts';
import { refusal } from '../platform/http/refusal.ts';
import type { Database } from '../platform/storage/database.ts';
import type { TokenAuthentication } from '../staff/authenticate.ts';
import { parseCredential } from '../staff/credential.ts';
import { remembered } from '../staff/remembered.ts';
import { type Access, findAccess } from '../staff/staffStore.ts';
import { applicationIdOf } from './application.ts';
import { findToken, type IssuedToken } from './grantStore.ts';

/** Authenticates access tokens of OAuth: an application that acts for a user. */
export function bearerTokens(db: Database, clock: SystemClock): TokenAuthentication {
  const tokens = remembered(clock, (text) => find(db, text));
  return {
    async authenticate(text, address) {
      const found = await tokens.find(text);
      if (!found || found.token.kind !== 'access' || found.token.isRevoked || !found.user)
        return failure(refusal('bad_credentials', {}));
      if (found.token.isApplicationDisabled) return failure(refusal('application_disabled', {}));
      if (Temporal.Instant.compare(found.token.expiresAt, clock.now()) <= 0)
        return failure(refusal('expired_token', {}));
      return success(principalOf(found.token, found.user, address));
    },
    forget: () => tokens.forget(),
  };
}

async function find(
  db: Database,
  text: string,
): Promise<{ token: IssuedToken; user: Access | undefined } | undefined> {
  const credential = parseCredential(text);
  const token = credential && (await findToken(db, credential.merchantId, credential.hash));
  return token && { token, user: await findAccess(db, token.grant.merchantId, token.grant.userId) };
}

/** The granted permissions that the user still has. */
function principalOf(
  { grant, permissions }: IssuedToken,
  user: Access,
  address: string,
): Principal {
  return {
    merchantId: grant.merchantId,
    actor: {
      kind: 'oauth',
      name: user.name,
      userId: user.userId,
      applicationId: applicationIdOf(grant.clientId),
      address,
      permissions: new Set(
        permissions.filter((permission) => user.permissions.includes(permission)),
      ),
    },
  };
}
