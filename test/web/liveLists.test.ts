// Tests how a list follows events: rows change in place, and rows that would move are counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadedRows } from '../../web/src/kit/listQuery.ts';
import {
  byId,
  displacedRows,
  foldedText,
  momentValue,
  orderOf,
  type Pages,
  patched,
} from '../../web/src/live/changes.ts';

interface Row {
  readonly id: string;
  readonly at?: number;
}

const idOf = ({ id }: Row): string => id;
const values = { '': (row: Row) => row.id, at: (row: Row) => row.at };
const row = (id: string, at?: number): Row => (at === undefined ? { id } : { id, at });

test('changed rows are patched; other pages and rows stay the same objects', () => {
  const data: Pages<Row> = {
    pages: [
      { rows: [row('a', 1), row('b', 2)], total: 3, isMore: false },
      { rows: [row('c', 3)], total: 3, isMore: false },
    ],
    pageParams: [{ rowsBefore: 0 }, { rowsBefore: 2 }],
  };
  const next = patched(data, idOf, byId([row('b', 5), row('z', 1)], idOf));
  assert.deepEqual(next.pages[0]?.rows, [row('a', 1), row('b', 5)]);
  assert.equal(next.pages[0]?.rows[0], data.pages[0]?.rows[0]);
  assert.equal(next.pages[1], data.pages[1]);
});

test('a list that is read from its end keeps the numbers of its rows', () => {
  const rowsOf = (count: number) => Array.from({ length: count }, (_, index) => row(`${index}`));
  const end = { total: 250, isMore: false, beginning: 'end' } as const;
  const shown = (pages: Pages<Row>['pages'], pageParams: Pages<Row>['pageParams']) => {
    const { rows, offset, isFirst, isLast } = loadedRows({ pages, pageParams });
    return [rows.length, offset, isFirst, isLast];
  };
  const last = { ...end, rows: rowsOf(100), nextCursor: 'b' };
  const middle = { ...end, rows: rowsOf(100), nextCursor: 'c' };
  const first = { ...end, rows: rowsOf(50) };
  const rowsMax = 250;
  const previous = { rowsBefore: 0 };
  assert.deepEqual(shown([last], [{ rowsBefore: 0 }]), [100, 150, false, true]);
  assert.deepEqual(
    shown(
      [first, middle],
      [
        { rowsBefore: 199, rowsMax, previous },
        { rowsBefore: 99, rowsMax, previous },
      ],
    ),
    // One row was left out of the last page.
    [150, 1, true, false],
  );
  const uncounted = { ...last, total: 10_000, isMore: true };
  assert.deepEqual(shown([uncounted], [{ rowsBefore: 0 }]), [100, 99_900, false, true]);
});

const middle = { isFirst: false, isLast: false };
const whole = { isFirst: true, isLast: true };
const listed = [row('a', 10), row('b', 20), row('c', 30)];

/**
 * The list as it is shown with the changed row in its old place, and whether the row belongs
 * elsewhere.
 */
const table: [
  what: string,
  sort: string,
  shown: object,
  changed: Row,
  matches: boolean,
  is: boolean,
][] = [
  ['it does not match any more', '', whole, row('b', 20), false, true],
  ['it matches as before', 'at', whole, row('b', 20), true, false],
  ['its sort value changed, not its place', 'at', whole, row('b', 25), true, false],
  ['it would move behind the next one', 'at', whole, row('b', 31), true, true],
  ['it would move before the one before', 'at', whole, row('b', 9), true, true],
  ['descending, as it is', '-at', whole, row('b', 20), true, true],
  ['it lost its value: the last place', 'at', whole, row('b'), true, true],
  ['a new row in a whole list', '', whole, row('x', 1), true, true],
  ['a new row that the filters leave out', '', whole, row('x', 1), false, false],
  ['a row of a later page', 'at', middle, row('x', 99), true, false],
  ['a row of an earlier page', 'at', middle, row('x', 1), true, false],
  ['a new row between those in memory', 'at', middle, row('x', 15), true, true],
];

for (const [what, sort, ends, changed, matches, expected] of table)
  test(`a changed row, ${what}: ${expected ? 'counted' : 'not counted'}`, () => {
    const rows = listed.map((each) => (each.id === changed.id ? changed : each));
    const shown = { ...middle, ...ends, rows };
    const matching = byId(matches ? [changed] : [], idOf);
    const displaced = displacedRows([changed.id], shown, matching, idOf, orderOf(values, sort));
    assert.deepEqual(displaced, expected ? [changed.id] : []);
  });

test('texts and moments compare as the server does', () => {
  assert.equal(foldedText('Ann'), 'ann');
  assert.equal(momentValue('2026-01-15T12:00:00-05:00'), momentValue('2026-01-15T17:00:00Z'));
  assert.equal(momentValue(undefined), undefined);
});
