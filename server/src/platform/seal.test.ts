import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testDatabase } from '../../../test/support/database.ts';
import { adoptSealKey, openSeal, sealWith } from './seal.ts';

test('what was sealed is opened with the same key, and looks different each time', () => {
  const seal = sealWith(randomBytes(32));
  const [one, two] = [seal.seal('pässword'), seal.seal('pässword')];
  assert.equal(seal.open(one), 'pässword');
  assert.notDeepEqual(one, two);
  assert.ok(!one.includes('ssword'));
});

test('another key, or a byte that was changed, opens nothing', () => {
  const seal = sealWith(randomBytes(32));
  const sealed = seal.seal('secret');
  assert.throws(() => sealWith(randomBytes(32)).open(sealed), /cannot be opened/);
  sealed[sealed.length - 1]! ^= 1;
  assert.throws(() => seal.open(sealed), /cannot be opened/);
});

test('a truncated secret does not open, even if it only lost the end of its tag', () => {
  const seal = sealWith(randomBytes(32));
  const sealed = seal.seal('');
  for (let length = 0; length < sealed.length; length++)
    assert.throws(() => seal.open(sealed.subarray(0, length)), /cannot be opened/, `${length}`);
  assert.equal(seal.open(sealed), '');
});

test('the key is made once, for its owner alone; a start with another key is refused', async (t) => {
  const db = await testDatabase(t);
  const dataDir = await mkdtemp(join(tmpdir(), 'perennial-seal-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const sealed = (await openSeal(db, { dataDir })).seal('secret');
  assert.equal((await openSeal(db, { dataDir })).open(sealed), 'secret');
  assert.equal((await stat(join(dataDir, 'secret.key'))).mode & 0o777, 0o600);
  await rm(join(dataDir, 'secret.key'));
  await assert.rejects(openSeal(db, { dataDir, key: 'x'.repeat(32) }), {
    name: 'ForeignDatabaseError',
    message: /sealed with another key; set SECRET_KEY/,
  });
});

test('a key is replaced in three starts: both open, the new one seals, the old one is forgotten', async (t) => {
  const db = await testDatabase(t);
  const dataDir = await mkdtemp(join(tmpdir(), 'perennial-seal-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const [old, next] = ['o'.repeat(32), 'n'.repeat(32)];
  const sealed = (await openSeal(db, { dataDir, key: old })).seal('secret');

  const both = { dataDir, key: next, before: old };
  const seal = await openSeal(db, both);
  assert.equal(seal.open(sealed), 'secret');
  // A process that still seals with the old key can read what the new one sealed.
  const behind = await openSeal(db, { dataDir, key: old, before: next });
  assert.equal(behind.open(seal.seal('newer')), 'newer');

  await assert.rejects(openSeal(db, { dataDir, key: next }), /sealed with another key/);
  const resealed = seal.reseal(sealed);
  assert.equal(await adoptSealKey(db, both), true);
  assert.equal(await adoptSealKey(db, both), false);
  assert.equal((await openSeal(db, { dataDir, key: next })).open(resealed), 'secret');
  await assert.rejects(openSeal(db, { dataDir, key: old }), /sealed with another key/);
});

test('a database that was sealed with the file takes a setting, and the file still opens', async (t) => {
  const db = await testDatabase(t);
  const dataDir = await mkdtemp(join(tmpdir(), 'perennial-seal-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const sealed = (await openSeal(db, { dataDir })).seal('secret');
  assert.equal((await openSeal(db, { dataDir, key: 'n'.repeat(32) })).open(sealed), 'secret');
});
