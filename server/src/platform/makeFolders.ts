import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a folder and its missing parents. Does nothing if it exists. `mode` (for example 0o700)
 * applies to every folder that is created. Throws the error of the system.
 *
 * Node's `recursive` is not used: it never returns if the parent exists but cannot contain the new
 * folder, as below /proc, and reports a full disk as a missing folder (nodejs/node#42808).
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
