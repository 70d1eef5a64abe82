import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/** A running PostgreSQL, as described by its lock file. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly socketDir: string;
}

/**
 * The process that serves a data folder: `absent` none; `stale` none, but the lock file of a
 * crashed server names a dead or unrelated process; `orphaned` a server whose starter is gone;
 * `changing` one that is starting or stopping; `serving` one that accepts connections.
 */
export type PostmasterState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'stale'; readonly pid: number; readonly socketDir: string }
  | ({ readonly kind: 'orphaned' | 'changing' | 'serving' } & Postmaster);

/**
 * The name of a socket folder begins with this and the number of the process that started the
 * server. The lock file contains the folder's name, so the owner of the server stays known even if
 * a clean-up of temporary files removes the folder.
 */
export const socketDirPrefix = 'perennial-';
/** The length of the suffix that mkdtemp appends. */
export const socketDirSuffixLength = 6;

/** Reads `postmaster.pid` of the data folder (a real path) and checks the process that it names. */
export async function inspectPostmaster(dataDir: string): Promise<PostmasterState> {
  const lines = await readLockFile(dataDir);
  if (lines === undefined) return { kind: 'absent' };
  const pid = Math.abs(Number(lines[0]));
  const socketDir = lines[4] ?? '';
  const starterPid = starterOf(socketDir);
  const running = await lookAt(pid);
  if (!running || !(await isServerOf(dataDir, pid, running))) {
    // Only a folder that we created is returned, because the caller removes it.
    return {
      kind: 'stale',
      pid,
      socketDir: starterPid === undefined ? join(dataDir, 'no-such-folder') : socketDir,
    };
  }
  const postmaster = { pid, port: Number(lines[3]), socketDir };
  const status = lines[7]?.trim();
  if (status !== 'ready') return { kind: 'changing', ...postmaster };
  const isOrphan = starterPid !== undefined && running.parentPid !== starterPid;
  return { kind: isOrphan ? 'orphaned' : 'serving', ...postmaster };
}

async function readLockFile(dataDir: string): Promise<string[] | undefined> {
  try {
    return (await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function starterOf(socketDir: string): number | undefined {
  const match = new RegExp(`^${socketDirPrefix}(\\d+)-`).exec(basename(socketDir));
  return match ? Number(match[1]) : undefined;
}

interface Running {
  readonly name: string;
  readonly parentPid: number;
  readonly isZombie: boolean;
}

async function lookAt(pid: number): Promise<Running | undefined> {
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  return process.platform === 'linux' ? lookIntoProc(pid) : askPs(pid);
}

async function lookIntoProc(pid: number): Promise<Running | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const match = /^\d+ \((.*)\) (\S) (\d+)/s.exec(text ?? '');
  return match
    ? {
        name: match[1] ?? '',
        isZombie: match[2] === 'Z' || match[2] === 'X',
        parentPid: Number(match[3]),
      }
    : undefined;
}

/**
 * Kills the backends that a killed server left on its data folder (a real path), and returns their
 * process ids. A backend that waits for an ended one never notices that its server is dead, and
 * PostgreSQL refuses to start on the folder as long as it runs. Their uncommitted changes are
 * rolled back at the start. Does nothing without `/proc`.
 */
export async function killLeftBackends(dataDir: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger);
  const killed: number[] = [];
  for (const pid of pids) if (await isLeftBackend(dataDir, pid)) killed.push(pid);
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  return killed;
}

/** The title distinguishes a backend from a server. A backend of a live server is its child. */
async function isLeftBackend(dataDir: string, pid: number): Promise<boolean> {
  const running = await lookIntoProc(pid);
  if (running === undefined || !(await isServerOf(dataDir, pid, running))) return false;
  const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const parent = await lookIntoProc(running.parentPid);
  return title.startsWith('postgres: ') && parent?.name !== 'postgres';
}

async function askPs(pid: number): Promise<Running | undefined> {
  const { stdout } = await promisify(execFile)('ps', [
    '-o',
    'ppid=,stat=,comm=',
    '-p',
    String(pid),
  ]).catch(() => ({ stdout: '' }));
  const match = /^\s*(\d+)\s+(\S+)\s+(.*)/.exec(stdout);
  return match
    ? {
        parentPid: Number(match[1]),
        isZombie: match[2]?.startsWith('Z') ?? false,
        name: basename(match[3]?.trim() ?? ''),
      }
    : undefined;
}

/**
 * A server's working directory is its data folder. If we may not read that (root in a container
 * without ptrace), the account of the process decides.
 */
async function isServerOf(
  dataDir: string,
  pid: number,
  { name, isZombie }: Running,
): Promise<boolean> {
  if (isZombie || name !== 'postgres') return false;
  if (process.platform !== 'linux') return true;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === dataDir;
  } catch {
    const owners = await Promise.all([stat(`/proc/${pid}`), stat(dataDir)]).catch(() => undefined);
    return owners !== undefined && owners[0].uid === owners[1].uid;
  }
}
