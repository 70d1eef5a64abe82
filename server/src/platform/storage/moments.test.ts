import assert from 'node:assert/strict';
import test from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { testDatabase } from '../../../../test/support/database.ts';
import { localFromText, momentFromText, textForStorage } from './moments.ts';

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

test('a moment that present checks refuse is still read and written back', () => {
  for (const [text, expected] of [
    ['10000-01-01 17:59:59+00', '+010000-01-01T17:59:59Z'],
    ['294276-12-31 23:59:59+00', '+200000-01-01T00:00:00Z'],
    ['0001-01-01 00:00:00-04:56:02', '0001-01-01T04:56:02Z'],
    ['0001-12-31 00:00:00+00 BC', '0000-12-31T00:00:00Z'],
    ['4713-01-01 00:00:00.5+00 BC', '-004712-01-01T00:00:00.5Z'],
    ['infinity', '+200000-01-01T00:00:00Z'],
    ['-infinity', '-004712-01-01T00:00:00Z'],
  ] as const)
    assert.equal(String(momentFromText(text)), expected, text);
  assert.equal(String(localFromText('10000-01-01 17:59:59')), '+010000-01-01T17:59:59');
  assert.equal(String(localFromText('2026-03-15 10:00:00.25')), '2026-03-15T10:00:00.25');
});

test('a moment is written as PostgreSQL reads it', () => {
  for (const [moment, expected] of [
    ['2026-03-15T14:00:00Z', '2026-03-15T14:00:00Z'],
    ['+010000-01-01T17:59:59Z', '10000-01-01T17:59:59Z'],
    ['0000-12-31T00:00:00Z', '0001-12-31T00:00:00Z BC'],
    ['-004712-01-01T00:00:00Z', '4713-01-01T00:00:00Z BC'],
  ] as const)
    assert.equal(textForStorage(Temporal.Instant.from(moment)), expected);
});

test('PostgreSQL gives back what it was given, in every year that it has', async () => {
  const db = await testDatabase();
  for (const text of [
    '+010000-01-01T17:59:59Z',
    '0001-01-01T00:00:00Z',
    '-000043-03-15T12:00:00Z',
  ]) {
    const moment = Temporal.Instant.from(text);
    const row = await db.row<{ at: Temporal.Instant }>('select $1::timestamptz as at', [moment]);
    assert.equal(String(row?.at), text);
  }
});
