// Tests a full disk: the server refuses what it cannot store with a message, stores nothing in
// part, and works again once there is room.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { localFiles } from '../../server/src/platform/files/localFiles.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { testApp } from '../support/app.ts';
import { runPerennial } from '../support/commandLine.ts';
import { nodesOfStore, openTestDatabase } from '../support/database.ts';
import { addColleague, ask } from '../support/workflow.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'perennial-full-'));
const disk = join(folder, 'disk');
await mkdir(disk);
// Only root may mount, and some containers refuse it even to root.
const isMounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).then(
  () => true,
  () => false,
);
after(async () => {
  if (isMounted) await run('umount', [disk]);
  await rm(folder, { recursive: true, force: true });
});
const skip = !isMounted;

/** Fills the disk, and returns a function that makes room. */
async function fill(): Promise<() => Promise<void>> {
  const path = join(disk, 'filling');
  await writeFile(path, Buffer.alloc(2_000_000)).catch((error: NodeJS.ErrnoException) =>
    assert.equal(error.code, 'ENOSPC'),
  );
  return () => rm(path);
}

test('an upload gets 503, leaves nothing, and succeeds later', { skip }, async () => {
  const seal = sealWith(Buffer.alloc(32, 3));
  const app = await testApp({ files: { folder: join(disk, 'files') }, seal });
  const { key } = await addColleague(app, 'Ann Archer');
  const { workflow_attachment_upload_url: link } = await ask(app, {
    operation: 'getWorkflowTaskAttachmentUploadUrl',
    params: { extension: 'txt' },
    key,
  });
  const put = () =>
    app.app.http.inject({
      method: 'PUT',
      url: link.url.replace('http://perennial.test', ''),
      payload: Buffer.alloc(50_000, 'a'),
      headers: { 'content-type': 'text/plain' },
    });
  const makeRoom = await fill();
  const refused = await put();
  assert.equal(refused.statusCode, 503, refused.body);
  assert.equal(refused.headers['retry-after'], '1');
  const { developer_message: words } = refused.json().error;
  assert.match(words, /has a full disk/);
  const stored = await readdir(join(disk, 'files'), { recursive: true }).catch(() => []);
  assert.deepEqual(
    stored.filter((name) => name !== 'TEST'),
    [],
  );
  await makeRoom();
  assert.equal((await put()).statusCode, 200);
});

test('a file that cannot be replaced stays as it was, and alone', { skip }, async () => {
  const files = localFiles({
    folder: disk,
    tokens: { sign: async () => '', read: async () => undefined },
    ids: randomIds,
    publicUrl: async () => 'http://perennial.test',
    mayUseLink: async () => true,
  });
  const file = { merchantId: 'SHOP', fileUuid: '1' };
  await mkdir(join(disk, 'SHOP'));
  await writeFile(join(disk, 'SHOP', '1'), 'Dear Ann');
  const makeRoom = await fill();
  await assert.rejects(files.replace(file, Buffer.alloc(50_000), 'text/plain'), { code: 'ENOSPC' });
  assert.deepEqual(await readdir(join(disk, 'SHOP')), ['1']);
  assert.equal(await readFile(join(disk, 'SHOP', '1'), 'utf8'), 'Dear Ann');
  await makeRoom();
});

// The command refuses a cluster of Citus, which is backed up node by node.
const isCluster = (await nodesOfStore()).length > 1;

test('an export and a backup end in words, and succeed later', {
  skip: skip || isCluster,
}, async () => {
  const { url } = await openTestDatabase();
  const env = { DATABASE_URL: url, DATA_DIR: join(folder, 'data'), SECRET_KEY: 'x'.repeat(40) };
  await runPerennial(['merchant', 'create', '--id', 'SHOP', '--name', 'Shop'], env);
  const commands = [
    ['export', '--merchant', 'SHOP', join(disk, 'export')],
    ['backup', join(disk, 'backup')],
  ];
  for (const args of commands) {
    const makeRoom = await fill();
    const ended = await runPerennial(args, env);
    assert.equal(ended.code, 1);
    assert.match(
      ended.err,
      /^perennial: a file cannot be written or read \(ENOSPC: .*\); .*again$/m,
    );
    assert.doesNotMatch(ended.err, /\n\s+at /, 'no stack');
    await makeRoom();
    await rm(join(disk, 'export'), { recursive: true, force: true });
    const done = await runPerennial(args, env);
    assert.equal(done.code, 0, done.err);
  }
});
