// A process of a test run that runs one file after another while the run's queue has any. Most
// files load the same server, and in a process that has already loaded and compiled it, a file
// takes half the time.
import { resolve } from 'node:path';
import { suite } from 'node:test';
import { pathToFileURL } from 'node:url';
import { claimTestFiles, fileTimeoutMs } from './testQueue.ts';

/**
 * Node keeps the data of every test until the process ends. A lane that has grown to this size
 * leaves the other files to the next lane.
 */
const enoughBytes = 800_000_000;

const [folder = ''] = process.argv.slice(2);
for (const file of claimTestFiles(folder)) {
  await suite(file, { timeout: fileTimeoutMs }, () => import(pathToFileURL(resolve(file)).href));
  if (process.memoryUsage.rss() > enoughBytes) break;
}
