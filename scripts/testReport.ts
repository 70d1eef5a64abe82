import { relative } from 'node:path';
import type { run } from 'node:test';
import { inspect } from 'node:util';

/**
 * The numbers of passed, failed and skipped tests of a run, and the output about the failed ones.
 */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: string[];
}

/** The destination of the report of a run. */
export interface Reported {
  /** Printed before the name of each file and test. */
  readonly label: string;
  readonly tally: Tally;
}

/**
 * Prints the events of a test run as they arrive: each file with its figures, the tests' own
 * diagnostics (counts), and each failure with its place and its error. Adds to the tally. In a
 * lane, each file is a suite, which is added to `finished`.
 */
export async function report(
  events: ReturnType<typeof run>,
  { label, tally }: Reported,
  finished?: Set<string>,
): Promise<void> {
  let counts = noCounts();
  const endFile = (file: string, durationMs: number): void => {
    printFile(label, file, counts, durationMs);
    add(tally, counts);
    counts = noCounts();
    finished?.add(file);
  };
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') process.stdout.write(data.message);
    else if (type === 'test:diagnostic' && data.file !== undefined)
      console.log(`  ${data.message}`);
    else if (type === 'test:summary' && data.file !== undefined && !finished)
      endFile(data.file, data.duration_ms);
    else if (type === 'test:pass' || type === 'test:fail') {
      if (type === 'test:fail') printFailure(label, data, tally.failures);
      const isTopOfLane = finished !== undefined && data.nesting === 0;
      counts[resultOf(type, data, isTopOfLane)]++;
      if (isTopOfLane && isSuite(data)) endFile(data.name, data.details.duration_ms);
    }
  }
  // Tests of a process that ended before they did.
  add(tally, counts);
}

/** Counts and names the files whose process ended before they did. */
export function addUnfinished(files: readonly string[], { label, tally }: Reported): void {
  for (const file of files) {
    const text =
      `✖ ${label}${file}: the process of this file, or of one before it, ended too early; run it ` +
      `by itself: npm test -- ${file}`;
    tally.failed++;
    tally.failures.push(text);
    console.log(text);
  }
}

/**
 * The number of tests by result. Groups are not counted, but a group that could not run has failed.
 */
type Counts = Record<'passed' | 'failed' | 'skipped' | 'group', number>;

const noCounts = (): Counts => ({ passed: 0, failed: 0, skipped: 0, group: 0 });

/**
 * The top level of a lane contains its files, or the lane itself, which Node reports when it had no
 * file.
 */
function resultOf(
  type: 'test:pass' | 'test:fail',
  data: Result,
  isTopOfLane: boolean,
): keyof Counts {
  if (isSuite(data)) return type === 'test:pass' || isOfSubtests(data) ? 'group' : 'failed';
  if (type === 'test:pass' && isTopOfLane) return 'group';
  if (data.skip !== undefined || data.todo !== undefined) return 'skipped';
  return type === 'test:pass' ? 'passed' : 'failed';
}

interface Result {
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: { readonly type?: string | undefined };
}

const isSuite = ({ details }: Result): boolean => details.type === 'suite';

/** A group fails because one of its tests failed, which has already been printed. */
const isOfSubtests = ({ details }: Result): boolean =>
  'error' in details &&
  (details.error as { failureType?: string }).failureType === 'subtestsFailed';

interface Failure extends Result {
  name: string;
  file?: string | undefined;
  line?: number | undefined;
  details: { type?: string | undefined; error: Error };
}

function printFailure(label: string, failure: Failure, failures: string[]): void {
  if (isOfSubtests(failure)) return;
  const { name, file, line, details } = failure;
  const { error } = details;
  const text = `✖ ${label}${name} (${shown(file)}:${line})\n${indent(told(error.cause ?? error))}`;
  failures.push(text);
  console.log(text);
}

/**
 * The message of a failed assertion already shows the difference; its fields would show both
 * complete values again.
 */
function told(cause: unknown): string {
  return cause instanceof Error && 'generatedMessage' in cause
    ? (cause.stack ?? cause.message)
    : inspect(cause);
}

function printFile(
  label: string,
  file: string,
  { passed, failed }: Counts,
  durationMs: number,
): void {
  console.log(
    `${failed > 0 ? '✖' : '✔'} ${label}${shown(file)} (${passed} ` +
      `passed${failed > 0 ? `, ${failed} failed` : ''}, ${(durationMs / 1000).toFixed(1)} s)`,
  );
}

function add(tally: Tally, { passed, failed, skipped }: Counts): void {
  tally.passed += passed;
  tally.failed += failed;
  tally.skipped += skipped;
}

const shown = (file = '') => relative(process.cwd(), file);
const indent = (text: string) => text.replace(/^/gm, '    ');
