import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { testDatabase } from '../../../../test/support/database.ts';
import { type Column, recordset } from './recordset.ts';

interface Sample {
  readonly text: string | undefined;
  readonly int: number | undefined;
  readonly smallint: number | undefined;
  readonly bigint: number | undefined;
  readonly boolean: boolean | undefined;
  readonly timestamptz: Temporal.Instant | undefined;
  readonly numeric: number | undefined;
  readonly json: unknown;
  readonly jsonb: unknown;
  readonly list: readonly string[] | undefined;
}

const types = {
  text: 'text',
  int: 'integer',
  smallint: 'smallint',
  bigint: 'bigint',
  boolean: 'boolean',
  timestamptz: 'timestamptz',
  numeric: 'numeric',
  json: 'json',
  jsonb: 'jsonb',
  list: 'text[]',
} as const satisfies Record<keyof Sample, string>;
const columns = Object.entries(types).map(
  ([name, type]): Column<Sample> => ({
    name: `a_${name}`,
    type,
    read: (sample) => sample[name as keyof Sample],
  }),
);
const samples = recordset(columns);

const words = fc.string({ unit: 'binary' }).map((each) => each.replaceAll('\0', '').toWellFormed());
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const sample: fc.Arbitrary<Sample> = fc.record({
  text: optional(words),
  int: optional(fc.integer()),
  smallint: optional(fc.integer({ min: -32_768, max: 32_767 })),
  bigint: optional(fc.maxSafeInteger()),
  boolean: optional(fc.boolean()),
  timestamptz: optional(
    fc
      .integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) })
      .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms)),
  ),
  numeric: optional(fc.integer({ min: -1_000_000, max: 1_000_000 }).map((each) => each / 1000)),
  json: optional(fc.dictionary(words, words)),
  jsonb: optional(fc.array(words)),
  list: optional(fc.array(words)),
});

test('every value of every type arrives in PostgreSQL as it was, in the order of the records', async (t) => {
  const db = await testDatabase(t);
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { maxLength: 20 }), async (given) => {
      const rows = await db.rows<Record<string, unknown>>(
        `select ${samples.names} from ${samples.from(1)}`,
        samples.values(given),
      );
      const plain = (value: unknown) =>
        value instanceof Temporal.Instant
          ? value.toString()
          : typeof value === 'object' && value !== null
            ? JSON.stringify(value)
            : value;
      const read = rows.map((row) =>
        columns.map(({ name }) =>
          plain(name === 'a_numeric' && row[name] !== null ? Number(row[name]) : row[name]),
        ),
      );
      assert.deepEqual(
        read,
        given.map((each) => columns.map((column) => plain(column.read(each) ?? null))),
      );
    }),
    { numRuns: 200 },
  );
});

test('an update sets the columns from the records', () => {
  assert.equal(recordset(columns.slice(0, 2)).assigned, 'a_text = r.a_text, a_int = r.a_int');
});
