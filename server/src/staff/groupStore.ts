import type { Group } from '@perennial/contract/user.ts';
import type { Database } from '../platform/storage/database.ts';
import { wroteUnlessTaken } from '../platform/storage/failures.ts';
import type { VersionedJson } from '../platform/storage/page.ts';
import { merchantRow } from '../platform/storage/recordset.ts';
import { allPermissions } from './apiKey.ts';

/** A group in the form that the rules need. */
export interface StaffGroup {
  readonly groupOid: number;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly userIds: readonly number[];
  /** The wire's Group without members and permissions, which are in separate tables. */
  readonly document: Group;
}

/** A group with a locked row, and the number of its changes. */
export interface LockedGroup extends StaffGroup {
  readonly version: number;
}

/** Returns the wire's JSON of a group with its version, or undefined. */
export function readGroupJson(
  db: Database,
  merchantId: string,
  groupOid: number,
): Promise<VersionedJson | undefined> {
  return db.row<VersionedJson>(
    `select ${groupJson}::text as json, g.version from user_group g where g.merchant_id = $1
      and g.group_id = $3`,
    [merchantId, allPermissions, groupOid],
  );
}

/** Returns the wire's JSON of all groups by name. */
export async function readGroupsJson(db: Database, merchantId: string): Promise<string> {
  const row = await db.row<{ json: string }>(
    `select coalesce(json_agg(${groupJson} order by g.name_lc), '[]')::text as json
      from user_group g where g.merchant_id = $1`,
    [merchantId, allPermissions],
  );
  return row!.json;
}

/** Returns the group with its row locked until the transaction ends. */
export async function lockGroup(
  tx: Database,
  merchantId: string,
  groupOid: number,
): Promise<LockedGroup | undefined> {
  const row = await tx.row<Pick<LockedGroup, 'name' | 'permissions' | 'document' | 'version'>>(
    `select name, permissions, document, version from user_group where merchant_id = $1 and group_id = $2
      for update`,
    [merchantId, groupOid],
  );
  if (!row) return undefined;
  const members = await tx.rows<{ user_id: number }>(
    'select user_id from group_membership where merchant_id = $1 and group_id = $2',
    [merchantId, groupOid],
  );
  return { groupOid, ...row, userIds: members.map((each) => each.user_id) };
}

/** Adds a group. Returns false when its name is taken. */
export async function insertGroup(
  tx: Database,
  merchantId: string,
  group: StaffGroup,
): Promise<boolean> {
  const { groupOid, name, permissions, document } = group;
  const inserted = await tx.run(
    `insert into user_group (merchant_id, group_id, name, permissions, document)
     values ($1, $2, $3, $4, $5::jsonb) on conflict on constraint user_group_name do nothing`,
    [merchantId, groupOid, name, permissions, JSON.stringify(document)],
  );
  if (inserted === 1) await setMembers(tx, merchantId, group);
  return inserted === 1;
}

/** Saves a locked group. Returns false when another group has its name. */
export async function saveGroup(
  tx: Database,
  merchantId: string,
  group: StaffGroup,
): Promise<boolean> {
  const { groupOid, name, permissions, document } = group;
  const saving = tx.run(
    `update user_group set name = $3, permissions = $4, document = $5::jsonb,
       version = version + 1
      where merchant_id = $1 and group_id = $2`,
    [merchantId, groupOid, name, permissions, JSON.stringify(document)],
  );
  if (!(await wroteUnlessTaken(saving))) return false;
  await setMembers(tx, merchantId, group);
  return true;
}

/**
 * Locks groups in the order of their numbers, before their members. Every change of a
 * membership takes its locks in this order.
 */
export async function lockGroups(
  tx: Database,
  merchantId: string,
  groupOids: readonly number[],
): Promise<void> {
  await tx.rows(
    `select group_id from user_group where merchant_id = $1 and group_id = any($2::int[])
      order by group_id for update`,
    [merchantId, groupOids],
  );
}

/** Locks users in the order of their numbers, before their memberships change. */
export async function lockMembers(
  tx: Database,
  merchantId: string,
  userIds: readonly number[],
): Promise<void> {
  await tx.rows(
    `select user_id from app_user where merchant_id = $1 and user_id = any($2::int[])
      order by user_id for update`,
    [merchantId, userIds],
  );
}

/** Increases the version of these groups after a change of their members. */
export async function countMembership(
  tx: Database,
  merchantId: string,
  groupOids: readonly number[],
): Promise<void> {
  if (groupOids.length === 0) return;
  await tx.run(
    `update user_group set version = version + 1
      where merchant_id = $1 and group_id = any($2::int[])`,
    [merchantId, groupOids],
  );
}

/** Deletes the group and its memberships. Returns false when there is no such group. */
export async function deleteGroup(
  db: Database,
  merchantId: string,
  groupOid: number,
): Promise<boolean> {
  return (
    (await db.run('delete from user_group where merchant_id = $1 and group_id = $2', [
      merchantId,
      groupOid,
    ])) === 1
  );
}

async function setMembers(
  tx: Database,
  merchantId: string,
  { groupOid, userIds }: StaffGroup,
): Promise<void> {
  const left = await tx.rows<Membership>(
    `delete from group_membership where merchant_id = $1 and group_id = $2
      and user_id <> all($3::int[]) returning user_id`,
    [merchantId, groupOid, userIds],
  );
  const joined = await tx.rows<Membership>(
    `insert into group_membership (merchant_id, group_id, user_id) 
      select m.merchant_id, $2, joined.id
      from ${merchantRow} cross join unnest($3::int[]) as joined (id)
      on conflict do nothing returning user_id`,
    [merchantId, groupOid, userIds],
  );
  const changed = [...left, ...joined].map(({ user_id: id }) => id);
  if (changed.length > 0)
    await tx.run(
      `update app_user set version = version + 1
        where merchant_id = $1 and user_id = any($2::int[])`,
      [merchantId, changed],
    );
}

interface Membership {
  readonly user_id: number;
}

// $2 is the list of all permission names.
const groupJson = `(g.document || jsonb_build_object(
  'group_oid', g.group_id,
  'permissions', (
    select jsonb_agg(jsonb_build_object('permission_group', regexp_replace(p, '_[a-z]+$', ''),
      'permission_Name', p, 'selected', p = any (g.permissions)) order by place)
    from unnest($2::text[]) with ordinality as all_permissions (p, place)),
  'users', coalesce((
    select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('user_id', u.user_id, 'login', u.login,
      'fullName', u.full_name, 'email', u.email, 'member', true)) order by u.login_lc)
    from group_membership m join app_user u on u.merchant_id = m.merchant_id
      and u.user_id = m.user_id
    where m.merchant_id = $1 and m.group_id = g.group_id), '[]')))`;
