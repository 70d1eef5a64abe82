import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDestination, mayConnect } from './destination.ts';

const strict = { allowLoopback: false };
const developer = { allowLoopback: true };

const refused: [url: string, reason: RegExp][] = [
  ['nonsense', /not a URL/],
  ['ftp://example.com/', /neither http nor https/],
  ['https://user:secret@example.com/', /user name or password/],
  ['http://example.com/hook', /not encrypted/],
  // The notations of 127.0.0.1 and of the metadata address.
  ['https://127.0.0.1/', /internal/],
  ['https://2130706433/', /internal/],
  ['https://0x7f000001/', /internal/],
  ['https://0177.0.0.1/', /internal/],
  ['https://127.1/', /internal/],
  ['https://0x7f.1/', /internal/],
  ['https://①②⑦.0.0.1/', /internal/],
  ['https://127。0。0。1/', /internal/],
  ['https://127.0.0.1./', /internal/],
  ['https://[::1]/', /internal/],
  ['https://[::ffff:127.0.0.1]/', /internal/],
  ['https://[::ffff:7f00:1]/', /internal/],
  ['https://[::127.0.0.1]/', /internal/],
  ['https://[64:ff9b::7f00:1]/', /internal/],
  ['https://[2002:7f00:1::]/', /internal/],
  ['https://169.254.169.254/latest', /internal/],
  ['https://2852039166/', /internal/],
  ['https://[fd00:ec2::254]/', /internal/],
  ['https://localhost/', /internal/],
  ['https://LOCALHOST./', /internal/],
  ['https://shop.localhost/', /internal/],
  ['https://10.1.2.3/', /internal/],
  ['https://192.168.0.1/', /internal/],
  ['https://172.31.255.255/', /internal/],
  ['https://100.64.0.1/', /internal/],
  ['https://0.0.0.0/', /internal/],
  ['https://224.0.0.1/', /internal/],
];
for (const [url, reason] of refused) {
  test(`refused: ${url}`, () => {
    const outcome = checkDestination(url, strict);
    assert.ok(!outcome.ok);
    assert.match(outcome.reason, reason);
  });
}

test('a public https address is taken, by name or number', () => {
  for (const url of [
    'https://hooks.example.com/a?b=c',
    'https://8.8.8.8/',
    'https://[2607:f8b0::1]:8443/',
  ])
    assert.ok(checkDestination(url, strict).ok, url);
});

test('a developer may receive on loopback, without encryption, and nowhere else inside', () => {
  for (const url of [
    'http://localhost:3000/',
    'http://127.0.0.1:3000/',
    'http://[::1]:3000/',
    'https://127.0.0.2/',
  ])
    assert.ok(checkDestination(url, developer).ok, url);
  for (const url of ['http://10.0.0.1/', 'https://169.254.169.254/', 'http://example.com/'])
    assert.ok(!checkDestination(url, developer).ok, url);
});

test('an address is asked again when the connection is made', () => {
  assert.ok(mayConnect('8.8.8.8', strict));
  assert.ok(!mayConnect('127.0.0.1', strict));
  assert.ok(mayConnect('::ffff:127.0.0.1', developer));
  assert.ok(!mayConnect('100::1', developer));
  assert.ok(!mayConnect('100:0:0:1::1', strict));
  assert.ok(!mayConnect('not an address', developer));
});

test('an installation may name the hosts that receive (ASVS 13.2.4)', () => {
  const policy = { allowLoopback: false, hosts: ['erp.shop.example', '*.crm.example'] };
  const cases: [url: string, isAllowed: boolean][] = [
    ['https://erp.shop.example/hook', true],
    ['https://ERP.Shop.Example:8443/hook', true],
    ['https://erp.shop.example./hook', true],
    ['https://eu.crm.example/', true],
    ['https://a.b.crm.example/', true],
    ['https://crm.example/', false],
    ['https://evilcrm.example/', false],
    ['https://shop.example/', false],
    ['https://erp.shop.example.evil.example/', false],
    ['https://8.8.8.8/', false],
  ];
  for (const [url, isAllowed] of cases) {
    const checked = checkDestination(url, policy);
    assert.equal(checked.ok, isAllowed, url);
    if (!checked.ok) assert.match(checked.reason, /WEBHOOK_HOSTS/);
  }
});
