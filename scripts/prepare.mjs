// Makes a clone ready for any task: installs the dependencies when they are missing or older than
// the lock file, and checks that the task will find a Node that can run this project. Runs on Node
// 18 or newer.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockFile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
const marker = join(modules, '.perennial-installed');
const nodeMajorMin = 24;

/**
 * Installs missing dependencies and checks the Node version. Exits with a message when one of these
 * fails.
 */
export function prepare() {
  if (!isInstalled()) install();
  requireNode();
}

/**
 * Builds the console (web/dist) when its sources have changed since the last build, which takes
 * some seconds. After a failed build, the server still starts, and its start page says what to do.
 */
export function prepareConsole() {
  const web = join(root, 'web');
  // A release contains the built console and not its sources.
  if (!existsSync(join(web, 'build.ts'))) return;
  const built = join(web, 'dist', '.built');
  const hash = consoleHash(web);
  if (existsSync(built) && readFileSync(built, 'utf8') === hash) return;
  console.error('perennial: building the console, which takes some seconds …');
  const pinned = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  const { status } = spawnSync(existsSync(pinned) ? pinned : 'node', ['web/build.ts', hash], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    console.error(
      'perennial: the console could not be built (see above); the API works without it. ' +
        'Fix the sources in web/ and start again',
    );
}

/**
 * The hash of the console's sources and the lock file. Of the contract, the console uses only
 * types.
 */
function consoleHash(web) {
  const hash = createHash('sha256');
  const isSource = (path) =>
    !/^(dist|node_modules)/.test(path) && statSync(join(web, path)).isFile();
  for (const path of readdirSync(web, { recursive: true }).map(String).filter(isSource).sort())
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(web, path)));
  return hash.update(readFileSync(lockFile)).digest('hex');
}

/**
 * The marker contains the installed lock file. npm's own record is newer than the lock file after a
 * plain `npm install`.
 */
function isInstalled() {
  if (existsSync(marker) && readFileSync(marker, 'utf8') === readFileSync(lockFile, 'utf8'))
    return true;
  const record = join(modules, '.package-lock.json');
  return existsSync(record) && statSync(record).mtimeMs >= statSync(lockFile).mtimeMs;
}

function install() {
  console.error(
    'perennial: installing dependencies (npm ci), about half a minute the first time …',
  );
  // npm gives its scripts the paths of npm and its Node: use those, not the pinned Node, which `npm
  // ci` is about to delete. The plain `npm` is for running this script by hand. The output goes to
  // stderr, so that stdout stays the server's.
  const { npm_node_execpath: node, npm_execpath: npm } = process.env;
  const [program, ...args] = node && npm ? [node, npm, 'ci'] : ['npm', 'ci'];
  // A machine may be configured to leave out some kinds of dependencies. The tests need the dev
  // dependencies; PostgreSQL and Node are optional dependencies.
  const kinds = ['--include=dev', '--include=optional'];
  const result = spawnSync(
    program,
    [...args, ...kinds, '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 2, 2] },
  );
  if (result.status !== 0)
    fail(
      'npm ci failed (see its output above); check that the npm registry is reachable and that this folder is writable',
    );
  writeFileSync(marker, readFileSync(lockFile));
}

/**
 * npm and run.mjs put node_modules/.bin first in the path, so the pinned Node would be found before
 * the machine's.
 */
function requireNode() {
  const pinned = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(pinned)) return;
  const version = execFileSync('node', ['--version'], { encoding: 'utf8' }).trim();
  if (Number.parseInt(version.slice(1), 10) >= nodeMajorMin) return;
  fail(
    `this machine's Node is ${version}, Perennial needs ${nodeMajorMin} or newer, and npm has no ` +
      `Node package for ${process.platform}-${process.arch}; ` +
      `install Node ${nodeMajorMin} from nodejs.org`,
  );
}

function fail(message) {
  console.error(`perennial: ${message}`);
  process.exit(1);
}
