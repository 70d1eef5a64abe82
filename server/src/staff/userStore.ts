import type { Database } from '../platform/storage/database.ts';

/** A user in the form that other features need: as an assignee, and as a name in a history. */
export interface User {
  readonly userId: number;
  readonly name: string;
  readonly email?: string;
  readonly iconUrl?: string;
}

/** A group of users that tasks can be assigned to. */
export interface Group {
  readonly groupId: number;
  readonly name: string;
}

interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** Returns those of these users that exist, by id. */
export async function findUsers(
  db: Database,
  merchantId: string,
  userIds: readonly number[],
): Promise<ReadonlyMap<number, User>> {
  if (userIds.length === 0) return new Map();
  const rows = await db.rows<UserRow>(
    `select ${userColumns} from app_user where merchant_id = $1 and user_id = any($2::int[])`,
    [merchantId, userIds],
  );
  return new Map(rows.map((row) => [row.user_id, userFrom(row)]));
}

/** Returns the first user with this name, regardless of case. */
export async function findUserByName(
  db: Database,
  merchantId: string,
  name: string,
): Promise<User | undefined> {
  const row = await db.row<UserRow>(
    `select ${userColumns} from app_user where merchant_id = $1 and fold(full_name) = fold($2)
      order by user_id limit 1`,
    [merchantId, name],
  );
  return row && userFrom(row);
}

/** Returns a page of the users by id, plus one more when there are more. */
export async function listUsers(
  db: Database,
  merchantId: string,
  { limit, offset }: Page,
): Promise<User[]> {
  const rows = await db.rows<UserRow>(
    `select ${userColumns} from app_user where merchant_id = $1 order by user_id
      limit $2 + 1 offset $3`,
    [merchantId, limit, offset],
  );
  return rows.map(userFrom);
}

/** Returns a page of the groups by id, plus one more when there are more. */
export async function listGroups(
  db: Database,
  merchantId: string,
  { limit, offset }: Page,
): Promise<Group[]> {
  const rows = await db.rows<GroupRow>(
    `select group_id, name from user_group where merchant_id = $1 order by group_id
      limit $2 + 1 offset $3`,
    [merchantId, limit, offset],
  );
  return rows.map(groupFrom);
}

/** Returns those of these groups that exist, by id. */
export async function findGroups(
  db: Database,
  merchantId: string,
  groupIds: readonly number[],
): Promise<ReadonlyMap<number, Group>> {
  if (groupIds.length === 0) return new Map();
  const rows = await db.rows<GroupRow>(
    'select group_id, name from user_group where merchant_id = $1 and group_id = any($2::int[])',
    [merchantId, groupIds],
  );
  return new Map(rows.map((row) => [row.group_id, groupFrom(row)]));
}

/** Returns the group with this name, regardless of case. */
export async function findGroupByName(
  db: Database,
  merchantId: string,
  name: string,
): Promise<Group | undefined> {
  const row = await db.row<GroupRow>(
    'select group_id, name from user_group where merchant_id = $1 and name_lc = fold($2)',
    [merchantId, name],
  );
  return row && groupFrom(row);
}

/** Returns the groups that a user belongs to. */
export async function groupIdsOf(
  db: Database,
  merchantId: string,
  userId: number,
): Promise<number[]> {
  const rows = await db.rows<{ group_id: number }>(
    `select group_id from group_membership where merchant_id = $1 and user_id = $2
      order by group_id`,
    [merchantId, userId],
  );
  return rows.map((row) => row.group_id);
}

interface UserRow {
  user_id: number;
  full_name: string;
  email: string | null;
  icon_url: string | null;
}

interface GroupRow {
  group_id: number;
  name: string;
}

const userColumns = 'user_id, full_name, email, icon_url';

const userFrom = (row: UserRow): User => ({
  userId: row.user_id,
  name: row.full_name,
  ...(row.email === null ? {} : { email: row.email }),
  ...(row.icon_url === null ? {} : { iconUrl: row.icon_url }),
});
const groupFrom = (row: GroupRow): Group => ({ groupId: row.group_id, name: row.name });
