import type { Random } from '../../server/src/cli/demo/random.ts';

/** The parts of a schema of the OpenAPI document that the fuzzer reads. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly maxLength?: number;
}

/**
 * The sources of values: random choices, the document's models, and the values of existing objects
 * by field name.
 */
export interface Making {
  readonly random: Random;
  readonly models: Readonly<Record<string, Schema>>;
  readonly known: Readonly<Record<string, readonly unknown[]>>;
  /** The share of hostile values, from 0 to 1. */
  readonly hostility: number;
}

/**
 * Returns a value for a field: usually one that fits its schema, and sometimes one that is made to
 * break the server.
 */
export function valueFor(making: Making, name: string, schema: Schema, depth = 0): unknown {
  const { random, known, hostility } = making;
  if (random.chance(hostility)) return hostileValue(random, schema);
  const resolved = resolve(making, schema);
  const existing = known[name];
  if (existing !== undefined && existing.length > 0 && random.chance(0.6))
    return random.pick(existing);
  if (resolved.enum) return random.pick(resolved.enum);
  switch ([resolved.type].flat()[0]) {
    case 'object':
      return depth > 5 ? {} : objectFor(making, resolved, depth);
    case 'array':
      return depth > 5
        ? []
        : Array.from({ length: random.pick([0, 1, 1, 2, 3]) }, () =>
            valueFor(making, name, resolved.items ?? {}, depth + 1),
          );
    case 'integer':
      return random.pick([0, 1, 2, 3, 5, 12, 30, 400]);
    case 'number':
      return random.pick([0, 1, 9.99, 12.5, 100, 0.01, 1e6]);
    case 'boolean':
      return random.chance(0.5);
    default:
      return textFor(random, name, resolved);
  }
}

/** Returns an object of a model with a few of its fields, or sometimes with all of them. */
export function objectFor(making: Making, schema: Schema, depth = 0): Record<string, unknown> {
  const { random } = making;
  const { properties = {}, additionalProperties } = resolve(making, schema);
  const names = Object.keys(properties);
  const count = random.chance(0.1) ? names.length : random.int(1, Math.min(5, names.length || 1));
  const object: Record<string, unknown> = {};
  for (let i = 0; i < count && names.length > 0; i++) {
    const name = count === names.length ? names[i]! : random.pick(names);
    object[name] = valueFor(making, name, properties[name]!, depth + 1);
  }
  if (typeof additionalProperties === 'object' && random.chance(0.7)) {
    const name = random.pick(['a', 'constructor', '__proto__', ...hostileTexts]);
    Object.defineProperty(object, name, {
      value: valueFor(making, name, additionalProperties, depth + 1),
      enumerable: true,
    });
  }
  return object;
}

export function resolve({ models }: Making, schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (models[schema.$ref.split('/').at(-1)!] ?? {});
}

function textFor(random: Random, name: string, { format, maxLength = 40 }: Schema): string {
  if (format === 'date-time' || name.endsWith('_dts') || /[dD]ate/.test(name))
    return random.pick(fineDates);
  if (name.endsWith('email')) return `fuzz${random.int(1, 20)}@example.com`;
  return random.pick(['x', 'Ann Smith', 'TEST', 'US', 'x'.repeat(Math.min(maxLength, 300))]);
}

const fineDates = [
  '2026-01-15T12:00:00-05:00',
  '2026-03-01',
  '2026-02-28T23:59:59Z',
  '2027-06-30T00:00:00+14:00',
];

/** Returns an extreme value of a field's own type, or a value of another type. */
export function hostileValue(random: Random, { type, format }: Schema): unknown {
  const kind = [type].flat()[0];
  if (random.chance(0.15)) return random.pick(otherKinds);
  if (format === 'date-time') return random.pick(hostileDates);
  switch (kind) {
    case 'integer':
    case 'number':
      return random.pick(hostileNumbers);
    case 'array':
      return random.pick<unknown>([[], [null], [[]], [{}], ['x'], Array(300).fill(1), {}, nested]);
    case 'boolean':
      return random.pick<unknown>(['true', 0, null, 'maybe']);
    case 'object':
      return random.pick<unknown>([{}, [], null, 'x', { constructor: {} }, nested]);
    default:
      return random.pick([...hostileTexts, ...hostileDates]);
  }
}

const nested = JSON.parse(`${'{"a":['.repeat(12)}1${']}'.repeat(12)}`) as unknown;

const otherKinds: readonly unknown[] = [null, '', 0, -1, true, [], {}, [null], nested, 'x', 1e21];

export const hostileNumbers: readonly number[] = [
  -1,
  0,
  0.1,
  1.5,
  1e-7,
  0.00001,
  -0.01,
  32_767,
  32_768,
  99_999,
  2_147_483_647,
  2_147_483_648,
  -2_147_483_648,
  90_071_992_547_409,
  2 ** 46 + 0.5,
  9_007_199_254_740_991,
  2 ** 53 + 2,
  1e15,
  1e18,
  1e21,
  1e40,
  1e308,
  -1e308,
  1e-100,
  5e-324,
];

export const hostileDates: readonly string[] = [
  '9999-12-31T23:59:59-18:00',
  '9999-12-31T23:59:59',
  '9999-12-31T23:59:59Z',
  '0001-01-01T00:00:00',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+18:00',
  '1899-12-31T23:59:59Z',
  '3000-01-01T00:00:00Z',
  '2999-12-31T23:59:59-23:59',
  '2026-02-30T00:00:00Z',
  '2026-03-08T02:30:00',
  '2026-12-31T23:59:60Z',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2026-01-01T00:00:00+99:99',
  'infinity',
  '-infinity',
  'now',
  'today',
  '10000-01-01',
];

export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'a\udfff',
  '\r\nX-Evil: 1',
  '%00',
  '%ff',
  '%',
  '%%',
  '_',
  '\\',
  "'",
  '"; drop table merchant; --',
  '{}',
  '[]',
  '{"a":',
  '{"$or":[{"a":["x"]},{"b":["x"]}]}',
  '{"a":[{"numeric":[[">"],0,["<"],5]}]}',
  '{"a":[{"numeric":["constructor",5]}]}',
  `${'{"$or":[{"z":["x"]},'.repeat(60)}{"z":["x"]}${']}'.repeat(60)}`,
  'null',
  'NaN',
  'Infinity',
  '-0',
  '1e400',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '../../etc/passwd',
  'x'.repeat(256),
  'x'.repeat(5_000),
  '\u{1F600}'.repeat(150),
  'İstanbul',
  'ΣΊΣΥΦΟΣ',
  '\u200d',
  '\ufeff',
  '2026-11-25T12:00:00Z',
  '+02:00',
  'Etc/Unknown',
  'America/New_York',
  'EST5EDT',
  'P1Y',
  'P999999999Y',
  '-P1D',
  '1000000y',
  'javascript:alert(1)',
  'http://127.0.0.1:1/',
  'https://[::1]/',
  'https://example.com/hook',
  '0',
  '-1',
  '2147483648',
  '99999999999999999999',
  'Every 99999999 Days',
  'Monthly',
];
