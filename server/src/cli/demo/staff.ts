import type { Temporal } from 'temporal-polyfill';
import { randomIds } from '../../kernel/ids.ts';
import { takeNumbers } from '../../platform/storage/counters.ts';
import type { Database } from '../../platform/storage/database.ts';
import { lockMerchant } from '../../platform/tenancy/merchantStore.ts';
import { allPermissions } from '../../staff/apiKey.ts';
import { insertGroup } from '../../staff/groupStore.ts';
import { hashPassword, isPassword } from '../../staff/password.ts';
import { findLogin, insertUser, lockUser, saveUser } from '../../staff/staffStore.ts';
import type { DemoStaff } from './tasks.ts';

/** The user for whom the demo key acts, and who can log in. */
export const demoLogin = 'demo';

const people = [
  { login: demoLogin, full_name: 'Dana Demo', permissions: allPermissions },
  {
    login: 'ray',
    full_name: 'Ray Rivera',
    permissions: allPermissions.filter((permission) =>
      /^(auto_order|order|item|customer|workflow)_/.test(permission),
    ),
  },
  {
    login: 'kim',
    full_name: 'Kim Kaur',
    permissions: allPermissions.filter((permission) => permission.endsWith('_read')),
  },
];

/**
 * Makes the users of the demo merchant, the group that works on its tasks, and its tasks, unless
 * the users exist.
 */
export async function ensureDemoStaff(
  db: Database,
  merchantId: string,
  at: Temporal.Instant,
): Promise<void> {
  if (await findLogin(db, merchantId, demoLogin)) return;
  await db.transaction(async (tx) => {
    // If two processes make their first start at the same time, the second waits here and then has
    // nothing to do.
    await lockMerchant(tx, merchantId);
    if (await findLogin(tx, merchantId, demoLogin)) return;
    const staff = await makeStaff(tx, merchantId, at);
    const { makeDemoTasks } = await import('./tasks.ts');
    await makeDemoTasks(tx, merchantId, staff);
  });
}

/** Returns the demo user's password: `known` while it works, otherwise a new one. */
export async function demoPassword(
  db: Database,
  merchantId: string,
  known: string | undefined,
  at: Temporal.Instant,
): Promise<string> {
  const stored = await findLogin(db, merchantId, demoLogin);
  if (known !== undefined && (await isPassword(known, stored?.passwordHash))) return known;
  const password = randomIds.secret(8);
  // The password is checked at each start.
  const passwordHash = await hashPassword(password, randomIds, { isRandom: true });
  await db.transaction(async (tx) => {
    const user = stored && (await lockUser(tx, merchantId, stored.userId));
    if (user) await saveUser(tx, merchantId, user, passwordHash, at);
  });
  return password;
}

async function makeStaff(
  tx: Database,
  merchantId: string,
  at: Temporal.Instant,
): Promise<DemoStaff> {
  const first = await takeNumbers(tx, merchantId, 'user', people.length);
  for (const [i, { login, full_name, permissions }] of people.entries()) {
    const document = { login, full_name, email: `${login}@example.com` };
    await insertUser(
      tx,
      merchantId,
      { userId: first + i, login, permissions, groupOids: [], document },
      undefined,
      at,
    );
  }
  const groupOid = await takeNumbers(tx, merchantId, 'group', 1);
  await insertGroup(tx, merchantId, {
    groupOid,
    name: 'Support',
    permissions: [],
    userIds: people.map((_, i) => first + i),
    document: { name: 'Support' },
  });
  return {
    users: people.map(({ full_name: name }, i) => ({ userId: first + i, name })),
    groupId: groupOid,
  };
}
