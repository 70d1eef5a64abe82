import { randomIds } from '../../server/src/kernel/ids.ts';
import { takeNumbers } from '../../server/src/platform/storage/counters.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import { insertGroup } from '../../server/src/staff/groupStore.ts';
import { hashPassword } from '../../server/src/staff/password.ts';
import { insertUser } from '../../server/src/staff/staffStore.ts';
import { testNow } from './app.ts';

export interface TestUser {
  readonly login: string;
  readonly name?: string;
  readonly email?: string;
  readonly permissions?: readonly string[];
  readonly password?: string;
  readonly allowedIps?: readonly string[];
}

/** Adds a user and returns the id. */
export async function addUser(
  db: Database,
  merchantId: string,
  { login, name, email, permissions = [], password, allowedIps }: TestUser,
): Promise<number> {
  const userId = await takeNumbers(db, merchantId, 'user', 1);
  const document = {
    login,
    ...(name === undefined ? {} : { full_name: name }),
    ...(email === undefined ? {} : { email }),
    ...(allowedIps ? { api_ip_address_masks: [...allowedIps] } : {}),
  };
  const passwordHash = password === undefined ? undefined : await hashPassword(password, randomIds);
  await insertUser(
    db,
    merchantId,
    { userId, login, permissions, groupOids: [], document },
    passwordHash,
    testNow,
  );
  return userId;
}

/** Adds a group with these members and returns its id. */
export async function addGroup(
  db: Database,
  merchantId: string,
  name: string,
  userIds: readonly number[] = [],
  permissions: readonly string[] = [],
): Promise<number> {
  const groupOid = await takeNumbers(db, merchantId, 'group', 1);
  await insertGroup(db, merchantId, { groupOid, name, permissions, userIds, document: { name } });
  return groupOid;
}
