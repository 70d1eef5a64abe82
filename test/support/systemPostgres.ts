import { execFile } from 'node:child_process';
import { chown, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chooseAccount } from '../../server/src/platform/storage/embeddedAccount.ts';
import { startTestServer, type TestServer } from './testStore.ts';

/** The PostgreSQL that is installed on the machine, version 15 or newer. */
export interface SystemPostgres {
  /** The version, such as "PostgreSQL 15.18". */
  readonly version: string;
  /** The folder with its programs. */
  readonly bin: string;
  /** Makes a data folder. */
  prepare(dataDir: string): Promise<void>;
  start(): Promise<TestServer>;
}

/** Finds the newest installed version, in Debian's folder or where `pg_config` says. */
export async function findSystemPostgres(): Promise<SystemPostgres | undefined> {
  const debian = (await readdir('/usr/lib/postgresql').catch(() => [])).map(
    (version) => `/usr/lib/postgresql/${version}/bin`,
  );
  const configured = await output('pg_config', '--bindir');
  const found = await Promise.all(
    [...debian, ...(configured ? [configured] : [])].map(async (bin) => ({
      bin,
      version: (await output(join(bin, 'postgres'), '--version')) ?? '',
    })),
  );
  const newest = found
    .filter(({ version }) => majorOf(version) >= 15)
    .sort((a, b) => majorOf(b.version) - majorOf(a.version))[0];
  if (!newest) return undefined;
  const prepare = (dataDir: string) => initialise(newest.bin, dataDir);
  return {
    bin: newest.bin,
    version: `PostgreSQL ${/[\d.]+/.exec(newest.version)?.[0]}`,
    prepare,
    start: () => startTestServer({ nativeDir: dirname(newest.bin), prepare }),
  };
}

const majorOf = (version: string) => Number(/\d+/.exec(version)?.[0] ?? 0);

async function output(program: string, argument: string): Promise<string | undefined> {
  return promisify(execFile)(program, [argument]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/**
 * Makes a data folder with the version's own initdb, because older versions lack the builtin locale
 * that our launcher requests.
 */
async function initialise(bin: string, dataDir: string): Promise<void> {
  await mkdir(dataDir, { mode: 0o700 });
  const account = await chooseAccount(dataDir);
  if (account) await chown(dataDir, account.uid, account.gid);
  await promisify(execFile)(
    join(bin, 'initdb'),
    [
      '-D',
      dataDir,
      '-U',
      'perennial',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ],
    { ...account, cwd: '/' },
  );
}
