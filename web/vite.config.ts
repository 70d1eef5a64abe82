import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

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
      output: { codeSplitting: { groups: libraryGroups() } },
      // "use client" of Mantine's files means nothing without a server that renders React.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});

/**
 * The libraries change rarely, so they are one chunk that stays the same over many builds. What
 * draws charts is large and needed on few screens: it stays out.
 */
function libraryGroups() {
  return [{ name: 'libraries', test: /node_modules\/(?!.*(recharts|d3-|redux|immer))/ }];
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
