import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { databaseName } from '../continuityStore.ts';
import { makeFolders } from '../makeFolders.ts';
import type { Connection } from '../storage/connection.ts';
import {
  readFirstXid,
  readMoment,
  readOrigin,
  readSequences,
  readTables,
  type Table,
  wholeDatabase,
} from './catalogue.ts';
import { copyFiles, type Places } from './fileCopies.ts';
import {
  type BackupStart,
  type BackupTable,
  FolderError,
  finish,
  type Manifest,
  makeFolder,
  type RowsFile,
  readManifest,
  readUnfinished,
  type Unfinished,
  writeUnfinished,
} from './manifest.ts';
import { openRowStream, type RowStream } from './rowStream.ts';

/*
 * A backup while servers write (docs/adr/0065-backups.md). Rows of transactions that had ended when
 * the backup began are read first, table by table and without a common snapshot: they can only be
 * deleted or replaced. At the end, writers wait while everything newer is read in one snapshot,
 * with the keys of the remaining older rows. So an interrupted backup can continue, and the backup
 * contains everything that was acknowledged before its end.
 */

/** The source and the destination of a backup. */
export interface BackupParts {
  readonly connection: Connection;
  readonly folder: string;
  /** Folders and files outside the database, by their names in the backup. */
  readonly sources: Places;
  /** Called with the number of bytes written and the expected total. */
  onProgress(done: number, total: number): void;
}

/** Backs up a database with its files, or continues a backup that was interrupted. */
export async function takeBackup(parts: BackupParts): Promise<Manifest> {
  const { folder, sources } = parts;
  const rows = await openRowStream(parts.connection);
  try {
    const tables = await readTables(rows.db);
    const begun = await begin(folder, await startOf(rows), tables);
    const counted = counter(parts, tables, begun);
    makeFolders(join(folder, 'tables'), 0o700);
    const files = await copyFiles(folder, sources, begun.files);
    const state = await readBases(rows, tables, { ...begun, files }, parts, counted);
    const end = await readEnd(rows, state, folder, counted);
    // An attachment is uploaded before the row that names it.
    const manifest = { ...state.start, ...end, files: await copyFiles(folder, sources, files) };
    await finish(folder, manifest);
    return manifest;
  } finally {
    await rows.close();
  }
}

const startOf = async ({ db }: RowStream): Promise<BackupStart> => ({
  ...(await readOrigin(db, await databaseName(db))),
  kind: 'database',
  firstXid: await readFirstXid(db),
});

/**
 * Decides whether the backup is new, continues, or is refused because the folder belongs to
 * another one.
 */
async function begin(
  folder: string,
  start: BackupStart,
  tables: readonly Table[],
): Promise<Unfinished> {
  const done = await readManifest(folder);
  if (done !== undefined)
    throw new FolderError(
      `${folder} holds the state of ${done.takenAt} already; name a folder that does not exist yet`,
    );
  const unfinished = await readUnfinished(folder);
  if (unfinished === undefined) {
    await makeFolder(folder);
    const state = { start, bases: [], files: [] };
    await writeUnfinished(folder, state);
    return state;
  }
  if (unfinished.start.database !== start.database)
    throw new FolderError(
      `${folder} holds an unfinished backup of another database; remove it, or name another folder`,
    );
  return continued(unfinished, start, tables);
}

/** About half of the distance within which transaction ids can be compared. */
const xidsMax = 1_000_000_000n;

/** Returns the usable part of an interrupted backup: nothing when the tables have changed. */
function continued(before: Unfinished, now: BackupStart, tables: readonly Table[]): Unfinished {
  const age = BigInt(now.firstXid) - BigInt(before.start.firstXid);
  const isSame =
    before.start.format === now.format &&
    JSON.stringify(before.start.migrations) === JSON.stringify(now.migrations) &&
    age >= 0n &&
    age < xidsMax;
  const { files } = before;
  if (!isSame) return { start: now, bases: [], files };
  const columnsOf = new Map(tables.map(({ name, columns }) => [name, columns.join()]));
  return {
    start: before.start,
    bases: before.bases.filter((base) => columnsOf.get(base.name) === base.columns.join()),
    files,
  };
}

/** Calls the listener with the total number of bytes. */
function counter(
  { onProgress }: BackupParts,
  tables: readonly Table[],
  { bases }: Unfinished,
): (bytes: number) => void {
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = bases.reduce((sum, { base }) => sum + base.bytes, 0);
  return (bytes) => onProgress((done += bytes), Math.max(total, done));
}

// A row's number has 32 bits; PostgreSQL compares it by its age. Rows that were frozen long ago may
// look newer than they are, and are read at the end then.
const oldest = (xid: string): string => `'${BigInt(xid) % 4_294_967_296n}'::xid`;
const isOld = (xid: string): string => `age(xmin) > age(${oldest(xid)})`;
const isNew = (xid: string): string => `age(xmin) <= age(${oldest(xid)})`;

const rowsOf = (columns: readonly string[], table: string, condition: string): string =>
  `select ${columns.join(', ')} from ${table} where ${condition}`;

/**
 * Reads the rows from before the backup, two tables at a time, and records each finished table.
 * PostgreSQL takes longer to write rows as text than this process takes to store them.
 */
async function readBases(
  rows: RowStream,
  tables: readonly Table[],
  begun: Unfinished,
  { connection, folder }: BackupParts,
  onBytes: (bytes: number) => void,
): Promise<Unfinished> {
  const { start, files } = begun;
  let { bases } = begun;
  const done = new Set(bases.map(({ name }) => name));
  const left = tables.filter(({ name }) => !done.has(name)).values();
  let noted = Promise.resolve();
  let hasFailed = false;
  const readLeft = async (stream: RowStream) => {
    for (const { name, columns, key } of left) {
      if (hasFailed) return;
      const path = `tables/${name}.base`;
      const query = rowsOf(columns, name, isOld(start.firstXid));
      const base = { path, ...(await stream.read(query, join(folder, path), onBytes)) };
      bases = [...bases, { name, columns, key, base }];
      noted = noted.then(() => writeUnfinished(folder, { start, bases, files }));
      await noted;
    }
  };
  // When one table cannot be read, the other reader stops after its own.
  const readOrStop = (stream: RowStream) =>
    readLeft(stream).catch((error: unknown) => {
      hasFailed = true;
      throw error;
    });
  const second = await openRowStream(connection);
  try {
    const both = await Promise.allSettled([readOrStop(rows), readOrStop(second)]);
    for (const result of both) if (result.status === 'rejected') throw result.reason;
  } finally {
    await second.close();
  }
  return { start, bases, files };
}

type End = Pick<Manifest, 'takenAt' | 'didWritersWait' | 'tables' | 'sequences'>;

/** Reads what was written since the backup began, while writers wait. */
async function readEnd(
  rows: RowStream,
  { start, bases }: Unfinished,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<End> {
  const didWritersWait = await holdWriters(
    rows,
    bases.map(({ name }) => name),
  );
  const takenAt = await readMoment(rows.db);
  const tables: BackupTable[] = [];
  for (const base of bases)
    tables.push(await withChanges(rows, base, start.firstXid, folder, onBytes));
  const sequences = await readSequences(rows.db);
  // Only here: after a failure, the caller closes the connection, which releases the writers.
  await rows.command('rollback');
  return { takenAt, didWritersWait, tables, sequences };
}

// Shorter than PostgreSQL's deadlock_timeout (one second), so that the backup gives way and not a
// writer.
const lockWaitMs = 500;
const lockTries = 20;

/**
 * Begins the transaction that reads the end. Writers wait until it ends. If the lock is not free in
 * time, it reads without making them wait.
 */
async function holdWriters(rows: RowStream, tables: readonly string[]): Promise<boolean> {
  for (let attempt = 1; attempt <= lockTries; attempt++) {
    await rows.command('begin isolation level repeatable read');
    try {
      await rows.command(`set local lock_timeout = ${lockWaitMs}`);
      await rows.command(`lock table ${tables.join(', ')} in share mode`);
      return true;
    } catch (error) {
      await rows.command('rollback');
      if (!isLockRefused(error)) throw error;
      await pause(100 * attempt);
    }
  }
  await rows.command('begin isolation level repeatable read');
  return false;
}

/** True for a lock that was not free in time, or a deadlock that PostgreSQL ended. */
const isLockRefused = (error: unknown): boolean =>
  ['55P03', '40P01'].includes((error as { code?: string }).code ?? '');

/** Reads the changed rows of one table and, if older rows are gone, the keys of those left. */
async function withChanges(
  rows: RowStream,
  table: Omit<BackupTable, 'changed' | 'kept'>,
  xid: string,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<BackupTable> {
  const { name, columns, key, base } = table;
  const read = async (ending: string, query: string): Promise<RowsFile> => {
    const path = `tables/${name}.${ending}`;
    return { path, ...(await rows.read(query, join(folder, path), onBytes)) };
  };
  const changed = await read('changed', rowsOf(columns, name, isNew(xid)));
  const all = await rows.db.row<{ count: number }>(
    `select count(*) as count from ${name} ${wholeDatabase}`,
  );
  const isAllLeft = all!.count - changed.rows === base.rows;
  return {
    ...table,
    changed,
    ...(isAllLeft ? {} : { kept: await read('kept', rowsOf(key, name, isOld(xid))) }),
  };
}
