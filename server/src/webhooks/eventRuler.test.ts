import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNewRule, parseRule } from './eventRuler.ts';

// AWS documents these semantics for Event Ruler; the example objects are ours.
const autoOrder = {
  auto_order_oid: 42,
  status: 'active',
  enabled: true,
  credit_card_attempt: 2,
  failure_reason: 'Insufficient funds',
  original_order: {
    billing: { email: 'ann@example.com', country_code: 'US', city: 'Zürich' },
    checkout: { customer_ip_address: '10.0.0.9', path: 'dir\\a*b' },
    coupons: [],
  },
  items: [
    { original_item_id: 'COFFEE-DARK', original_quantity: 2, paused: false },
    { original_item_id: 'TEA-GREEN', original_quantity: 10, paused: true },
  ],
  tags: ['vip', 'EU'],
};

const cases: [name: string, pattern: object, matches: boolean][] = [
  ['exact text', { status: ['active'] }, true],
  ['exact text is case-sensitive', { status: ['Active'] }, false],
  ['any value of a list', { status: ['canceled', 'active'] }, true],
  ['a number, however it is written', { auto_order_oid: [4.2e1] }, true],
  ['a number is not its text', { auto_order_oid: ['42'] }, false],
  ['true', { enabled: [true] }, true],
  ['false is not absent', { missing: [false] }, false],
  ['fields are joined by and', { status: ['active'], enabled: [false] }, false],
  ['nested', { original_order: { billing: { country_code: ['US'] } } }, true],
  ['nested in what is not there', { quote: { quoted_by: ['x'] } }, false],
  ['prefix', { failure_reason: [{ prefix: 'Insuff' }] }, true],
  ['prefix is case-sensitive', { failure_reason: [{ prefix: 'insuff' }] }, false],
  ['prefix, any case', { failure_reason: [{ prefix: { 'equals-ignore-case': 'INSUFF' } }] }, true],
  ['suffix', { original_order: { billing: { email: [{ suffix: '@example.com' }] } } }, true],
  [
    'suffix, any case',
    {
      original_order: {
        billing: { email: [{ suffix: { 'equals-ignore-case': '@EXAMPLE.COM' } }] },
      },
    },
    true,
  ],
  ['suffix of a number', { auto_order_oid: [{ suffix: '2' }] }, false],
  ['equals-ignore-case', { status: [{ 'equals-ignore-case': 'ACTIVE' }] }, true],
  [
    'equals-ignore-case beyond ASCII',
    { original_order: { billing: { city: [{ 'equals-ignore-case': 'ZÜRICH' }] } } },
    true,
  ],
  ['anything-but', { status: [{ 'anything-but': 'canceled' }] }, true],
  ['anything-but the value itself', { status: [{ 'anything-but': 'active' }] }, false],
  ['anything-but a list', { status: [{ 'anything-but': ['canceled', 'active'] }] }, false],
  ['anything-but a number', { auto_order_oid: [{ 'anything-but': [41, 43] }] }, true],
  ['anything-but needs a value', { missing: [{ 'anything-but': 'x' }] }, false],
  ['anything-but a prefix', { failure_reason: [{ 'anything-but': { prefix: 'Insuff' } }] }, false],
  [
    'anything-but prefixes',
    { failure_reason: [{ 'anything-but': { prefix: ['Stolen', 'Lost'] } }] },
    true,
  ],
  ['anything-but a suffix', { failure_reason: [{ 'anything-but': { suffix: 'funds' } }] }, false],
  [
    'anything-but in any case',
    { status: [{ 'anything-but': { 'equals-ignore-case': ['ACTIVE'] } }] },
    false,
  ],
  ['anything-but a wildcard', { status: [{ 'anything-but': { wildcard: 'a*e' } }] }, false],
  ['numeric equality', { credit_card_attempt: [{ numeric: ['=', 2] }] }, true],
  ['numeric, above', { credit_card_attempt: [{ numeric: ['>', 2] }] }, false],
  ['numeric, at least', { credit_card_attempt: [{ numeric: ['>=', 2] }] }, true],
  ['numeric range', { credit_card_attempt: [{ numeric: ['>', 0, '<=', 2] }] }, true],
  ['numeric range, outside', { credit_card_attempt: [{ numeric: ['>=', 3, '<', 10] }] }, false],
  ['numeric on text', { status: [{ numeric: ['>', 0] }] }, false],
  ['exists', { failure_reason: [{ exists: true }] }, true],
  ['exists, of what is absent', { canceled_dts: [{ exists: true }] }, false],
  ['absent', { canceled_dts: [{ exists: false }] }, true],
  ['absent, of what exists', { status: [{ exists: false }] }, false],
  ['only leaves exist', { original_order: [{ exists: true }] }, false],
  ['an empty list holds nothing', { original_order: { coupons: [{ exists: false }] } }, true],
  ['absent or a value', { canceled_dts: [{ exists: false }, 'x'] }, true],
  [
    'cidr',
    { original_order: { checkout: { customer_ip_address: [{ cidr: '10.0.0.0/24' }] } } },
    true,
  ],
  [
    'cidr, outside',
    { original_order: { checkout: { customer_ip_address: [{ cidr: '10.0.1.0/24' }] } } },
    false,
  ],
  [
    'cidr, of the other family',
    { original_order: { checkout: { customer_ip_address: [{ cidr: '2001:db8::/32' }] } } },
    false,
  ],
  ['cidr on what is not an address', { status: [{ cidr: '10.0.0.0/24' }] }, false],
  ['wildcard at the end', { failure_reason: [{ wildcard: 'Insuff*' }] }, true],
  [
    'wildcard in the middle',
    { original_order: { billing: { email: [{ wildcard: 'a*@*.com' }] } } },
    true,
  ],
  ['wildcard for nothing', { status: [{ wildcard: 'act*ive' }] }, true],
  ['wildcard, parts must not overlap', { status: [{ wildcard: 'activ*ve' }] }, false],
  [
    'wildcard, escaped star and backslash',
    { original_order: { checkout: { path: [{ wildcard: 'dir\\\\a\\*b' }] } } },
    true,
  ],
  ['a list in the object: one element suffices', { tags: ['EU'] }, true],
  [
    'a list of objects: the same element',
    {
      items: {
        original_item_id: [{ prefix: 'COFFEE' }],
        original_quantity: [{ numeric: ['>', 5] }],
      },
    },
    false,
  ],
  [
    'a list of objects: an element with both',
    {
      items: { original_item_id: [{ prefix: 'TEA' }], original_quantity: [{ numeric: ['>', 5] }] },
    },
    true,
  ],
  ['$or', { $or: [{ status: ['canceled'] }, { enabled: [true] }] }, true],
  ['$or, none', { $or: [{ status: ['canceled'] }, { enabled: [false] }] }, false],
  [
    '$or next to a field',
    { status: ['canceled'], $or: [{ enabled: [true] }, { enabled: [false] }] },
    false,
  ],
  [
    '$or inside',
    {
      original_order: {
        $or: [{ billing: { country_code: ['CH'] } }, { billing: { city: [{ prefix: 'Z' }] } }],
      },
    },
    true,
  ],
];

for (const [name, pattern, matches] of cases) {
  test(`${name}: ${JSON.stringify(pattern)}`, () => {
    const rule = parseRule(JSON.stringify(pattern));
    assert.ok(rule.ok, rule.ok ? '' : rule.reason);
    assert.equal(rule.value(autoOrder), matches);
  });
}

test('null is a separate value', () => {
  const rule = parseRule('{"a":[null]}');
  assert.ok(rule.ok);
  assert.deepEqual(
    [rule.value({ a: null }), rule.value({}), rule.value({ a: '' })],
    [true, false, false],
  );
});

const refused: [pattern: string, reason: RegExp][] = [
  ['{"status":', /not valid JSON/],
  ['[]', /must be an object/],
  ['{}', /is empty/],
  ['{"status":"active"}', /status must be an object/],
  ['{"status":[]}', /status is an empty list/],
  ['{"a":{"b":[["x"]]}}', /a\.b holds a list in its list/],
  ['{"status":[{"contains":"x"}]}', /contains is not a valid matcher/],
  ['{"status":[{"prefix":"a","suffix":"b"}]}', /2 names/],
  ['{"status":[{"prefix":""}]}', /prefix takes a text/],
  ['{"status":[{"exists":"yes"}]}', /exists takes true or false/],
  ['{"status":[{"anything-but":[]}]}', /anything-but takes strings or numbers/],
  ['{"status":[{"anything-but":{"numeric":["=",1]}}]}', /anything-but takes values/],
  ['{"n":[{"numeric":[">"]}]}', /numeric takes/],
  ['{"n":[{"numeric":["<",5,">",1]}]}', /numeric takes/],
  ['{"n":[{"numeric":[">",5,"<",1]}]}', /numeric takes/],
  ['{"n":[{"numeric":["!=",5]}]}', /numeric takes/],
  ['{"n":[{"numeric":[[">"],0,["<"],5]}]}', /numeric takes/],
  ['{"n":[{"numeric":["constructor",5]}]}', /numeric takes/],
  ['{"n":[{"numeric":["__proto__",5]}]}', /numeric takes/],
  ['{"n":[{"numeric":[">",0,5,5]}]}', /numeric takes/],
  [`${'{"a":'.repeat(20)}["x"]${'}'.repeat(20)}`, /deeper than 20 levels/],
  [`${'{"$or":[{"z":["x"]},'.repeat(3000)}{"z":["x"]}${']}'.repeat(3000)}`, /longer than 8192/],
  [JSON.stringify({ a: ['x'.repeat(8_200)] }), /longer than 8192 characters/],
  ['{"ip":[{"cidr":"10.0.0.0/99"}]}', /cidr takes a range/],
  ['{"s":[{"wildcard":"a**b"}]}', /two stars/],
  ['{"s":[{"wildcard":"a\\\\b"}]}', /backslash/],
  ['{"$or":[{"a":["x"]}]}', /at least two/],
];

for (const [pattern, reason] of refused) {
  test(`refused: ${pattern.slice(0, 100)}`, () => {
    const rule = parseNewRule(pattern);
    assert.ok(!rule.ok);
    assert.match(rule.reason, reason);
  });
}

test('a pattern full of stars is matched in a moment', () => {
  const rule = parseRule(JSON.stringify({ s: [{ wildcard: `${'a*'.repeat(200)}b` }] }));
  assert.ok(rule.ok);
  assert.equal(rule.value({ s: 'a'.repeat(100_000) }), false);
});

test('a pattern of the greatest depth is read', () => {
  const rule = parseNewRule(`${'{"a":'.repeat(19)}["x"]${'}'.repeat(19)}`);
  assert.ok(rule.ok);
});

test('a stored pattern that overflows the stack when it is read is a failure, not an exception', () => {
  for (const depth of [2_500, 20_000]) {
    const pattern = `${'{"$or":[{"z":[1]},'.repeat(depth)}{"z":[1]}${']}'.repeat(depth)}`;
    const rule = parseRule(pattern);
    assert.ok(rule.ok || /deep|JSON/.test(rule.reason));
  }
});
