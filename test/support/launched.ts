import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';

/** The process's report about the server that it started or joined, or the reason why it failed. */
export interface Launched {
  readonly process: ChildProcess;
  readonly connection: EmbeddedConnection;
  readonly adopted: boolean;
  readonly dataDir: string;
  readonly refusal?: string;
}

const program = fileURLToPath(new URL('../storage/launcherProcess.ts', import.meta.url));

/**
 * Starts another process, as another account if one is given, that starts the embedded PostgreSQL.
 * It ends by {@link release} or a kill.
 */
export async function launchElsewhere(
  args: readonly string[],
  how: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Launched> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
    env: process.env,
    ...how,
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { process: child, ...JSON.parse(line) };
}

export async function release({ process: child }: Launched): Promise<void> {
  const gone = once(child, 'exit');
  child.stdin?.end();
  await gone;
}

/** Kills a child process of the test, and waits until it has ended. */
export async function killNine(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Reads the process id of the server of a folder from its lock file. */
export async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Returns the PostgreSQL processes and the watchdogs of a data folder. */
export async function processesOf(
  dataDir: string,
): Promise<{ servers: number[]; watchdogs: number[] }> {
  const postmaster = await postmasterPid(dataDir);
  const servers = [postmaster];
  const watchdogs: number[] = [];
  for (const pid of (await readdir('/proc')).map(Number).filter(Boolean)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (Number(/\) \S (\d+)/.exec(stat)?.[1]) === postmaster) servers.push(pid);
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('perennial-watchdog') && command.includes(`\0${postmaster}\0${dataDir}\0`))
      watchdogs.push(pid);
  }
  return { servers, watchdogs };
}

/**
 * Waits until the process has ended or is a zombie, because a killed process takes a moment.
 * Returns false if it continues to run.
 */
export async function ended(pid: number): Promise<boolean> {
  for (let i = 0; i < 250; i++) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined || /\) [ZX] /.test(stat)) return true;
    await pause(20);
  }
  return false;
}

/**
 * Kills PostgreSQL, its watchdog and, if given, its starter, all at once as a power failure would,
 * so none of them can react.
 */
export async function killServers(dataDir: string, starter?: ChildProcess): Promise<void> {
  const { servers, watchdogs } = await processesOf(dataDir);
  const gone = starter && once(starter, 'exit');
  starter?.kill('SIGKILL');
  for (const pid of [...watchdogs, ...servers]) killIfThere(pid);
  await Promise.all([gone, ...servers.map(ended)]);
}

/** Kills a process, which may have ended by itself since it was listed. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
