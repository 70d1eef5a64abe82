// Tests that users get a mail about each change of their accounts, and that no mail contains a
// secret.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import type { OperationId } from '../../contract/src/operations.ts';
import { oauthWorld } from '../staff/oauthClient.ts';
import type { TestRequest } from '../support/app.ts';
import { logInAs, testPassword } from '../support/sessions.ts';

const world = await oauthWorld();
const { app } = world;
const session = await logInAs(app, {
  login: 'fay',
  name: 'Fay Field',
  email: 'fay@example.com',
  permissions: ['user_write', 'user_read', 'order_read'],
});
const { userId } = session;
const login = 'fay';
let password = testPassword;

const ask = async <Id extends OperationId>(request: TestRequest<Id>) => {
  const answer = await app.request({ ...session.request, ...request });
  assert.ok(answer.status < 300, answer.text);
  return answer.body;
};
const byAdmin = (body: object) =>
  ask({ operation: 'updateUser', key: app.key, headers: {}, params: { user_id: userId }, body });
const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({
    timestamp: Date.now() + 30_000 * steps,
  });
const made = { key: 0, secret: '', recovery: '' };

/** The changes of a day in order, and their mails: recipient, subject and one line. */
const changes: [
  what: string,
  act: () => Promise<unknown>,
  to: string[],
  subject: RegExp,
  line: RegExp,
][] = [
  [
    'the user changes the password',
    async () => {
      const changed = 'a longer horse battery';
      await ask({ operation: 'changePassword', body: { old: password, new: changed } });
      password = changed;
    },
    ['fay@example.com'],
    /^The password was changed: account fay of /,
    /- By Fay Field, from the address 127\.0\.0\.1/,
  ],
  [
    'an administrator sets the password',
    async () => {
      password = 'one more horse battery';
      await byAdmin({ change_password_to: password });
    },
    ['fay@example.com'],
    /^The password was changed/,
    /- By test key, from the address 127\.0\.0\.1/,
  ],
  [
    'the address is changed',
    () => byAdmin({ email: 'fay@home.example' }),
    ['fay@example.com', 'fay@home.example'],
    /^The email address was changed/,
    /- By test key/,
  ],
  [
    'password and address are changed at once',
    async () => {
      password = 'the last horse battery';
      await byAdmin({ change_password_to: password, email: 'fay@work.example' });
    },
    ['fay@home.example', 'fay@home.example', 'fay@work.example', 'fay@work.example'],
    /^The (password|email address) was changed/,
    /- By test key/,
  ],
  [
    'a password that another person chose is replaced',
    async () => {
      const changed = 'mine alone horse battery';
      await ask({ operation: 'changePassword', body: { old: password, new: changed } });
      password = changed;
    },
    ['fay@work.example'],
    /^The password was changed/,
    /- By Fay Field/,
  ],
  [
    'a key is made',
    async () => {
      const body = { name: 'desk', permissions: ['order_read'] };
      made.key = (await ask({ operation: 'insertApiKey', body })).api_key.key_id!;
    },
    ['fay@work.example'],
    /^An API key was made/,
    /- Key \d+, "desk"/,
  ],
  [
    'a key gets another secret',
    () => ask({ operation: 'rotateApiKey', params: { key_id: made.key } }),
    ['fay@work.example'],
    /^An API key got a new secret/,
    /- Key \d+, "desk"/,
  ],
  [
    'an application is allowed',
    async () => world.obtainCode(await world.registerApplication(), { login, password }),
    ['fay@work.example'],
    /^An application was allowed to act for you/,
    /- .+: .*order_read/,
  ],
  [
    'a second factor is set up',
    async () => {
      const { secret } = (await ask({ operation: 'beginSecondFactor' })).second_factor;
      const body = { code: codeOf(secret) };
      const { second_factor } = await ask({ operation: 'confirmSecondFactor', body });
      made.secret = secret!;
      made.recovery = second_factor.recovery_codes[0]!;
    },
    ['fay@work.example'],
    /^A second factor was set up/,
    /log-ins now need a code/,
  ],
  [
    'a recovery code is used',
    () =>
      ask({
        operation: 'logIn',
        key: null,
        headers: {},
        body: { merchant_id: 'TEST', login, password, code: made.recovery },
      }),
    ['fay@work.example'],
    /^A recovery code was used to log in/,
    /- By fay, from the address 127\.0\.0\.1/,
  ],
  [
    'the second factor is removed',
    () => ask({ operation: 'removeSecondFactor', body: { code: codeOf(made.secret, 1) } }),
    ['fay@work.example'],
    /^The second factor was removed/,
    /only the password/,
  ],
];

test('each change is mailed to the user', async (t) => {
  for (const [what, act, to, subject, line] of changes)
    await t.test(what, async () => {
      const before = app.mails.length;
      if (/^(a password that|a key is|an application)/.test(what))
        Object.assign(session, await relogged());
      await act();
      await app.work('notices');
      const mails = app.mails.slice(before);
      assert.deepEqual(mails.map((mail) => mail.to).sort(), to);
      for (const mail of mails) {
        assert.match(mail.subject, subject);
        assert.match(mail.text, line);
        assert.match(mail.text, /Otherwise change your password/);
        for (const secret of [password, made.secret, made.recovery].filter(Boolean))
          assert.ok(!mail.text.includes(secret) && !mail.html.includes(secret), 'no secret');
      }
    });
});

/** A new password ends sessions. */
async function relogged() {
  const body = { merchant_id: 'TEST', login, password };
  const answer = await app.request({ operation: 'logIn', key: null, body });
  assert.equal(answer.status, 200, answer.text);
  const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
  return { request: { key: null, headers: { ...session.request.headers, cookie } } };
}

test('a refused change, and a change of a user without an address, mail nothing', async () => {
  const before = app.mails.length;
  const gil = await logInAs(app, { login: 'gil' });
  await ask({
    operation: 'changePassword',
    ...gil.request,
    body: { old: testPassword, new: 'yet another horse battery' },
  });
  const wrong = await app.request({
    operation: 'changePassword',
    ...session.request,
    body: { old: 'a wrong horse battery', new: 'yet another horse battery' },
  });
  assert.equal(wrong.status, 400);
  await byAdmin({ full_name: 'Fay F. Field' });
  await app.work('notices');
  assert.equal(app.mails.length, before);
});
