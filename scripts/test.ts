// `npm test [-- file or glob …]`: checks types, lint and format, starts one PostgreSQL for the run,
// runs the test files, checks every statement that they sent, and runs the storage suite again on
// partitioned tables in the machine's own PostgreSQL. With named files, skips the checks of the
// sources and of the statements. The last line says how many tests passed and failed.
import { globSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { readMigrations, splitStatements } from '../server/src/platform/storage/migrate.ts';
import { readCatalogue, shapeFaults } from '../test/storage/shapes.ts';
import { isOneOf, seenStatements } from '../test/storage/statements.ts';
import { makeCitusTemplate } from '../test/support/citus.ts';
import { partitionByMerchant } from '../test/support/partitioned.ts';
import { findSystemPostgres } from '../test/support/systemPostgres.ts';
import {
  makeTemplate,
  startTestServer,
  type TestServer,
  type TestStore,
  withPool,
} from '../test/support/testStore.ts';
import { checks } from './checks.ts';
import type { Tally } from './testReport.ts';
import { runTestFiles } from './testRun.ts';

const workspaces = '{contract,server,sdk,web,test,bench,scripts}';
/** The tests that must pass on every kind of database that data may be moved to. */
const storageSuite = [
  'test/storage/*.suite.test.ts',
  'test/http/simultaneous.test.ts',
  'server/src/**/{store,operations}.test.ts',
  'server/src/**/*{Store,Operations}.test.ts',
  'server/src/*/{items,orders,customers}.test.ts',
];

/** The tests that depend on PostgreSQL's plans and configuration, and not only on partitions. */
const planSuite = 'test/storage/{plans,hostileDefaults,lookups}.suite.test.ts';

/** Further tests for Citus: all features, the clients' view, customers' lives, faults and refusals. */
const citusSuite = [
  'server/src/*/*.test.ts',
  'server/src/platform/events/*.test.ts',
  'test/{http,stories,conformance,staff,webhooks,workflow,fault,security,oracle}/*.test.ts',
  'test/storage/citusYear.long.ts',
];
// Each process of a run loads most of the server. Node caches the compiled sources for the next
// process, which then loads them in less than half the time.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../node_modules/.cache/perennial', import.meta.url),
);

/**
 * Ends the processes of the test files together with this one, because they would otherwise
 * continue.
 */
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interruption.abort());

const startedAt = performance.now();
/** `--citus`: runs only the tests for the Citus that `CITUS_URL` names. */
const isCitusOnly = process.argv.includes('--citus');
const named = process.argv.slice(2).filter((argument) => argument !== '--citus');
const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
const files = filesOf(named.length > 0 ? named : [`${workspaces}/**/*.test.ts`]);
const suite = files.filter((file) => storageSuite.some((glob) => matchesGlob(file, glob)));
const onCitus = files.filter((file) =>
  [...storageSuite, ...citusSuite].some((glob) => matchesGlob(file, glob)),
);

if (named.length === 0 && !isCitusOnly)
  for (const { promise, faults } of checks) check(promise, faults());
if (!isCitusOnly) await onEmbedded();
if (!isCitusOnly && suite.length > 0) await onPartitions();
if (onCitus.length > 0) await runOnCitus();
const ran = tally.passed + tally.failed > 0;
if (!ran) console.log(`no test ran: ${named.join(' ') || workspaces} names no test file`);
// Repeated at the end, for readers who keep only the last of many lines.
if (tally.failures.length > 0) console.log(`\nWhat failed:\n${tally.failures.join('\n')}`);
console.log(`\n${((performance.now() - startedAt) / 1000).toFixed(1)} s${processorTime()}`);
console.log(
  `${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}`,
);
process.exitCode = ran && tally.failed === 0 ? 0 : 1;

function filesOf(globs: readonly string[]): string[] {
  return globSync(globs, { exclude: ['**/node_modules/**'] })
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

async function onEmbedded(): Promise<void> {
  const server = await startTestServer();
  try {
    await runFiles('', files, () => makeTemplate(server, 'template_plain'));
    if (named.length === 0)
      check(
        'every statement on rows of merchants has a shape that Citus can route',
        await misshapenStatements(server),
      );
  } finally {
    await server.stop();
  }
}

/**
 * The storage suite once more, on tables that are partitioned by merchant: on the machine's own
 * PostgreSQL, if there is one, so that one run tests both. Tests that depend on plans also run on
 * its plain tables.
 */
async function onPartitions(): Promise<void> {
  const system = await findSystemPostgres();
  if (!system)
    console.log(
      'No PostgreSQL 15 or newer is installed on this machine: the storage suite ran on the embedded one alone.',
    );
  const server = await (system?.start() ?? startTestServer());
  try {
    await runFiles(`partitioned, ${system?.version ?? 'embedded'}: `, suite, () =>
      makeTemplate(server, 'template_partitioned', partitionByMerchant),
    );
    const planned = suite.filter((file) => matchesGlob(file, planSuite));
    if (system && planned.length > 0)
      await runFiles(`${system.version}: `, planned, () => makeTemplate(server, 'template_plain'));
  } finally {
    await server.stop();
  }
}

async function runOnCitus(): Promise<void> {
  const url = process.env['CITUS_URL'];
  if (url === undefined)
    return console.log(
      'CITUS_URL names no coordinator of a Citus cluster: nothing ran on distributed tables.',
    );
  await runFiles('Citus: ', onCitus, () => makeCitusTemplate(url));
}

async function runFiles(
  label: string,
  paths: readonly string[],
  makeStore: () => Promise<TestStore>,
): Promise<void> {
  try {
    process.env['PERENNIAL_TEST_STORE'] = JSON.stringify(await makeStore());
  } catch (error) {
    return check(`${label}the migrations run`, inspect(error));
  }
  await runTestFiles(paths, { label, tally, signal: interruption.signal });
}

/**
 * A migration changes the rows of all merchants; every other statement runs on one merchant's node.
 */
async function misshapenStatements(server: TestServer): Promise<string> {
  const template = { ...server.connection, database: 'template_plain' };
  const catalogue = await withPool(template, readCatalogue);
  const statements = await withPool(server.connection, (admin) =>
    seenStatements(admin, [...catalogue.tenantTables]),
  );
  const migrations = readMigrations().flatMap(({ sql, released = '' }) =>
    splitStatements(`${sql}\n${released}`),
  );
  console.log(
    `  ${statements.length} statements on ${catalogue.tenantTables.size} tables of merchants`,
  );
  const faults: string[] = [];
  for (const text of statements) {
    if (isOneOf(text, migrations)) continue;
    for (const fault of await shapeFaults(text, catalogue)) faults.push(`${fault}: ${text.trim()}`);
  }
  return faults.join('\n');
}

/**
 * Returns the processor time of this process and of all that it started and that have ended, in
 * words. On a machine that does other work too, it tells more than the time by the clock. It is
 * empty where the system has no such file.
 */
function processorTime(): string {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    // In hundredths of a second: of this process, then of the others, each for programs and system.
    const hundredths = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return `, ${(hundredths / 100).toFixed(1)} s of processor time`;
  } catch {
    return '';
  }
}

/** Counts a check that is not a test file. It passes when `faults` is empty. */
function check(promise: string, faults: string): void {
  const line = faults === '' ? `✔ ${promise}` : `✖ ${promise}\n${faults}`;
  if (faults === '') tally.passed++;
  else {
    tally.failed++;
    tally.failures.push(line);
  }
  console.log(line);
}
