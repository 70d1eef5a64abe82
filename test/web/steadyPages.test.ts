// Tests a whole list that is read by offset while others change it: a row that is there all the
// time is read exactly once, whatever rows are added, removed or moved between two pages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReadPage } from '../../web/src/kit/listQuery.ts';
import { steadyPages } from '../../web/src/kit/steadyPages.ts';

interface Row {
  readonly id: number;
  readonly text: string;
}
type Change = (list: Row[]) => void;

const size = 5;
const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, id) => ({ id, text: `row ${id}` }));

/** Reads the list, and makes the next change after each page. */
async function readAll(list: Row[], changes: readonly Change[]): Promise<number[]> {
  const waiting = [...changes];
  const readPage: ReadPage<Row> = (after) => {
    const offset = Number(after ?? 0);
    const rows = list.slice(offset, offset + size);
    const next = offset + rows.length;
    const page = { rows, total: list.length, isMore: false };
    const nextCursor = next < list.length ? String(next) : undefined;
    waiting.shift()?.(list);
    return Promise.resolve({ ...page, nextCursor });
  };
  const read = steadyPages(readPage, ({ id }) => String(id), size);
  const { signal } = new AbortController();
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor, signal);
    found.push(...page.rows.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

const remove =
  (from: number, count = 1): Change =>
  (list) =>
    void list.splice(from, count);
const insert =
  (at: number, id: number): Change =>
  (list) =>
    void list.splice(at, 0, { id, text: 'new' });
/** A colleague changes a row so that it moves to another place. */
const move =
  (from: number, to: number): Change =>
  (list) => {
    const [row] = list.splice(from, 1);
    if (row) list.splice(to, 0, { ...row, text: `${row.text} changed` });
  };
const nothing: Change = () => {};

const all = (count: number): number[] => rowsOf(count).map(({ id }) => id);

const table: [what: string, changes: Change[], missing: number[]][] = [
  ['nothing changes', [], []],
  ['a row that was read goes', [remove(0)], []],
  ['the last row that was read goes', [remove(4)], []],
  ['the whole page that was read goes', [remove(0, 5)], []],
  ['two pages that were read go', [nothing, remove(0, 9)], []],
  ['a row comes before what was read', [insert(0, 99)], []],
  ['an unread row goes', [remove(7)], [7]],
  ['the last row that was read moves to the end', [move(4, 11)], []],
  ['the first rows that were read move behind the others', [move(0, 9), move(0, 9)], []],
  ['an unread row moves to the beginning', [move(7, 0)], []],
  ['all but the first page goes', [remove(5, 7)], [5, 6, 7, 8, 9, 10, 11]],
];

for (const [what, changes, missing] of table)
  test(`a list that is read by offset: ${what}`, async () => {
    const found = await readAll(rowsOf(12), changes);
    const known = found.filter((id) => id < 12).toSorted((a, b) => a - b);
    assert.deepEqual(
      known,
      all(12).filter((id) => !missing.includes(id)),
    );
  });

let lastId = 100;

test('whatever changes in a list, rows that stay in place are read, and none is read twice', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 40 }),
      fc.array(
        fc.oneof(
          fc.tuple(fc.nat(40), fc.nat(12)).map(([from, count]) => remove(from, count)),
          fc.nat(40).map((at) => insert(at, ++lastId)),
          fc.tuple(fc.nat(40), fc.nat(40)).map(([from, to]) => move(from, to)),
        ),
        { maxLength: 12 },
      ),
      async (count, changes) => {
        const list = rowsOf(count);
        const found = await readAll(list, changes);
        assert.equal(new Set(found).size, found.length, 'a row came twice');
        for (const { id, text } of list)
          if (id < 100 && text === `row ${id}`) assert.ok(found.includes(id), `${id} is missing`);
      },
    ),
    { numRuns: 2000 },
  ));
