import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it that do not exist. Does nothing where it exists. `mode` (for
 * example 0o700) is that of every folder made. Throws the error of the system.
 *
 * Node's `recursive` is not used: it never ends where the folder above exists and cannot hold the new
 * one, as below /proc, and calls a full disk a missing folder (nodejs/node#42808).
 */
export function makeFolders(folder: string, mode = 0o777): void {
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !exists(dirname(folder))) {
      makeFolders(dirname(folder), mode);
      makeFolders(folder, mode);
    } else if (!isFolder(folder)) throw error;
  }
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
