import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';
import { findLiveApiKey } from '../staff/apiKeyStore.ts';
import { remembered } from '../staff/remembered.ts';
import { consoleApplicationId, isLive } from '../staff/session.ts';
import { findSessionById } from '../staff/sessionStore.ts';
import { findAccess } from '../staff/staffStore.ts';
import { clientIdOf } from './application.ts';
import { oldestLiveGrant } from './grantLife.ts';
import { listGrantedAccess } from './grantStore.ts';

/**
 * The key, the OAuth client or the session behind a webhook, a live socket or an upload link. These
 * work without a request.
 */
export interface ApplicationRef {
  /** `key:<id>`, `oauth:<client id>` or `console`, as {@link Actor.applicationId}. */
  readonly applicationId: string;
  /**
   * The user for whom an OAuth client acts; absent: all users with a live grant count. A key has
   * its own user.
   */
  readonly userId?: number;
  /** A session that must still exist; absent: any session of the user counts. */
  readonly sessionId?: string;
}

/** The current access of an application. */
export interface ApplicationAccess {
  readonly name: string;
  readonly permissions: ReadonlySet<string>;
}

/** Finds the current access of an application, for work outside a request. */
export interface ApplicationAccesses {
  /** Returns undefined once the key, its user, the grant or the application is gone. */
  find(merchantId: string, application: ApplicationRef): Promise<ApplicationAccess | undefined>;
}

/**
 * How long an access is cached. After a revocation in any process, the webhooks, sockets and links
 * behind it end within twice this time plus the pause of a worker (half a second). The sum must
 * stay below a second.
 */
const rememberedMs = 200;

/** Reads accesses from the database and caches each for a fifth of a second. */
export function applicationAccesses(db: Database, clock: SystemClock): ApplicationAccesses {
  const known = remembered(
    clock,
    (text) => {
      const [merchantId, ref] = JSON.parse(text) as [string, ApplicationRef];
      return readAccess(db, clock, merchantId, ref);
    },
    rememberedMs,
  );
  return {
    find: (merchantId, { applicationId, userId, sessionId }) =>
      known.find(JSON.stringify([merchantId, { applicationId, userId, sessionId }])),
  };
}

function readAccess(
  db: Database,
  clock: SystemClock,
  merchantId: string,
  { applicationId, userId, sessionId }: ApplicationRef,
): Promise<ApplicationAccess | undefined> {
  if (applicationId === consoleApplicationId)
    return consoleAccess(db, clock, merchantId, userId, sessionId);
  const clientId = clientIdOf(applicationId);
  return clientId === undefined
    ? keyAccess(db, clock, merchantId, applicationId)
    : clientAccess(db, clock, merchantId, clientId, userId);
}

/** Returns the access of a session's user, as long as the named session exists. */
async function consoleAccess(
  db: Database,
  clock: SystemClock,
  merchantId: string,
  userId: number | undefined,
  sessionId: string | undefined,
): Promise<ApplicationAccess | undefined> {
  if (userId === undefined) return undefined;
  if (sessionId !== undefined) {
    const session = await findSessionById(db, merchantId, sessionId);
    if (session?.userId !== userId || !isLive(session, clock.now())) return undefined;
  }
  const user = await findAccess(db, merchantId, userId);
  return user && { name: `Console for ${user.name}`, permissions: new Set(user.permissions) };
}

/** A key that is bound to a user may do only what both may do, as in requests (authenticate.ts). */
async function keyAccess(
  db: Database,
  clock: SystemClock,
  merchantId: string,
  applicationId: string,
): Promise<ApplicationAccess | undefined> {
  const [, keyId] = /^key:(\d{1,15})$/.exec(applicationId) ?? [];
  if (keyId === undefined) return undefined;
  const key = await findLiveApiKey(db, merchantId, Number(keyId), clock.now());
  if (!key) return undefined;
  if (key.userId === undefined) return { name: key.name, permissions: new Set(key.permissions) };
  const holder = await findAccess(db, merchantId, key.userId);
  return (
    holder && {
      name: holder.name,
      permissions: new Set(key.permissions).intersection(new Set(holder.permissions)),
    }
  );
}

async function clientAccess(
  db: Database,
  clock: SystemClock,
  merchantId: string,
  clientId: string,
  userId: number | undefined,
): Promise<ApplicationAccess | undefined> {
  const since = oldestLiveGrant(clock.now());
  const granted = await listGrantedAccess(db, merchantId, clientId, userId, since);
  const [first] = granted;
  if (!first) return undefined;
  const isOne = granted.every(({ userName }) => userName === first.userName);
  return {
    name: isOne ? `${first.applicationName} for ${first.userName}` : first.applicationName,
    permissions: new Set(granted.flatMap(({ permissions }) => permissions)),
  };
}
