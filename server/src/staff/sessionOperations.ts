import type {
  SessionPasswordRequest,
  SessionSummary,
  Session as WireSession,
} from '@perennial/contract/session.ts';
import { required } from '../kernel/assert.ts';
import { wireDate } from '../kernel/calendar.ts';
import { isUuid } from '../kernel/ids.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { isTestClock } from '../platform/clock/merchantClock.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type ActorSession, type Context, inTransaction } from '../platform/context.ts';
import { type AccountFacts, accountSteps } from '../platform/http/accountSteps.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import { mailUser, newsOf } from './accountNewsOperations.ts';
import { type Credential, newCredential } from './credential.ts';
import {
  confirmPassword,
  type LogInAttempt,
  type LogInFailure,
  type LogInParts,
  logIn,
} from './logIn.ts';
import { hashPassword } from './password.ts';
import { checkNewPassword } from './passwordOperations.ts';
import { refuseOutranked } from './rankOperations.ts';
import { begun, expiryOf, type Session } from './session.ts';
import {
  deleteSession,
  deleteSessionsOf,
  findSessionById,
  insertSession,
  type ListedSession,
  listSessions,
} from './sessionStore.ts';
import { type Access, findSessionUser, replacePassword } from './staffStore.ts';

/** The dependencies of the operations on sessions. */
export interface SessionParts {
  readonly clock: SystemClock;
  /** The merchant with demo data, if the installation has one. */
  readonly demo?: { readonly merchantId: string; readonly login: string } | undefined;
  /** Drops the cached keys, tokens and sessions of this process. */
  forget(): void;
}

/** A new session with the credential for its cookie. */
export interface OpenedSession {
  readonly credential: Credential;
  readonly session: WireSession;
}

/**
 * Logs a user in and begins a session. The credential is always new, so a cookie that an attacker
 * set in the browser is useless (session fixation).
 */
export async function openSession(
  parts: SessionParts & LogInParts,
  attempt: LogInAttempt,
): Promise<Outcome<OpenedSession, LogInFailure>> {
  const entered = await logIn(parts, attempt);
  if (!entered.ok) return entered;
  const { context, access, passwordHash } = entered.value;
  const { merchantId } = context.merchant;
  const credential = newCredential(context.ids, merchantId);
  const session: Session = {
    merchantId,
    sessionId: context.ids.uuid(),
    userId: access.userId,
    ...begun(parts.clock.now()),
    address: attempt.address,
    userAgent: attempt.userAgent.slice(0, userAgentMax),
  };
  const isInserted = await insertSession(context.db, credential.hash, session, passwordHash);
  if (!isInserted) return failure({ kind: 'wrong' });
  return success({
    credential,
    session: await wireSession(context, parts, session, access),
  });
}

const userAgentMax = 500;

/** Describes the caller's session. */
export async function getSession(context: Context, parts: SessionParts): Promise<WireSession> {
  const { sessionId, ...facts } = sessionOf(context);
  const session = await findSessionById(context.db, context.merchant.merchantId, sessionId);
  if (!session) refuse('ended_session', {});
  return wireSession(context, parts, session, {
    ...facts,
    permissions: [...context.actor.permissions],
  });
}

/** Ends the caller's session. */
export async function logOut(context: Context, parts: SessionParts): Promise<void> {
  await deleteSession(context.db, context.merchant.merchantId, sessionOf(context).sessionId);
  parts.forget();
}

/** Lists the caller's sessions, or those of all users for a caller who may read the settings. */
export async function getSessions(
  context: Context,
  { clock }: SessionParts,
  page: Page,
): Promise<{ sessions: SessionSummary[]; more: boolean }> {
  const { actor, merchant, db } = context;
  const seesAll = actor.permissions.has('configuration_read');
  const found = await listSessions(db, merchant.merchantId, {
    userId: seesAll ? undefined : actor.userId,
    now: clock.now(),
    limit: page.limit + 1,
    offset: page.offset,
  });
  const sessions = found.slice(0, page.limit).map((each) => summaryOf(context, each));
  return { sessions, more: found.length > page.limit };
}

/** Ends a session of the caller, or of any user for a caller who may change the settings. */
export async function endSession(
  context: Context,
  parts: SessionParts,
  sessionId: string,
): Promise<void> {
  const { actor, merchant, db } = context;
  const userId = actor.permissions.has('configuration_write') ? undefined : actor.userId;
  const session = isUuid(sessionId)
    ? await findSessionById(db, merchant.merchantId, sessionId)
    : undefined;
  if (session && userId === undefined) await refuseOutranked(context, [session.userId]);
  await inTransaction(context, async (context) => {
    const isEnded =
      session && (await deleteSession(context.db, merchant.merchantId, sessionId, userId));
    if (!isEnded) refuse('not_found', { what: 'session that you may end', id: sessionId });
    await recordAct(context, {
      act: 'endSession',
      objectType: 'session',
      objectId: sessionId,
      before: { userId: session.userId, address: session.address },
    });
  });
  parts.forget();
}

/**
 * Changes the caller's password. Ends the caller's other sessions, and the grants to applications.
 */
export async function changePassword(
  context: Context,
  parts: SessionParts,
  { old, new: given }: SessionPasswordRequest,
): Promise<void> {
  if (!old) refuse('missing_field', { field: 'old' });
  if (!given) refuse('missing_field', { field: 'new' });
  const { merchant, actor, db, ids } = context;
  const userId = required(actor.userId, 'the user of a session');
  const user =
    (await findSessionUser(db, merchant.merchantId, userId)) ?? refuse('ended_session', {});
  const words = [merchant.merchantId, merchant.name, user.login, user.name];
  await checkNewPassword(given, 'new', words);
  const confirmed = await confirmPassword(
    { db, clock: parts.clock },
    merchant.merchantId,
    user.login,
    old,
  );
  if (!confirmed.ok) return refusePassword(confirmed.reason);
  const newHash = await hashPassword(given, ids);
  await inTransaction(context, async (context) => {
    const hashes = { oldHash: confirmed.value, newHash };
    if (!(await replacePassword(context.db, merchant.merchantId, userId, hashes, context.now)))
      refusePassword({ kind: 'wrong' });
    await deleteSessionsOf(context.db, merchant.merchantId, userId, sessionOf(context).sessionId);
    await context.events.emit(context, [
      { name: 'user_update', objectType: 'user', objectId: String(userId) },
    ]);
    await recordAct(context, {
      act: 'changePassword',
      objectType: 'user',
      objectId: String(userId),
      after: { password: 'new' },
    });
    await mailUser(context.db, merchant.merchantId, userId, newsOf(context, 'password'));
  });
  parts.forget();
}

function refusePassword(failed: LogInFailure): never {
  if (failed.kind === 'wait')
    refuse('too_many_attempts', { seconds: failed.seconds }, { retryAfterSeconds: failed.seconds });
  return refuse('invalid_field', {
    field: 'old',
    reason: 'is not the current password',
    fix: 'Send the password that you log in with',
  });
}

const sessionOf = ({ actor }: Context): ActorSession =>
  required(actor.session, 'the session of an operation for sessions only');

async function wireSession(
  { merchant, db, now }: Context,
  { demo }: SessionParts,
  session: Session,
  access: AccountFacts & Pick<Access, 'permissions'>,
): Promise<WireSession> {
  const { merchantId, timeZone, clock } = merchant;
  const user = required(
    await findSessionUser(db, merchantId, session.userId),
    'the user of a session',
  );
  const isTest = isTestClock(clock);
  return {
    session_id: session.sessionId,
    merchant: {
      merchant_id: merchantId,
      name: merchant.name,
      time_zone: timeZone,
      currency: merchant.currency,
      clock_mode: clock.kind,
      now_dts: wireDate(now, timeZone),
      is_test: isTest,
    },
    user: {
      user_id: user.userId,
      login: user.login,
      name: user.name,
      groups: user.groups.map(({ name }) => name),
      group_oids: user.groups.map(({ oid }) => oid),
    },
    permissions: [...access.permissions].sort(),
    steps: accountSteps(access, merchant),
    expires_dts: wireDate(expiryOf(session), timeZone),
    features: [
      ...(demo?.merchantId === merchantId ? ['demo'] : []),
      ...(isTest ? ['test_clock'] : []),
    ],
  };
}

function summaryOf({ merchant, actor }: Context, session: ListedSession): SessionSummary {
  const dts = (moment: Session['createdAt']) => wireDate(moment, merchant.timeZone);
  return {
    session_id: session.sessionId,
    user: { user_id: session.userId, login: session.login, name: session.userName },
    created_dts: dts(session.createdAt),
    seen_dts: dts(session.seenAt),
    expires_dts: dts(expiryOf(session)),
    ip_address: session.address,
    user_agent: session.userAgent,
    current: session.sessionId === actor.session?.sessionId,
  };
}
