// Tests the second factor: what it asks for, which codes it accepts only once, and who can remove
// it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { Temporal } from 'temporal-polyfill';
import type { OperationId } from '../../contract/src/operations.ts';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { recoveryHash, stepOf } from '../../server/src/staff/secondFactor.ts';
import { authorization, oauthWorld } from '../staff/oauthClient.ts';
import { logInAgain, logInAs, type TestSession, testPassword } from '../support/sessions.ts';

let now = Temporal.Instant.from('2026-01-15T17:00:00Z');
const clock: SystemClock = { ...systemClock, now: () => now };
const world = await oauthWorld({ clock });
const { app } = world;

const codeOf = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now.epochMilliseconds });
const later = (seconds: number) => (now = now.add({ seconds }));
const enter = async (login: string, code?: string) => {
  const body = { merchant_id: 'TEST', login, password: testPassword, ...(code ? { code } : {}) };
  const answer = await app.request({ operation: 'logIn', key: null, body });
  return [answer.status, answer.headers['x-perennial-refusal']];
};

/** Sets up an authenticator app for a logged-in user. */
async function setUp({ request }: TestSession): Promise<{ secret: string; recovery: string[] }> {
  const begun = await app.request({ operation: 'beginSecondFactor', ...request });
  assert.equal(begun.status, 200, begun.text);
  const { secret, uri } = begun.body.second_factor;
  assert.match(uri, /^otpauth:\/\/totp\/Perennial:TEST/);
  const body = { code: codeOf(secret) };
  const active = await app.request({ operation: 'confirmSecondFactor', ...request, body });
  assert.equal(active.status, 200, active.text);
  return { secret, recovery: active.body.second_factor.recovery_codes };
}

test('a log-in needs the code of this half-minute, once', async () => {
  const session = await logInAs(app, { login: 'ann2' });
  const other = await logInAgain(app, session.userId, 'ann2');
  const { secret } = await setUp(session);
  app.app.keys.forget();
  assert.equal((await app.request({ operation: 'getSession', ...other.request })).status, 401);
  assert.equal((await app.request({ operation: 'getSession', ...session.request })).status, 200);

  const needed = [401, 'second_factor_needed'];
  assert.deepEqual(await enter('ann2'), needed, 'without a code');
  assert.deepEqual(await enter('ann2', codeOf(secret)), needed, 'the code that activated it');
  later(30);
  assert.deepEqual(await enter('ann2', '000000'), needed, 'a guess');
  const code = codeOf(secret);
  assert.deepEqual(await enter('ann2', code), [200, undefined]);
  assert.deepEqual(await enter('ann2', code), needed, 'a second time');
  later(90);
  assert.deepEqual(await enter('ann2', code), needed, 'an old one');
  const stored = await app.db.rows<{ text: string }>(
    'select f::text as text from user_second_factor f where merchant_id = $1',
    ['TEST'],
  );
  assert.doesNotMatch(JSON.stringify(stored), new RegExp(secret));
});

test('a recovery code logs in once, and OAuth asks for codes as well', async () => {
  const session = await logInAs(app, { login: 'ben3' });
  const { secret, recovery } = await setUp(session);
  assert.equal(new Set(recovery).size, 10);
  assert.deepEqual(await enter('ben3', recovery[0]), [200, undefined]);
  assert.equal((await enter('ben3', recovery[0]))[0], 401);
  const shown = await app.request({ operation: 'getSecondFactor', ...session.request });
  assert.deepEqual(shown.body.second_factor, { active: true, recovery_codes_left: 9 });

  later(60);
  const form = { ...authorization(await world.registerApplication()), merchant_id: 'test' };
  const login = { login: 'ben3', password: testPassword };
  const path = '/rest/v2/oauth/authorize';
  const asked = await world.browse(path, { ...form, ...login });
  assert.equal(asked.status, 401);
  assert.match(asked.text, /name="code"/);
  assert.doesNotMatch(asked.text, new RegExp(testPassword));
  const allowed = await world.browse(path, { ...form, ...login, code: codeOf(secret) });
  assert.equal(allowed.status, 200, allowed.text);
  assert.match(allowed.text, /name="ticket"/);
});

test('a wrong code activates nothing, and a session alone removes nothing', async () => {
  const session = await logInAs(app, { login: 'cleo3' });
  const { request } = session;
  const confirm = (code: string) =>
    app.request({ operation: 'confirmSecondFactor', ...request, body: { code } });
  assert.equal((await confirm('123456')).status, 400, 'nothing was begun');
  await app.request({ operation: 'beginSecondFactor', ...request });
  assert.equal((await confirm('12345')).status, 400);
  assert.deepEqual(await enter('cleo3'), [200, undefined], 'not active yet');
  const again = await logInAgain(app, session.userId, 'cleo3');
  const { secret } = await setUp(again);
  assert.equal(
    (await app.request({ operation: 'beginSecondFactor', ...again.request })).status,
    400,
    'an active one is not replaced',
  );
  const remove = async (code: string) =>
    (await app.request({ operation: 'removeSecondFactor', ...again.request, body: { code } }))
      .status;
  assert.equal(await remove('000000'), 400);
  later(30);
  assert.equal(await remove(codeOf(secret)), 204);
  assert.deepEqual(await enter('cleo3'), [200, undefined]);
  for (let i = 0; i < 5; i++) await remove('000000');
  assert.equal(await remove('000000'), 429, 'codes cannot be tried without end');
});

test('keys and tokens have no second factor, and each change is in the log', async () => {
  const { status } = await app.request({ operation: 'beginSecondFactor' });
  assert.equal(status, 401);
  const { body } = await app.request({
    operation: 'getAuditLog',
    query: { act: 'removeSecondFactor' },
  });
  assert.equal(body.entries.length, 1);
});

const stepsNeeded = [401, 'account_steps_needed'];
const outcomeOf = async (operation: OperationId, session: TestSession, more = {}) => {
  const answer = await app.request({ operation, ...session.request, ...more });
  return [answer.status, answer.headers['x-perennial-refusal']];
};
const stepsOf = async ({ request }: TestSession) =>
  (await app.request({ operation: 'getSession', ...request })).body.session.steps;

test('where a merchant requires a second factor, a user can do nothing but set one up', async () => {
  const permissions = ['item_read', 'user_write', 'user_read'];
  const session = await logInAs(app, { login: 'dora', permissions });
  const require = (required: boolean) =>
    app.request({
      operation: 'updateMerchantSettings',
      body: { require_second_factor: required },
    });
  assert.deepEqual(await stepsOf(session), []);
  assert.equal((await require(true)).status, 200);
  assert.deepEqual(await stepsOf(session), ['second_factor']);
  for (const operation of ['getItems', 'getUsers', 'getSessions', 'getOauthGrants'] as const)
    assert.deepEqual(await outcomeOf(operation, session), stepsNeeded, operation);
  assert.equal((await app.request({ operation: 'getItems' })).status, 200, 'a key');
  const form = { ...authorization(await world.registerApplication()), merchant_id: 'test' };
  const login = { login: 'dora', password: testPassword };
  const consent = await world.browse('/rest/v2/oauth/authorize', { ...form, ...login });
  assert.equal(consent.status, 401);
  assert.doesNotMatch(consent.text, /name="ticket"/);
  const { secret } = await setUp(session);
  assert.deepEqual(await stepsOf(session), []);
  assert.deepEqual(await outcomeOf('getItems', session), [200, undefined]);
  later(30);
  const code = codeOf(secret);
  assert.deepEqual(await outcomeOf('removeSecondFactor', session, { body: { code } }), [
    204,
    undefined,
  ]);
  assert.deepEqual(await outcomeOf('getItems', session), stepsNeeded, 'removed again');
  assert.equal((await require(false)).status, 200);
  assert.deepEqual(await outcomeOf('getItems', session), [200, undefined]);
});

test('a password that another person chose is replaced before anything else, or it ends', async () => {
  const admin = await logInAs(app, {
    login: 'gerda',
    permissions: ['user_read', 'user_write', 'item_read'],
  });
  const insert = (login: string, by: Partial<TestSession['request']> = admin.request) =>
    app.request({
      operation: 'insertUser',
      ...by,
      body: { login, change_password_to: testPassword, permissions: itemRead },
    });
  const itemRead = [{ permission_Name: 'item_read', selected: true }];
  const { user_id: userId } = (await insert('emil')).body.user;
  const session = await logInAgain(app, userId, 'emil');
  assert.deepEqual(await stepsOf(session), ['password']);
  assert.deepEqual(await outcomeOf('getItems', session), stepsNeeded);
  const body = { old: testPassword, new: 'lamp river cactus nine' };
  assert.deepEqual(await outcomeOf('changePassword', session, { body }), [204, undefined]);
  assert.deepEqual(await stepsOf(session), []);
  assert.deepEqual(await outcomeOf('getItems', session), [200, undefined]);

  const change = { params: { user_id: userId }, body: { change_password_to: testPassword } };
  const update = { operation: 'updateUser', ...change } as const;
  assert.equal((await app.request({ ...update, ...admin.request })).status, 200);
  assert.deepEqual(await stepsOf(await logInAgain(app, userId, 'emil')), ['password']);
  assert.equal((await app.request(update)).status, 200);
  assert.deepEqual(await stepsOf(await logInAgain(app, userId, 'emil')), [], 'by a program');
  const made = (await insert('hugo', {})).body.user.user_id;
  assert.deepEqual(await stepsOf(await logInAgain(app, made, 'hugo')), [], 'by a program');

  await insert('fritz');
  await app.db.run(
    `update app_user set first_password_until = now() - interval '1 second'
     where merchant_id = 'TEST' and login = 'fritz'`,
  );
  assert.deepEqual(await enter('fritz'), [401, 'expired_password']);
});

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const steps: [code: string, epochSeconds: number, step: number | undefined][] = [
  // These codes are in RFC 6238, appendix B, for SHA-1; only the last six digits are used.
  ['287082', 59, 1],
  ['081804', 1_111_111_109, 37_037_036],
  ['005924', 1_234_567_890, 41_152_263],
  ['279037', 2_000_000_000, 66_666_666],
  ['287082', 60, 1],
  ['287082', 119, undefined],
  ['28 70 82', 59, 1],
  ['28708', 59, undefined],
  ['2870822', 59, undefined],
  ['', 59, undefined],
];
test('codes follow RFC 6238, with one half-minute on each side', () => {
  for (const [code, epochSeconds, step] of steps)
    assert.equal(
      stepOf(secret, code, Temporal.Instant.fromEpochMilliseconds(epochSeconds * 1000)),
      step,
      `${code} at ${epochSeconds}`,
    );
  assert.equal(recoveryHash('123456'), undefined);
});
