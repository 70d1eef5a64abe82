// Loaded by `--import` before the program of a child process: ends the child once its parent has
// gone. A parent that is killed cannot end its children itself, and their servers would stay.
import { isMainThread } from 'node:worker_threads';

// The parent has the other end of the standard input, and the system closes it in any case.
if (isMainThread) {
  process.stdin.once('end', () => process.exit(1)).resume();
  process.stdin.unref();
}
