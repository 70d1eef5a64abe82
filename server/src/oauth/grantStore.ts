import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import type { Credential } from '../staff/credential.ts';
import { effectivePermissions } from '../staff/staffStore.ts';

/** The grant of one user to one application. */
export interface Grant {
  readonly merchantId: string;
  readonly grantId: string;
  readonly clientId: string;
  readonly userId: number;
  readonly permissions: readonly string[];
  readonly createdAt: Temporal.Instant;
}

/** A grant to store. */
export interface NewGrant extends Omit<Grant, 'createdAt'> {
  /** The version of the user's password when it was given. The grant ends with that password. */
  readonly passwordVersion: number;
}

/** The key under which tokens and codes are stored. */
export type GrantKey = Pick<Grant, 'merchantId' | 'grantId'>;

/** A code or token that was issued by a grant, as it is stored. */
export interface Issued {
  readonly grant: Grant;
  readonly isRevoked: boolean;
  readonly expiresAt: Temporal.Instant;
  /** When it was exchanged; undefined until then. */
  readonly usedAt?: Temporal.Instant | undefined;
}

/** A stored code with its grant. */
export interface IssuedCode extends Issued {
  readonly redirectUri: string;
  readonly codeChallenge?: string;
}

/** A stored token with its grant. */
export interface IssuedToken extends Issued {
  readonly kind: 'access' | 'refresh';
  /** The permissions of its grant, or fewer. */
  readonly permissions: readonly string[];
  readonly isApplicationDisabled: boolean;
  /** For a used refresh token: the salt of its successors. */
  readonly successorSalt?: Buffer | undefined;
}

/** A code to store. */
export interface NewCode {
  readonly hash: Buffer;
  readonly redirectUri: string;
  readonly codeChallenge?: string | undefined;
  readonly expiresAt: Temporal.Instant;
}

/** A token to store. */
export interface NewToken {
  readonly hash: Buffer;
  readonly kind: 'access' | 'refresh';
  readonly expiresAt: Temporal.Instant;
  /** Absent: the permissions of its grant. */
  readonly permissions?: readonly string[] | undefined;
}

/** Stores that a user allowed an application. */
export async function insertGrant(
  tx: Database,
  grant: NewGrant,
  at: Temporal.Instant,
): Promise<void> {
  const { merchantId, grantId, clientId, userId, permissions, passwordVersion } = grant;
  await tx.run(
    `insert into oauth_grant (merchant_id, grant_id, client_id, user_id, permissions, created_at,
      password_version) values ($1, $2, $3, $4, $5, $6, $7)`,
    [merchantId, grantId, clientId, userId, permissions, at, passwordVersion],
  );
}

/** Ends a grant: all of its tokens stop working. Returns whether it was live before. */
export async function revokeGrant(
  db: Database,
  { merchantId, grantId }: GrantKey,
  at: Temporal.Instant,
): Promise<boolean> {
  const revoked = await db.run(
    `update oauth_grant set revoked_at = $3 where merchant_id = $1 and grant_id = $2
      and revoked_at is null`,
    [merchantId, grantId, at],
  );
  return revoked === 1;
}

/** Finds a grant; undefined if there is none. */
export async function findGrant(
  db: Database,
  merchantId: string,
  grantId: string,
): Promise<Grant | undefined> {
  const row = await db.row<GrantRow>(
    `select ${grantColumns} from oauth_grant g where g.merchant_id = $1 and g.grant_id = $2`,
    [merchantId, grantId],
  );
  return row && grantFrom(row);
}

/** Returns a grant that has not been revoked. */
export async function findLiveGrant(
  db: Database,
  { merchantId, grantId }: GrantKey,
): Promise<Grant | undefined> {
  const row = await db.row<GrantRow & { is_revoked: boolean }>(
    `select ${grantColumns}, ${isRevoked} from oauth_grant g
     join app_user u on u.merchant_id = g.merchant_id and u.user_id = g.user_id
     where g.merchant_id = $1 and g.grant_id = $2`,
    [merchantId, grantId],
  );
  return row === undefined || row.is_revoked ? undefined : grantFrom(row);
}

/** The access of a client for one user: the permissions that the user granted and still has. */
export interface GrantedAccess {
  readonly applicationName: string;
  readonly userName: string;
  readonly permissions: readonly string[];
}

/**
 * Returns what the client may do by its live grants, either of this user or, without one, of all
 * users. Empty once the application is disabled.
 */
export async function listGrantedAccess(
  db: Database,
  merchantId: string,
  clientId: string,
  userId: number | undefined,
  /** Grants that were given before this moment have ended. */
  since: Temporal.Instant,
): Promise<GrantedAccess[]> {
  const rows = await db.rows<{ application: string; user_name: string; permissions: string[] }>(
    `select a.name as application, u.full_name as user_name,
       array(select unnest(g.permissions) intersect
         select unnest(${effectivePermissions})) as permissions
     from oauth_grant g
     join oauth_application a on a.client_id = g.client_id
     join app_user u on u.merchant_id = g.merchant_id and u.user_id = g.user_id
     where g.merchant_id = $1 and g.client_id = $2 and g.revoked_at is null
       and a.disabled_at is null and g.password_version = u.password_version
       and g.created_at > $4 and ($3::int is null or g.user_id = $3)`,
    [merchantId, clientId, userId, since],
  );
  return rows.map((row) => ({
    applicationName: row.application,
    userName: row.user_name,
    permissions: row.permissions,
  }));
}

/** A live grant with the names of its application and its user, for lists. */
export interface ListedGrant extends Grant {
  readonly applicationName: string;
  readonly login: string;
  readonly userName: string;
}

/** The grants that a list contains. */
export interface GrantFilter {
  /** Absent: the grants of all users. */
  readonly userId?: number | undefined;
  /** Grants that were given before this moment have ended. */
  readonly since: Temporal.Instant;
  readonly limit: number;
  readonly offset: number;
}

/** Lists the live grants, newest first. */
export async function listGrants(
  db: Database,
  merchantId: string,
  { userId, since, limit, offset }: GrantFilter,
): Promise<ListedGrant[]> {
  const rows = await db.rows<GrantRow & { application: string; login: string; full_name: string }>(
    `select ${grantColumns}, a.name as application, u.login, u.full_name
     from oauth_grant g
     join oauth_application a on a.client_id = g.client_id
     join app_user u on u.merchant_id = g.merchant_id and u.user_id = g.user_id
     where g.merchant_id = $1 and ($2::int is null or g.user_id = $2) and g.revoked_at is null
       and g.password_version = u.password_version and g.created_at > $3
     order by g.created_at desc, g.grant_id limit $4 offset $5`,
    [merchantId, userId, since, limit, offset],
  );
  return rows.map((row) => ({
    ...grantFrom(row),
    applicationName: row.application,
    login: row.login,
    userName: row.full_name,
  }));
}

/** Stores a code of a grant. */
export async function insertCode(
  tx: Database,
  { merchantId, grantId }: GrantKey,
  { hash, redirectUri, codeChallenge, expiresAt }: NewCode,
): Promise<void> {
  await tx.run(
    `insert into oauth_code (merchant_id, code_hash, grant_id, redirect_uri, code_challenge,
      expires_at) values ($1, $2, $3, $4, $5, $6)`,
    [merchantId, hash, grantId, redirectUri, codeChallenge, expiresAt],
  );
}

/**
 * Returns the code with this hash, locked. If two requests send it at the same time, the second one
 * sees that it is used.
 */
export async function lockCode(
  tx: Database,
  merchantId: string,
  hash: Buffer,
): Promise<IssuedCode | undefined> {
  const row = await tx.row<IssuedRow & { redirect_uri: string; code_challenge: string | null }>(
    `select ${grantColumns}, ${isRevoked}, c.expires_at, c.used_at, c.redirect_uri, c.code_challenge
     from oauth_code c join oauth_grant g on g.merchant_id = c.merchant_id
       and g.grant_id = c.grant_id
     join app_user u on u.merchant_id = g.merchant_id and u.user_id = g.user_id
     where c.merchant_id = $1 and c.code_hash = $2 for update of c`,
    [merchantId, hash],
  );
  return (
    row && {
      ...issuedFrom(row),
      redirectUri: row.redirect_uri,
      ...(row.code_challenge === null ? {} : { codeChallenge: row.code_challenge }),
    }
  );
}

/** Marks a code as used. */
export async function markCodeUsed(
  tx: Database,
  merchantId: string,
  hash: Buffer,
  at: Temporal.Instant,
): Promise<void> {
  await tx.run('update oauth_code set used_at = $3 where merchant_id = $1 and code_hash = $2', [
    merchantId,
    hash,
    at,
  ]);
}

/** Stores tokens of a grant. */
export async function insertTokens(
  tx: Database,
  { merchantId, grantId }: GrantKey,
  tokens: readonly NewToken[],
): Promise<void> {
  for (const { hash, kind, expiresAt, permissions } of tokens) {
    await tx.run(
      `insert into oauth_token (merchant_id, token_hash, grant_id, kind, expires_at, permissions)
        values ($1, $2, $3, $4, $5, $6)`,
      [merchantId, hash, grantId, kind, expiresAt, permissions],
    );
  }
}

/** Finds a token with its grant by its hash. */
export async function findToken(
  db: Database,
  merchantId: string,
  hash: Buffer,
): Promise<IssuedToken | undefined> {
  const row = await db.row<TokenRow>(tokenSelect, [merchantId, hash]);
  return row && tokenFrom(row);
}

/**
 * Like {@link findToken}, but locks the token. If two requests send a refresh token at the same
 * time, the second one sees that it is used.
 */
export async function lockToken(
  tx: Database,
  merchantId: string,
  hash: Buffer,
): Promise<IssuedToken | undefined> {
  const row = await tx.row<TokenRow>(`${tokenSelect} for update of t`, [merchantId, hash]);
  return row && tokenFrom(row);
}

/** Marks a refresh token as used and stores the salt of its successors. */
export async function markTokenUsed(
  tx: Database,
  { merchantId, hash }: Credential,
  successorSalt: Buffer,
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `update oauth_token set used_at = $3, successor_salt = $4
      where merchant_id = $1 and token_hash = $2`,
    [merchantId, hash, at, successorSalt],
  );
}

/** The log-in of a user who has yet to decide. */
export interface Ticket {
  readonly userId: number;
  readonly clientId: string;
  /** The version of the password that the user entered. */
  readonly passwordVersion: number;
  readonly request: unknown;
}

/** Stores the ticket of a log-in. */
export async function insertTicket(
  db: Database,
  merchantId: string,
  hash: Buffer,
  { userId, clientId, passwordVersion, request }: Ticket,
  expiresAt: Temporal.Instant,
): Promise<void> {
  await db.run(
    `insert into oauth_ticket (merchant_id, ticket_hash, user_id, client_id, request, expires_at,
      password_version) values ($1, $2, $3, $4, $5::jsonb, $6, $7)`,
    [merchantId, hash, userId, clientId, JSON.stringify(request), expiresAt, passwordVersion],
  );
}

/** Deletes the ticket and returns its content, so that it is used only once. */
export async function takeTicket(
  tx: Database,
  merchantId: string,
  hash: Buffer,
  at: Temporal.Instant,
): Promise<Ticket | undefined> {
  return tx.row<Ticket>(
    `delete from oauth_ticket where merchant_id = $1 and ticket_hash = $2 and expires_at > $3
      returning user_id as "userId", client_id as "clientId", request,
        password_version as "passwordVersion"`,
    [merchantId, hash, at],
  );
}

/**
 * Deletes rows that expired before a moment and returns the number of them. Used codes and tokens
 * stay until they expire, so that a replay is noticed.
 */
export async function deleteExpired(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  const tickets = await db.run(
    'delete from oauth_ticket where merchant_id = $1 and expires_at < $2',
    [merchantId, before],
  );
  const codes = await db.run('delete from oauth_code where merchant_id = $1 and expires_at < $2', [
    merchantId,
    before,
  ]);
  return (
    tickets +
    codes +
    (await db.run('delete from oauth_token where merchant_id = $1 and expires_at < $2', [
      merchantId,
      before,
    ]))
  );
}

interface GrantRow {
  merchant_id: string;
  grant_id: string;
  client_id: string;
  user_id: number;
  permissions: string[];
  created_at: Temporal.Instant;
}

interface IssuedRow extends GrantRow {
  is_revoked: boolean;
  expires_at: Temporal.Instant;
  used_at: Temporal.Instant | null;
}

interface TokenRow extends IssuedRow {
  kind: 'access' | 'refresh';
  narrowed_to: string[] | null;
  successor_salt: Buffer | null;
  disabled_at: Temporal.Instant | null;
}

const grantColumns =
  'g.merchant_id, g.grant_id, g.client_id, g.user_id, g.permissions, g.created_at';

// A grant ends when the password with which it was given changes.
const isRevoked =
  '(g.revoked_at is not null or g.password_version <> u.password_version) as is_revoked';

const tokenSelect = `select ${grantColumns}, ${isRevoked}, t.kind, t.permissions as narrowed_to,
  t.expires_at, t.used_at, t.successor_salt, a.disabled_at
  from oauth_token t
  join oauth_grant g on g.merchant_id = t.merchant_id and g.grant_id = t.grant_id
  join oauth_application a on a.client_id = g.client_id
  join app_user u on u.merchant_id = g.merchant_id and u.user_id = g.user_id
  where t.merchant_id = $1 and t.token_hash = $2`;

const grantFrom = (row: GrantRow): Grant => ({
  merchantId: row.merchant_id,
  grantId: row.grant_id,
  clientId: row.client_id,
  userId: row.user_id,
  permissions: row.permissions,
  createdAt: row.created_at,
});
const issuedFrom = (row: IssuedRow): Issued => ({
  grant: grantFrom(row),
  isRevoked: row.is_revoked,
  expiresAt: row.expires_at,
  usedAt: row.used_at ?? undefined,
});
const tokenFrom = (row: TokenRow): IssuedToken => ({
  ...issuedFrom(row),
  kind: row.kind,
  permissions: row.narrowed_to ?? row.permissions,
  isApplicationDisabled: row.disabled_at !== null,
  successorSalt: row.successor_salt ?? undefined,
});
