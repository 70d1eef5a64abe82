// The test files that the lanes of a run share. Each lane claims the next file when it is free, so
// that no lane waits for another. A claim is a file that only one process can create.
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

/** The time limit of one test file. */
export const fileTimeoutMs = 900_000;

const list = 'files.json';

/** The queue in the process that created it. */
export interface TestQueue {
  /** The command-line argument of its lanes. */
  readonly folder: string;
  /** Returns the number of files that no lane has claimed. */
  left(): number;
}

/** Creates a queue that exists until this process ends. */
export function openTestQueue(files: readonly string[]): TestQueue {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-queue-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, list), JSON.stringify(files));
  // Besides the list, the folder contains only claims.
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
