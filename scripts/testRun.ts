import { availableParallelism } from 'node:os';
import { matchesGlob } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { endWithParent } from '../test/support/childProcess.ts';
import { fileTimeoutMs, openTestQueue } from './testQueue.ts';
import { addUnfinished, type Reported, report } from './testReport.ts';

/**
 * One more than the number of processors, because files often wait: for PostgreSQL, for a browser,
 * for a process that they killed. More would compete for the processor caches. Four at most,
 * because they share the connections of one PostgreSQL.
 */
const atOnce = Math.min(availableParallelism() + 1, 4);
/** Long proofs run last, one at a time: most have several processes, and some measure memory. */
const longTimeoutMs = 7_200_000;
const lane = fileURLToPath(new URL('testLane.ts', import.meta.url));

/**
 * The files with a separate process, the longest first: they start a browser, kill processes, replace
 * the clock or the exit of their process, or measure memory. All others share a few processes.
 */
const alone = [
  'test/browser/pages.test.ts',
  'test/storage/{killNine,launcher}.test.ts',
  'test/browser/*.test.ts',
  'test/fault/{frozenPostgres,silentPeers}.test.ts',
  'test/http/fuzz.test.ts',
  'test/workflow/live.test.ts',
];

/** Runs test files, prints their results, and adds them to the tally. */
export async function runTestFiles(
  files: readonly string[],
  { signal, ...reported }: Reported & { readonly signal: AbortSignal },
): Promise<void> {
  const long = files.filter(isLong);
  const short = files.filter((file) => !isLong(file));
  const own = short.filter(isOwn).sort((a, b) => placeOf(a) - placeOf(b));
  const shared = short.filter((file) => !isOwn(file));
  const finished = new Set<string>();
  const queue = openTestQueue(shared);
  const start = (file: string, timeout: number, ...argv: string[]) =>
    run({ files: [file], argv, execArgv: [...endWithParent], signal, timeout });
  const runShared = async () => {
    // A lane may leave files to the next one. If it claimed no file, the next one would not either.
    for (let left = shared.length + 1; queue.left() > 0 && queue.left() < left; ) {
      left = queue.left();
      await report(start(lane, longTimeoutMs, queue.folder), reported, finished);
    }
  };
  const runOwn = async () => {
    for (let file = own.shift(); file !== undefined; file = own.shift())
      await report(start(file, fileTimeoutMs), reported);
  };
  await Promise.all(
    Array.from({ length: Math.min(atOnce, short.length) }, async (_, place) => {
      // Every other lane starts with the slow files, because a slow file at the end would leave a
      // processor idle.
      const works = place % 2 === 0 ? [runShared, runOwn] : [runOwn, runShared];
      for (const work of works) await work();
    }),
  );
  addUnfinished(
    shared.filter((file) => !finished.has(file)),
    reported,
  );
  for (const file of long) await report(start(file, longTimeoutMs), reported);
}

const placeOf = (file: string): number => alone.findIndex((glob) => matchesGlob(file, glob));
const isOwn = (file: string): boolean => placeOf(file) >= 0;
const isLong = (file: string): boolean => file.endsWith('.long.ts');
