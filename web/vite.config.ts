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
  plugins: [themeScript()],
  build: {
    target: ['es2023', 'chrome120', 'firefox121', 'safari17.2'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
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

/** The libraries change rarely, so they have chunks that stay the same over many builds. */
function libraryGroups() {
  return [
    { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
    { name: 'tanstack', test: /node_modules\/@tanstack\// },
  ];
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
