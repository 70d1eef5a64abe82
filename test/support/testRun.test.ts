// Tests the run of the tests itself: whatever goes wrong in a test file, the run counts a failure.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { spawnQuietNode } from './childProcess.ts';

const begin = "import { before, test } from 'node:test'; test('good', () => {});";
const cases: readonly [what: string, source: string, passed: number, failed: number][] = [
  ['a file whose test passes', begin, 1, 0],
  ['a file whose test fails', `${begin} test('bad', () => { throw new Error('bad'); });`, 1, 1],
  ['a file without tests that cannot be loaded', "throw new Error('bad');", 0, 1],
  ['a file that ends in an error', `${begin} throw new Error('bad');`, 0, 2],
  ['a file whose preparation fails', `${begin} before(() => { throw new Error('bad'); });`, 0, 2],
  // The tests of this file are not reported.
  ['a file that ends its process', `${begin} test('bad', () => process.exit(0));`, 0, 1],
];

for (const [what, source, passed, failed] of cases)
  test(`${what}: ${passed} passed, ${failed} failed`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'perennial-run-'));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'one.test.mjs'), source);
    await writeFile(join(folder, 'run.mjs'), runOf(join(folder, 'one.test.mjs')));
    const child = spawnQuietNode([join(folder, 'run.mjs')]);
    const ended = once(child, 'exit');
    const printed = await text(child.stdout);
    assert.deepEqual(await ended, [0, null]);
    assert.deepEqual(JSON.parse(printed.trim().split('\n').at(-1)!), [passed, failed], printed);
  });

/** Returns a program that runs a test file, and prints how many of its tests passed and failed. */
const runOf = (path: string): string => `
import { runTestFiles } from ${JSON.stringify(new URL('../../scripts/testRun.ts', import.meta.url).href)};
const tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
// With this variable Node takes the process for a test, and its test run would run nothing.
delete process.env.NODE_TEST_CONTEXT;
const { signal } = new AbortController();
await runTestFiles([${JSON.stringify(path)}], { label: '', tally, signal });
console.log(JSON.stringify([tally.passed, tally.failed]));
`;
