import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from './fields.ts';
import { operation, operationIds } from './operations.ts';
import { schemas } from './schemas.ts';

const all = operationIds.map((id) => ({ id, ...operation(id) }));

test('no two operations have the same method and path', () => {
  const shapes = all.map(
    ({ method, base, path }) => `${method} ${base}${path.replace(/\{[^}]+\}/g, '{}')}`,
  );
  assert.deepEqual(
    shapes.filter((shape, i) => shapes.indexOf(shape) !== i),
    [],
  );
});

test('no path can be read as two operations, when fixed words outrank parameters', () => {
  for (const one of all) {
    for (const other of all) {
      if (one.id === other.id || one.method !== other.method || one.base !== other.base) continue;
      assert.ok(isDecided(one.path, other.path), `${one.id} and ${other.id}`);
    }
  }
});

test('the parameters of a path are the ones that are described', () => {
  for (const { id, path, params } of all) {
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    assert.deepEqual(Object.keys(params?.properties ?? {}), named, id);
  }
});

test('models of bodies and responses are registered, and the payload is a field of the response', () => {
  for (const { id, body, response, payload, status } of all) {
    if (body) assert.equal(schemas[body.$id], body, id);
    if (response) assert.equal(schemas[response.$id], response, id);
    assert.equal(response === undefined, status === 204, `${id}: only a 204 has no response model`);
    if (payload) assert.ok(payload in fieldsOf(response!), id);
  }
});

test('lists that page have a maximum, and only those', () => {
  for (const { id, query, maxLimit } of all) {
    assert.equal(maxLimit !== undefined, '_limit' in (query?.properties ?? {}), id);
  }
});

test('_expand and _sort come with the list they are read with', () => {
  for (const { id, query, expand, sort } of all) {
    const { _expand, _sort } = query?.properties ?? {};
    // An operation whose records are always complete accepts `_expand` only because published
    // clients send it.
    const isExpandable = _expand !== undefined && !JSON.stringify(_expand).includes('"Accepted;');
    assert.equal(expand !== undefined, isExpandable, id);
    assert.equal(sort !== undefined, _sort !== undefined, id);
  }
});

/**
 * Whether no request can match both paths: their lengths differ, or they differ in a part that is
 * fixed in at least one of them.
 */
function isDecided(one: string, other: string): boolean {
  const [left, right] = [one.split('/'), other.split('/')];
  if (left.length !== right.length) return true;
  const place = left.findIndex(
    (part, i) => part !== right[i] && !(part.startsWith('{') && right[i]!.startsWith('{')),
  );
  return place >= 0;
}
