import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolders } from '../makeFolders.ts';
import { save } from './checkedFiles.ts';
import type { Contents, CopiedFile } from './manifest.ts';

/** Files and folders outside the database, by their names in a folder of rows. */
export type Places = Readonly<Record<string, string>>;

/**
 * Copies files into a folder, below `files/` and the name of their place. Skips files of `known`
 * that did not change.
 */
export async function copyFiles(
  folder: string,
  sources: Places,
  known: readonly CopiedFile[] = [],
): Promise<CopiedFile[]> {
  const before = new Map(known.map((file) => [file.path, file]));
  const files: CopiedFile[] = [];
  for (const [name, source] of Object.entries(sources))
    for (const inner of await pathsIn(source)) {
      const path = join('files', name, inner);
      const copied = await copyFile(join(source, inner), folder, path, before.get(path));
      if (copied !== undefined) files.push(copied);
    }
  return files;
}

/** Returns nothing for a file that was removed since the folder was listed. */
async function copyFile(
  from: string,
  folder: string,
  path: string,
  known: CopiedFile | undefined,
): Promise<CopiedFile | undefined> {
  const to = join(folder, path);
  try {
    const { size, mtimeMs } = await stat(from);
    if (known?.bytes === size && known.mtimeMs === mtimeMs) return known;
    makeFolders(dirname(to), 0o700);
    return { path, mtimeMs, ...(await save(createReadStream(from), to, () => {})) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await rm(to, { force: true });
    return undefined;
  }
}

/** Lists the files below a folder; for a single file, returns an empty path. */
async function pathsIn(source: string): Promise<string[]> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) return [];
  if (found.isFile()) return [''];
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(source.length + 1))
    .sort();
}

/** Copies the files of a folder to their places. Skips the files of places that are not named. */
export async function restoreFiles(
  folder: string,
  { files }: Pick<Contents, 'files'>,
  targets: Places,
): Promise<void> {
  for (const { path } of files) {
    const [, name = '', ...inner] = path.split('/');
    const target = targets[name];
    if (target === undefined) continue;
    const to = join(target, ...inner);
    makeFolders(dirname(to), 0o700);
    await save(createReadStream(join(folder, path)), to, () => {});
  }
}
