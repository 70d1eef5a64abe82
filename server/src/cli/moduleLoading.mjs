/**
 * Makes Node load our sources faster. Imported before anything else. This file and the two entry
 * points are JavaScript, because a TypeScript file that runs before the cache is on makes Node load
 * its TypeScript parser at each start.
 */
import { enableCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);

// Node keeps what it made of our sources, and the next start, which reads it, takes less than half
// the time. The cache is in the project's own folder, because the default, the machine's folder for
// temporary files, is open to other accounts.
enableCompileCache(fileURLToPath(new URL('node_modules/.cache/perennial', root)));

// An import of one source by another names its file exactly. Node would search for the file, for
// links on the way to it and for the package around it, at each of thousands of imports.
const packages = new URL('node_modules/', root).href;
registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '' } = context;
    const isSource =
      specifier.startsWith('.') &&
      specifier.endsWith('.ts') &&
      parentURL.startsWith(root.href) &&
      !parentURL.startsWith(packages);
    return isSource
      ? {
          url: new URL(specifier, parentURL).href,
          format: 'module-typescript',
          shortCircuit: true,
        }
      : next(specifier, context);
  },
});
