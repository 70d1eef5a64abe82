// Tests that guessing of passwords is slowed: per account and per address, also for many attempts
// at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { logIn } from '../../server/src/staff/logIn.ts';
import { hashPassword, isPassword } from '../../server/src/staff/password.ts';
import { testApp } from '../support/app.ts';
import { addUser } from '../support/staff.ts';

const app = await testApp();
const password = 'correct horse battery';
for (const login of ['ann', 'ben', 'cleo']) await addUser(app.db, 'TEST', { login, password });
await addUser(app.db, 'TEST', { login: 'nologin' });

let now = Temporal.Instant.from('2026-01-15T17:00:00Z');
const clock: SystemClock = { ...systemClock, now: () => now };
const seal = sealWith(Buffer.alloc(32, 1));
const findContext = async (merchantId: string) =>
  merchantId === 'TEST' ? app.context() : undefined;

const attempt = (
  login: string,
  given: string,
  { merchantId = 'TEST', address = '203.0.113.1' } = {},
) =>
  logIn(
    { db: app.db, clock, seal, findContext },
    {
      merchantId,
      login,
      password: given,
      address,
      addressSubject: `ip:${address}`,
      userAgent: 'test',
    },
  );

test('the right password, in whatever letters the login is typed', async () => {
  const outcome = await attempt('ANN', password);
  assert.ok(outcome.ok && outcome.value.access.name === 'ann');
});

test('a password of 200 characters of two units each, however they are typed', async () => {
  const long = `${'😀'.repeat(199)}é`;
  await addUser(app.db, 'TEST', { login: 'emoji', password: long });
  assert.equal((await attempt('emoji', long)).ok, true);
  assert.equal((await attempt('emoji', long.normalize('NFD'))).ok, true);
  assert.equal((await attempt('emoji', '😀'.repeat(199))).ok, false);
});

test('a failed log-in does not say what was wrong', async () => {
  const wrong = { ok: false, reason: { kind: 'wrong' } };
  assert.deepEqual(await attempt('ann', 'x'), wrong);
  assert.deepEqual(await attempt('nobody', password), wrong);
  assert.deepEqual(await attempt('nologin', ''), wrong);
  assert.deepEqual(await attempt('ann', password, { merchantId: 'OTHER' }), wrong);
});

test('after five guesses at an account each waits longer, up to a minute; a success forgets them', async () => {
  const waits: number[] = [];
  for (let i = 0; i < 14; i++) {
    const outcome = await attempt('ben', `guess ${i}`, { address: `198.51.100.${i}` });
    assert.ok(!outcome.ok);
    if (outcome.reason.kind === 'wait') {
      waits.push(outcome.reason.seconds);
      assert.ok(
        !(await attempt('ben', password, { address: '192.0.2.1' })).ok,
        'the right one waits too',
      );
      now = now.add({ seconds: outcome.reason.seconds });
    }
  }
  assert.deepEqual(waits, [2, 4, 8, 16, 32]);
  for (let i = 0; i < 4; i++) {
    await attempt('ben', 'again', { address: '192.0.2.2' });
    now = now.add({ seconds: 60 });
  }
  assert.ok(
    (await attempt('ben', password, { address: '192.0.2.3' })).ok,
    'a minute is the longest',
  );
  assert.deepEqual(await attempt('ben', 'x', { address: '192.0.2.3' }), {
    ok: false,
    reason: { kind: 'wrong' },
  });
});

test('a hundred guesses at once are no better than one after another', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      attempt('cleo', `guess ${i}`, { address: `198.51.100.${100 + i}` }),
    ),
  );
  assert.equal(
    outcomes.filter((outcome) => !outcome.ok && outcome.reason.kind === 'wrong').length,
    5,
  );
});

test('an address that tries one password at many accounts waits', async () => {
  const kinds: string[] = [];
  for (let i = 0; i < 25; i++) {
    const outcome = await attempt(`user${i}`, 'Summer2026!!', { address: '203.0.113.66' });
    kinds.push(outcome.ok ? 'in' : outcome.reason.kind);
  }
  assert.equal(kinds.filter((kind) => kind === 'wrong').length, 20);
  now = now.add({ hours: 2 });
  assert.deepEqual(
    await attempt('user', 'x', { address: '203.0.113.66' }),
    { ok: false, reason: { kind: 'wrong' } },
    'forgotten after a quiet hour',
  );
});

test('passwords are stored as Argon2id, each with a different salt', async () => {
  const [one, two] = [
    await hashPassword(password, randomIds),
    await hashPassword(password, randomIds),
  ];
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.notEqual(one, two);
  assert.deepEqual(
    [
      await isPassword(password, one),
      await isPassword(`${password} `, one),
      await isPassword('x', undefined),
    ],
    [true, false, false],
  );
  assert.ok(
    await isPassword('e\u0301', await hashPassword('\u00e9', randomIds)),
    'one text, however it was typed',
  );
});
