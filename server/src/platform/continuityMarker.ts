import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolders } from './makeFolders.ts';

/** The progress of a database when a server last saw it, in a file outside the database. */
export interface Marker {
  /** Identifies the database and its copies. Other databases have other values. */
  readonly database: string;
  readonly epoch: number;
  readonly beat: number;
  /** For people. */
  readonly seenAt: string;
}

/** Reads the marker; undefined if there is none yet or a crash left one that cannot be read. */
export async function readMarker(path: string): Promise<Marker | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  try {
    const { database, epoch, beat, seen_at: seenAt } = JSON.parse(text);
    return typeof database === 'string' && Number.isInteger(epoch) && Number.isInteger(beat)
      ? { database, epoch, beat, seenAt: String(seenAt) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the whole marker; it is on the disk when this resolves. */
export async function writeMarker(path: string, marker: Marker): Promise<void> {
  makeFolders(dirname(path));
  const { database, epoch, beat, seenAt } = marker;
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ database, epoch, beat, seen_at: seenAt })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), 'r');
  // Not every system can sync a folder. Then a crash may leave the earlier marker, which is not
  // ahead of the database.
  await folder.sync().catch(() => {});
  await folder.close();
}
