import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gained, switched, withheldFrom } from '../staff/access.ts';
import { parseCredential } from '../staff/credential.ts';
import { redirectUriFault } from './application.ts';
import { isVerified, redirectTo } from './authorization.ts';

const addresses: [address: string, fault: RegExp | undefined][] = [
  ['https://client.example/callback', undefined],
  ['https://client.example/callback?tenant=7', undefined],
  ['http://127.0.0.1:4000/callback', undefined],
  ['http://[::1]:4000/callback', undefined],
  ['http://localhost/callback', undefined],
  ['com.example.app:/callback', undefined],
  ['http://client.example/callback', /not https/],
  ['http://127.0.0.1.evil.example/', /not https/],
  ['https://client.example/#here', /fragment/],
  ['https://user:pass@client.example/', /password/],
  ['javascript:alert(1)', /scheme/],
  ['data:text/html,x', /scheme/],
  ['myapp:/callback', /scheme/],
  ['/callback', /absolute/],
  ['', /absolute/],
];
for (const [address, fault] of addresses) {
  test(`${address || 'nothing'} is ${fault ? 'no' : 'an'} address to come back to`, () =>
    fault
      ? assert.match(redirectUriFault(address)!, fault)
      : assert.equal(redirectUriFault(address), undefined));
}

test('an address keeps its parameters and gets the added ones', () => {
  assert.equal(
    redirectTo('https://a.example/b', { code: 'x&y', state: undefined }),
    'https://a.example/b?code=x%26y',
  );
  assert.equal(
    redirectTo('https://a.example/b?c=d', { state: 's' }),
    'https://a.example/b?c=d&state=s',
  );
  assert.equal(redirectTo('com.example.app:/b', { state: 's' }), 'com.example.app:/b?state=s');
});

test('the verifier of RFC 7636, appendix B', () => {
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
  assert.deepEqual(
    [
      isVerified(challenge, 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
      isVerified(challenge, 'x'),
      isVerified(challenge, undefined),
    ],
    [true, false, false],
  );
  assert.deepEqual([isVerified(undefined, undefined), isVerified(undefined, 'x')], [true, false]);
});

test('only a credential in our form is looked up', () => {
  assert.equal(parseCredential(`SHOP.${'a'.repeat(64)}`)?.merchantId, 'SHOP');
  for (const text of [
    '',
    'SHOP.',
    `shop.${'a'.repeat(64)}`,
    `SHOP.${'a'.repeat(65)}`,
    `SHOP1X.${'a'.repeat(64)}`,
  ])
    assert.equal(parseCredential(text), undefined);
});

test('a user gives only what they have; what is not named stays', () => {
  const giver = { kind: 'key', permissions: new Set(['order_read']) };
  assert.deepEqual(withheldFrom(giver, ['order_read', 'order_write']), ['order_write']);
  assert.deepEqual(withheldFrom({ kind: 'system', permissions: new Set() }, ['order_write']), []);
  assert.deepEqual(gained(['a', 'b'], ['b', 'c', 'c']), ['c']);
  assert.deepEqual(
    switched(
      [1, 2],
      [
        { key: 2, on: false },
        { key: 3, on: true },
        { key: 4, on: false },
      ],
    ),
    [1, 3],
  );
});
