// Runs before `npm start` and `npm test`, on whatever Node the machine has (18 or newer): installs what is missing, once, and
// makes sure that the scripts which follow find a Node that can run this project.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockFile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
const marker = join(modules, '.perennial-installed');
const nodeMajorMin = 24;

if (!isInstalled()) install();
requireNode();

/** The marker holds the lock file that was installed. npm's own record is newer than the lock file after a plain `npm install`. */
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
  // npm tells its scripts where it is and which Node runs it: not ours, which npm ci is about to delete. A plain `npm` is for
  // this script run by hand. What it prints goes to stderr, so that stdout stays the server's.
  const { npm_node_execpath: node, npm_execpath: npm } = process.env;
  const [program, ...args] = node && npm ? [node, npm, 'ci'] : ['npm', 'ci'];
  // A machine may be set to leave some kinds out; the tests need one, PostgreSQL and Node are the other.
  const kinds = ['--include=dev', '--include=optional'];
  const result = spawnSync(
    program,
    [...args, ...kinds, '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 2, 2] },
  );
  if (result.status !== 0)
    fail(
      'npm ci failed (its own words are above); is the npm registry reachable, and is this folder writable?',
    );
  writeFileSync(marker, readFileSync(lockFile));
}

/** npm puts node_modules/.bin first in the path of its scripts, so the Node pinned there goes before the machine's. */
function requireNode() {
  const pinned = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(pinned)) return;
  const version = execFileSync('node', ['--version'], { encoding: 'utf8' }).trim();
  if (Number.parseInt(version.slice(1), 10) >= nodeMajorMin) return;
  fail(
    `this machine's Node is ${version}, Perennial needs ${nodeMajorMin} or newer, and npm has no Node package for ${process.platform}-${process.arch} here; install Node ${nodeMajorMin} from nodejs.org`,
  );
}

function fail(message) {
  console.error(`perennial: ${message}`);
  process.exit(1);
}
