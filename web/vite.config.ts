import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, normalizePath, type Plugin, type Rolldown } from 'vite';

/**
 * The console's bundle. `npm run dev` and `npm start` build it through scripts/prepare.mjs, so Vite
 * never serves anything.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: false,
  logLevel: 'warn',
  plugins: [themeScript(), tabIcon()],
  build: {
    target: ['es2023', 'chrome120', 'firefox121', 'safari17.2'],
    assetsInlineLimit: (path) => path.endsWith('.svg'),
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    manifest: 'manifest.json',
    rolldownOptions: {
      output: { codeSplitting: { groups: firstViewGroups() } },
      // "use client" of Mantine's files means nothing without a server that renders React.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});

/** The modules that a person waits for first: the frame and the list of auto orders. */
const firstView = ['src/main.tsx', 'src/autoOrders/AutoOrdersPage.tsx'];

/**
 * Puts the modules of the first view into two chunks: `libraries`, which stays the same over many
 * builds, and `console`. Without groups, each set of screens that share a module is a chunk and a
 * request. All other modules stay out of both and are loaded with the screens that use them.
 */
function firstViewGroups() {
  let ids: ReadonlySet<string> | undefined;
  const group = (name: string, test: RegExp) => ({
    debugName: name,
    test,
    name: (id: string, context: Rolldown.ChunkingContext) => {
      ids ??= firstViewModules(context);
      return ids.has(id) ? name : null;
    },
  });
  // A group takes what its modules import along, so the libraries come first.
  return [group('libraries', /node_modules/), group('console', /./)];
}

/** The ids of all modules that the first view imports, directly or through others. */
function firstViewModules(context: Rolldown.ChunkingContext): ReadonlySet<string> {
  const ids = new Set<string>();
  const visit = (id: string): void => {
    if (ids.has(id)) return;
    ids.add(id);
    for (const next of context.getModuleInfo(id)?.importedIds ?? []) visit(next);
  };
  for (const file of firstView) visit(normalizePath(join(import.meta.dirname, file)));
  return ids;
}

/**
 * A blocking script that sets the colour scheme before the first paint. It is a file, because the
 * Content-Security-Policy allows no inline script.
 */
function themeScript(): Plugin {
  const source = readFileSync(new URL('./theme.js', import.meta.url), 'utf8');
  const hash = createHash('sha256').update(source).digest('base64url').slice(0, 8);
  const fileName = `assets/theme-${hash}.js`;
  return {
    name: 'theme-script',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source });
    },
    transformIndexHtml: () => [
      { tag: 'script', attrs: { src: `/${fileName}` }, injectTo: 'head-prepend' },
    ],
  };
}

/** The icon of the tab, in the page itself: it saves a request. */
function tabIcon(): Plugin {
  const icon = readFileSync(new URL('./src/shell/icon.svg', import.meta.url), 'utf8').trim();
  const href = `data:image/svg+xml,${encodeURIComponent(icon)}`;
  return {
    name: 'tab-icon',
    transformIndexHtml: () => [{ tag: 'link', attrs: { rel: 'icon', href }, injectTo: 'head' }],
  };
}
