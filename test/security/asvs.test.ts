// Tests the ledger of OWASP ASVS 5.0: each requirement of levels 1 and 2 is in it once, with an
// existing test or page, a reason, or an open gap.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/security/asvs.md', root), 'utf8');
const rows = [
  ...page.matchAll(/^\| (\d+\.\d+\.\d+) \| ([12]) \| (\S+) \| (.*?) ?\| (.+) \|$/gm),
].map(([, id = '', level = '', state = '', shownBy = '', words = '']) => ({
  id,
  level,
  state,
  shownBy,
  words,
}));
const count = (state: string) => rows.filter((row) => row.state === state).length;
const [met, gaps, none] = [count('met'), count('gap'), count('n/a')];

/** The number of requirements of levels 1 and 2 in each chapter, beginning with V1. */
const chapters = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];

test('every requirement of levels 1 and 2 is in the ledger once', () => {
  assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
  assert.deepEqual(
    chapters.map((_, i) => rows.filter(({ id }) => id.startsWith(`${i + 1}.`)).length),
    chapters,
  );
  assert.equal(rows.length, 253);
  assert.equal(rows.filter(({ level }) => level === '1').length, 70);
});

test('what is met names a test or a page that exists; the rest says why', () => {
  for (const { id, state, shownBy, words } of rows) {
    assert.ok(['met', 'gap', 'n/a'].includes(state), id);
    assert.ok(words.trim().length > 3, `${id} has no words`);
    assert.equal(state === 'met', shownBy !== '', `${id}: ${shownBy}`);
    if (shownBy) assert.ok(existsSync(new URL(shownBy, root)), `${id}: ${shownBy} does not exist`);
  }
});

test('the sentence at the top counts what the table holds', () => {
  const sentence = `${met} of ${met + gaps} applicable requirements are met, ${gaps} are open, ${none} do not apply.`;
  assert.ok(page.includes(sentence), sentence);
});

after(() => {
  const percent = ((100 * met) / (met + gaps)).toFixed(1);
  console.log(
    `  ASVS: ${met} met, ${gaps} open, ${none} do not apply: ${percent} % of those that apply`,
  );
});
