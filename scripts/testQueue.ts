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

const list = 'files.json';

/** The queue as the process that made it sees it. */
export interface TestQueue {
  /** The argument of its lanes. */
  readonly folder: string;
  /** How many files no lane has claimed. */
  left(): number;
}

/** Makes a queue that is there until this process ends. */
export function openTestQueue(files: readonly string[]): TestQueue {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-queue-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, list), JSON.stringify(files));
  // Besides the list, the folder holds only claims.
  return { folder, left: () => files.length + 1 - readdirSync(folder).length };
}

/** Claims the files of a queue one by one, in order, as the caller asks for them. */
export function* claimTestFiles(folder: string): Generator<string> {
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
