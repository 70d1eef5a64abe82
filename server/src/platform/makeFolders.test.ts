import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeFolders } from './makeFolders.ts';

const top = await mkdtemp(join(tmpdir(), 'perennial-folders-'));
after(() => rm(top, { recursive: true }));

test('makes every folder on the way with its mode, and does nothing the second time', async () => {
  const folder = join(top, 'a/b/c');
  for (let time = 0; time < 2; time++) makeFolders(folder, 0o700);
  for (const each of ['a', 'a/b', 'a/b/c'])
    assert.equal((await stat(join(top, each))).mode & 0o777, 0o700);
});

await writeFile(join(top, 'file'), '');
await symlink(join(top, 'nowhere'), join(top, 'broken link'));

for (const { name, folder, code, skip } of [
  { name: 'a file in its place', folder: join(top, 'file'), code: 'EEXIST' },
  { name: 'a file on the way', folder: join(top, 'file/a/b'), code: 'ENOTDIR' },
  { name: 'a broken link in its place', folder: join(top, 'broken link'), code: 'EEXIST' },
  { name: 'a broken link on the way', folder: join(top, 'broken link/a/b'), code: 'EEXIST' },
  // Node's own `recursive` never returns for this folder.
  {
    name: 'a folder above that cannot hold it',
    folder: '/proc/perennial/a/b',
    code: 'ENOENT',
    skip: !existsSync('/proc/self'),
  },
])
  test(`throws the error of the system: ${name}`, { skip: skip ?? false }, () => {
    assert.throws(() => makeFolders(folder), { code });
  });
