// The test files that the lanes of a run share. Each claims the next one when it has time, so that
// no lane waits for another. A claim is a file that only one process can create.
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How long one test file may take. */
export const fileTimeoutMs = 900_000;

/** Tells the lanes where the queue is. */
const folderVariable = 'PERENNIAL_TEST_QUEUE';
const list = 'files.json';

/** The queue as the process that made it sees it. */
export interface TestQueue {
  /** How many files no lane has claimed. */
  left(): number;
  remove(): void;
}

/** Makes the queue of the lanes that this process starts from now on. */
export function openTestQueue(files: readonly string[]): TestQueue {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-queue-'));
  writeFileSync(join(folder, list), JSON.stringify(files));
  process.env[folderVariable] = folder;
  return {
    // Besides the list, the folder holds only claims.
    left: () => files.length + 1 - readdirSync(folder).length,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Claims the files of the queue one by one, in order, as the caller asks for them. */
export function* claimTestFiles(): Generator<string> {
  const folder = process.env[folderVariable];
  if (folder === undefined) throw new Error(`${folderVariable} is not set: run \`npm test\``);
  const files: string[] = JSON.parse(readFileSync(join(folder, list), 'utf8'));
  for (const [place, file] of files.entries()) if (isClaimed(join(folder, `${place}`))) yield file;
}

function isClaimed(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
