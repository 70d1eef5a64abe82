// Tests the size of the console that a browser loads before it shows a page (brotli).
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
  readonly isDynamicEntry?: boolean;
}

const firstScreen = 'src/autoOrders/AutoOrdersPage.tsx';
assert.ok(existsSync(new URL(`../${firstScreen}`, dist)), `${firstScreen} has moved`);

const manifest = (): Record<string, Chunk> =>
  JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'));
const kilobytes = (file: string): number => statSync(new URL(`${file}.br`, dist)).size / 1000;
const sum = (files: Iterable<string>): number =>
  [...files].reduce((total, file) => total + kilobytes(file), 0);

test('the first view of the list: 230 kB of scripts, 30 kB of styles, 8 requests', built, (t) => {
  const files = filesOfView(firstScreen);
  const scripts = files.filter((file) => file.endsWith('.js'));
  const styles = files.filter((file) => file.endsWith('.css'));
  t.diagnostic(
    `${sum(scripts).toFixed(1)} kB of scripts in ${scripts.length}, ` +
      `${sum(styles).toFixed(1)} kB of styles in ${styles.length}`,
  );
  assert.ok(scripts.length > 2 && styles.length > 0, files.join(' '));
  // The page itself counts as one more file.
  assert.ok(files.length + 1 <= 8, files.join(' '));
  assert.ok(sum(scripts) <= 230, `${sum(scripts)} kB of scripts`);
  assert.ok(sum(styles) <= 30, `${sum(styles)} kB of styles`);
});

test('a screen adds 30 kB to the first view; all scripts together: 500 kB', built, (t) => {
  const first = new Set(filesOfView(firstScreen));
  const chunks = Object.entries(manifest());
  const screens = chunks.filter(([, { isDynamicEntry }]) => isDynamicEntry).map(([name]) => name);
  assert.ok(screens.length > 1, screens.join(' '));
  for (const screen of screens) {
    const added = filesOfView(screen).filter((file) => !first.has(file) && file.endsWith('.js'));
    t.diagnostic(`${screen}: ${sum(added).toFixed(1)} kB`);
    assert.ok(sum(added) <= 30, `${screen} adds ${sum(added)} kB: ${added.join(' ')}`);
  }
  const all = chunks.map(([, { file }]) => file).filter((file) => file.endsWith('.js'));
  t.diagnostic(`${sum(new Set(all)).toFixed(1)} kB in all`);
  assert.ok(sum(new Set(all)) <= 500);
});

test('the page loads nothing inline and nothing from elsewhere', built, () => {
  const html = readFileSync(new URL('index.html', dist), 'utf8');
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]*\bsrc=)| on\w+=/);
  assert.doesNotMatch(html, /(?:src|href)="(?!\/assets\/|data:)/);
  assert.ok(readdirSync(new URL('assets/', dist)).some((name) => /^theme-.+\.js$/.test(name)));
});

/**
 * Returns the files that a browser loads for a screen opened by its address, each once. A screen
 * without its own chunk is in one that the page names.
 */
function filesOfView(screen: string): string[] {
  const html = readFileSync(new URL('index.html', dist), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file!);
  const files = new Set(named);
  const chunks = manifest();
  const visit = (name: string): void => {
    const { file, css = [], imports = [] } = chunks[name] ?? assert.fail(`no chunk ${name}`);
    if (files.has(file) && css.every((each) => files.has(each))) return;
    for (const each of [file, ...css]) files.add(each);
    for (const next of imports) visit(next);
  };
  if (screen in chunks) visit(screen);
  // The page names everything that its chunks need, so no request waits for another one.
  for (const { file, imports = [], css = [] } of Object.values(chunks))
    if (named.includes(file))
      for (const needed of [...imports.map((name) => chunks[name]?.file), ...css])
        assert.ok(
          named.includes(needed ?? ''),
          `${file} needs ${needed}, the page does not name it`,
        );
  return [...files];
}
