import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSort } from './sorting.ts';

const allowed = ['creation_dts', 'billing.email'];

const accepted: readonly [given: string | undefined, fields: readonly string[]][] = [
  [undefined, []],
  ['', []],
  ['creation_dts', ['+creation_dts']],
  ['+creation_dts', ['+creation_dts']],
  ['-creation_dts', ['-creation_dts']],
  ['-creation_dts,+billing.email', ['-creation_dts', '+billing.email']],
  ['-creation_dts,creation_dts', ['-creation_dts']],
];

const refused: readonly [given: string, field: string][] = [
  [' creation_dts', ' creation_dts'],
  ['creation_dts, billing.email', ' billing.email'],
  ['nothing', 'nothing'],
  ['-nothing', '-nothing'],
  ['--creation_dts', '--creation_dts'],
  ['creation_dts,', ''],
  ['CREATION_DTS', 'CREATION_DTS'],
];

test('a sort is read field by field', () => {
  for (const [given, fields] of accepted) {
    const sorting = parseSort(given, allowed);
    assert.ok(sorting.ok, given);
    assert.deepEqual(
      sorting.fields.map(({ field, descending }) => (descending ? '-' : '+') + field),
      fields,
      given,
    );
  }
});

test('a field that is not sortable, or whose plus was lost, is named', () => {
  for (const [given, field] of refused) {
    assert.deepEqual(parseSort(given, allowed), { ok: false, field, allowed }, given);
  }
});
