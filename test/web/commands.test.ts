import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permissionResources } from '@perennial/contract/operations.ts';
import {
  allToggled,
  createSelection,
  extended,
  moved,
  toggled,
} from '../../web/src/kit/listSelection.ts';
import { paths } from '../../web/src/paths.ts';
import type { CommandSpec } from '../../web/src/shell/commandSpec.ts';
import { commandOf, commands, matchingCommands } from '../../web/src/shell/commands.ts';
import { foundLines } from '../../web/src/shell/found.ts';
import {
  type KeyChoices,
  keysFault,
  keysOf,
  readKeyChoices,
  withKeys,
  withPress,
} from '../../web/src/shell/keyChoices.ts';
import { isTyping, keyStep, keyWords, pressName } from '../../web/src/shell/keys.ts';
import { navFor, navSections } from '../../web/src/shell/nav.ts';

const specs: readonly CommandSpec[] = commands;

test('every command has words and a unique id', () => {
  for (const { id, words } of specs) assert.match(words, /^[A-Z]/, id);
  assert.equal(new Set(specs.map(({ id }) => id)).size, specs.length);
});

test('no two commands of a place share keys, and none begins like another', () => {
  for (const a of specs)
    for (const b of specs) {
      const meet = a.place === b.place || a.place === 'anywhere' || b.place === 'anywhere';
      if (a.id === b.id || !meet || !a.keys || !b.keys) continue;
      assert.notEqual(a.keys, b.keys, `${a.id} and ${b.id}`);
      assert.ok(!b.keys.startsWith(`${a.keys} `), `${a.id} hides ${b.id}`);
    }
});

test('no command uses Alt, or a browser’s own key', () => {
  for (const { keys = '', id } of specs)
    assert.doesNotMatch(keys, /Alt|Mod\+[nrtw]\b|^Tab$|^F\d/, id);
});

test('what a command or an entry needs is a permission', () => {
  const known = permissionResources.flatMap((each) => [`${each}_read`, `${each}_write`]);
  const needs = [...specs, ...navSections.flatMap(({ entries }) => entries)];
  for (const { needs: each = [] } of needs)
    for (const need of each) assert.ok(known.includes(need), need);
});

test('the navigation leads to pages, and shows what a person may open', () => {
  const every = navSections.flatMap(({ entries }) => entries);
  for (const { path, command, label } of every) {
    assert.ok(Object.values<string>(paths).includes(path), label);
    assert.ok(
      specs.some(({ id }) => id === command),
      `${label}: add the command ${command}`,
    );
  }
  const shown = (...permissions: string[]) =>
    navFor(new Set(permissions)).flatMap(({ entries }) => entries.map(({ label }) => label));
  assert.ok(shown('auto_order_read').includes('Auto orders'));
  assert.ok(!shown('webhook_read').includes('Auto orders'));
});

test('the palette finds commands by every typed word', () => {
  const ids = (typed: string) => matchingCommands(specs, typed).map(({ id }) => id);
  assert.ok(ids('subscr').includes('go.autoOrders'));
  assert.equal(ids('undo')[0], 'undo');
  assert.deepEqual(ids('undo nonsense'), []);
  assert.deepEqual(
    ids(''),
    specs.map(({ id }) => id),
  );
  assert.equal(commandOf('undo').keys, 'u');
});

test('keys are matched one press after the other', () => {
  const keys = new Map([
    ['j', 'down'],
    ['g o', 'orders'],
    ['g m', 'me'],
    ['Mod+k', 'palette'],
  ]);
  const table: [pending: string, press: string, step: object][] = [
    ['', 'j', { command: 'down', pending: '' }],
    ['', 'g', { pending: 'g' }],
    ['g', 'o', { command: 'orders', pending: '' }],
    // A mistyped sequence is discarded, and its last key counts alone.
    ['g', 'j', { command: 'down', pending: '' }],
    ['g', 'g', { pending: 'g' }],
    ['g', 'z', { pending: '' }],
    ['', 'Mod+k', { command: 'palette', pending: '' }],
  ];
  for (const [pending, press, step] of table) assert.deepEqual(keyStep(pending, press, keys), step);
});

test('presses have names; Alt is left to the browser', () => {
  const press = (key: string, held = {}) =>
    pressName({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });
  assert.equal(press('j'), 'j');
  assert.equal(press('X'), 'X');
  assert.equal(press(' '), 'Space');
  assert.equal(press('K', { metaKey: true }), 'Mod+k');
  assert.equal(press('e', { altKey: true }), undefined);
  assert.equal(press('Shift'), undefined);
  assert.deepEqual(keyWords('Mod+k', true), ['⌘', 'k']);
  assert.deepEqual(keyWords('g o', false), ['g', 'o']);
});

test('letters typed into a field are text', () => {
  assert.ok(isTyping({ tagName: 'INPUT', type: 'text' }));
  assert.ok(isTyping({ tagName: 'TEXTAREA' }));
  assert.ok(isTyping({ tagName: 'DIV', isContentEditable: true }));
  assert.ok(!isTyping({ tagName: 'INPUT', type: 'checkbox' }));
  assert.ok(!isTyping({ tagName: 'DIV' }));
});

test('the cursor stays in the list, and rows are selected one by one, as a range, and all', () => {
  const keyOf = (index: number) => `row ${index}`;
  const start = createSelection().get();
  assert.equal(moved(start, 1, 3).cursor, 0);
  assert.equal(moved(start, -1, 3).cursor, 0);
  assert.equal(moved({ ...start, cursor: 2 }, 1, 3).cursor, 2);
  assert.equal(moved(start, 1, 0).cursor, -1);
  const one = toggled(start, 1, keyOf);
  assert.deepEqual([...one.selected], ['row 1']);
  assert.deepEqual([...toggled(one, 1, keyOf).selected], []);
  assert.deepEqual([...extended(one, 3, keyOf).selected], ['row 1', 'row 2', 'row 3']);
  assert.deepEqual([...extended(one, 0, keyOf).selected].sort(), ['row 0', 'row 1']);
  const all = allToggled(one, ['row 0', 'row 1']);
  assert.equal(all.selected.size, 2);
  assert.equal(allToggled(all, ['row 0', 'row 1']).selected.size, 0);
});

test('search results are grouped by type, the group of the best match first', () => {
  const lines = foundLines([
    { type: 'order', id: 'DEMO-1', oid: 'DEMO-1', title: 'DEMO-1', url: '/orders/DEMO-1' },
    { type: 'auto_order', id: 'AB12', oid: '1', title: 'Ann Lee', url: '/auto-orders/AB12' },
    { type: 'order', id: 'DEMO-10', oid: 'DEMO-10', title: 'Ann Lee', url: '/orders/DEMO-10' },
    { type: 'task', id: '7', oid: 'u', title: 'A task without a page' },
  ]);
  assert.deepEqual(
    lines.map(({ group, words }) => `${group}: ${words}`),
    ['Orders: DEMO-1', 'Orders: Ann Lee · DEMO-10', 'Auto orders: Ann Lee · AB12'],
  );
});

test('a person’s own keys count; those that hide the keys of another command are refused', () => {
  const table: [id: string, keys: string, chosen: KeyChoices, fault: RegExp | undefined][] = [
    ['autoOrder.skip', 'm', {}, undefined],
    ['autoOrder.skip', 'p', {}, /“Pause or resume” has these keys/],
    // The page of an order has other commands than that of an auto order.
    ['order.ship', 'p', {}, undefined],
    ['autoOrder.skip', 'u', {}, /“Undo the last change” has these keys/],
    ['autoOrder.skip', 'g', {}, /“Go to today” has g d, and one would hide the other/],
    ['autoOrder.skip', '? x', {}, /“Show the keys” has \?/],
    ['autoOrder.skip', 'Mod+t', {}, /browser/],
    ['autoOrder.skip', 's', { 'autoOrder.skip': 'm' }, undefined],
    ['autoOrder.pause', 's', { 'autoOrder.skip': 'm' }, undefined],
    ['autoOrder.pause', 'm', { 'autoOrder.skip': 'm' }, /“Skip the next shipment”/],
    ['autoOrder.skip', 'p', { 'autoOrder.pause': '' }, undefined],
  ];
  for (const [id, keys, chosen, fault] of table) {
    const spec = commandOf(id as never);
    const found = keysFault(spec, keys, chosen);
    if (fault) assert.match(found ?? '', fault, `${id} ${keys}`);
    else assert.equal(found, undefined, `${id} ${keys}`);
  }
});

test('keys are chosen by pressing them, stored by command, and forgotten when they are usual', () => {
  const press = (key: string, held = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...held,
  });
  const typed = [press('g'), press('Shift'), press('Tab'), press('!')].reduce(withPress, '');
  assert.equal(typed, 'g !');
  assert.equal(withPress(typed, press('x')), 'x');
  assert.equal(withPress('', press('m', { ctrlKey: true })), 'Mod+m');
  const skip = commandOf('autoOrder.skip');
  const chosen = withKeys({}, skip, 'g !');
  assert.deepEqual([keysOf(skip, chosen), keysOf(skip, {})], ['g !', 's']);
  assert.equal(keysOf(skip, withKeys(chosen, skip, '')), undefined);
  assert.deepEqual(withKeys(chosen, skip, 's'), {});
  assert.deepEqual(readKeyChoices({ undo: 'z', help: 7, clock: 'x'.repeat(99) }), { undo: 'z' });
});
