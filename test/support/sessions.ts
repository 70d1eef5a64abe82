import assert from 'node:assert/strict';
import type { TestApp, TestRequest } from './app.ts';
import { addUser, type TestUser } from './staff.ts';

/** The password of every user that {@link logInAs} adds. */
export const testPassword = 'correct horse battery';

/** The headers that our pages send with a request for a change. */
export const pageHeaders = { 'sec-fetch-site': 'same-origin', 'x-perennial-console': '1' } as const;

/** A logged-in user, and the parts that make a request the user's. */
export interface TestSession {
  readonly userId: number;
  readonly sessionId: string;
  /** `name=value`, as a browser sends it. */
  readonly cookie: string;
  readonly request: Required<Pick<TestRequest, 'key' | 'headers'>>;
}

/** Adds a user to the merchant and logs the user in. */
export async function logInAs(
  app: TestApp,
  user: TestUser,
  merchantId = 'TEST',
): Promise<TestSession> {
  const userId = await addUser(app.db, merchantId, { password: testPassword, ...user });
  return logInAgain(app, userId, user.login, merchantId);
}

/** Logs in a user of {@link logInAs} once more. */
export async function logInAgain(
  app: TestApp,
  userId: number,
  login: string,
  merchantId = 'TEST',
): Promise<TestSession> {
  const { status, headers, body } = await app.request({
    operation: 'logIn',
    key: null,
    body: { merchant_id: merchantId, login, password: testPassword },
  });
  assert.equal(status, 200, JSON.stringify(body));
  const cookie = cookieOf(headers['set-cookie']);
  return {
    userId,
    sessionId: body.session.session_id,
    cookie,
    request: { key: null, headers: { ...pageHeaders, cookie } },
  };
}

/** Returns the `name=value` of the `Set-Cookie` header with a value. */
export function cookieOf(header: string | string[] | number | undefined): string {
  return String(Array.isArray(header) ? header[0] : header).split(';')[0]!;
}
