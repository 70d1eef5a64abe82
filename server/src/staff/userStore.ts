import type { Database } from '../platform/storage/database.ts';

/** A person as other features see one: to be assigned to, and to be named in a history. */
export interface User {
  readonly userId: number;
  /** The full name, or the login where there is none. */
  readonly name: string;
  readonly email?: string;
  readonly iconUrl?: string;
}

/** A group as other features see it. */
export interface Group {
  readonly groupId: number;
  readonly name: string;
}

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

interface UserRow {
  user_id: number;
  login: string;
  full_name: string;
  email: string | null;
}

/** The users of these ids, by id; unknown ones are absent. */
export async function findUsers(db: Database, merchantId: string, ids: Iterable<number>): Promise<ReadonlyMap<number, User>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const rows = await db.rows<UserRow>('select user_id, login, full_name, email from staff_user where merchant_id = $1 and user_id = any($2::int[])', [merchantId, wanted]);
  return new Map(rows.map((row) => [row.user_id, fromRow(row)]));
}

/** A page of the merchant's users by name. */
export async function listUsers(db: Database, merchantId: string, { limit, offset }: Page): Promise<User[]> {
  const rows = await db.rows<UserRow>(
    'select user_id, login, full_name, email from staff_user where merchant_id = $1 order by lower(full_name), user_id limit $2 offset $3',
    [merchantId, limit, offset],
  );
  return rows.map(fromRow);
}

/** A page of the merchant's groups by name. */
export async function listGroups(db: Database, merchantId: string, { limit, offset }: Page): Promise<Group[]> {
  const rows = await db.rows<{ group_oid: number; name: string }>(
    'select group_oid, name from staff_group where merchant_id = $1 order by name_lc, group_oid limit $2 offset $3',
    [merchantId, limit, offset],
  );
  return rows.map(({ group_oid, name }) => ({ groupId: group_oid, name }));
}

/** The groups of these ids, by id; unknown ones are absent. */
export async function findGroups(db: Database, merchantId: string, ids: Iterable<number>): Promise<ReadonlyMap<number, Group>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const rows = await db.rows<{ group_oid: number; name: string }>('select group_oid, name from staff_group where merchant_id = $1 and group_oid = any($2::int[])', [merchantId, wanted]);
  return new Map(rows.map(({ group_oid, name }) => [group_oid, { groupId: group_oid, name }]));
}

/** The groups that a user belongs to. */
export async function groupIdsOf(db: Database, merchantId: string, userId: number): Promise<number[]> {
  const rows = await db.rows<{ group_oid: number }>('select group_oid from staff_membership where merchant_id = $1 and user_id = $2 order by group_oid', [merchantId, userId]);
  return rows.map((row) => row.group_oid);
}

const fromRow = (row: UserRow): User => ({ userId: row.user_id, name: row.full_name || row.login, ...(row.email === null ? {} : { email: row.email }) });
