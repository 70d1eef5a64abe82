import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testDatabase } from '../../../test/support/database.ts';
import { openSeal, sealWith } from './seal.ts';

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

test('the key is made once, for its owner alone; a start with another key is refused', async (t) => {
  const db = await testDatabase(t);
  const dataDir = await mkdtemp(join(tmpdir(), 'perennial-seal-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const sealed = (await openSeal(db, dataDir, undefined)).seal('secret');
  assert.equal((await openSeal(db, dataDir, undefined)).open(sealed), 'secret');
  assert.equal((await stat(join(dataDir, 'secret.key'))).mode & 0o777, 0o600);
  await assert.rejects(openSeal(db, dataDir, 'x'.repeat(32)), {
    name: 'ForeignDatabaseError',
    message: /sealed with another key; set SECRET_KEY/,
  });
});
