// Tests that no server continues to run when a run of tests is killed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { spawnNode } from './childProcess.ts';
import { ended, killNine } from './launched.ts';

/** A program that starts another one, prints the process id of that one, and never ends. */
const parent = `
  const { spawnNode } = await import(${JSON.stringify(new URL('childProcess.ts', import.meta.url))});
  const child = spawnNode(['-e', 'console.log(process.pid); setInterval(() => {}, 1000)']);
  child.stdout.pipe(process.stdout);
`;

test('a child ends when the process that started it is killed', async () => {
  const started = spawnNode(['--input-type=module', '-e', parent]);
  const [line] = (await once(started.stdout, 'data')) as [Buffer];
  await killNine(started);
  assert.ok(await ended(Number(line)), `process ${line} still runs`);
});

test('a child ends by itself, with its status, while its parent runs', async () => {
  const [code] = await once(spawnNode(['-e', 'process.exitCode = 7']), 'exit');
  assert.equal(code, 7);
});
