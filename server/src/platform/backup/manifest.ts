import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../makeFolders.ts';
import type { CheckedFile } from './checkedFiles.ts';

/*
 * The content of a folder of rows: the backup of a database, or one merchant for another
 * installation. Both have a manifest, a file of rows in PostgreSQL's text form (`COPY`) for each
 * table, and copies of files from outside the database (docs/adr/0072-one-form-of-rows.md). The
 * manifest is written last: a folder without one is incomplete.
 */

/** A file of the folder, by its path in it. */
export interface BackupFile extends CheckedFile {
  readonly path: string;
}

/** A copy of a file from outside the database. */
export interface CopiedFile extends BackupFile {
  /** When the original was last changed. */
  readonly mtimeMs: number;
}

/** The rows of a table in a file. */
export interface RowsFile extends BackupFile {
  readonly rows: number;
}

/** A table in a folder. */
export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** The rows from before the backup began; for a merchant, all rows. */
  readonly base: RowsFile;
  /** The rows that were written after it began. */
  readonly changed?: RowsFile | undefined;
  /** The keys of the rows of `base` that still existed at the end; absent: all of them. */
  readonly kept?: RowsFile | undefined;
}

/** A sequence of the database: its last value, and whether that value was used. */
export interface BackupSequence {
  readonly name: string;
  readonly value: number;
  readonly isCalled: boolean;
}

/** Where the rows come from. */
export interface Origin {
  /** Version 1 was written by releases that had only backups of databases and no `kind`. */
  readonly format: 2;
  /** Names the database and every copy of it. */
  readonly database: string;
  readonly postgresql: string;
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[];
}

/** The rows and files that a folder has. */
export interface Contents {
  /** The time of the state that the folder contains (ISO 8601 in UTC). */
  readonly takenAt: string;
  readonly tables: readonly BackupTable[];
  /** Attachments; in a backup also mails and the simulator's books. */
  readonly files: readonly CopiedFile[];
}

/** The backup of a database. */
export interface Manifest extends BackupStart, Contents {
  /**
   * True when writers waited for the end: the folder then contains everything acknowledged before
   * it.
   */
  readonly didWritersWait: boolean;
  readonly sequences: readonly BackupSequence[];
}

/** The facts that are fixed when a backup begins; a continued backup keeps them. */
export interface BackupStart extends Origin {
  readonly kind: 'database';
  /** Transactions below this number had ended when the backup began. */
  readonly firstXid: string;
}

/** One merchant, for another installation. */
export interface MerchantManifest extends Origin, Contents {
  readonly kind: 'merchant';
  readonly merchantId: string;
  /** True when the installation of origin has stopped charging it. */
  readonly isMoved: boolean;
  /** The fingerprint of the key that seals its secrets. */
  readonly sealFingerprint?: string | undefined;
  /** The number of restores of the installation of origin, plus one. */
  readonly epoch: number;
}

/** A backup in progress: what the folder already contains. */
export interface Unfinished {
  readonly start: BackupStart;
  readonly bases: readonly Omit<BackupTable, 'changed' | 'kept'>[];
  readonly files: readonly CopiedFile[];
}

/** An error: the folder cannot be used. The message says why and what to do. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

/**
 * Creates the folder so that only its owner can read it. Refuses a folder that is not empty, except
 * for the first file of a backup that ran out of disk space.
 */
export async function makeFolder(folder: string): Promise<void> {
  makeFolders(folder, 0o700);
  const found = await readdir(folder);
  if (found.some((name) => name !== `${unfinishedName}.new`))
    throw new FolderError(`${folder} is not empty; name a folder that does not exist yet`);
}

const manifestName = 'manifest.json';
const unfinishedName = 'unfinished.json';

/** Returns the manifest of a folder of either kind; undefined when the folder is not complete. */
export async function readManifest(
  folder: string,
): Promise<Manifest | MerchantManifest | undefined> {
  const found = await readJson<{ format: number }>(join(folder, manifestName));
  if (found === undefined) return undefined;
  if (found.format === 1) return { ...(found as unknown as Manifest), format: 2, kind: 'database' };
  if (found.format === 2) return found as Manifest | MerchantManifest;
  throw new FolderError(`${folder} was written by a newer release; use that one`);
}

/** Reads the state that an interrupted backup has left in a folder. */
export const readUnfinished = (folder: string): Promise<Unfinished | undefined> =>
  readJson<Unfinished>(join(folder, unfinishedName));

/** Stores the progress of an unfinished backup. */
export const writeUnfinished = (folder: string, state: Unfinished): Promise<void> =>
  writeJson(join(folder, unfinishedName), state);

/** Writes the manifest: from here on the folder is complete. */
export async function finish(folder: string, manifest: Manifest | MerchantManifest): Promise<void> {
  await writeJson(join(folder, manifestName), manifest);
  await rm(join(folder, unfinishedName), { force: true });
}

/** Lists every file that a manifest names. */
export const filesOf = ({ tables, files }: Contents): BackupFile[] => [
  ...tables.flatMap(({ base, changed, kept }) =>
    [base, changed, kept].filter((file) => file !== undefined),
  ),
  ...files,
];

async function readJson<Value>(path: string): Promise<Value | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError)
      throw new FolderError(`${path} is damaged; use another folder`, { cause: error });
    throw error;
  }
}

/** An existing file is complete: it is written under another name and synced first. */
async function writeJson(path: string, value: unknown): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value, null, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
