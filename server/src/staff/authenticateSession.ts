import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Principal } from '../platform/http/authentication.ts';
import { type Refusal, refusal } from '../platform/http/refusal.ts';
import type { Database } from '../platform/storage/database.ts';
import { isAllowedFrom } from './apiKey.ts';
import { parseCredential } from './credential.ts';
import { remembered } from './remembered.ts';
import { consoleApplicationId, isLive, isRecent, type Session, seen } from './session.ts';
import { findSession, touchSession } from './sessionStore.ts';
import { type Access, findAccess } from './staffStore.ts';

/** Authenticates the credential in a session's cookie. */
export interface SessionAuthentication {
  authenticate(credential: string, address: string): Promise<Outcome<Principal, Refusal>>;
  /** Drops the cached sessions, after one of them ended in this process. */
  forget(): void;
}

/**
 * Authenticates sessions. A session has its user's current permissions; a change of them by another
 * process takes effect within a second.
 */
export function sessionAuthentication(db: Database, clock: SystemClock): SessionAuthentication {
  const sessions = remembered(clock, (text) => find(db, clock, text));
  return {
    async authenticate(credential, address) {
      const found = await sessions.find(credential);
      if (!found || !isLive(found.session, clock.now()))
        return failure(refusal('ended_session', {}));
      if (!isAllowedFrom(found.access, address))
        return failure(refusal('address_not_allowed', { address }));
      return success(principalOf(found, address, isRecent(found.session, clock.now())));
    },
    forget: () => sessions.forget(),
  };
}

interface FoundSession {
  readonly session: Session;
  readonly access: Access;
}

async function find(
  db: Database,
  clock: SystemClock,
  text: string,
): Promise<FoundSession | undefined> {
  const credential = parseCredential(text);
  const session = credential && (await findSession(db, credential.merchantId, credential.hash));
  const now = clock.now();
  if (!session || !isLive(session, now)) return undefined;
  const access = await findAccess(db, session.merchantId, session.userId);
  const moments = seen(session, now);
  if (moments) await touchSession(db, session, moments);
  return access && { session: { ...session, ...moments }, access };
}

function principalOf(
  { session: { merchantId, sessionId }, access }: FoundSession,
  address: string,
  isRecentNow: boolean,
): Principal {
  const { hasFirstPassword, hasSecondFactor } = access;
  return {
    merchantId,
    actor: {
      kind: 'session',
      name: access.name,
      userId: access.userId,
      applicationId: consoleApplicationId,
      session: { sessionId, isRecent: isRecentNow, hasFirstPassword, hasSecondFactor },
      address,
      permissions: new Set(access.permissions),
    },
  };
}
