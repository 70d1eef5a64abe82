// The choices of a person that the server stores: views of lists, columns, density.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SavedSearch } from '@perennial/contract/perennial.ts';
import { isSameView } from '../../web/src/kit/views.ts';
import { viewLines } from '../../web/src/savedViews/palette.ts';
import { ownViewNamed, savedViewsOf, searchToSave } from '../../web/src/savedViews/savedViews.ts';
import {
  changedFields,
  mergedPreferences,
  readPreferences,
  unsetPreferences,
} from '../../web/src/shell/preferences.ts';

const ann = 7;
const stored = (oid: number, fields: SavedSearch): SavedSearch => ({
  saved_search_oid: oid,
  kind: 'auto_orders',
  name: `View ${oid}`,
  created_by: { user: 'Ann', user_id: ann },
  ...fields,
});

test('what a list shows is saved, and the saved view leads back to it', () => {
  const state = {
    state: ['paused', 'parked'],
    next: '2026-03-01..',
    sort: '-next_shipment_dts',
    open: 'AAAAAAAAAA',
  };
  const search = searchToSave('auto_orders', { name: 'Mine', isShared: true }, state, ['code']);
  assert.deepEqual(search, {
    kind: 'auto_orders',
    name: 'Mine',
    shared: true,
    filters: { state: ['paused', 'parked'], next_shipment_dts_begin: '2026-03-01T00:00:00' },
    sort: '-next_shipment_dts',
    columns: ['code'],
  });
  const [view] = savedViewsOf([{ saved_search_oid: 4, ...search }], ann);
  assert.ok(view && isSameView(view.state, state));
  assert.deepEqual(view.columns, ['code']);
});

test('views of lists that the console does not have, and sorts it does not know, are left out', () => {
  const views = savedViewsOf(
    [
      stored(1, { kind: 'tasks' }),
      stored(2, { kind: 'mails' }),
      stored(3, { kind: 'orders', sort: 'secret', filters: { kinds: ['rebill', 'odd'] } }),
    ],
    ann,
  );
  assert.deepEqual(
    views.map(({ oid, state }) => [oid, state]),
    [[3, { kind: ['rebill'] }]],
  );
});

test('only its owner changes a view; the owner replaces it by its name', () => {
  const views = savedViewsOf(
    [
      stored(1, { name: 'Late', shared: true, created_by: { user: 'Ben', user_id: 8 } }),
      stored(2, { name: 'late ' }),
    ],
    ann,
  );
  assert.deepEqual(
    views.map(({ isOwn, owner }) => [isOwn, owner]),
    [
      [false, 'Ben'],
      [true, 'Ann'],
    ],
  );
  assert.equal(ownViewNamed(views, ' LATE')?.oid, 2);
  assert.equal(ownViewNamed(views, 'Latest'), undefined);
});

test('stored preferences that do not fit are as if nothing was chosen; others stay', () => {
  const table: [stored: unknown, read: object][] = [
    [undefined, unsetPreferences],
    ['text', unsetPreferences],
    [{ density: 7, keys: 'no', columns: [] }, unsetPreferences],
    [{ density: 'compact' }, { ...unsetPreferences, density: 'compact' }],
    [
      { keys: false, other: 1 },
      { ...unsetPreferences, keys: false, other: 1 },
    ],
    [
      { columns: { orders: ['total'], odd: [1], other: 'x' } },
      { ...unsetPreferences, columns: { orders: ['total'] } },
    ],
  ];
  for (const [given, read] of table)
    assert.deepEqual(readPreferences(given), read, JSON.stringify(given));
});

test('what another browser stored is taken, but for what this one chose since', () => {
  const ours = { ...unsetPreferences, density: 'compact', keys: false } as const;
  const theirs = { keys: true, columns: { orders: ['total'] }, seen: 'tour' };
  assert.deepEqual(mergedPreferences(theirs, ours, ['density']), {
    density: 'compact',
    keys: true,
    keyChoices: {},
    columns: { orders: ['total'] },
    seen: 'tour',
  });
  assert.deepEqual(changedFields(unsetPreferences, ours).sort(), ['density', 'keys']);
});

test('the palette finds saved views of tasks and of lists by every typed word', () => {
  const searches = [
    stored(1, {
      kind: 'tasks',
      name: 'Refund calls',
      search: { tags: ['refund'] },
      sort: 'due_dts',
    }),
    stored(2, { kind: 'orders', name: 'Late', filters: { kinds: ['rebill'] } }),
    stored(3, { kind: 'mails', name: 'Late too' }),
  ];
  const found = (typed: string) => viewLines(searches, ann, typed).map(({ words }) => words);
  assert.deepEqual(found(''), ['Tasks: Refund calls', 'Orders: Late']);
  assert.deepEqual(found('view late'), ['Orders: Late']);
  assert.deepEqual(found('calls orders'), []);
  const [task] = viewLines(searches, ann, 'refund');
  assert.equal(task?.path, '/tasks');
  assert.deepEqual([task?.state['tag'], task?.state['sort']], [['refund'], 'due_dts']);
});
