// Tests that the log never stops the server, even if its disk is full or its reader has ended.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { logOutput } from './logOutput.ts';

const hasFull = existsSync('/dev/full');
const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

test('lines that found no room are written when there is some, and the lost ones are counted', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-log-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'log');
  const fd = openSync(path, 'w');
  t.after(() => closeSync(fd));
  const output = logOutput(fd);
  output.write('first\n');
  // While the first line is written, the other lines wait in a buffer that is too small for all of
  // them.
  const long = `${'x'.repeat(300_000)}\n`;
  for (let count = 0; count < 5; count++) output.write(long);
  while (!readFileSync(path, 'utf8').endsWith(long)) await new Promise(setImmediate);
  const [first, note, ...rest] = readFileSync(path, 'utf8').split('\n');
  assert.equal(first, 'first');
  assert.equal(JSON.parse(note!).lost, 2);
  assert.equal(rest.length, 4);
});

test('a process whose log is on a full disk continues, and ends', { skip: !hasFull }, async () => {
  const script = `
      const { openLog } = await import(${module('./log.ts')});
      const log = openLog('info');
      for (let line = 0; line < 10; line++) {
        log.info('a line');
        await new Promise(setImmediate);
      }
      process.exitCode = 7;`;
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', full, 'inherit'],
  });
  closeSync(full);
  assert.deepEqual(await once(child, 'exit'), [7, null]);
});

test('a process whose log has no reader any more continues, and ends', async () => {
  const script = `
    const { openLog } = await import(${module('./log.ts')});
    const log = openLog('info');
    const told = new Promise((resolve) => process.once('message', resolve));
    process.send('ready');
    await told;
    for (let line = 0; line < 10; line++) {
      log.info('a line');
      await new Promise(setImmediate);
    }
    process.exit(7);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  child.stdout!.destroy();
  child.send('go');
  assert.deepEqual(await once(child, 'exit'), [7, null]);
});
