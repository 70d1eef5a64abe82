import { execFile } from 'node:child_process';
import {
  access,
  chmod,
  constants,
  mkdtemp,
  readlink,
  realpath,
  stat,
  symlink,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makeFolders } from '../makeFolders.ts';
import { EmbeddedPostgresError } from './embeddedError.ts';

/** An account of the operating system, as `spawn` takes it. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Returns the account that runs PostgreSQL: by default our own. Root may not run it, so for root it
 * is the owner of the data, else `postgres`, else `nobody`.
 */
export async function chooseAccount(dataDir: string): Promise<Account | undefined> {
  const uid = process.getuid?.();
  if (uid === undefined)
    throw new EmbeddedPostgresError(
      'the embedded PostgreSQL does not run on Windows; set DATABASE_URL, or run in WSL',
    );
  const owner = await stat(dataDir).catch(() => undefined);
  if (uid !== 0) {
    if (owner && owner.uid !== uid) {
      throw new EmbeddedPostgresError(
        `${dataDir} belongs to account ${owner.uid}, this is account ${uid}; run as that ` +
          'account, or set DATA_DIR to a folder of this account',
      );
    }
    return undefined;
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const account = (await accountNamed('postgres')) ?? (await accountNamed('nobody'));
  if (!account)
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root, and this machine has neither an account "postgres" ' +
        'nor "nobody"; add one, run as an ordinary user, or set DATABASE_URL',
    );
  return account;
}

async function accountNamed(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) =>
        Number((await promisify(execFile)('id', [flag, name])).stdout),
      ),
    );
    return uid && gid !== undefined ? { uid, gid } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the real path of the data folder, which need not exist yet, and creates its parent. If
 * `account` cannot enter root's folder, the path becomes a link into the system's state folder.
 */
export async function placeDataDir(
  dataDir: string,
  account: Account | undefined,
  log: { info(line: string): void },
): Promise<string> {
  const asked = resolve(dataDir);
  await makeWritable(dirname(asked));
  const wanted = join(await realpath(dirname(asked)), basename(asked));
  const linked = await linkTarget(wanted);
  if (linked !== undefined) return linked;
  if (!account || (await canEnter(account, dirname(wanted)))) return wanted;
  makeFolders(stateFolder, 0o755);
  const home = await mkdtemp(join(stateFolder, `${basename(dirname(wanted))}-`));
  await chmod(home, 0o755);
  await symlink(join(home, basename(wanted)), wanted);
  log.info(
    `${dirname(wanted)} is closed to the account ${account.uid} that runs PostgreSQL; the database is in ${home}`,
  );
  return join(home, basename(wanted));
}

async function makeWritable(folder: string): Promise<void> {
  try {
    makeFolders(folder);
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `${folder} cannot be written to (${(cause as NodeJS.ErrnoException).code}); ` +
        'set DATA_DIR to a folder that can be written to',
      { cause },
    );
  }
}

const stateFolder = '/var/lib/perennial';

async function linkTarget(path: string): Promise<string | undefined> {
  const target = await readlink(path).catch(() => undefined);
  if (target === undefined) return undefined;
  return realpath(path).catch(() => resolve(dirname(path), target));
}

/**
 * Returns whether `account` may look up names in the folder. The system itself decides, because
 * access lists count as well as modes.
 */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  try {
    await promisify(execFile)('/bin/sh', ['-c', 'test -x "$1"', 'sh', folder], {
      ...account,
      cwd: '/',
    });
    return true;
  } catch {
    return false;
  }
}
