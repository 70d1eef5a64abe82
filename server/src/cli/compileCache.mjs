import { enableCompileCache } from 'node:module';

// Turns on Node's compile cache. It must be imported before anything else: Node stores the compiled
// sources, and the next start reads them and takes less than half the time. This file and the two
// entry points are JavaScript, because a TypeScript file that runs before the cache is on makes
// Node load its TypeScript parser at each start. The cache is in the project's folder, because the
// default, the machine's folder for temporary files, is open to other accounts.
enableCompileCache(new URL('../../../node_modules/.cache/perennial', import.meta.url).pathname);
