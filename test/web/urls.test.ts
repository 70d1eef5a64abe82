import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  autoOrderFilters,
  autoOrderViews,
  autoOrderWire,
  parseAutoOrderList,
  searchOf,
} from '../../web/src/autoOrders/list.ts';
import { customerFilters, customerWire, parseCustomerList } from '../../web/src/customers/list.ts';
import { chipWords, type Filter, parseFilters, parseRange } from '../../web/src/kit/filters.ts';
import { fromQuery } from '../../web/src/kit/jump.ts';
import { listOf, onlyKnown, parseUrl, stringifyUrl } from '../../web/src/kit/urlCodec.ts';
import { isSameView } from '../../web/src/kit/views.ts';
import { fromSearch, toSearch } from '../../web/src/kit/wireFilters.ts';
import { orderFilters, orderWire } from '../../web/src/orders/list.ts';
import { lastPlaces } from '../../web/src/shell/lastPlaces.ts';

test('where a list begins is read by the field that it is sorted by', () => {
  for (const [search, from, sent] of [
    ['?sort=signup_dts&from=2026-03-01', '2026-03-01', '2026-03-01T00:00:00'],
    // In descending order, the list begins at the end of the day.
    ['?sort=-signup_dts&from=2026-03-01', '2026-03-01', '2026-03-01T23:59:59'],
    ['?sort=email&from=mu', 'mu', 'mu'],
    ['?sort=signup_dts&from=mu', undefined, undefined],
    // Without a sort there is no value to begin at.
    ['?from=mu', undefined, undefined],
  ] as const) {
    const { sort, from: read } = parseCustomerList(parseUrl(search));
    assert.equal(read, from, search);
    assert.equal(fromQuery(read, sort)._from, sent, search);
  }
});

test('values that no filter accepts are removed from an address', () => {
  const parse = onlyKnown(parseAutoOrderList);
  assert.deepEqual(parse(parseUrl('?state=sleeping&q=ann&other=1')), {
    state: undefined,
    q: 'ann',
    other: undefined,
  });
});

test('what is written into an address is read back', () => {
  const value = fc.string({ minLength: 1, unit: 'grapheme' }).map((text) => text.toWellFormed());
  const state = fc.dictionary(
    value,
    fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 4 })),
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(state, (given) => {
      assert.deepEqual(parseUrl(stringifyUrl(given)), given);
    }),
  );
});

test('empty and absent values are left out of an address', () => {
  assert.equal(stringifyUrl({ q: '', state: [], sort: undefined }), '');
  assert.equal(stringifyUrl({ q: 'a b&c', state: ['x', 'y'] }), '?q=a+b%26c&state=x&state=y');
});

test('filters take what fits and leave out the rest', () => {
  const table: [address: string, read: object][] = [
    ['?q=ann', { q: 'ann' }],
    ['?q=+', {}],
    ['?state=paused&state=nonsense', { state: ['paused'] }],
    ['?state=nonsense', {}],
    ['?next=2026-03-01..2026-03-31', { next: '2026-03-01..2026-03-31' }],
    ['?next=2026-03-31..2026-03-01', {}],
    ['?next=2026-02-30..', {}],
    ['?card_expires=2026-12-01', { card_expires: '2026-12-01' }],
    ['?card_expires=soon', {}],
    ['?declines=2', { declines: '2' }],
    ['?declines=-1', {}],
    ['?item=TEA&item=TEA&item=HONEY', { item: ['TEA', 'HONEY'] }],
    ['?property=gift%3Dyes&reason=insuff', { reason: 'insuff', property: 'gift=yes' }],
    ['?property=%3Dyes', {}],
    ['?unknown=1', {}],
  ];
  for (const [address, read] of table)
    assert.deepEqual(parseFilters(autoOrderFilters, parseUrl(address)), read, address);
});

test('a sort that the list does not know is left out', () => {
  assert.deepEqual(parseAutoOrderList({ sort: '-next_shipment_dts' }), {
    sort: '-next_shipment_dts',
  });
  assert.deepEqual(parseAutoOrderList({ sort: 'secret' }), {});
  assert.deepEqual(parseAutoOrderList({ open: '81RTIQAGCY' }), { open: '81RTIQAGCY' });
});

test('ranges are days, both included', () => {
  assert.deepEqual(parseRange('2026-03-01..'), { from: '2026-03-01' });
  assert.deepEqual(parseRange('..2026-03-01'), { to: '2026-03-01' });
  assert.equal(parseRange('..'), undefined);
  assert.deepEqual(searchOf({ next: '2026-03-01..2026-03-31', state: ['paused'] }), {
    state: ['paused'],
    next_shipment_dts_begin: '2026-03-01T00:00:00',
    next_shipment_dts_end: '2026-03-31T23:59:59',
  });
});

test('chips say what is filtered by', () => {
  const now = '2026-02-01T12:00:00Z';
  const { state, next, declines, card_expires: expires } = autoOrderFilters;
  assert.equal(chipWords(state!, ['in_doubt', 'paused'], now), 'State: In doubt, Paused');
  assert.equal(chipWords(next!, '2026-03-01..2026-03-01', now), 'Next shipment: Sun 1 Mar');
  assert.equal(chipWords(next!, '..2027-03-01', now), 'Next shipment: until Mon 1 Mar 2027');
  assert.equal(chipWords(declines!, '2', now), 'Declines: 2 or more');
  assert.equal(chipWords(expires!, '2026-12-01', now), 'Card expires before Tue 1 Dec');
});

test('every view is an address that its list reads as it is', () => {
  for (const { label, state } of autoOrderViews('2026-03-03')) {
    const read = parseAutoOrderList(parseUrl(stringifyUrl(state)));
    assert.ok(isSameView(state, read), label);
    for (const name of Object.keys(state)) assert.notDeepEqual(listOf(read[name]), [], label);
  }
});

const everyList = [
  { filters: autoOrderFilters, wire: autoOrderWire },
  { filters: orderFilters, wire: orderWire },
  { filters: customerFilters, wire: customerWire },
];

test('every filter of a list is in its request, and is read back from it', () => {
  const samples: Readonly<Record<Filter['kind'], string | readonly string[]>> = {
    text: 'ann',
    word: 'gift=yes',
    choice: [],
    values: ['A', 'B'],
    number: '2',
    oid: '12',
    day: '2026-03-01',
    range: '2026-03-01..2026-03-31',
  };
  for (const { filters, wire } of everyList) {
    assert.deepEqual(Object.keys(wire), Object.keys(filters));
    for (const [name, filter] of Object.entries(filters)) {
      const value =
        filter.kind === 'choice' ? [filter.choices[0]!.value] : (samples[filter.kind] ?? '');
      const search = toSearch<object>(wire, { [name]: value });
      assert.notDeepEqual(search, {}, name);
      assert.deepEqual(
        fromSearch(wire, JSON.parse(JSON.stringify(search))),
        { [name]: value },
        name,
      );
    }
  }
});

test('a stored request with conditions that no filter has still opens', () => {
  assert.deepEqual(fromSearch(autoOrderWire, { status: ['active'], text: 7, state: 'paused' }), {});
  assert.deepEqual(
    fromSearch(autoOrderWire, { next_shipment_dts_end: '2026-03-31T12:00:00-05:00' }),
    { next: '..2026-03-31' },
  );
});

test('views of days follow the merchant’s day; a week ends on Sunday', () => {
  const stateOf = (today: string, view: string) =>
    autoOrderViews(today).find(({ label }) => label === view)?.state ?? {};
  assert.equal(stateOf('2026-03-03', 'Due this week')['next'], '..2026-03-08');
  assert.equal(stateOf('2026-03-08', 'Due this week')['next'], '..2026-03-08');
  assert.equal(stateOf('2026-03-03', 'Card expires soon')['card_expires'], '2026-05-02');
  assert.equal(stateOf('2026-03-03', 'Canceled this month')['changed'], '2026-03-01..');
});

test('a section opens where the person was, and its list from within', () => {
  const entries = ['/', '/tasks', '/auto-orders', '/people/users'];
  const places = lastPlaces('TEST/1', entries);
  for (const [path, search, leadsTo] of [
    ['/auto-orders', '?state=paused', '/auto-orders?state=paused'],
    ['/auto-orders/AAAAAAAAAA', '', '/auto-orders/AAAAAAAAAA'],
    ['/auto-orders/BBBBBBBBBB/edit/cancel', '', '/auto-orders/AAAAAAAAAA'],
    ['/people/users/new', '', '/auto-orders/AAAAAAAAAA'],
  ] as const) {
    places.visit(path, search);
    assert.equal(places.leadsTo('/auto-orders', '/tasks'), leadsTo, path);
  }
  assert.equal(places.leadsTo('/auto-orders', '/auto-orders/AAAAAAAAAA'), '/auto-orders');
  assert.equal(places.leadsTo('/people/users', '/'), '/people/users');
  assert.equal(places.leadsTo('/', '/tasks'), '/');
  const other = lastPlaces('TEST/2', entries);
  assert.equal(other.leadsTo('/auto-orders', '/tasks'), '/auto-orders', 'of another person');
});
