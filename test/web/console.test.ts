// Tests the points on which the console and the server must agree.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { operationIds } from '@perennial/contract/operations.ts';
import { consoleCallsText } from '../../scripts/consoleCalls.ts';
import { consoleRoutes } from '../../server/src/platform/http/consoleRoutes.ts';
import { calls } from '../../web/src/api/calls.ts';
import { ownPath, paths, serverPath } from '../../web/src/paths.ts';

test('the table of calls is fresh', () => {
  const url = new URL('../../web/src/api/calls.ts', import.meta.url);
  assert.equal(readFileSync(url, 'utf8'), consoleCallsText(), 'run npm run openapi');
  assert.deepEqual(Object.keys(calls), operationIds);
});

test('the server serves every address of the console, and no other', () => {
  assert.deepEqual([...consoleRoutes].sort(), Object.values(paths).map(serverPath).sort());
});

test('a log-in leads only to own pages', () => {
  const table: [to: string | undefined, page: string][] = [
    ['/auto-orders?state=paused', '/auto-orders?state=paused'],
    ['/me', '/me'],
    [undefined, '/'],
    ['', '/'],
    ['https://evil.test/', '/'],
    ['//evil.test/', '/'],
    ['/\\evil.test/', '/'],
    ['javascript:alert(1)', '/'],
    ['/login?to=/login', '/'],
    ['/a\tb', '/'],
  ];
  for (const [to, page] of table) assert.equal(ownPath(to), page, String(to));
});
