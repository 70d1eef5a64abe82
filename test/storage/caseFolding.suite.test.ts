// Tests that the function `fold` of PostgreSQL and the one of kernel/caseFolding.ts return the
// same, so that each finds what the other stored.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold } from '../../server/src/kernel/caseFolding.ts';
import { testDatabase } from '../support/database.ts';

const charactersAtOnce = 20_000;

/**
 * Yields every character except U+0000 and halves of surrogate pairs, in pieces with a bar between
 * any two characters.
 */
function* everyCharacter(): Generator<string> {
  let piece: string[] = [];
  for (let code = 1; code <= 0x10ffff; code++) {
    if (code === 0xd800) code = 0xe000;
    piece.push(String.fromCodePoint(code));
    if (piece.length < charactersAtOnce && code < 0x10ffff) continue;
    yield piece.join('|');
    piece = [];
  }
}

const folded = (db: Awaited<ReturnType<typeof testDatabase>>, texts: readonly string[]) =>
  db
    .rows<{ folded: string }>(
      `select fold(text) as folded from unnest($1::text[]) with ordinality as given (text, place)
        order by place`,
      [[...texts]],
    )
    .then((rows) => rows.map((row) => row.folded));

test('every character is folded alike', async (t) => {
  const db = await testDatabase(t);
  for (const piece of everyCharacter()) {
    const [ours, theirs] = [fold(piece).split('|'), (await folded(db, [piece]))[0]!.split('|')];
    const different = ours.filter((each, i) => each !== theirs[i]);
    assert.deepEqual(different, [], 'after a new Node, a migration replaces fold_letters');
  }
});

test('words are folded alike', async (t) => {
  const db = await testDatabase(t);
  const words = [
    '',
    'TEA',
    'ΚΑΦΕΣ',
    'İNCİR',
    'ırmak',
    'STRASSE-ẞ',
    'Ǆ-1',
    'ᏣᎳᎩ',
    '𐐔𐐯𐑅',
    'Å',
    'a\u030a',
    'i\u0307',
    'ﬃ',
    'ΰ',
    '한글',
    '\u1112\u1161\u11ab',
    'q\u0323\u0307',
    'q\u0307\u0323',
    "O'Néill 💳",
  ];
  assert.deepEqual(await folded(db, words), words.map(fold));
  assert.equal((await db.row<{ none: string | null }>('select fold(null) as none'))!.none, null);
});
