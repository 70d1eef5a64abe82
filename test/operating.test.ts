// Runs the commands of docs/operating.md as they are pasted, on a database and in the order of the
// page. Also checks that commands on other pages exist with their options.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { commandLine } from '../server/src/cli/commands.ts';
import { runPerennial } from './support/commandLine.ts';
import { emptyDatabase, openTestDatabase } from './support/database.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A command of a page: the settings in front of it, and its words without quotes. */
interface Pasted {
  readonly text: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

/**
 * Reads a line such as `A=b npm run -s perennial -- key list` or `perennial key list`; undefined
 * for other lines.
 */
function pastedOf(line: string): Pasted | undefined {
  const match = /^((?:[A-Z_]+=\S+ )*)(?:npm run (?:-s )?perennial -- |perennial )(.*)$/.exec(line);
  if (match === null) return undefined;
  const [, before = '', command = ''] = match;
  const settings = before.trim().split(' ').filter(Boolean);
  return {
    text: line,
    settings: Object.fromEntries(settings.map((each) => each.split('=') as [string, string])),
    words: [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!),
  };
}

/** Returns the commands of a page, from its blocks and its text, in order. */
const commandsOf = (page: string): Pasted[] =>
  [...read(page).matchAll(/^ {4}(\S.*)$|`([^`\n]+)`/gm)].flatMap(
    ([, line, code]) => pastedOf((line ?? code)!.replace(/\s+#.*$/, '')) ?? [],
  );

test('every command of a page exists, with its options', async () => {
  let found = 0;
  for (const page of pages)
    for (const { text, words } of commandsOf(page)) {
      const [name = '', ...rest] = words;
      // `…` is used on pages that describe all commands.
      if (name === '…') continue;
      const command = await commandLine[name]?.();
      assert.ok(command, `${page}: ${text}: there is no command ${name}`);
      const known = `${command.usage}\n${command.help}`;
      for (const option of rest.filter((word) => word.startsWith('--')))
        assert.ok(known.includes(option), `${page}: ${text}: ${name} has no ${option}`);
      found++;
    }
  assert.ok(found > 25, `${found} commands`);
});

test('every npm script of a page exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const names = pages.flatMap((page) =>
    [...read(page).matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name]) => ({ page, name })),
  );
  assert.ok(names.length > 30);
  for (const { page, name } of names) assert.ok(scripts[name!], `${page}: npm run ${name}`);
});

/** Returns where the folders and files of the page are in this test. */
async function places(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-pasted-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [here, there] = [await openTestDatabase(t), await openTestDatabase(t)];
  const copy = await emptyDatabase(t, here.connection);
  const key = 'the secret key of the first installation';
  writeFileSync(join(folder, 'old-secret-key'), key);
  const on = (url: string, name: string) => ({
    DATABASE_URL: url,
    DATA_DIR: join(folder, name),
    SECRET_KEY: key,
  });
  return {
    folder,
    here: on(here.url, 'here'),
    there: on(there.url, 'there'),
    copy: on(here.url.replace(/[^/]+$/, copy.database), 'copy'),
  };
}

test('the commands of docs/operating.md work as they are pasted', async (t) => {
  const { folder, here, there, copy } = await places(t);
  const written = (word: string) => word.replace(/^\/(?:backups|var\/tmp)\//, `${folder}/`);
  let keyId = '';
  // A moved merchant is imported into another installation, and a backup is restored into an empty
  // database.
  const installationOf = ([name, verb]: readonly string[], settings: object) => {
    if ('DATA_DIR' in settings || name === 'restored') return copy;
    return name === 'import' || (name === 'merchant' && verb === 'resume') ? there : here;
  };
  let ran = 0;
  for (const { text, words, settings } of commandsOf('docs/operating.md')) {
    if (words.includes('…') || words.some((word) => word.startsWith('<'))) continue;
    const args = words.map((word) => (word === '3' ? keyId : written(word)));
    const { code, out, err } = await runPerennial(args, installationOf(words, settings));
    assert.equal(code, 0, `${text}\n${err}`);
    if (words.slice(0, 2).join(' ') === 'key list') keyId = /^(\d+)/m.exec(out)![1]!;
    ran++;
  }
  assert.ok(ran > 15, `${ran} commands ran`);
});
