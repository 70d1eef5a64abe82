// What a person waits for: the weight of the console, as a browser loads it (brotli).
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';

const dist = new URL('../../web/dist/', import.meta.url);
const built = existsSync(new URL('manifest.json', dist))
  ? {}
  : { skip: 'the console is not built; npm test builds it' };

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
}

const manifest = (): Record<string, Chunk> =>
  JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'));
const kilobytes = (file: string): number => statSync(new URL(`${file}.br`, dist)).size / 1000;
const sum = (files: Iterable<string>): number =>
  [...files].reduce((total, file) => total + kilobytes(file), 0);

test('the first view of the list: 230 kB of scripts, 30 kB of styles, 8 requests', built, (t) => {
  const files = filesOf(manifest(), ['index.html', 'src/autoOrders/AutoOrdersPage.tsx']);
  const scripts = files.filter((file) => file.endsWith('.js'));
  const styles = files.filter((file) => file.endsWith('.css'));
  t.diagnostic(
    `${sum(scripts).toFixed(1)} kB of scripts in ${scripts.length}, ` +
      `${sum(styles).toFixed(1)} kB of styles in ${styles.length}`,
  );
  // And the page itself, and the script of the colour scheme.
  assert.ok(files.length + 2 <= 8, files.join(' '));
  assert.ok(sum(scripts) <= 230, `${sum(scripts)} kB of scripts`);
  assert.ok(sum(styles) <= 30, `${sum(styles)} kB of styles`);
});

test('a screen: 30 kB; all scripts together: 500 kB', built, (t) => {
  const chunks = Object.values(manifest());
  for (const { file } of chunks.filter(({ isDynamicEntry }) => isDynamicEntry))
    assert.ok(kilobytes(file) <= 30, `${file}: ${kilobytes(file)} kB`);
  const all = chunks.map(({ file }) => file).filter((file) => file.endsWith('.js'));
  t.diagnostic(`${sum(new Set(all)).toFixed(1)} kB in all`);
  assert.ok(sum(new Set(all)) <= 500);
});

test('the page loads nothing inline and nothing from elsewhere', built, () => {
  const html = readFileSync(new URL('index.html', dist), 'utf8');
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]*\bsrc=)| on\w+=/);
  assert.doesNotMatch(html, /(?:src|href)="(?!\/assets\/|data:)/);
  assert.ok(readdirSync(new URL('assets/', dist)).some((name) => /^theme-.+\.js$/.test(name)));
});

/** What these chunks load, each file once. */
function filesOf(chunks: Record<string, Chunk>, names: readonly string[]): string[] {
  const seen = new Set<string>();
  const files = new Set<string>();
  const visit = (name: string): void => {
    const chunk = chunks[name];
    if (!chunk || seen.has(name)) return;
    seen.add(name);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const name of names) visit(name);
  assert.ok(files.size > 2, 'the manifest names the entry and the screen');
  return [...files];
}
