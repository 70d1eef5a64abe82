// Tests the choices of a person that the server stores: views of lists, columns, density.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SavedSearch } from '@perennial/contract/perennial.ts';
import { auditFilters, auditPlaceOf } from '../../web/src/auditLog/list.ts';
import { autoOrderFilters } from '../../web/src/autoOrders/list.ts';
import { itemFilters } from '../../web/src/catalogue/list.ts';
import { couponFilters } from '../../web/src/coupons/list.ts';
import { customerFilters } from '../../web/src/customers/list.ts';
import type { Filter, Filters } from '../../web/src/kit/filters.ts';
import { isSameView } from '../../web/src/kit/views.ts';
import { orderFilters } from '../../web/src/orders/list.ts';
import { type ListKind, lists } from '../../web/src/savedViews/lists.ts';
import { viewLines } from '../../web/src/savedViews/palette.ts';
import { ownViewNamed, savedViewsOf, searchToSave } from '../../web/src/savedViews/savedViews.ts';
import {
  changedFields,
  mergedPreferences,
  readPreferences,
  unsetPreferences,
} from '../../web/src/shell/preferences.ts';
import { deliveryFilters } from '../../web/src/webhooks/deliveryList.ts';

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

const filtersOf: Readonly<Record<ListKind, Filters>> = {
  auto_orders: autoOrderFilters,
  orders: orderFilters,
  customers: customerFilters,
  items: itemFilters,
  coupons: couponFilters,
  deliveries: deliveryFilters,
  audit_log: auditFilters,
};

/** Returns a value of each kind of filter, as an address contains it. */
const valueOf = (filter: Filter): string | readonly string[] => {
  switch (filter.kind) {
    case 'choice':
      return [filter.choices[0]!.value];
    case 'values':
      return ['A', 'B'];
    case 'number':
    case 'oid':
      return '7';
    case 'day':
      return '2026-03-01';
    case 'range':
      return '2026-03-01..2026-03-31';
    default:
      return 'tea=x';
  }
};

for (const [kind, filters] of Object.entries(filtersOf))
  test(`a view of ${kind} keeps every filter of the list`, () => {
    const state = Object.fromEntries(
      Object.entries(filters).map(([name, filter]) => [name, valueOf(filter)]),
    );
    const search = searchToSave(kind as ListKind, { name: 'All', isShared: false }, state, []);
    const [view] = savedViewsOf([{ saved_search_oid: 4, ...search }], ann);
    assert.deepEqual({ ...view?.state }, state);
    assert.deepEqual(Object.keys(lists[kind as ListKind].wire), Object.keys(filters));
  });

test('the audit log is read down from a day, or up from it', () => {
  const table: [
    sort: string,
    after: string | undefined,
    from: string | undefined,
    place: object,
  ][] = [
    ['-at_dts', undefined, undefined, {}],
    ['-at_dts', '41', undefined, { before_entry: 41 }],
    ['-at_dts', undefined, '2026-03-07T23:59:59', { from_dts: '2026-03-07T23:59:59' }],
    ['at_dts', undefined, undefined, { after_entry: 0 }],
    ['at_dts', '41', undefined, { after_entry: 41 }],
    [
      'at_dts',
      undefined,
      '2026-03-07T00:00:00',
      { after_entry: 0, from_dts: '2026-03-07T00:00:00' },
    ],
  ];
  for (const [sort, after, from, place] of table)
    assert.deepEqual(auditPlaceOf(sort, after, from), place, `${sort} ${after} ${from}`);
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

test('preferences of another browser are taken over, except those that this one chose since', () => {
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
