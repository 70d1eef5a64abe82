// Reads and runs the steps of deploy/Containerfile without a container runtime. `npm run
// container:check` runs them in folders, starts the resulting program as the account of USER, which
// may write only to DATA_DIR, and waits for its health check.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, matchesGlob, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');

/** One instruction of a Containerfile, with continued lines joined. */
export interface Step {
  readonly verb: string;
  readonly words: string;
}

/** One stage of a Containerfile: from FROM to the next. */
export interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly steps: readonly Step[];
}

/** Reads a Containerfile. */
export function readStages(text: string): Stage[] {
  const steps = text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => ({ verb: line.split(' ', 1)[0]!, words: line.slice(line.indexOf(' ') + 1) }));
  const stages: { base: string; name: string | undefined; steps: Step[] }[] = [];
  for (const step of steps) {
    if (step.verb === 'FROM') {
      const [base, name] = step.words.split(/ as /i);
      stages.push({ base: base!, name, steps: [] });
    } else stages.at(-1)!.steps.push(step);
  }
  return stages;
}

/** Returns the words of a stage's last step of a kind. */
export const lastOf = ({ steps }: Stage, verb: string): string | undefined =>
  steps.findLast((step) => step.verb === verb)?.words;

/** The source of a COPY (a stage or the sources), the copied paths and the destination. */
export function readCopy(words: string) {
  const [, from, rest] = /^(?:--from=(\S+) )?(.*)$/.exec(words)!;
  const paths = rest!.split(' ');
  return { from, sources: paths.slice(0, -1), target: paths.at(-1)! };
}

/** Returns whether .dockerignore excludes a path of the sources. */
export function isIgnored(path: string): boolean {
  return readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .some((glob) => matchesGlob(path, glob) || matchesGlob(path, `${glob}/**`));
}

type Folders = ReadonlyMap<string | undefined, string>;

function carryOut(stage: Stage, folders: Folders): void {
  const folder = folders.get(stage.name)!;
  const workdir = join(folder, lastOf(stage, 'WORKDIR') ?? '/');
  mkdirSync(workdir, { recursive: true });
  for (const { verb, words } of stage.steps) {
    if (verb === 'COPY') copy(words, workdir, folders);
    if (verb === 'RUN') runStep(words, workdir, folder);
  }
}

function copy(words: string, workdir: string, folders: Folders): void {
  const { from, sources, target } = readCopy(words);
  for (const source of sources) {
    const path = from === undefined ? join(root, source) : join(folders.get(from)!, source);
    const into = sources.length > 1 || target.endsWith('/') || target === '.';
    cpSync(path, into ? join(workdir, target, basename(path)) : join(workdir, target), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (each) => from !== undefined || !isIgnored(relative(root, each)),
    });
  }
}

/** Paths from the container's root (`/data`) are inside the stage's folder. */
function runStep(words: string, workdir: string, folder: string): void {
  console.error(`RUN ${words}`);
  const command = words.replaceAll(/ \/(\w)/g, ` ${folder}/$1`);
  const { status } = spawnSync('/bin/sh', ['-euc', command], {
    cwd: workdir,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error(`the step failed: RUN ${words}`);
}

/** Starts the image's program as its account and returns the result of its health check. */
async function start(stage: Stage, folder: string): Promise<string> {
  const workdir = join(folder, lastOf(stage, 'WORKDIR')!);
  const [uid, gid] = accountOf(lastOf(stage, 'USER')!);
  const dataDir = join(folder, 'data');
  const env = {
    ...Object.fromEntries(
      lastOf(stage, 'ENV')!
        .split(' ')
        .map((pair) => pair.split('=')),
    ),
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '18080',
  };
  if (process.getuid?.() === 0) chownSync(dataDir, uid, gid);
  const account = process.getuid?.() === 0 ? { uid, gid } : {};
  const command = JSON.parse(lastOf(stage, 'CMD')!) as string[];
  const closed = mayMount() ? readOnlyRoot(folder, workdir, [uid, gid]) : [];
  const [program, ...args] = [...closed, ...command];
  const child = spawn(program!, args, {
    cwd: workdir,
    env,
    stdio: ['ignore', 2, 2],
    ...(closed.length > 0 ? {} : account),
  });
  const health = JSON.parse(/CMD (.*)$/.exec(lastOf(stage, 'HEALTHCHECK')!)![1]!) as string[];
  const check = health.map((word) => word.replace(':8080', ':18080'));
  let healthy = false;
  for (let tries = 0; !healthy && tries < 60 && child.exitCode === null; tries++) {
    await pause(500);
    healthy = spawnSync(check[0]!, check.slice(1), { cwd: workdir, env, ...account }).status === 0;
  }
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  if (!healthy) throw new Error('the health check never succeeded');
  const root = closed.length > 0 ? 'with a read-only root' : 'with a root that it may not write to';
  return `healthy as ${uid}:${gid} ${root}, and ended with ${child.exitCode}`;
}

/** Returns whether this machine allows mounts in a private namespace. */
const mayMount = (): boolean =>
  spawnSync('unshare', ['-m', 'setpriv', '--version'], { stdio: 'ignore' }).status === 0;

/**
 * The words before a command that make the image read-only except for /data, and change the
 * account.
 */
const readOnlyRoot = (
  folder: string,
  workdir: string,
  [uid, gid]: readonly [uid: number, gid: number],
): string[] => [
  'unshare',
  '-m',
  '/bin/sh',
  '-euc',
  `mount --bind "$0" "$0"
   mount --bind "$0/data" "$0/data"
   mount -o remount,bind,ro "$0"
   cd "$1"
   if touch "$0/app/written" 2>/dev/null; then echo "the root can be written to"; exit 1; fi
   uid="$2" gid="$3"
   shift 3
   exec setpriv --reuid "$uid" --regid "$gid" --clear-groups -- "$@"`,
  folder,
  workdir,
  String(uid),
  String(gid),
];

/**
 * Returns the account of USER if this machine has it, as the image does, else the account without
 * rights.
 */
function accountOf(user: string): readonly [uid: number, gid: number] {
  const [uid, gid] = user.split(':').map(Number);
  const known = readFileSync('/etc/passwd', 'utf8');
  return new RegExp(`^[^:]*:[^:]*:${uid}:`, 'm').test(known) ? [uid!, gid!] : [65_534, 65_534];
}

if (import.meta.main) {
  const work = mkdtempSync(join(tmpdir(), 'perennial-container-'));
  try {
    const stages = readStages(readFileSync(join(root, 'deploy/Containerfile'), 'utf8'));
    const folders: Folders = new Map(
      stages.map(({ name }) => [name, join(work, name ?? 'image')] as const),
    );
    chmodSync(work, 0o755);
    for (const stage of stages) carryOut(stage, folders);
    const image = folders.get(undefined)!;
    if (!existsSync(join(image, 'app/web/dist/index.html')) || !lstatSync(image).isDirectory())
      throw new Error('the image lacks the built console');
    console.log(await start(stages.at(-1)!, image));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
