import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import type { Session } from './session.ts';

interface SessionRow {
  merchant_id: string;
  session_id: string;
  user_id: number;
  created_at: Temporal.Instant;
  seen_at: Temporal.Instant;
  idle_until: Temporal.Instant;
  ends_at: Temporal.Instant;
  address: string;
  user_agent: string;
}

const columns =
  's.merchant_id, s.session_id, s.user_id, s.created_at, s.seen_at, s.idle_until, s.ends_at, ' +
  's.address, s.user_agent';

/**
 * Adds a session. Returns false without adding it when the user was deleted or got another password
 * since `passwordHash` was read.
 */
export async function insertSession(
  tx: Database,
  hash: Buffer,
  session: Session,
  passwordHash: string,
): Promise<boolean> {
  const { merchantId, sessionId, userId, createdAt, seenAt, idleUntil, endsAt } = session;
  const inserted = await tx.run(
    `insert into user_session (merchant_id, session_hash, session_id, user_id, created_at, seen_at,
      idle_until, ends_at, address, user_agent)
     select u.merchant_id, $2, $3, u.user_id, $5, $6, $7, $8, $9, $10 from app_user u
      where u.merchant_id = $1 and u.user_id = $4 and u.password_hash = $11 for update`,
    [
      merchantId,
      hash,
      sessionId,
      userId,
      createdAt,
      seenAt,
      idleUntil,
      endsAt,
      session.address,
      session.userAgent,
      passwordHash,
    ],
  );
  return inserted === 1;
}

/** Returns the session of a credential, even if it has expired. */
export async function findSession(
  db: Database,
  merchantId: string,
  hash: Buffer,
): Promise<Session | undefined> {
  const row = await db.row<SessionRow>(
    `select ${columns} from user_session s where s.merchant_id = $1 and s.session_hash = $2`,
    [merchantId, hash],
  );
  return row && fromRow(row);
}

/** Returns the session with this id, even if it has expired. */
export async function findSessionById(
  db: Database,
  merchantId: string,
  sessionId: string,
): Promise<Session | undefined> {
  const row = await db.row<SessionRow>(
    `select ${columns} from user_session s where s.merchant_id = $1 and s.session_id = $2`,
    [merchantId, sessionId],
  );
  return row && fromRow(row);
}

/** Stores when the session was last used, and until when it may be idle. */
export async function touchSession(
  db: Database,
  { merchantId, sessionId }: Session,
  { seenAt, idleUntil }: Pick<Session, 'seenAt' | 'idleUntil'>,
): Promise<void> {
  await db.run(
    `update user_session set seen_at = $3, idle_until = $4
      where merchant_id = $1 and session_id = $2 and seen_at < $3`,
    [merchantId, sessionId, seenAt, idleUntil],
  );
}

/** A session with its user's names, for lists. */
export interface ListedSession extends Session {
  readonly login: string;
  readonly userName: string;
}

/** The filter of a list of sessions. */
export interface SessionFilter {
  /** Absent: the sessions of all users. */
  readonly userId?: number | undefined;
  readonly now: Temporal.Instant;
  readonly limit: number;
  readonly offset: number;
}

/** Lists the live sessions, the newest log-in first. */
export async function listSessions(
  db: Database,
  merchantId: string,
  { userId, now, limit, offset }: SessionFilter,
): Promise<ListedSession[]> {
  const rows = await db.rows<SessionRow & { login: string; full_name: string }>(
    `select ${columns}, u.login, u.full_name
     from user_session s join app_user u on u.merchant_id = s.merchant_id and u.user_id = s.user_id
     where s.merchant_id = $1 and ($2::int is null or s.user_id = $2) and s.idle_until > $3
      and s.ends_at > $3
     order by s.created_at desc, s.session_id limit $4 offset $5`,
    [merchantId, userId, now, limit, offset],
  );
  return rows.map((row) => ({ ...fromRow(row), login: row.login, userName: row.full_name }));
}

/** Ends a session; with `userId` only one of that user. Returns whether there was one. */
export async function deleteSession(
  db: Database,
  merchantId: string,
  sessionId: string,
  userId?: number,
): Promise<boolean> {
  const deleted = await db.run(
    `delete from user_session
      where merchant_id = $1 and session_id = $2 and ($3::int is null or user_id = $3)`,
    [merchantId, sessionId, userId],
  );
  return deleted === 1;
}

/** Ends the sessions of a user, except the one that `keptSessionId` names. */
export async function deleteSessionsOf(
  tx: Database,
  merchantId: string,
  userId: number,
  keptSessionId?: string,
): Promise<void> {
  await tx.run(
    `delete from user_session
      where merchant_id = $1 and user_id = $2 and ($3::uuid is null or session_id <> $3)`,
    [merchantId, userId, keptSessionId],
  );
}

/** Deletes the sessions that have expired and returns their number. */
export function deleteExpiredSessions(
  db: Database,
  merchantId: string,
  now: Temporal.Instant,
): Promise<number> {
  return db.run(
    'delete from user_session where merchant_id = $1 and (idle_until <= $2 or ends_at <= $2)',
    [merchantId, now],
  );
}

function fromRow(row: SessionRow): Session {
  return {
    merchantId: row.merchant_id,
    sessionId: row.session_id,
    userId: row.user_id,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    idleUntil: row.idle_until,
    endsAt: row.ends_at,
    address: row.address,
    userAgent: row.user_agent,
  };
}
