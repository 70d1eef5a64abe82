import { Temporal } from 'temporal-polyfill';

/** How a record's value stands in its table; statements over many records are made from these. */
export interface Column<Source> {
  readonly name: string;
  /** PostgreSQL's name of its type. */
  readonly type: string;
  /** Undefined and null are stored as null; a `json` or `jsonb` column takes any value that JSON can write, a list type an array of strings. */
  readonly read: (source: Source) => unknown;
}

/** Many records as rows of one statement: a parameter for each column, however many records there are. */
export interface Recordset<Source> {
  /** The columns' names, separated by commas. */
  readonly names: string;
  /** The columns as an `update` sets them from `r`. */
  readonly assigned: string;
  /** For a `from`: the records as `r`, with the columns' names and types. Its parameters begin at `$first`. */
  from(first: number): string;
  /** The parameters, in the columns' order. */
  values(sources: readonly Source[]): Buffer[];
}

/**
 * Makes the records of one kind ready for statements. Their values travel in PostgreSQL's binary form, column by column: a batch as JSON cost PostgreSQL two to three
 * times as much to take apart, more than the rest of many a statement (docs/benchmarks.md).
 */
export function recordset<Source>(columns: readonly Column<Source>[]): Recordset<Source> {
  const names = columns.map(({ name }) => name).join(', ');
  const selected = columns.map(({ name, type }) => (type in binary ? name : `${name}::${type} as ${name}`)).join(', ');
  return {
    names,
    assigned: columns.map(({ name }) => `${name} = r.${name}`).join(', '),
    from(first) {
      const parameters = columns.map(({ type }, index) => `$${first + index}::${type in binary ? type : 'text'}[]`);
      return `(select ${selected} from unnest(${parameters.join(', ')}) as u (${names})) as r`;
    },
    values: (sources) => columns.map(({ type, read }) => encodeList(binary[type] ?? written(type), sources, read)),
  };
}

// ------------------------------------------------------------------------------------------------------- PostgreSQL's binary form of lists

/** Writes one value, its length in front, and answers where the next one goes. */
interface BinaryType {
  /** PostgreSQL's number of the type. */
  readonly oid: number;
  write(value: unknown, at: number): number;
}

const headerBytes = 20;
// One for all lists, as encoding never waits: each is copied from here at its length.
let scratch = Buffer.allocUnsafe(1 << 16);

function encodeList<Source>({ oid, write }: BinaryType, sources: readonly Source[], read: (source: Source) => unknown): Buffer {
  let at = headerBytes;
  let hasNull = 0;
  for (const source of sources) {
    const value = read(source);
    reserve(at, fixedBytesMax);
    if (value === undefined || value === null) {
      hasNull = 1;
      at = scratch.writeInt32BE(-1, at);
    } else at = write(value, at);
  }
  const dimensions = sources.length === 0 ? 0 : 1;
  scratch.writeInt32BE(dimensions, 0);
  scratch.writeInt32BE(hasNull, 4);
  scratch.writeInt32BE(oid, 8);
  scratch.writeInt32BE(sources.length, 12);
  scratch.writeInt32BE(1, 16);
  return Buffer.from(scratch.subarray(0, dimensions === 0 ? 12 : at));
}

/** Of a value that is not text, with its length. */
const fixedBytesMax = 12;

function reserve(at: number, bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafe(2 * (at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

const integer32: BinaryType = {
  oid: 23,
  write: (value, at) => scratch.writeInt32BE(value as number, scratch.writeInt32BE(4, at)),
};

const integer64: BinaryType = {
  oid: 20,
  write: (value, at) => scratch.writeBigInt64BE(BigInt(value as number), scratch.writeInt32BE(8, at)),
};

const text: BinaryType = { oid: 25, write: (value, at) => writeText(value as string, at) };

/** The types whose binary form is simple; values of all others travel as text, which the statement casts. */
const binary: Readonly<Record<string, BinaryType>> = {
  text,
  int: integer32,
  integer: integer32,
  smallint: { oid: 21, write: (value, at) => scratch.writeInt16BE(value as number, scratch.writeInt32BE(2, at)) },
  bigint: integer64,
  boolean: { oid: 16, write: (value, at) => scratch.writeUInt8(value === true ? 1 : 0, scratch.writeInt32BE(1, at)) },
  timestamptz: {
    oid: 1184,
    write: (value, at) => scratch.writeBigInt64BE(BigInt((value as Temporal.Instant).epochMilliseconds - epoch2000Ms) * 1000n, scratch.writeInt32BE(8, at)),
  },
};

// PostgreSQL counts microseconds from here.
const epoch2000Ms = Date.UTC(2000, 0, 1);

/** A value as PostgreSQL reads it in text. */
function written(type: string): BinaryType {
  const print = type.startsWith('json') ? JSON.stringify : type.endsWith('[]') ? listText : String;
  return { oid: text.oid, write: (value, at) => writeText(print(value as never), at) };
}

const listText = (values: readonly string[]): string => `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

function writeText(value: string, at: number): number {
  const bytesOfUnitMax = 3;
  reserve(at, 4 + bytesOfUnitMax * value.length);
  const bytes = scratch.write(value, at + 4);
  scratch.writeInt32BE(bytes, at);
  return at + 4 + bytes;
}
