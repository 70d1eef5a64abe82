import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allPermissions,
  hashKey,
  isAllowedFrom,
  parseAllowedIps,
  parsePermissions,
} from './apiKey.ts';

const places: [allowed: string[], address: string, isAllowed: boolean][] = [
  [[], '203.0.113.9', true],
  [['203.0.113.9'], '203.0.113.9', true],
  [['203.0.113.9'], '203.0.113.10', false],
  [['203.0.113.0/24'], '203.0.113.255', true],
  [['203.0.113.0/24'], '203.0.114.0', false],
  [['10.0.0.0/8', '2001:db8::/32'], '2001:db8:ffff::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['2001:db8::1'], '2001:0db8:0:0:0:0:0:1', true],
  [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
  [['0.0.0.0/0'], '::1', false],
  [['10.0.0.0/8'], 'no address', false],
];
for (const [allowed, address, isAllowed] of places) {
  test(`${address} is ${isAllowed ? 'inside' : 'outside'} ${allowed.join(', ') || 'everywhere'}`, () =>
    assert.equal(isAllowedFrom({ allowedIps: allowed }, address), isAllowed));
}

test('addresses are given whole: no short forms that others read differently', () => {
  assert.deepEqual(parseAllowedIps(['10.0.0.0/8', '::1', '192.0.2.1']), {
    ok: true,
    value: ['10.0.0.0/8', '::1', '192.0.2.1'],
  });
  for (const wrong of ['10.1', '0x7f.1', '300.0.0.1', '10.0.0.0/40', 'localhost', ''])
    assert.deepEqual(parseAllowedIps([wrong]), { ok: false, reason: wrong });
});

test('permissions are named one by one, or all, or all that read', () => {
  assert.deepEqual(parsePermissions(['order_read', 'order_read']), {
    ok: true,
    value: ['order_read'],
  });
  assert.deepEqual(parsePermissions(['all']), { ok: true, value: allPermissions });
  assert.ok(parsePermissions(['read', 'auto_order_write']).ok);
  assert.deepEqual(parsePermissions(['order_read', 'orders_read']), {
    ok: false,
    reason: 'orders_read',
  });
});

test('what is stored is not the key', () => {
  assert.equal(hashKey('a'.repeat(64)).length, 32);
  assert.notEqual(hashKey('a'.repeat(64)).toString('hex'), 'a'.repeat(64));
});
