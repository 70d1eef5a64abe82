import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Account } from './embeddedAccount.ts';
import type { Binaries } from './embeddedBinaries.ts';
import { EmbeddedPostgresError } from './embeddedError.ts';
import { waitFor } from './embeddedWait.ts';

/** The options for creating the data folder. */
export interface InitOptions {
  readonly dataDir: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
  readonly log: { info(line: string): void; warn(line: string): void };
  /** Of the superuser and of the database. */
  readonly name: string;
  /** Whether to wait until the new files are on disk. */
  readonly flush: boolean;
}

/**
 * Makes sure that `dataDir` contains a cluster of our major version. A new one is created in
 * another folder, which is renamed when it is complete. So a crash halfway leaves nothing that
 * looks like data, and only one of two simultaneous first starts succeeds.
 */
export async function ensureInitialised(options: InitOptions): Promise<void> {
  const { dataDir, binaries } = options;
  const isFilled = (await readdir(dataDir).catch(() => [])).length > 0;
  // Read after the list: another first start may rename its folder to this one at any moment.
  const version = await clusterVersion(dataDir);
  if (version === binaries.major) return;
  if (version !== undefined)
    throw new EmbeddedPostgresError(
      `${dataDir} was made by PostgreSQL ${version}, this release brings ${binaries.major}; ` +
        'export it with the release that made it and import it into a new DATA_DIR',
    );
  if (isFilled)
    throw new EmbeddedPostgresError(
      `${dataDir} is neither empty nor a PostgreSQL data folder; set DATA_DIR to another folder`,
    );
  refuseNamelessAccount(options.account);
  options.log.info(`creating a PostgreSQL ${binaries.major} database in ${dataDir}`);
  await initialise(options);
}

async function clusterVersion(dataDir: string): Promise<string | undefined> {
  const text = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return text?.trim();
}

/** initdb looks up its own account and fails with an unclear message. */
function refuseNamelessAccount(account: Account | undefined): void {
  if (account) return;
  try {
    userInfo();
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `account ${process.getuid?.()} has no entry in /etc/passwd, which PostgreSQL needs to ` +
        'create its data; add one, run as root or a named user, or set DATABASE_URL',
      { cause },
    );
  }
}

async function initialise(options: InitOptions): Promise<void> {
  const { dataDir, binaries, name, flush } = options;
  const fresh = await mkdtemp(`${dataDir}.new-`);
  try {
    const { account } = options;
    if (account) await chown(fresh, account.uid, account.gid);
    const sync = flush ? [] : ['--no-sync'];
    // The builtin locale sorts by code point and knows all Unicode letters, regardless of the
    // machine's locales.
    const locale = [
      '-E',
      'UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ];
    // Trust: only the server's account can enter the socket's folder.
    await run(
      binaries.initdb,
      [
        '-D',
        fresh,
        '-U',
        name,
        '-A',
        'trust',
        '--data-checksums',
        '--no-instructions',
        ...locale,
        ...sync,
      ],
      '',
      options,
    );
    await run(
      binaries.postgres,
      ['--single', '-D', fresh, ...(flush ? [] : ['-F']), 'postgres'],
      `create database ${name}\n`,
      options,
    );
    await rename(fresh, dataDir);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another first start finished before this one, and may have removed our folder.
    if ((await clusterVersion(dataDir)) === undefined) throw error;
  }
  await clearAborted(dataDir);
}

/**
 * Removes the folders that other first starts left. A first start that still runs may write into
 * its folder, and removes it when it ends.
 */
async function clearAborted(dataDir: string): Promise<void> {
  const aborted = (await readdir(dirname(dataDir))).filter((name) =>
    name.startsWith(`${basename(dataDir)}.new-`),
  );
  for (const name of aborted)
    await rm(join(dirname(dataDir), name), { recursive: true, force: true }).catch(() => {});
}

async function run(
  program: string,
  args: readonly string[],
  input: string,
  { account, dataDir, log }: InitOptions,
): Promise<void> {
  const child = spawn(program, args, {
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', 'ignore', 'pipe'],
    ...account,
  });
  const doing = `${basename(program)} (process ${child.pid}) creates the database in ${dataDir}`;
  try {
    // This program never writes anything, and a slow machine needs some time.
    await waitFor(endOf(child, program, input), { doing, log, secondsToWord: 20 });
  } catch (error) {
    // Its files are removed, so it must not continue running.
    child.kill('SIGKILL');
    throw error;
  }
}

function endOf(
  child: ChildProcessByStdio<Writable, null, Readable>,
  program: string,
  input: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new EmbeddedPostgresError(
            `${basename(program)} failed (${signal ?? `code ${code}`}): ${said.trim()}`,
          ),
        );
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
