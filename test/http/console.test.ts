// Tests how the console is served: its page, its assets, and addresses that do not exist.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { consoleRoutes } from '../../server/src/platform/http/consoleRoutes.ts';
import { testApp } from '../support/app.ts';

const script = `console.log(${JSON.stringify('x'.repeat(500))});`;
const folder = await builtConsole();
const { app } = await testApp({ consoleFolder: folder });

const get = (url: string, headers: Record<string, string> = {}) =>
  app.http.inject({ method: 'GET', url, headers: { host: 'shop.test:8080', ...headers } });

test('each route of the console gets the page, with a nonce of this response', async () => {
  const nonces = new Set<string>();
  for (const route of consoleRoutes) {
    const { statusCode, headers, body } = await get(route.replace(/:\w+/g, 'x'));
    assert.equal(statusCode, 200, route);
    assert.match(String(headers['content-type']), /^text\/html/);
    const [, nonce = ''] = /nonce="([^"]+)"/.exec(body) ?? [];
    assert.match(nonce, /^[0-9a-f]{32}$/);
    assert.ok(String(headers['content-security-policy']).includes(`'nonce-${nonce}'`));
    assert.ok(!body.includes('__NONCE__'));
    nonces.add(nonce);
  }
  assert.equal(nonces.size, consoleRoutes.length);
});

test('the policy allows own scripts and the own socket, and nothing inline', async () => {
  const { headers } = await get('/');
  const policy = new Map(
    String(headers['content-security-policy'])
      .split('; ')
      .map((part): [string, string] => [part.split(' ')[0]!, part.slice(part.indexOf(' ') + 1)]),
  );
  assert.equal(policy.get('default-src'), "'none'");
  assert.equal(policy.get('script-src'), "'self'");
  assert.equal(policy.get('connect-src'), "'self' ws://shop.test:8080 wss://shop.test:8080");
  assert.equal(policy.get('frame-ancestors'), "'none'");
  assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/);
  assert.deepEqual(
    [
      'cache-control',
      'referrer-policy',
      'cross-origin-opener-policy',
      'x-content-type-options',
    ].map((name) => headers[name]),
    ['no-cache', 'same-origin', 'same-origin', 'nosniff'],
  );
  assert.equal(headers['strict-transport-security'], undefined, 'this request came by http');
});

test('a malformed host does not get into the policy', async () => {
  const { headers } = await get('/', { host: "x'; script-src *" });
  assert.doesNotMatch(String(headers['content-security-policy'] ?? ''), /script-src \*/);
});

test('assets are kept for ever, compressed as the browser accepts', async () => {
  const plain = await get('/assets/main-abc.js');
  assert.equal(plain.body, script);
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(plain.headers['vary'], 'Accept-Encoding');
  assert.match(String(plain.headers['content-type']), /^text\/javascript/);
  const brotli = await get('/assets/main-abc.js', { 'accept-encoding': 'gzip, br' });
  assert.equal(brotli.headers['content-encoding'], 'br');
  assert.equal(brotliDecompressSync(brotli.rawPayload).toString(), script);
  const gzip = await get('/assets/main-abc.js', { 'accept-encoding': 'gzip, br;q=0' });
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(gzip.rawPayload).toString(), script);
  const etag = String(plain.headers['etag']);
  assert.equal((await get('/assets/main-abc.js', { 'if-none-match': etag })).statusCode, 304);
});

test('an asset of an older build is a 404 of text, never the page', async () => {
  const names = ['main-old.js', '.built', '..%2findex.html', '%2e%2e%2fown.json', 'main-abc.js.br'];
  for (const name of names) {
    const { statusCode, headers, body } = await get(`/assets/${name}`);
    assert.equal(statusCode, 404, name);
    assert.match(String(headers['content-type']), /^text\/plain/);
    assert.doesNotMatch(body, /<html/);
  }
});

test('an unknown address is a page for a browser and JSON for a program', async () => {
  const page = await get('/nonsense', { accept: 'text/html,*/*' });
  assert.equal(page.statusCode, 404);
  assert.match(page.body, /<h1>Nothing at this address<\/h1>/);
  assert.doesNotMatch(page.body, /<script/);
  for (const [url, headers] of [
    ['/nonsense', {}],
    ['/nonsense', { accept: 'application/json' }],
    ['/rest/v2/nonsense', { accept: 'text/html' }],
    ['/perennial/v1/nonsense', { accept: 'text/html' }],
  ] as const) {
    const reply = await get(url, headers);
    assert.equal(reply.statusCode, 404);
    assert.equal(reply.json().success, false, url);
  }
});

test('without a console the start page says what to do, and the API works', async () => {
  const { app: bare } = await testApp({ consoleFolder: join(folder, 'absent') });
  const reply = await bare.http.inject({ method: 'GET', url: '/' });
  assert.equal(reply.statusCode, 200);
  assert.match(reply.body, /The console is not built.*npm start/s);
  assert.equal((await bare.http.inject({ method: 'GET', url: '/healthz' })).statusCode, 200);
});

/** Makes a folder as web/build.ts writes it. */
async function builtConsole(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'perennial-console-'));
  after(() => rm(made, { recursive: true }));
  await mkdir(join(made, 'assets'));
  const asset = join(made, 'assets', 'main-abc.js');
  await writeFile(asset, script);
  await writeFile(`${asset}.br`, brotliCompressSync(script));
  await writeFile(`${asset}.gz`, gzipSync(script));
  await writeFile(join(made, 'own.json'), '[]');
  await writeFile(
    join(made, 'index.html'),
    '<!doctype html><html><meta property="csp-nonce" nonce="__NONCE__"></html>',
  );
  return made;
}
