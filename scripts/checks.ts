// The checks of `npm run check` and `npm test` that do not run the project: types, lint and format.
import { spawnSync } from 'node:child_process';

/** One check: its promise, and its faults; an empty text if there are none. */
export interface Check {
  readonly promise: string;
  readonly faults: () => string;
}

/** The checks of the sources, the most helpful first: types first, format last. */
export const checks: readonly Check[] = [
  {
    promise: 'the types are correct',
    faults: () => outputOf('tsc', ['--noEmit', '--pretty', 'false', '-p', '.']),
  },
  {
    promise: 'the types of the console are correct',
    faults: () => outputOf('tsc', ['--noEmit', '--pretty', 'false', '-p', 'web']),
  },
  {
    promise: 'the linter finds nothing',
    faults: () => outputOf('oxlint', ['--format', 'unix', '--deny-warnings']),
  },
  {
    promise: 'the formatter would change nothing (fix: npm run format)',
    faults: () => outputOf('biome', ['check', '--diagnostic-level=error', '.']),
  },
];

/**
 * Runs a program of node_modules/.bin. Returns its output when it failed, and an empty text when it
 * succeeded.
 */
function outputOf(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) return `${program} does not start: ${error.message}; run npm ci`;
  return status === 0 ? '' : `${stdout}${stderr}`.trim() || `${program} ended with ${status}`;
}
