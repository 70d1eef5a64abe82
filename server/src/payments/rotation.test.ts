import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cascades, failuresAfter, type RotatedGateway, routeOf } from './rotation.ts';

const gateway = (
  code: string,
  weight = 1,
  state: RotatedGateway['state'] = 'active',
): RotatedGateway => ({ code, weight, state });
const keys = Array.from({ length: 2000 }, (_, n) => `TEST/rebill/${n}`);

test('where a charge goes', async (t) => {
  const cases: [
    what: string,
    gateways: RotatedGateway[],
    pinned: string | undefined,
    route: string[],
  ][] = [
    ['the only one', [gateway('a')], undefined, ['a']],
    [
      'stand-bys come after the active ones',
      [gateway('s', 9, 'stand-by'), gateway('a')],
      undefined,
      ['a', 's'],
    ],
    ['an inactive one is left out', [gateway('i', 9, 'inactive'), gateway('a')], undefined, ['a']],
    [
      'a stand-by takes over when none is active',
      [gateway('s', 1, 'stand-by'), gateway('i', 9, 'inactive')],
      undefined,
      ['s'],
    ],
    [
      'any is tried when none is active or on stand-by',
      [gateway('i', 1, 'inactive')],
      undefined,
      ['i'],
    ],
    [
      'a weight of 0 takes nothing while another can',
      [gateway('z', 0), gateway('a')],
      undefined,
      ['a', 'z'],
    ],
    ['a pinned one comes first', [gateway('a', 1000), gateway('p', 0)], 'p', ['p', 'a']],
    [
      'a pinned stand-by comes first too',
      [gateway('a'), gateway('s', 1, 'stand-by')],
      's',
      ['s', 'a'],
    ],
    ['an inactive one cannot be pinned', [gateway('a'), gateway('i', 1, 'inactive')], 'i', ['a']],
    ['an unknown pin counts for nothing', [gateway('a')], 'gone', ['a']],
  ];
  for (const [what, gateways, pinned, route] of cases) {
    await t.test(what, () => assert.deepEqual(routeOf(gateways, 'TEST/rebill/1', pinned), route));
  }
});

test('a key always gets the same route, and many keys are spread by weight', () => {
  const gateways = [gateway('a', 70), gateway('b', 30)];
  const first = keys.map((key) => routeOf(gateways, key)[0]);
  assert.deepEqual(
    keys.map((key) => routeOf(gateways, key)[0]),
    first,
  );
  const share = first.filter((code) => code === 'a').length / keys.length;
  assert.ok(share > 0.66 && share < 0.74, `a got ${share} of the charges`);
});

test('when a gateway is taken out, no charge moves between the others', () => {
  const all = [gateway('a'), gateway('b'), gateway('c')];
  for (const key of keys) {
    const [before] = routeOf(all, key);
    const [after] = routeOf(all.slice(0, 2), key);
    if (before !== 'c') assert.equal(after, before);
  }
});

test('only a decline for a chosen reason cascades', () => {
  const chosen = new Set(['processing error'] as const);
  assert.equal(
    cascades({ kind: 'declined', reason: 'processing error', isHard: false, message: '' }, chosen),
    true,
  );
  assert.equal(
    cascades({ kind: 'declined', reason: 'stolen card', isHard: true, message: '' }, chosen),
    false,
  );
  assert.equal(cascades({ kind: 'approved', reference: 'r' }, chosen), false);
  // The card may have been charged, so another gateway must not be tried.
  assert.equal(cascades({ kind: 'unknown', message: '' }, chosen), false);
});

test('failures in a row end with an approval', () => {
  assert.equal(failuresAfter(2, { kind: 'unknown', message: '' }), 3);
  assert.equal(
    failuresAfter(2, { kind: 'declined', reason: 'do not honor', isHard: false, message: '' }),
    3,
  );
  assert.equal(failuresAfter(2, { kind: 'approved', reference: 'r' }), 0);
});
