import assert from 'node:assert/strict';
import test from 'node:test';
import { momentFromText } from './moments.ts';

test('a moment is read in whatever zone PostgreSQL prints it', () => {
  for (const [text, expected] of [
    ['2026-03-15 14:00:00+00', '2026-03-15T14:00:00Z'],
    ['2026-03-15 19:45:00+05:45', '2026-03-15T14:00:00Z'],
    ['2026-03-15 10:30:00-03:30', '2026-03-15T14:00:00Z'],
    ['2026-01-01 00:30:00+05:45', '2025-12-31T18:45:00Z'],
    ['2026-03-15 07:00:00-07', '2026-03-15T14:00:00Z'],
    ['2026-03-15 10:00:00.25-04', '2026-03-15T14:00:00.25Z'],
    ['1883-11-18 12:03:58-04:56:02', '1883-11-18T17:00:00Z'],
  ] as const)
    assert.equal(String(momentFromText(text)), expected, text);
});
