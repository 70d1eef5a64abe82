import type { Temporal } from 'temporal-polyfill';

/**
 * PostgreSQL's numbers of the types that are sent in binary form; values of all others are sent as
 * text, which the statement casts.
 */
export const typeNumbers: Readonly<Record<string, number>> = {
  text: 25,
  int: 23,
  integer: 23,
  smallint: 21,
  bigint: 20,
  boolean: 16,
  timestamptz: 1184,
  timestamp: 1114,
  json: 114,
};

const headerBytes = 20;
/** Writes a value that is not text, with its length. */
const fixedBytesMax = 12;
// The epoch from which PostgreSQL counts microseconds.
const epoch2000Ms = Date.UTC(2000, 0, 1);
// One buffer for all lists, because encoding never waits: each list is copied from it at its final
// length.
let scratch = Buffer.allocUnsafe(1 << 16);

/** Writes the values of one column as a list in PostgreSQL's binary form. */
export function encodeList<Source>(
  type: string,
  sources: readonly Source[],
  read: (source: Source) => unknown,
): Buffer {
  let at = headerBytes;
  let hasNull = 0;
  for (const source of sources) {
    const value = read(source);
    reserve(at, fixedBytesMax);
    if (value === undefined || value === null) {
      hasNull = 1;
      at = scratch.writeInt32BE(-1, at);
    } else at = writeValue(type, value, at);
  }
  const dimensions = sources.length === 0 ? 0 : 1;
  scratch.writeInt32BE(dimensions, 0);
  scratch.writeInt32BE(hasNull, 4);
  scratch.writeInt32BE(typeNumbers[type] ?? typeNumbers['text']!, 8);
  scratch.writeInt32BE(sources.length, 12);
  scratch.writeInt32BE(1, 16);
  return Buffer.from(scratch.subarray(0, dimensions === 0 ? 12 : at));
}

/** Writes one value after its length and returns the position after it. */
function writeValue(type: string, value: unknown, at: number): number {
  switch (type) {
    case 'text':
      return writeText(value as string, at);
    case 'int':
    case 'integer':
      return scratch.writeInt32BE(value as number, scratch.writeInt32BE(4, at));
    case 'smallint':
      return scratch.writeInt16BE(value as number, scratch.writeInt32BE(2, at));
    case 'bigint':
      return writeInt64(BigInt(value as number), at);
    case 'boolean':
      return scratch.writeUInt8(value === true ? 1 : 0, scratch.writeInt32BE(1, at));
    case 'timestamptz':
      return writeMoment((value as Temporal.Instant).epochMilliseconds, at);
    case 'timestamp': {
      const { year, month, day, hour, minute, second, millisecond } =
        value as Temporal.PlainDateTime;
      return writeMoment(Date.UTC(year, month - 1, day, hour, minute, second, millisecond), at);
    }
    case 'json':
    case 'jsonb':
      return writeText(JSON.stringify(value), at);
    default:
      return writeText(Array.isArray(value) ? listText(value) : String(value), at);
  }
}

const writeMoment = (epochMs: number, at: number): number =>
  writeInt64(BigInt(epochMs - epoch2000Ms) * 1000n, at);

const writeInt64 = (value: bigint, at: number): number =>
  scratch.writeBigInt64BE(value, scratch.writeInt32BE(8, at));

function writeText(value: string, at: number): number {
  const bytesOfUnitMax = 3;
  reserve(at, 4 + bytesOfUnitMax * value.length);
  const bytes = scratch.write(value, at + 4);
  scratch.writeInt32BE(bytes, at);
  return at + 4 + bytes;
}

function reserve(at: number, bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafe(2 * (at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

/** Writes a list of texts in PostgreSQL's text form. */
const listText = (values: readonly (string | number)[]): string =>
  `{${values.map((value) => `"${String(value).replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
