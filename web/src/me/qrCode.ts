/*
 * QR codes (ISO/IEC 18004) of short texts: bytes, error correction M (15 % of the code may be
 * unreadable), the smallest version from 1 to 15 into which the text fits.
 */

/** The modules of a code by row; true is dark. Without the quiet zone. */
export type Modules = readonly (readonly boolean[])[];

/** For each version from 1: the error correction bytes of a block, and the number of blocks. */
const versions = [
  [10, 1],
  [16, 1],
  [26, 1],
  [18, 2],
  [24, 2],
  [16, 4],
  [18, 4],
  [22, 4],
  [22, 5],
  [26, 5],
  [30, 5],
  [22, 8],
  [22, 9],
  [24, 9],
  [24, 10],
] as const;

/** Creates the code of a text; undefined when the text is too long. */
export function qrCode(text: string): Modules | undefined {
  const bytes = new TextEncoder().encode(text);
  const version = versions.findIndex((_, index) => bytes.length <= roomIn(index + 1)) + 1;
  if (version === 0) return undefined;
  const code = drawnFrame(version);
  const isFree = code.map((row) => row.map((module) => module === undefined));
  place(code, isFree, interleaved(version, dataBytes(version, bytes)));
  const masked = masks.map((mask, number) => {
    const rows = code.map((row, y) =>
      row.map((module, x) => (module ?? false) !== (isFree[y]![x]! && mask(x, y))),
    );
    drawFormat(rows, number);
    return rows;
  });
  return masked.reduce((best, each) => (penaltyOf(each) < penaltyOf(best) ? each : best));
}

/** Returns the dark modules as the path of an SVG whose unit is one module. */
export const qrPath = (code: Modules): string =>
  code
    .map((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')).join(''))
    .join('');

type Code = (boolean | undefined)[][];

const sizeOf = (version: number): number => 17 + 4 * version;

/** The number of the length's bits depends on the version. */
const lengthBits = (version: number): number => (version < 10 ? 8 : 16);

/** The number of text bytes in a version: its data without the mode and the length. */
const roomIn = (version: number): number =>
  Math.floor((dataCount(version) * 8 - 4 - lengthBits(version)) / 8);

function dataCount(version: number): number {
  const [perBlock, blocks] = versions[version - 1]!;
  return allCount(version) - perBlock * blocks;
}

/** The number of bytes in a version: the space outside its fixed patterns. */
const allCount = (version: number): number =>
  Math.floor(
    drawnFrame(version)
      .flat()
      .filter((module) => module === undefined).length / 8,
  );

/** The mode, the length and the text, padded with the bytes that the standard specifies. */
function dataBytes(version: number, text: Uint8Array): number[] {
  const bits = [
    '0100',
    text.length.toString(2).padStart(lengthBits(version), '0'),
    ...Array.from(text, (byte) => byte.toString(2).padStart(8, '0')),
    '0000',
  ].join('');
  const count = dataCount(version);
  const bytes = (bits.match(/.{1,8}/g) ?? [])
    .slice(0, count)
    .map((part) => Number.parseInt(part.padEnd(8, '0'), 2));
  const filled = bytes.length;
  while (bytes.length < count) bytes.push((bytes.length - filled) % 2 === 0 ? 0xec : 0x11);
  return bytes;
}

/**
 * The bytes in the order of their placement: the first of each block, then the second, …; then the
 * correction.
 */
function interleaved(version: number, data: readonly number[]): number[] {
  const [perBlock, count] = versions[version - 1]!;
  const short = Math.floor(data.length / count);
  const longFrom = count - (data.length % count);
  let at = 0;
  const blocks = Array.from({ length: count }, (_, index) => {
    const length = short + (index < longFrom ? 0 : 1);
    return data.slice(at, (at += length));
  });
  const corrections = blocks.map((block) => correctionOf(block, perBlock));
  return [...columnsOf(blocks), ...columnsOf(corrections)];
}

function columnsOf(blocks: readonly (readonly number[])[]): number[] {
  const longest = Math.max(...blocks.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) =>
    blocks.flatMap((block) => block[index] ?? []),
  ).flat();
}

/** Powers of 2 in the field of 256 elements that QR codes calculate in, and their logarithms. */
const powers: number[] = [];
const logarithms: number[] = [];
for (let exponent = 0, value = 1; exponent < 255; exponent++) {
  powers.push(value);
  logarithms[value] = exponent;
  value = value < 128 ? value * 2 : (value * 2) ^ 0x11d;
}

const times = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : powers[(logarithms[a]! + logarithms[b]!) % 255]!;

/** The Reed-Solomon correction of a block: the rest of its division by the generator. */
function correctionOf(block: readonly number[], length: number): number[] {
  const generator = generatorOf(length);
  let rest = Array.from({ length }, () => 0);
  for (const byte of block) {
    const factor = byte ^ rest[0]!;
    rest = [...rest.slice(1), 0].map((value, index) => value ^ times(generator[index]!, factor));
  }
  return rest;
}

/** The product of (x − 2⁰) … (x − 2ⁿ⁻¹), without its first coefficient, which is 1. */
function generatorOf(length: number): number[] {
  let product = [1];
  for (let root = 0; root < length; root++)
    product = [...product, 0].map(
      (value, index) => value ^ times(product[index - 1] ?? 0, powers[root]!),
    );
  return product.slice(1);
}

/** The fixed patterns of a code. Modules for data are undefined. */
function drawnFrame(version: number): Code {
  const size = sizeOf(version);
  const code: Code = Array.from({ length: size }, () =>
    Array.from({ length: size }, () => undefined),
  );
  for (let at = 0; at < size; at++) code[6]![at] = code[at]![6] = at % 2 === 0;
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    drawSquare(code, x, y, 4, (distance) => distance !== 2 && distance !== 4);
  const places = alignmentPlaces(version);
  const last = places.length - 1;
  for (const [i, y] of places.entries())
    for (const [j, x] of places.entries()) {
      const isAtFinder = i + j === 0 || (i === 0 && j === last) || (i === last && j === 0);
      if (!isAtFinder) drawSquare(code, x, y, 2, (distance) => distance !== 1);
    }
  drawFormat(code, 0);
  if (version > 6) drawVersion(code, version);
  return code;
}

/** Draws rings around a centre, as far as they are inside the code. */
function drawSquare(
  code: Code,
  x: number,
  y: number,
  radius: number,
  isDark: (distance: number) => boolean,
): void {
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++) {
      const row = code[y + dy];
      if (row !== undefined && x + dx in row)
        row[x + dx] = isDark(Math.max(Math.abs(dx), Math.abs(dy)));
    }
}

/** The centres of the alignment patterns, in both directions. */
function alignmentPlaces(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const size = sizeOf(version);
  const step = Math.ceil((size - 13) / (2 * count - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, index) => size - 7 - index * step).reverse()];
}

/** Writes the level of correction (M is 0) and the mask next to the three finders. */
function drawFormat(code: Code, mask: number): void {
  const bits = checked(mask, 10, 0x537) ^ 0x5412;
  const size = code.length;
  for (let bit = 0; bit < 15; bit++) {
    const isDark = ((bits >> bit) & 1) === 1;
    const along = bit < 6 ? bit : bit < 8 ? bit + 1 : size - 15 + bit;
    const across = bit < 8 ? size - 1 - bit : bit === 8 ? 7 : 14 - bit;
    code[along]![8] = isDark;
    code[8]![across] = isDark;
  }
  code[size - 8]![8] = true;
}

/** Writes the version, from 7 on, next to two of the finders. */
function drawVersion(code: Code, version: number): void {
  const bits = checked(version, 12, 0x1f25);
  for (let bit = 0; bit < 18; bit++) {
    const isDark = ((bits >> bit) & 1) === 1;
    const [near, far] = [Math.floor(bit / 3), code.length - 11 + (bit % 3)];
    code[near]![far] = isDark;
    code[far]![near] = isDark;
  }
}

/** Returns a value with its check bits: the remainder of the division of polynomials over bits. */
function checked(value: number, length: number, generator: number): number {
  let rest = value;
  for (let bit = 0; bit < length; bit++)
    rest = (rest << 1) ^ ((rest >> (length - 1)) & 1 ? generator : 0);
  return (value << length) | rest;
}

/** Places the bits in columns of two, from the right, alternately up and down. */
function place(
  code: Code,
  isFree: readonly (readonly boolean[])[],
  bytes: readonly number[],
): void {
  const size = code.length;
  let bit = 0;
  for (let right = size - 1, isUp = true; right > 0; right -= right === 8 ? 3 : 2, isUp = !isUp)
    for (let step = 0; step < size; step++) {
      const y = isUp ? size - 1 - step : step;
      for (const x of [right, right - 1])
        if (isFree[y]![x]!) {
          code[y]![x] = (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
          bit++;
        }
    }
}

const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Returns how hard a code is to read: long runs, blocks of one colour, patterns like a finder. */
function penaltyOf(code: Modules): number {
  const rows = code.map(lineOf);
  const columns = code.map((_, x) => lineOf(code.map((row) => row[x]!)));
  const share = rows.join('').replaceAll('0', '').length / code.length ** 2;
  return (
    [...rows, ...columns].reduce((sum, line) => sum + linePenalty(line), 0) +
    3 * blocksIn(code) +
    10 * Math.floor(Math.abs(share * 100 - 50) / 5)
  );
}

const lineOf = (modules: readonly boolean[]): string =>
  modules.map((isDark) => (isDark ? '1' : '0')).join('');

const linePenalty = (line: string): number =>
  (line.match(/0{5,}|1{5,}/g) ?? []).reduce((sum, run) => sum + run.length - 2, 0) +
  40 * (line.match(/(?=10111010000|00001011101)/g) ?? []).length;

const blocksIn = (code: Modules): number =>
  code
    .slice(1)
    .flatMap((row, above) =>
      row
        .slice(1)
        .filter((module, left) =>
          [row[left], code[above]![left], code[above]![left + 1]].every((each) => each === module),
        ),
    ).length;
