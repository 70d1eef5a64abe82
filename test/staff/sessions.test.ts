// Tests sessions of a browser: what the cookie may do, what ends it, and the requests of other
// sites.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { Temporal } from 'temporal-polyfill';
import { applicationAccesses } from '../../server/src/oauth/applicationAccess.ts';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { deleteUser } from '../../server/src/staff/staffStore.ts';
import { type TestApp, type TestRequest, testApp } from '../support/app.ts';
import {
  cookieOf,
  logInAgain,
  logInAs,
  pageHeaders,
  type TestSession,
  testPassword,
} from '../support/sessions.ts';
import { addGroup, addUser } from '../support/staff.ts';

// The machine clock of this file, including the time that caches read. Tests move it by hand.
let now = Temporal.Instant.from('2026-03-02T09:00:00Z');
let monotonicMs = 0;
const clock: SystemClock = { ...systemClock, now: () => now, monotonicMs: () => monotonicMs };
function wait(duration: Temporal.DurationLike): void {
  const later = now.add(duration);
  monotonicMs += later.since(now).total('milliseconds');
  now = later;
}

const app = await testApp({ clock, demo: { merchantId: 'TEST', login: 'demo' } });
await app.addMerchant('OTHER');

let count = 0;
const newSession = (permissions: readonly string[] = []): Promise<TestSession> =>
  logInAs(app, { login: `user${++count}`, permissions });
const ask = <Id extends OperationId>(session: TestSession, request: TestRequest<Id>) =>
  app.request<Id>({ ...request, ...session.request });
const refusalOf = ({ headers }: { headers: Readonly<Record<string, unknown>> }): string =>
  String(headers['x-perennial-refusal']);

test('a log-in returns what a console needs to begin, and the cookie', async () => {
  const userId = await addUser(app.db, 'TEST', {
    login: 'ann',
    name: 'Ann Smith',
    permissions: ['order_read'],
    password: testPassword,
  });
  const groupOid = await addGroup(app.db, 'TEST', 'Support', [userId], ['workflow_read']);
  const { status, headers, body } = await app.request({
    operation: 'logIn',
    key: null,
    body: { merchant_id: 'test', login: 'ANN', password: testPassword },
  });
  assert.equal(status, 200);
  const { session_id, ...session } = body.session;
  assert.deepEqual(session, {
    merchant: {
      merchant_id: 'TEST',
      name: 'TEST',
      time_zone: 'America/New_York',
      currency: 'USD',
      clock_mode: 'standing',
      now_dts: '2026-01-15T12:00:00-05:00',
      is_test: true,
    },
    user: {
      user_id: userId,
      login: 'ann',
      name: 'Ann Smith',
      groups: ['Support'],
      group_oids: [groupOid],
    },
    permissions: ['order_read', 'workflow_read'],
    steps: [],
    expires_dts: '2026-03-02T16:00:00-05:00',
    features: ['demo', 'test_clock'],
  });
  assert.match(
    String(headers['set-cookie']),
    /^perennial=TEST\.[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/,
  );
  assert.equal(headers['cache-control'], 'no-store');
  const again = await app.request({
    operation: 'getSession',
    key: null,
    headers: { cookie: cookieOf(headers['set-cookie']) },
  });
  assert.deepEqual(again.body.session, body.session);
});

const flags = 'HttpOnly; SameSite=Strict; Path=/';
for (const [what, publicUrl, headers, expected] of [
  ['plain http', 'http://127.0.0.1:8080', {}, /^perennial=[^;]+; HttpOnly/],
  ['https by PUBLIC_URL', 'https://shop.test', { host: 'shop.test' }, /^__Host-perennial=/],
  [
    'https at a proxy that replaces the host',
    'https://shop.test',
    { origin: 'https://shop.test' },
    /^__Host-perennial=/,
  ],
  ['a laptop in addition to https', 'https://shop.test', { host: 'localhost:8080' }, /^perennial=/],
] as const) {
  test(`the cookie over ${what}`, async () => {
    const secured = await testApp({ publicUrl });
    await addUser(secured.db, 'TEST', { login: 'ann', password: testPassword });
    const answer = await secured.request({
      operation: 'logIn',
      key: null,
      body: { merchant_id: 'TEST', login: 'ann', password: testPassword },
      headers,
    });
    const cookie = String(answer.headers['set-cookie']);
    assert.match(cookie, expected);
    const secure = cookie.startsWith('__Host-') ? 'Secure; ' : '';
    assert.equal(cookie.slice(cookie.indexOf(';') + 2), secure + flags);
    const read = await secured.request({
      operation: 'getSession',
      key: null,
      headers: { ...headers, cookie: cookieOf(cookie) },
    });
    assert.equal(read.status, 200);
    // Over https, the server ignores a cookie that plain http could have set.
    const planted = await secured.request({
      operation: 'getSession',
      key: null,
      headers: { ...headers, cookie: cookieOf(cookie).replace('__Host-', '') },
    });
    assert.equal(planted.status, secure === '' ? 200 : 401);
  });
}

test('the page for logging in learns the only merchant, and the demo user', async () => {
  const { body, headers } = await app.request({ operation: 'getSessionOptions', key: null });
  assert.deepEqual(body.options, {
    demo: { merchant_id: 'TEST', login: 'demo' },
    logged_in: false,
  });
  assert.equal(headers['set-cookie'], undefined);
  const single = await testApp();
  const options = await single.request({ operation: 'getSessionOptions', key: null });
  assert.deepEqual(options.body.options, { merchant_id: 'TEST', logged_in: false });
  await addUser(single.db, 'TEST', { login: 'ann', password: testPassword });
  const body1 = { login: 'ann', password: testPassword };
  assert.equal((await single.request({ operation: 'logIn', key: null, body: body1 })).status, 200);
});

test('the page for logging in learns whether the browser has a session', async () => {
  const session = await newSession();
  const isLoggedIn = async () =>
    (await ask(session, { operation: 'getSessionOptions', key: null })).body.options.logged_in;
  assert.equal(await isLoggedIn(), true);
  wait({ hours: 13 });
  assert.equal(await isLoggedIn(), false);
});

test('a wrong log-in: 401 without a word of what was wrong, then 429 with the wait', async () => {
  await addUser(app.db, 'TEST', { login: 'guessed', password: testPassword });
  const attempt = (body: object) => app.request({ operation: 'logIn', key: null, body });
  const wrong = [
    await attempt({ merchant_id: 'TEST', login: 'guessed', password: 'x' }),
    await attempt({ merchant_id: 'TEST', login: 'nobody', password: testPassword }),
    await attempt({ merchant_id: 'NONE', login: 'guessed', password: testPassword }),
  ];
  assert.deepEqual(
    wrong.map(({ status, text, headers }) => [status, text, headers['set-cookie']]),
    wrong.map(() => [401, wrong[0]!.text, undefined]),
  );
  assert.equal(refusalOf(wrong[0]!), 'wrong_log_in');
  for (let i = 0; i < 4; i++)
    await attempt({ merchant_id: 'TEST', login: 'guessed', password: `x${i}` });
  const waiting = await attempt({
    merchant_id: 'TEST',
    login: 'guessed',
    password: testPassword,
  });
  assert.deepEqual(
    [waiting.status, refusalOf(waiting), waiting.headers['retry-after']],
    [429, 'too_many_attempts', '2'],
  );
  wait({ seconds: 3 });
  const right = await attempt({ merchant_id: 'TEST', login: 'guessed', password: testPassword });
  assert.equal(right.status, 200);
  wait({ hours: 2 });
});

for (const field of ['merchant_id', 'login', 'password']) {
  test(`a log-in without ${field}`, async () => {
    const body = { merchant_id: 'TEST', login: 'ann', password: testPassword, [field]: null };
    const answer = await app.request({ operation: 'logIn', key: null, body });
    assert.deepEqual([answer.status, refusalOf(answer)], [400, 'missing_field']);
    assert.match(String(answer.headers['uc-rest-error']), new RegExp(field));
  });
}

/**
 * Changes with a cookie that another site or program sends, and the code with which each is
 * refused.
 */
const attacks: readonly [what: string, headers: Record<string, string>, code: string][] = [
  ['a page of another site', { ...pageHeaders, 'sec-fetch-site': 'cross-site' }, 'foreign_request'],
  ['a sister site', { ...pageHeaders, 'sec-fetch-site': 'same-site' }, 'foreign_request'],
  ['an address that was typed', { ...pageHeaders, 'sec-fetch-site': 'none' }, 'foreign_request'],
  [
    'a foreign Origin',
    { 'x-perennial-console': '1', origin: 'https://evil.example' },
    'foreign_request',
  ],
  ['the Origin null', { 'x-perennial-console': '1', origin: 'null' }, 'foreign_request'],
  [
    'an Origin that begins like ours',
    { 'x-perennial-console': '1', origin: 'http://perennial.test.evil.example' },
    'foreign_request',
  ],
  ['neither Sec-Fetch-Site nor Origin', { 'x-perennial-console': '1' }, 'foreign_request'],
  ['no header of the console', { 'sec-fetch-site': 'same-origin' }, 'foreign_request'],
  [
    'a form',
    { ...pageHeaders, 'content-type': 'application/x-www-form-urlencoded' },
    'wrong_content_type',
  ],
  [
    'a form with a file',
    { ...pageHeaders, 'content-type': 'multipart/form-data; boundary=x' },
    'wrong_content_type',
  ],
  [
    'JSON that a form sends as text',
    { ...pageHeaders, 'content-type': 'text/plain' },
    'wrong_content_type',
  ],
];
for (const [what, headers, code] of attacks) {
  test(`a change is refused that comes from ${what}`, async () => {
    const { cookie, request } = await newSession(['item_read', 'item_write']);
    const body = { merchant_item_id: 'ATTACK', pricing: { cost: 1 } };
    for (const operation of ['insertItem', 'logOut'] as const) {
      if (operation === 'logOut' && code === 'wrong_content_type') continue;
      const answer = await app.request({
        operation,
        key: null,
        headers: { ...headers, cookie },
        ...(operation === 'insertItem' ? { body } : {}),
      });
      assert.deepEqual([answer.status, refusalOf(answer)], [400, code], operation);
    }
    const items = await app.request({ operation: 'getItems', ...request });
    assert.equal(items.text.includes('ATTACK'), false);
  });
}

test('a change is accepted from our page, by Sec-Fetch-Site or by Origin', async () => {
  const { cookie } = await newSession(['item_write']);
  for (const [i, headers] of [
    pageHeaders,
    { 'x-perennial-console': '1', origin: 'http://perennial.test' },
    { 'x-perennial-console': '1', origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080' },
  ].entries()) {
    const body = { merchant_item_id: `OURS${i}`, pricing: { cost: 1 } };
    const answer = await app.request({
      operation: 'insertItem',
      key: null,
      headers: { ...headers, cookie },
      body,
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  }
});

for (const [what, headers, code] of [
  ['another site', { 'sec-fetch-site': 'cross-site' }, 'foreign_request'],
  ['a foreign Origin', { origin: 'https://evil.example' }, 'foreign_request'],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'wrong_content_type'],
  ['a form that looks like JSON', { 'content-type': 'text/plain' }, 'wrong_content_type'],
  ['a name that leads here by DNS', { host: 'evil.example' }, 'foreign_host'],
  ['a name that begins like ours', { host: 'localhost.evil.example' }, 'foreign_host'],
] as const) {
  test(`a log-in is refused that comes from ${what}`, async () => {
    const answer = await app.request({
      operation: 'logIn',
      key: null,
      headers,
      body: { merchant_id: 'TEST', login: 'ann', password: testPassword },
    });
    assert.deepEqual([answer.status, refusalOf(answer)], [400, code]);
    assert.equal(answer.headers['set-cookie'], undefined);
  });
}

test('a cookie that was planted before the log-in is worth nothing after it', async () => {
  const planted = `perennial=TEST.${'ab'.repeat(32)}`;
  const attacker = await newSession();
  for (const cookie of [planted, attacker.cookie]) {
    const answer = await app.request({
      operation: 'logIn',
      key: null,
      headers: { cookie },
      body: { merchant_id: 'TEST', login: 'ann', password: testPassword },
    });
    assert.equal(answer.status, 200);
    assert.notEqual(cookieOf(answer.headers['set-cookie']), cookie);
    const after = await app.request({ operation: 'getSession', key: null, headers: { cookie } });
    assert.deepEqual([after.status, refusalOf(after)], [401, 'ended_session']);
  }
});

test('after log-out the cookie is refused, and the browser is told to forget', async () => {
  const session = await newSession(['item_read']);
  assert.equal((await ask(session, { operation: 'getItems' })).status, 200);
  const out = await ask(session, { operation: 'logOut' });
  assert.equal(out.status, 204);
  assert.deepEqual(out.headers['set-cookie'], [
    `__Host-perennial=; Max-Age=0; Secure; ${flags}`,
    `perennial=; Max-Age=0; ${flags}`,
  ]);
  assert.equal(out.headers['clear-site-data'], '"cache"');
  for (const operation of ['getItems', 'getSession', 'logOut'] as const) {
    const stolen = await ask(session, { operation });
    assert.deepEqual([stolen.status, refusalOf(stolen)], [401, 'ended_session']);
  }
});

test('a permission that is taken away ends within a second, also by a group', async () => {
  const session = await newSession(['item_read']);
  assert.equal((await ask(session, { operation: 'getItems' })).status, 200);
  await app.db.run(
    `update app_user set permissions = '{}' where merchant_id = $1 and user_id = $2`,
    ['TEST', session.userId],
  );
  wait({ seconds: 1 });
  const refused = await ask(session, { operation: 'getItems' });
  assert.deepEqual([refused.status, refusalOf(refused)], [401, 'missing_permission']);
  await addGroup(app.db, 'TEST', 'Readers', [session.userId], ['item_read']);
  wait({ seconds: 1 });
  assert.equal((await ask(session, { operation: 'getItems' })).status, 200);
});

test('a session ends with its user, and with a new password', async () => {
  const [deleted, changed] = [await newSession(), await newSession()];
  await deleteUser(app.db, 'TEST', deleted.userId);
  const answer = await app.request({
    operation: 'updateUser',
    params: { user_id: changed.userId },
    body: { change_password_to: 'another long password' },
  });
  assert.equal(answer.status, 200);
  wait({ seconds: 1 });
  for (const session of [deleted, changed])
    assert.equal(refusalOf(await ask(session, { operation: 'getSession' })), 'ended_session');
});

test('a session ends after 12 hours without a request, and after 7 days with them', async () => {
  const idle = await newSession();
  wait({ hours: 11, minutes: 59 });
  assert.equal((await ask(idle, { operation: 'getSession' })).status, 200);
  wait({ hours: 11, minutes: 59 });
  assert.equal((await ask(idle, { operation: 'getSession' })).status, 200);
  wait({ hours: 12 });
  assert.equal(refusalOf(await ask(idle, { operation: 'getSession' })), 'ended_session');

  const busy = await newSession();
  for (let hours = 0; hours < 7 * 24 - 1; hours += 8) {
    assert.equal((await ask(busy, { operation: 'getSession' })).status, 200, `${hours} h`);
    wait({ hours: 8 });
  }
  assert.equal(refusalOf(await ask(busy, { operation: 'getSession' })), 'ended_session');
  await app.work('expired tokens');
  const left = await app.db.rows(
    `select from user_session where merchant_id = 'TEST' and session_id = any($1::uuid[])`,
    [[idle.sessionId, busy.sessionId]],
  );
  assert.equal(left.length, 0);
});

test('a password is changed with the old one, and the other sessions end', async () => {
  const session = await newSession();
  const login = `user${count}`;
  const other = await logInAgain(app, session.userId, login);
  const change = (body: object) => ask(session, { operation: 'changePassword', body });
  const wrong = await change({ old: 'not this one', new: 'a much longer password' });
  assert.deepEqual([wrong.status, refusalOf(wrong)], [400, 'invalid_field']);
  assert.match(String(wrong.headers['uc-rest-error']), /^old is not the current password/);
  const short = await change({ old: testPassword, new: 'short' });
  assert.match(String(short.headers['uc-rest-error']), /^new has 5 characters/);
  assert.match(String((await change({})).headers['uc-rest-error']), /^old is missing/);
  assert.equal((await change({ old: testPassword, new: 'a much longer password' })).status, 204);
  assert.equal((await ask(session, { operation: 'getSession' })).status, 200);
  assert.equal(refusalOf(await ask(other, { operation: 'getSession' })), 'ended_session');
  const body = { merchant_id: 'TEST', login, password: testPassword };
  assert.equal((await app.request({ operation: 'logIn', key: null, body })).status, 401);
});

test('guessing the password of an open browser is as slow as guessing it elsewhere', async () => {
  const session = await newSession();
  const change = (old: string) =>
    ask(session, { operation: 'changePassword', body: { old, new: 'a much longer password' } });
  for (let i = 0; i < 5; i++) assert.equal((await change(`guess ${i}`)).status, 400);
  const waiting = await change(testPassword);
  assert.deepEqual([waiting.status, refusalOf(waiting)], [429, 'too_many_attempts']);
  wait({ hours: 2 });
});

test('a list of sessions: users see their own, and with configuration_read all of them', async () => {
  const mine = await newSession();
  const again = await logInAgain(app, mine.userId, `user${count}`);
  const admin = await newSession(['configuration_read']);
  const own = (await ask(mine, { operation: 'getSessions' })).body.sessions;
  assert.deepEqual(
    new Map(own.map(({ session_id, current }) => [session_id, current])),
    new Map([
      [mine.sessionId, true],
      [again.sessionId, false],
    ]),
  );
  const all: string[] = (await ask(admin, { operation: 'getSessions' })).body.sessions.map(
    ({ session_id }: { session_id: string }) => session_id,
  );
  for (const { sessionId } of [mine, again, admin]) assert.ok(all.includes(sessionId));
  const page = await ask(admin, { operation: 'getSessions', query: { _limit: 1, _offset: 1 } });
  assert.equal(page.body.metadata.result_set.more, true);
  assert.equal(page.body.sessions[0].session_id, all[1]);
});

test('a session is ended by its user or an administrator, of the same merchant only', async () => {
  const [victim, colleague] = [await newSession(), await newSession(['configuration_read'])];
  const admin = await newSession(['configuration_write']);
  const foreign = await logInAs(
    app,
    { login: 'foreign', permissions: ['configuration_read', 'configuration_write'] },
    'OTHER',
  );
  const end = (by: TestSession, session_id: string) =>
    ask(by, { operation: 'endSession', params: { session_id } });
  assert.equal((await end(colleague, victim.sessionId)).status, 404);
  assert.equal((await end(foreign, victim.sessionId)).status, 404);
  assert.equal((await end(admin, 'not-an-id')).status, 404);
  const seen = (await ask(foreign, { operation: 'getSessions' })).text;
  assert.equal(seen.includes(victim.sessionId), false);
  assert.equal((await ask(victim, { operation: 'getSession' })).status, 200);
  assert.equal((await end(admin, victim.sessionId)).status, 204);
  assert.equal(refusalOf(await ask(victim, { operation: 'getSession' })), 'ended_session');
  assert.equal((await end(colleague, colleague.sessionId)).status, 204);
});

test('a key or a token is not a session', async () => {
  for (const operation of ['getSession', 'getSessions', 'logOut'] as const) {
    const answer = await app.request({ operation });
    assert.deepEqual([answer.status, refusalOf(answer)], [401, 'session_needed'], operation);
  }
});

test('a key counts before the cookie, and needs nothing of a page', async () => {
  const session = await newSession();
  const body = { merchant_item_id: 'BYKEY', pricing: { cost: 1 } };
  const headers = { cookie: session.cookie };
  assert.equal((await app.request({ operation: 'insertItem', body, headers })).status, 200);
  const answer = await app.request({ operation: 'getOauthMe', headers });
  assert.equal(answer.body.name, 'test key');
});

test('people’s rights are changed only shortly after a log-in', async () => {
  const session = await newSession(['user_read', 'user_write']);
  const insert = (by: TestSession, login: string) =>
    ask(by, { operation: 'insertUser', body: { login } });
  assert.equal((await insert(session, 'soon')).status, 200);
  wait({ minutes: 16 });
  const late = await insert(session, 'late');
  assert.deepEqual([late.status, refusalOf(late)], [401, 'recent_log_in_needed']);
  assert.equal((await ask(session, { operation: 'getUsers' })).status, 200);
  const again = await logInAgain(app, session.userId, `user${count}`);
  assert.equal((await insert(again, 'late')).status, 200);
  const byKey = await app.request({ operation: 'insertUser', body: { login: 'bykey' } });
  assert.equal(byKey.status, 200);
});

test('the gateways of a merchant with a real clock are changed only shortly after a log-in', async () => {
  await app.addMerchant('REAL', { clock: { kind: 'real' } });
  const permissions = ['configuration_read', 'configuration_write'];
  const session = await logInAs(app, { login: 'boss', permissions }, 'REAL');
  const change = (body: object) => ask(session, { operation: 'updateMerchantSettings', body });
  wait({ minutes: 16 });
  const late = await change({ gateways: { list: [] } });
  assert.deepEqual([late.status, refusalOf(late)], [401, 'recent_log_in_needed']);
  assert.equal((await change({ name: 'Real shop' })).status, 200);
});

test('a user who may come from some addresses only', async () => {
  const user = { login: 'fenced', allowedIps: ['10.0.0.0/8'] };
  const session = await logInAs(app, user);
  const answer = await ask(session, { operation: 'getSession' });
  assert.deepEqual([answer.status, refusalOf(answer)], [401, 'address_not_allowed']);
});

test('responses to a session stay out of caches and other sites, those to a key out of caches', async () => {
  const session = await newSession(['item_read']);
  for (const operation of ['getItems', 'getOrders'] as const) {
    const { headers } = await ask(session, { operation });
    assert.deepEqual(
      [headers['cache-control'], headers['cross-origin-resource-policy']],
      ['no-store', 'same-origin'],
    );
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
  const { headers } = await app.request({ operation: 'getItems' });
  assert.deepEqual(
    [headers['cache-control'], headers['cross-origin-resource-policy']],
    ['no-store', undefined],
  );
});

test('a session may leave out the version, but not name another one', async () => {
  const { cookie } = await newSession(['item_read']);
  const statusWith = async (headers: Record<string, string>) =>
    (await app.app.http.inject({ url: '/rest/v2/item/items', headers })).statusCode;
  assert.equal(await statusWith({ cookie }), 200);
  assert.equal(await statusWith({ cookie, 'x-ultracart-api-version': '2016-01-01' }), 400);
  assert.equal(await statusWith({ 'x-ultracart-simple-key': app.key }), 400);
});

test('two people with the same Idempotency-Key do two things', async () => {
  const [one, two] = [
    await newSession(['workflow_read', 'workflow_write']),
    await newSession(['workflow_read', 'workflow_write']),
  ];
  const insert = ({ request }: TestSession) =>
    app.request({
      operation: 'insertWorkflowTask',
      body: { task_name: 'Call', object_type: 'order', object_id: '1' },
      key: null,
      headers: { ...request.headers, 'idempotency-key': 'same' },
    });
  const [first, second, repeat] = [await insert(one), await insert(two), await insert(one)];
  assert.deepEqual([first.status, second.status], [200, 200]);
  assert.equal(repeat.headers['idempotent-replayed'], 'true');
  assert.equal(repeat.text, first.text);
  assert.notEqual(second.body.task.workflow_task_uuid, first.body.task.workflow_task_uuid);
});

test('a script that exhausts the address does not lock users out; a session has a separate limit', async () => {
  const limited: TestApp = await testApp({
    db: app.db,
    clock,
    rateLimits: [{ limit: 3, seconds: 3600 }],
    sessionRateLimits: [{ limit: 20, seconds: 10 }],
  });
  const [script, ann] = [limited.key, await newSession(['item_read'])];
  for (let i = 0; i < 4; i++) await limited.request({ operation: 'getItems', key: script });
  assert.equal((await limited.request({ operation: 'getItems', key: script })).status, 429);
  const other = await logInAgain(limited, ann.userId, `user${count}`);
  const statuses: number[] = [];
  for (let i = 0; i < 21; i++)
    statuses.push((await limited.request({ operation: 'getItems', ...ann.request })).status);
  assert.deepEqual(statuses, [...Array.from({ length: 20 }, () => 200), 429]);
  assert.equal((await limited.request({ operation: 'getItems', ...other.request })).status, 200);
  const cookie = `perennial=TEST.${'cd'.repeat(32)}`;
  const stranger = await limited.request({ operation: 'getItems', key: null, headers: { cookie } });
  assert.equal(stranger.status, 429, 'a guessed cookie counts for its address');
  wait({ seconds: 1 });
  assert.equal((await limited.request({ operation: 'getItems', ...ann.request })).status, 200);
});

test('a session reads its own tasks, and its live socket ends with it', async () => {
  const session = await newSession(['workflow_read', 'workflow_write']);
  const me = await ask(session, { operation: 'getWorkflowMe' });
  assert.equal(me.body.user.user_id, session.userId);
  const auth = await ask(session, { operation: 'getWorkflowAgentWebsocketAuthorization' });
  const claims = JSON.parse(
    Buffer.from(auth.body.agent_auth.jwt.split('.')[1]!, 'base64url').toString(),
  );
  assert.deepEqual(
    [claims.applicationId, claims.userId, claims.sessionId],
    ['console', session.userId, session.sessionId],
  );
  const { find } = applicationAccesses(app.db, clock);
  const mayListen = async () =>
    (await find('TEST', claims))?.permissions.has('workflow_read') ?? false;
  assert.equal(await mayListen(), true);
  await ask(session, { operation: 'logOut' });
  wait({ milliseconds: 200 });
  assert.equal(await mayListen(), false);
});

test('a webhook of the console belongs to the user who made it', async () => {
  const session = await newSession(['webhook_read', 'webhook_write', 'order_read']);
  const body = {
    webhook_url: 'https://example.com/console',
    event_categories: [{ events: [{ event_name: 'order_create', subscribed: true }] }],
  };
  assert.equal((await ask(session, { operation: 'insertWebhook', body })).status, 200);
  const { webhooks } = (await app.request({ operation: 'getMerchantWebhooks' })).body;
  assert.deepEqual(webhooks[0].owner, {
    application_id: 'console',
    user_id: session.userId,
    name: `Console for user${count}`,
    state: 'live',
  });
});
