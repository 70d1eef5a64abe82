import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckedFile } from './checkedFiles.ts';

/*
 * What a folder of a backup holds. The manifest is written last: a folder without one is a backup
 * that was not finished.
 */

/** A file of a backup, by its path in the folder. */
export interface BackupFile extends CheckedFile {
  readonly path: string;
}

/** A copy of a file from outside the database. */
export interface CopiedFile extends BackupFile {
  /** When the original was last written. */
  readonly mtimeMs: number;
}

/** The rows of a file of a backup. */
export interface RowsFile extends BackupFile {
  readonly rows: number;
}

/** A table as it is kept in a backup. */
export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** The rows from before the backup began. */
  readonly base: RowsFile;
  /** The rows that were written after it began. */
  readonly changed?: RowsFile | undefined;
  /** The keys of the rows of `base` that were still there at the end; absent: all of them. */
  readonly kept?: RowsFile | undefined;
}

/** A counter of the database: its last value, and whether that was handed out. */
export interface BackupSequence {
  readonly name: string;
  readonly value: number;
  readonly isCalled: boolean;
}

/** What every file of a backup is, and which database it is of. */
export interface Manifest extends BackupStart {
  /** The moment whose state the backup holds (ISO 8601 in UTC). */
  readonly takenAt: string;
  /** Whether writers waited for the end: then all that was acknowledged before the end is in it. */
  readonly didWritersWait: boolean;
  readonly tables: readonly BackupTable[];
  readonly sequences: readonly BackupSequence[];
  /** Attachments, mails and the simulator's books. */
  readonly files: readonly CopiedFile[];
}

/** What is decided when a backup begins; an interrupted one continues with it. */
export interface BackupStart {
  readonly format: 1;
  /** Names the database and every copy of it. */
  readonly database: string;
  readonly postgresql: string;
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[];
  /** Transactions below this number had ended when the backup began. */
  readonly firstXid: string;
}

/** A backup under way: what is already in the folder. */
export interface Unfinished {
  readonly start: BackupStart;
  readonly bases: readonly Omit<BackupTable, 'changed' | 'kept'>[];
  readonly files: readonly CopiedFile[];
}

const manifestName = 'manifest.json';
const unfinishedName = 'unfinished.json';

/** The manifest of a folder; undefined when it holds no complete backup. */
export const readManifest = (folder: string): Promise<Manifest | undefined> =>
  readJson<Manifest>(join(folder, manifestName));

/** What an interrupted backup has left in a folder. */
export const readUnfinished = (folder: string): Promise<Unfinished | undefined> =>
  readJson<Unfinished>(join(folder, unfinishedName));

/** Notes what an unfinished backup has so far. */
export const writeUnfinished = (folder: string, state: Unfinished): Promise<void> =>
  writeJson(join(folder, unfinishedName), state);

/** Ends a backup: from here on the folder is complete. */
export async function finish(folder: string, manifest: Manifest): Promise<void> {
  await writeJson(join(folder, unfinishedName), manifest);
  await rename(join(folder, unfinishedName), join(folder, manifestName));
}

/** Every file that a manifest names. */
export const filesOf = ({ tables, files }: Manifest): BackupFile[] => [
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
    throw error;
  }
}

/** A file that is there is whole: it is written under another name and synced first. */
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
