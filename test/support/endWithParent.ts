// Ends a child process once its parent has ended; `--import` loads it before the child's program. A
// parent that is killed cannot end its children itself, and their servers would continue to run.
import { isMainThread } from 'node:worker_threads';

// The parent holds the other end of the standard input, and the system closes it even if the parent
// is killed.
if (isMainThread) {
  process.stdin.once('end', () => process.exit(1)).resume();
  process.stdin.unref();
}
