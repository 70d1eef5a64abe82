import type { User } from '@perennial/contract/user.ts';
import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { storedObject } from '../kernel/jsonText.ts';
import type { Database } from '../platform/storage/database.ts';
import { wroteUnlessTaken } from '../platform/storage/failures.ts';
import type { JsonList, VersionedJson } from '../platform/storage/page.ts';
import { merchantRow } from '../platform/storage/recordset.ts';
import {
  mayBeOfRecord,
  readEach,
  readOrLeaveOut,
  shortly,
} from '../platform/storage/unreadable.ts';
import { inZone } from '../platform/storage/zone.ts';
import { allPermissions } from './apiKey.ts';
import { countMembership } from './groupStore.ts';
import { deleteSessionsOf } from './sessionStore.ts';

/** A user in the form that the rules need. */
export interface StaffUser {
  readonly userId: number;
  readonly login: string;
  readonly permissions: readonly string[];
  readonly groupOids: readonly number[];
  /** The wire's User without groups, permissions and logins, which are in separate tables. */
  readonly document: User;
}

/** A user with a locked row, and the number of changes. */
export interface LockedUser extends StaffUser {
  readonly version: number;
}

/** A user's identity and permissions, including those of the user's groups. */
export interface Access {
  readonly userId: number;
  readonly name: string;
  readonly permissions: readonly string[];
  /**
   * The addresses from which the user's keys may be used, in addition to the limits of each key.
   * Empty: any.
   */
  readonly allowedIps: readonly string[];
  /** True if another person or a command set the password. */
  readonly hasFirstPassword: boolean;
  readonly hasSecondFactor: boolean;
}

interface AccessRow {
  readonly name: string;
  readonly permissions: string[];
  readonly ips: string[] | null;
  readonly has_first: boolean;
  readonly has_factor: boolean;
}

/** Returns the user's permissions, or undefined when there is no such user. */
export async function findAccess(
  db: Database,
  merchantId: string,
  userId: number,
): Promise<Access | undefined> {
  const row = await db.row<AccessRow>(
    `select u.full_name as name, ${effectivePermissions} as permissions,
      u.document->'api_ip_address_masks' as ips, u.first_password_until is not null as has_first,
      exists (select 1 from user_second_factor f where f.merchant_id = $1
        and f.user_id = u.user_id and f.is_active) as has_factor
     from app_user u where u.merchant_id = $1 and u.user_id = $2`,
    [merchantId, userId],
  );
  return (
    row && {
      userId,
      name: row.name,
      permissions: row.permissions,
      allowedIps: row.ips ?? [],
      hasFirstPassword: row.has_first,
      hasSecondFactor: row.has_factor,
    }
  );
}

/** A user found by login, with the stored password. */
export interface FoundLogin {
  readonly userId: number;
  readonly passwordHash?: string;
  /** The number of times the user got another password. */
  readonly passwordVersion: number;
  /** True for a first password that was not replaced in time. */
  readonly isExpired: boolean;
}

/** Returns the user with this login, regardless of case, and the stored password. */
export async function findLogin(
  db: Database,
  merchantId: string,
  login: string,
): Promise<FoundLogin | undefined> {
  const row = await db.row<{
    user_id: number;
    password_hash: string | null;
    password_version: number;
    is_expired: boolean;
  }>(
    `select user_id, password_hash, password_version,
        coalesce(first_password_until < now(), false) as is_expired
      from app_user where merchant_id = $1 and login_lc = fold($2)`,
    [merchantId, login],
  );
  return (
    row && {
      userId: row.user_id,
      passwordVersion: row.password_version,
      isExpired: row.is_expired,
      ...(row.password_hash === null ? {} : { passwordHash: row.password_hash }),
    }
  );
}

/** A user as a session shows it. */
export interface SessionUser {
  readonly userId: number;
  readonly login: string;
  readonly name: string;
  /** By name. */
  readonly groups: readonly { readonly oid: number; readonly name: string }[];
}

/** Returns the user with the names of the user's groups. */
export function findSessionUser(
  db: Database,
  merchantId: string,
  userId: number,
): Promise<SessionUser | undefined> {
  return db.row<SessionUser>(
    `select u.user_id as "userId", u.login, u.full_name as name, coalesce((
        select json_agg(json_build_object('oid', g.group_id, 'name', g.name) order by g.name_lc)
        from group_membership m join user_group g on g.merchant_id = m.merchant_id
          and g.group_id = m.group_id
        where m.merchant_id = $1 and m.user_id = u.user_id), '[]') as groups
     from app_user u where u.merchant_id = $1 and u.user_id = $2`,
    [merchantId, userId],
  );
}

/** Returns the email addresses of a user. */
export function findMailbox(
  db: Database,
  merchantId: string,
  userId: number,
): Promise<{ readonly login: string; readonly email: string | null } | undefined> {
  return db.row(`select login, email from app_user where merchant_id = $1 and user_id = $2`, [
    merchantId,
    userId,
  ]);
}

/** Returns the merchant's users by login, each with whether it has a password. */
export async function listLogins(
  db: Database,
  merchantId: string,
): Promise<{ userId: number; login: string; name: string; hasPassword: boolean }[]> {
  const rows = await db.rows<{
    user_id: number;
    login: string;
    full_name: string;
    has_password: boolean;
  }>(
    `select user_id, login, full_name, password_hash is not null as has_password from app_user
      where merchant_id = $1 order by login_lc`,
    [merchantId],
  );
  return rows.map((row) => ({
    userId: row.user_id,
    login: row.login,
    name: row.full_name,
    hasPassword: row.has_password,
  }));
}

/** Returns the wire's JSON of a user with its version, or undefined. */
export function readUserJson(
  db: Database,
  merchantId: string,
  userId: number,
  timeZone: string,
): Promise<VersionedJson | undefined> {
  return db.row<VersionedJson>(
    `select ${userJson}::text as json, u.version from app_user u
      where u.merchant_id = $1 and u.user_id = $4 and ${inZone('$2')}`,
    [merchantId, timeZone, allPermissions, userId],
  );
}

/**
 * Like {@link readUserJson}, in a transaction that can continue when the record cannot be read: it
 * then returns the reason.
 */
export async function tryReadUserJson(
  tx: Database,
  merchantId: string,
  userId: number,
  timeZone: string,
): Promise<{ readonly json: string } | { readonly unreadable?: string }> {
  await tx.run('savepoint try_read');
  try {
    return (await readUserJson(tx, merchantId, userId, timeZone)) ?? {};
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    await tx.run('rollback to savepoint try_read');
    return { unreadable: shortly(error) };
  }
}

/** Returns the wire's JSON of all users by name, without those that cannot be read. */
export function readUsersJson(
  db: Database,
  merchantId: string,
  timeZone: string,
): Promise<JsonList> {
  return readOrLeaveOut(
    async () => ({ json: await readAllUsersJson(db, merchantId, timeZone), leftOut: [] }),
    async () => {
      const users = await db.rows<{ user_id: number }>(
        `select u.user_id from app_user u where u.merchant_id = $1
         order by fold(u.full_name) collate "C", u.user_id`,
        [merchantId],
      );
      const { rows, leftOut } = await readEach(
        users.map((row) => row.user_id),
        (ids) => readUserTexts(db, merchantId, timeZone, ids),
      );
      return { json: `[${rows.map(({ json }) => json).join(',')}]`, leftOut };
    },
  );
}

/** Returns the JSON of those of the users that exist, by name. */
export function readUserTexts(
  db: Database,
  merchantId: string,
  timeZone: string,
  userIds: readonly number[],
): Promise<{ userId: number; json: string }[]> {
  return db.rows(
    `select u.user_id as "userId", ${userJson}::text as json from app_user u
     where u.merchant_id = $1 and u.user_id = any($4::int[]) and ${inZone('$2')}
     order by fold(u.full_name) collate "C", u.user_id`,
    [merchantId, timeZone, allPermissions, userIds],
  );
}

async function readAllUsersJson(
  db: Database,
  merchantId: string,
  timeZone: string,
): Promise<string> {
  const row = await db.row<{ json: string }>(
    `select coalesce(json_agg(${userJson} order by fold(u.full_name) collate "C", u.user_id),
      '[]')::text as json from app_user u where u.merchant_id = $1 and ${inZone('$2')}`,
    [merchantId, timeZone, allPermissions],
  );
  return row!.json;
}

/** Returns the user with its row locked until the transaction ends. */
export async function lockUser(
  tx: Database,
  merchantId: string,
  userId: number,
): Promise<LockedUser | undefined> {
  const row = await tx.row<Pick<LockedUser, 'login' | 'permissions' | 'document' | 'version'>>(
    `select login, permissions, version, jsonb_build_object('login', login, 'full_name', full_name)
       || case jsonb_typeof(document) when 'object' then document else '{}' end as document
     from app_user where merchant_id = $1 and user_id = $2 for update`,
    [merchantId, userId],
  );
  if (!row) return undefined;
  const groups = await tx.rows<{ group_id: number }>(
    'select group_id from group_membership where merchant_id = $1 and user_id = $2',
    [merchantId, userId],
  );
  return { userId, ...row, groupOids: groups.map((each) => each.group_id) };
}

/**
 * Returns when a first password stops working: late enough for a letter, but too soon to keep the
 * password. Read before the update, because Citus refuses a function such as now() in its CASE.
 */
async function firstPasswordEnd(tx: Database): Promise<Temporal.Instant> {
  const read = await tx.row<{ until: Temporal.Instant }>(
    "select now() + interval '14 days' as until",
  );
  return required(read, 'the end of a first password').until;
}

/**
 * Adds a user. `isFirst`: the user must choose another password. Returns false when the login is
 * taken.
 */
export async function insertUser(
  tx: Database,
  merchantId: string,
  user: StaffUser,
  passwordHash: string | undefined,
  at: Temporal.Instant,
  isFirst = false,
): Promise<boolean> {
  const { userId, login, permissions, document } = user;
  const inserted = await tx.run(
    `insert into app_user (merchant_id, user_id, login, full_name, email, permissions,
      password_hash, document, created_at, modified_at, first_password_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $9,
      $10::timestamptz)
       on conflict on constraint app_user_login do nothing`,
    [
      merchantId,
      userId,
      login,
      document.full_name || login,
      document.email,
      permissions,
      passwordHash,
      JSON.stringify(document),
      at,
      isFirst && passwordHash !== undefined ? await firstPasswordEnd(tx) : null,
    ],
  );
  if (inserted === 1) await setGroupsOf(tx, merchantId, user);
  return inserted === 1;
}

/**
 * Saves a locked user. The stored password stays when none is given; a new one ends the user's
 * sessions and grants to applications, and with `isFirst` the user must choose another one. Returns
 * false when another user has the login.
 */
export async function saveUser(
  tx: Database,
  merchantId: string,
  user: StaffUser,
  passwordHash: string | undefined,
  at: Temporal.Instant,
  isFirst = false,
): Promise<boolean> {
  const { userId, login, permissions, document } = user;
  const firstUntil = isFirst && passwordHash !== undefined ? await firstPasswordEnd(tx) : null;
  const saving = tx.run(
    `update app_user set login = $3, full_name = $4, email = $5, permissions = $6,
      password_hash = coalesce($7, password_hash),
      password_version = password_version + case when $7::text is null then 0 else 1 end,
      first_password_until = case when $7::text is null then first_password_until
        else $10::timestamptz end,
      document = $8::jsonb, modified_at = $9, version = version + 1
     where merchant_id = $1 and user_id = $2`,
    [
      merchantId,
      userId,
      login,
      document.full_name || login,
      document.email,
      permissions,
      passwordHash,
      JSON.stringify(document),
      at,
      firstUntil,
    ],
  );
  if (!(await wroteUnlessTaken(saving))) return false;
  await setGroupsOf(tx, merchantId, user);
  if (passwordHash !== undefined) await deleteSessionsOf(tx, merchantId, userId);
  return true;
}

/**
 * Replaces the password `oldHash` and ends the user's grants to applications. Returns false without
 * a change when the user has another password by now.
 */
export async function replacePassword(
  tx: Database,
  merchantId: string,
  userId: number,
  { oldHash, newHash }: { readonly oldHash: string; readonly newHash: string },
  at: Temporal.Instant,
): Promise<boolean> {
  const replaced = await tx.run(
    `update app_user set password_hash = $4, password_version = password_version + 1,
        first_password_until = null, modified_at = $5
      where merchant_id = $1 and user_id = $2 and password_hash = $3`,
    [merchantId, userId, oldHash, newHash, at],
  );
  return replaced === 1;
}

/** Deletes a user. */
export async function deleteUser(tx: Database, merchantId: string, userId: number): Promise<void> {
  await tx.run('delete from app_user where merchant_id = $1 and user_id = $2', [
    merchantId,
    userId,
  ]);
}

/** Returns every permission that one of these users has, directly or through a group. */
export async function permissionsOfUsers(
  db: Database,
  merchantId: string,
  userIds: readonly number[],
): Promise<Set<string>> {
  const rows = await db.rows<{ permissions: string[] }>(
    `select ${effectivePermissions} as permissions from app_user u
      where u.merchant_id = $1 and u.user_id = any($2::int[])`,
    [merchantId, userIds],
  );
  return new Set(rows.flatMap(({ permissions }) => permissions));
}

/** Returns the permissions of each of the merchant's given groups, by oid. */
export async function permissionsOfGroups(
  db: Database,
  merchantId: string,
  groupOids: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const rows = await db.rows<{ group_id: number; permissions: string[] }>(
    `select group_id, permissions from user_group
      where merchant_id = $1 and group_id = any($2::int[])`,
    [merchantId, groupOids],
  );
  return new Map(rows.map(({ group_id, permissions }) => [group_id, permissions]));
}

/** Returns the wire's logins of a user, newest first, at most {@link loginsMax}. */
export async function readLoginsJson(
  db: Database,
  merchantId: string,
  userId: number,
  timeZone: string,
): Promise<string> {
  const row = await db.row<{ json: string }>(
    `select coalesce(json_agg(${loginJson} order by l.login_id desc), '[]')::text as json from (
       select * from user_login where merchant_id = $1 and user_id = $3 order by login_id desc
         limit ${loginsMax}) l where ${inZone('$2')}`,
    [merchantId, timeZone, userId],
  );
  return row!.json;
}

/** A login to record. */
export interface NewLogin {
  readonly userId: number;
  readonly login: string;
  readonly address: string;
  readonly userAgent: string;
}

/** Records a login of a user. */
export async function insertLogin(
  tx: Database,
  merchantId: string,
  { userId, login, address, userAgent }: NewLogin,
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `insert into user_login (merchant_id, user_id, login, ip_address, user_agent, at)
      values ($1, $2, $3, $4, $5, $6)`,
    [merchantId, userId, login, address, userAgent, at],
  );
}

async function setGroupsOf(
  tx: Database,
  merchantId: string,
  { userId, groupOids }: StaffUser,
): Promise<void> {
  const left = await tx.rows<Membership>(
    `delete from group_membership where merchant_id = $1 and user_id = $2
      and group_id <> all($3::int[]) returning group_id`,
    [merchantId, userId, groupOids],
  );
  const joined = await tx.rows<Membership>(
    `insert into group_membership (merchant_id, user_id, group_id) 
      select m.merchant_id, $2, joined.oid
      from ${merchantRow} cross join unnest($3::int[]) as joined (oid)
      on conflict do nothing returning group_id`,
    [merchantId, userId, groupOids],
  );
  const changed = [...left, ...joined].map(({ group_id: oid }) => oid);
  await countMembership(tx, merchantId, changed);
}

interface Membership {
  readonly group_id: number;
}

const loginsMax = 100;
const loginsShown = 10;

// For a statement with `inZone`; $3 is the list of all permission names.
const loginJson = `json_build_object('login', l.login, 'ip_address', l.ip_address, 'user_agent',
  l.user_agent, 'login_dts', wire_dts(l.at))`;

/** An SQL expression: the permissions of a user `u` and of the user's groups. */
export const effectivePermissions = `array(
  select unnest(g.permissions) from group_membership m
    join user_group g on g.merchant_id = m.merchant_id and g.group_id = m.group_id
  where m.merchant_id = $1 and m.user_id = u.user_id
  union select unnest(u.permissions))`;

const userJson = `(${storedObject('u')} || jsonb_build_object(
  'user_id', u.user_id,
  'permissions', (
    select jsonb_agg(jsonb_build_object('permission_group', regexp_replace(p, '_[a-z]+$', ''),
      'permission_Name', p, 'selected', p = any (u.permissions)) order by place)
    from unnest($3::text[]) with ordinality as all_permissions (p, place)),
  'groups', coalesce((
    select jsonb_agg(jsonb_build_object('group_oid', g.group_id, 'name', g.name, 'member', true)
      order by g.name_lc)
    from group_membership m join user_group g on g.merchant_id = m.merchant_id
      and g.group_id = m.group_id
    where m.merchant_id = $1 and m.user_id = u.user_id), '[]'),
  'login_histories', coalesce((
    select jsonb_agg(${loginJson} order by l.login_id desc) from (
      select s.* from user_login s where s.merchant_id = $1 and s.user_id = u.user_id
        order by s.login_id desc limit ${loginsShown}) l), '[]')))`;
