import { enableCompileCache } from 'node:module';

// Imported before anything else: what Node made of our sources at one start it need not make at the
// next, which more than halves it.
// In the project's own folder, because the default, the machine's folder for temporary files, is
// open to other accounts.
enableCompileCache(new URL('../../../node_modules/.cache/perennial', import.meta.url).pathname);
