import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorMessage, errors } from './errors.ts';

const anything = { allowed: ['a', 'b'], needed: ['c'], steps: ['c'] } as const;
const words: Readonly<Record<string, unknown>> = new Proxy(anything, {
  get: (known, name) => known[name as keyof typeof known] ?? `<${String(name)}>`,
});

test('every message fits in a header, has whole sentences and leaves no placeholder empty', () => {
  for (const [code, { message }] of Object.entries(errors)) {
    const text = (message as (given: unknown) => string)(words);
    assert.match(text, /\.$/, code);
    assert.match(text, /^[ -~]*$/, `${code} goes into a header`);
    assert.doesNotMatch(text, /undefined|\[object/, code);
  }
});

test('a message names the field and how to fix it', () => {
  const tooLong = errorMessage('too_long', { field: 'billing.city', max: 32 });
  assert.equal(tooLong, 'billing.city is too long. Send at most 32 characters.');
  const unknownSort = errorMessage('unknown_sort', {
    field: ' creation_dts',
    allowed: ['creation_dts'],
  });
  assert.match(unknownSort, /improper sort attribute.*%2B.*creation_dts/);
});
