// `node scripts/run.mjs <task> [argument …]`: runs one task of package.json on whatever Node the
// machine has (18 or newer). It first installs missing dependencies, and then starts the task with
// the Node version that the project is pinned to.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare, prepareConsole } from './prepare.mjs';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const bin = join(root, 'node_modules', '.bin');

/**
 * The arguments of each task's program. `node` is the pinned Node; other programs come from
 * node_modules/.bin.
 */
const tasks = {
  start: ['node', 'server/src/main.mjs'],
  dev: ['node', '--watch', '--watch-preserve-output', 'server/src/main.mjs'],
  perennial: ['node', 'server/src/cli/main.mjs'],
  gateway: ['node', 'server/src/payments/simulatorProcess.ts'],
  test: ['node', 'scripts/test.ts'],
  'test:watch': ['node', '--test', '--watch'],
  'test:faults': ['node', 'scripts/test.ts', 'test/**/*.long.ts'],
  bench: ['node', 'bench/run.ts'],
  check: ['node', 'scripts/check.ts'],
  format: ['biome', 'check', '--write', '.'],
  openapi: ['node', 'scripts/openapi.ts'],
  schema: ['node', 'scripts/schema.ts'],
  sbom: ['node', 'scripts/sbom.ts'],
  'container:check': ['node', 'scripts/containerSteps.ts'],
};

/** The tasks that serve the console. */
const withConsole = ['start', 'dev', 'test', 'bench'];

const [name, ...more] = process.argv.slice(2);
if (!Object.hasOwn(tasks, name ?? '')) {
  console.error(`perennial: there is no task ${name ?? ''}; the tasks are ${Object.keys(tasks)}`);
  process.exit(2);
}
prepare();
if (withConsole.includes(name)) prepareConsole();
runTask(tasks[name], more);

/** Runs the task in this folder, passes signals on to it, and exits with its result. */
function runTask([program, ...args], more) {
  const path = `${bin}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(program, [...args, ...more], {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  // A terminal also sends Ctrl-C to the task, which treats the two signals as one.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`perennial: ${program} does not start (${error.message}); run \`npm ci\``);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal);
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}
