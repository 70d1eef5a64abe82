import { relative } from 'node:path';
import type { run } from 'node:test';
import { inspect } from 'node:util';

/** How many tests of a run passed, failed, and were not run, and what was printed of the failed. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: string[];
}

/**
 * Prints what a reader of a test run needs, as it comes: each file with its figures, what tests say
 * about themselves (counts), and each failure with its place and its error. Adds to the tally.
 */
export async function report(
  events: ReturnType<typeof run>,
  label: string,
  tally: Tally,
): Promise<void> {
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') process.stdout.write(data.message);
    else if (type === 'test:diagnostic' && data.file !== undefined)
      console.log(`  ${data.message}`);
    else if (type === 'test:fail') printFailure(label, data, tally.failures);
    else if (type === 'test:summary' && data.file !== undefined)
      printFile(label, data.file, data.counts, data.duration_ms);
    else if (type === 'test:summary') add(tally, data.counts);
  }
}

interface Counts {
  passed: number;
  failed: number;
  cancelled: number;
  skipped: number;
  todo: number;
}

interface Failure {
  name: string;
  file?: string | undefined;
  line?: number | undefined;
  details: { error: Error };
}

function printFailure(
  label: string,
  { name, file, line, details: { error } }: Failure,
  failures: string[],
): void {
  // A group fails because a test in it failed, which has been printed already.
  if ((error as { failureType?: string }).failureType === 'subtestsFailed') return;
  const text = `✖ ${label}${name} (${shown(file)}:${line})\n${indent(told(error.cause ?? error))}`;
  failures.push(text);
  console.log(text);
}

/**
 * A failed assertion's message shows the difference already; its fields would show both values
 * whole once more.
 */
function told(cause: unknown): string {
  return cause instanceof Error && 'generatedMessage' in cause
    ? (cause.stack ?? cause.message)
    : inspect(cause);
}

function printFile(
  label: string,
  file: string,
  { passed, failed, cancelled }: Counts,
  durationMs: number,
): void {
  const failures = failed + cancelled;
  console.log(
    `${failures > 0 ? '✖' : '✔'} ${label}${shown(file)} (${passed} ` +
      `passed${failures > 0 ? `, ${failures} failed` : ''}, ${(durationMs / 1000).toFixed(1)} ` +
      's)',
  );
}

function add(tally: Tally, { passed, failed, cancelled, skipped, todo }: Counts): void {
  tally.passed += passed;
  tally.failed += failed + cancelled;
  tally.skipped += skipped + todo;
}

const shown = (file = '') => relative(process.cwd(), file);
const indent = (text: string) => text.replace(/^/gm, '    ');
