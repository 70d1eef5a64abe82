import type { BrowserContext } from 'playwright-core';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { takeNumbers } from '../../server/src/platform/storage/counters.ts';
import { hashPassword } from '../../server/src/staff/password.ts';
import { insertUser } from '../../server/src/staff/staffStore.ts';
import { testNow } from '../support/app.ts';
import type { BrowserWorld } from './world.ts';

/** A user who can log in. */
export interface UserLogin {
  readonly merchantId: string;
  readonly login: string;
  readonly password: string;
}

/** Adds a user with exactly these permissions. */
export async function addPerson(
  { db }: BrowserWorld,
  merchantId: string,
  login: string,
  permissions: readonly string[],
): Promise<UserLogin> {
  const password = randomIds.secret(12);
  const passwordHash = await hashPassword(password, randomIds, { isRandom: true });
  const userId = await takeNumbers(db, merchantId, 'user', 1);
  const document = { login, full_name: `${login} of ${merchantId}` };
  const user = { userId, login, permissions: [...permissions], groupOids: [], document };
  await insertUser(db, merchantId, user, passwordHash, testNow);
  return { merchantId, login, password };
}

/** Logs a browser context in as the console's form does. */
export async function enter(
  context: BrowserContext,
  { url }: BrowserWorld,
  { merchantId, login, password }: UserLogin,
): Promise<void> {
  const response = await context.request.post(`${url}/perennial/v1/session`, {
    headers: { Origin: url, 'Sec-Fetch-Site': 'same-origin', 'X-Perennial-Console': '1' },
    data: { merchant_id: merchantId, login, password },
  });
  if (!response.ok()) throw new Error(`${login} cannot log in: ${await response.text()}`);
}
