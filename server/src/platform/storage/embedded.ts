import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../clock/systemClock.ts';
import { type Account, canEnter, chooseAccount, placeDataDir } from './embeddedAccount.ts';
import { type Binaries, packagedBinaries, usableBinaries } from './embeddedBinaries.ts';
import { EmbeddedPostgresError } from './embeddedError.ts';
import { ensureInitialised } from './embeddedInit.ts';
import {
  inspectPostmaster,
  killLeftBackends,
  type Postmaster,
  type PostmasterState,
  socketDirPrefix,
  socketDirSuffixLength,
} from './embeddedPostmaster.ts';
import { waitFor } from './embeddedWait.ts';

/** The address of the server: a unix socket in `host`, closed to other accounts of the machine. */
export interface EmbeddedConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  readonly connection: EmbeddedConnection;
  /**
   * The server belongs to another process on this machine (a command line next to the server), so
   * `stop` leaves it running.
   */
  readonly adopted: boolean;
  /**
   * The real path of the data: not in `dataDir` when root's folder is closed to the account that
   * runs PostgreSQL.
   */
  readonly dataDir: string;
  /**
   * Resolves with a reason when our server ends unexpectedly, or when an adopted one ends. A later
   * server has another socket, which this process cannot reach.
   */
  readonly ended: Promise<string>;
  /**
   * Fast shutdown: open transactions are rolled back, committed ones are on disk. Resolves when the
   * server has ended. An adopted server keeps running.
   */
  stop(): Promise<void>;
}

/**
 * Receives the launcher's actions (`info`), PostgreSQL's routine messages (`debug`) and its
 * warnings and errors (`warn`).
 */
export interface EmbeddedLog {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
}

/** The data folder and the log of the embedded PostgreSQL. */
export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: EmbeddedLog;
  /**
   * PostgreSQL settings that override ours. `fsync: 'off'` also skips the flush after initdb: for
   * tests only.
   */
  readonly settings?: Readonly<Record<string, string>>;
  /** The platform package's `native` folder, if it cannot be found by its name. */
  readonly nativeDir?: string | undefined;
  /** Called when PostgreSQL's process has started but is not ready yet, which takes a while. */
  readonly onLaunch?: (() => void) | undefined;
}

/**
 * Starts the PostgreSQL that npm's platform package ships on `dataDir`, or joins the one that
 * another process runs there. Durable: an acknowledged commit survives the death of this process,
 * of PostgreSQL, and of the machine.
 *
 * PostgreSQL's own lock file decides which process serves the folder; we only read it. Left-overs
 * of a crash don't block: a lock file that names no running process is ignored, and a server whose
 * starter was killed is shut down first. Throws {@link EmbeddedPostgresError}.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = await chooseAccount(options.dataDir);
  const dataDir = await placeDataDir(options.dataDir, account, options.log);
  const launch: Launch = { ...options, dataDir, account, binaries: undefined };
  for (let refusals = 0; ; ) {
    const found = await inspectPostmaster(dataDir);
    if (found.kind === 'serving') return adopt(found, dataDir);
    if (found.kind === 'orphaned') await shutDownOrphan(found, launch);
    if (found.kind === 'changing')
      await leaving(launch, `PostgreSQL (process ${found.pid}) starts or stops on ${dataDir}`, [
        'changing',
      ]);
    if (found.kind === 'absent' || found.kind === 'stale') {
      const started = await launchServer(launch, found);
      if (typeof started === 'object') return started;
      if (++refusals === lastQueriesMax) await endLeftBackends(dataDir, options.log);
      if (refusals === refusalsMax)
        throw new EmbeddedPostgresError(`${dataDir} is still held by another process: ${started}`);
      await systemClock.sleep(pollMs);
    }
  }
}

const pollMs = 20;
const refusalsMax = 250;
/** After this many refusals, the last queries of a killed server have had time to end. */
const lastQueriesMax = 40;
const port = 5432;
/** The superuser and the database that every embedded cluster has. */
export const embeddedName = 'perennial';

interface Launch extends EmbeddedOptions {
  readonly account: Account | undefined;
  binaries: Binaries | undefined;
}

function adopt(found: Postmaster, dataDir: string): EmbeddedPostgres {
  const left = new AbortController();
  return {
    connection: {
      host: found.socketDir,
      port: found.port,
      user: embeddedName,
      database: embeddedName,
    },
    adopted: true,
    dataDir,
    ended: endOfAdopted(found, dataDir, left.signal),
    stop: async () => left.abort(),
  };
}

/** Watches the lock file for a server that another process stops, or that ends by itself. */
async function endOfAdopted(
  { pid, socketDir }: Postmaster,
  dataDir: string,
  left: AbortSignal,
): Promise<string> {
  while (!left.aborted) {
    await systemClock.sleep(adoptedPollMs, left);
    const found = await inspectPostmaster(dataDir).catch(() => undefined);
    const isGone =
      found !== undefined &&
      (found.kind === 'absent' || found.kind === 'stale' || found.socketDir !== socketDir);
    if (isGone && !left.aborted)
      return (
        `the PostgreSQL in ${dataDir} (process ${pid}), which another server had started, has ` +
        'ended; start this server again, and it joins or starts the next one'
      );
  }
  return new Promise(() => {});
}

const adoptedPollMs = 500;

/**
 * Its starter and its watchdog were killed. The server keeps acknowledged data, but no process
 * would ever stop it, so it is restarted.
 */
async function shutDownOrphan(orphan: Postmaster, launch: Launch): Promise<void> {
  launch.log.info(
    `stopping the PostgreSQL (process ${orphan.pid}) that a killed server left behind`,
  );
  interrupt(orphan.pid);
  await leaving(launch, `PostgreSQL (process ${orphan.pid}) stops on ${launch.dataDir}`, [
    'orphaned',
    'changing',
  ]);
  await rm(orphan.socketDir, { recursive: true, force: true });
}

/** Waits until the folder's server is in none of these states. */
async function leaving(
  { dataDir, log }: Launch,
  doing: string,
  kinds: readonly PostmasterState['kind'][],
): Promise<void> {
  const given = new AbortController();
  const left = async () => {
    while (!given.signal.aborted && kinds.includes((await inspectPostmaster(dataDir)).kind))
      await systemClock.sleep(pollMs);
  };
  try {
    await waitFor(left(), { doing, log });
  } finally {
    given.abort();
  }
}

async function endLeftBackends(dataDir: string, log: EmbeddedLog): Promise<void> {
  const killed = await killLeftBackends(dataDir);
  if (killed.length > 0)
    log.warn(`killed the processes that a killed PostgreSQL left behind: ${killed.join(', ')}`);
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    // It ended by itself since the check.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Starts a server, or returns PostgreSQL's message that another process has the folder. */
async function launchServer(
  launch: Launch,
  found: PostmasterState,
): Promise<EmbeddedPostgres | string> {
  const { account, dataDir, log } = launch;
  // Both ask the system by a process, and neither needs the other's answer.
  const [binaries, socketParent] = await Promise.all([
    launch.binaries ??
      usableBinaries(launch.nativeDir ?? packagedBinaries(), dirname(dataDir), account),
    findSocketParent(account),
  ]);
  launch.binaries = binaries;
  await ensureInitialised({
    dataDir,
    account,
    log,
    binaries,
    name: embeddedName,
    flush: launch.settings?.['fsync'] !== 'off',
  });
  if (found.kind === 'stale') await rm(found.socketDir, { recursive: true, force: true });
  const socketDir = await makeSocketDir(socketParent, account);
  const child = spawn(binaries.postgres, serverArguments(launch, socketDir), {
    // In a separate session: Ctrl-C reaches a terminal's whole foreground group and must not reach
    // PostgreSQL before this process has finished its work.
    detached: true,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    // PostgreSQL considers a lock file stale if it names its own grandparent. So by its own rules,
    // and with its check for memory in use, it removes a file that names a zombie or an unrelated
    // process; we never delete that file.
    env: {
      LC_ALL: 'C',
      TZ: 'UTC',
      ...(found.kind === 'stale' ? { PG_GRANDPARENT_PID: String(found.pid) } : {}),
    },
    ...account,
  });
  const watchdog = guard(child, dataDir, socketDir, account);
  launch.onLaunch?.();
  const failure = await readiness(child, launch).catch((error) => {
    // It ends by itself once it runs again. Nothing of it keeps this process alive.
    child.kill('SIGINT');
    watchdog?.stdin?.end();
    letGo(child, watchdog);
    throw error;
  });
  if (failure === undefined) return owned(child, watchdog, dataDir, socketDir);
  watchdog?.stdin?.end();
  await rm(socketDir, { recursive: true, force: true });
  if (isHeld.test(failure)) return failure;
  throw new EmbeddedPostgresError(`PostgreSQL did not start on ${dataDir}: ${failure}`);
}

/**
 * Waits: another start was faster, and the lock file names it or soon will; or the last queries of
 * a killed server are still ending.
 */
const isHeld =
  /lock file "postmaster\.pid" (already exists|is empty)|pre-existing shared memory block/;

/**
 * Returns where the socket's folder can be: a short path, because a socket's may have at most 107
 * bytes, in a place that PostgreSQL's account can reach.
 */
async function findSocketParent(account: Account | undefined): Promise<string> {
  const roomLeft =
    107 -
    Buffer.byteLength(`${socketDirPrefix}4194304-`) -
    socketDirSuffixLength -
    `/.s.PGSQL.${port}.lock`.length;
  const isFit =
    Buffer.byteLength(tmpdir()) < roomLeft && (!account || (await canEnter(account, tmpdir())));
  return isFit ? tmpdir() : '/tmp';
}

/** Creates the socket's folder: new for each start, because a socket has a separate lock file. */
async function makeSocketDir(parent: string, account: Account | undefined): Promise<string> {
  const socketDir = await mkdtemp(join(parent, `${socketDirPrefix}${process.pid}-`));
  if (account) await chown(socketDir, account.uid, account.gid);
  return socketDir;
}

function serverArguments({ dataDir, settings }: Launch, socketDir: string): string[] {
  const all: Record<string, string> = {
    listen_addresses: '',
    port: String(port),
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    // Containers often have 64 MB of shared memory; a file in the data folder has no such limit.
    dynamic_shared_memory_type: 'mmap',
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    // Bulk demo data fills the WAL often, and the operator of an embedded server has nothing to
    // fix.
    checkpoint_warning: '0',
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    shared_preload_libraries: 'pg_stat_statements',
    // This process gets statement errors with the query; in a log, their details would show
    // customers' data.
    log_min_messages: 'log',
    log_line_prefix: '',
    log_checkpoints: 'off',
    lc_messages: 'C',
    ...settings,
  };
  return [
    '-D',
    dataDir,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/**
 * Starts a shell that waits for the end of a pipe from this process. The pipe ends however this
 * process dies; then the shell shuts PostgreSQL down. It reads the lock file first, so that it
 * never stops another process that has got the same number since. Then it waits for a while and
 * removes the socket's folder.
 */
function guard(
  child: ChildProcess,
  dataDir: string,
  socketDir: string,
  account: Account | undefined,
): ChildProcess | undefined {
  if (child.pid === undefined) return undefined;
  const script = `
    read -r _
    read -r pid <"$2/postmaster.pid" && [ "$pid" = "$1" ] && kill -INT "$1"
    for second in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" && sleep 1; done
    rmdir "$3"`;
  const watchdog = spawn(
    '/bin/sh',
    ['-c', script, 'perennial-watchdog', String(child.pid), dataDir, socketDir],
    {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      ...account,
    },
  );
  watchdog.stdin?.on('error', () => {});
  watchdog.on('error', () => {});
  return watchdog;
}

/**
 * Resolves with undefined once connections are accepted (recovery after a crash may take a while),
 * or with the reason why they never will be.
 */
function readiness(child: ChildProcess, { dataDir, log }: Launch): Promise<string | undefined> {
  const said: string[] = [];
  let isReady = false;
  let lines = 0;
  const decided = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    // Not "exit", because the last output may still be in the pipe at that event.
    child.on('close', (code, signal) =>
      resolve(said.join('\n') || `it ended with ${signal ?? `code ${code}`}`),
    );
    if (!child.stderr) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines += 1;
      if (said.push(line) > saidMax) said.shift();
      // Until it is ready, its warnings and errors are collected: they explain a failed start.
      if (isReady && !routine.test(line)) log.warn(`postgres: ${line}`);
      else log.debug(`postgres: ${line}`);
      isReady ||= line.includes('database system is ready to accept connections');
      if (isReady) resolve(undefined);
    });
  });
  const doing = `PostgreSQL (process ${child.pid}) starts on ${dataDir}`;
  return waitFor(decided, { doing, log, heard: () => lines });
}

const saidMax = 20;
/** Messages of PostgreSQL that do not report a fault. */
const routine =
  /^LOG:|terminating connection due to administrator command|the database system is (starting up|shutting down)/;

/** Lets this process end while these processes run. */
function letGo(child: ChildProcess, watchdog: ChildProcess | undefined): void {
  for (const handle of [child, watchdog, child.stderr, watchdog?.stdin])
    (handle as { unref?(): void } | undefined)?.unref?.();
}

function owned(
  child: ChildProcess,
  watchdog: ChildProcess | undefined,
  dataDir: string,
  socketDir: string,
): EmbeddedPostgres {
  let stopping = false;
  const gone = once(child, 'exit').then(async ([code, signal]) => {
    watchdog?.stdin?.end();
    await rm(socketDir, { recursive: true, force: true });
    return `PostgreSQL ended by itself (${signal ?? `code ${code}`})`;
  });
  const ended = new Promise<string>(
    (resolve) => void gone.then((reason) => stopping || resolve(reason)),
  );
  // Neither of the two keeps this process alive. When `stop` is not called, the watchdog stops the
  // server.
  letGo(child, watchdog);
  return {
    connection: { host: socketDir, port, user: embeddedName, database: embeddedName },
    adopted: false,
    dataDir,
    ended,
    stop: async () => {
      stopping = true;
      child.ref();
      child.kill('SIGINT');
      await gone;
    },
  };
}
