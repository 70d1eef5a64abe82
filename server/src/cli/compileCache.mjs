import { enableCompileCache } from 'node:module';

// Imported before anything else: Node keeps what it made of our sources, and the next start, which
// reads it, takes less than half the time. This file and the two entry points are JavaScript,
// because a TypeScript file that runs before the cache is on makes Node load its TypeScript parser
// at each start.
// The cache is in the project's own folder, because the default, the machine's folder for temporary
// files, is open to other accounts.
enableCompileCache(new URL('../../../node_modules/.cache/perennial', import.meta.url).pathname);
