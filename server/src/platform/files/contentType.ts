/** The beginning and the end of a file. In a small file they overlap. */
export interface FileEnds {
  /** The first {@link headBytes} bytes. */
  readonly head: Buffer;
  /** The last {@link tailBytes} bytes: an archive lists its entries there. */
  readonly tail: Buffer;
}

/** The number of bytes at a file's beginning that decide its type. */
export const headBytes = 4_096;
/** The number of bytes at a file's end that decide its type. */
export const tailBytes = 65_536;

/**
 * Returns whether a file may be stored as this type. In strict installations its content must have
 * the signature of the type. Elsewhere it must not be of another type: a program, a page with
 * scripts, or a format with a signature in the table.
 */
export const mayBeStoredAs = (mimeType: string, ends: FileEnds, isStrict: boolean): boolean =>
  isOfType(mimeType, ends) || (!isStrict && !isProgram(ends) && !isOtherType(ends));

/**
 * Returns whether the content of a file is of this type, by the signatures at the beginning of
 * formats. False for a type without a row in the table. Text may be in any encoding. It has no
 * control characters except tabs, line breaks and the like, and does not begin like a program.
 */
export const isOfType = (mimeType: string, ends: FileEnds): boolean =>
  signatures[mimeType]?.(ends) ?? false;

const isOtherType = (ends: FileEnds): boolean =>
  Object.values(signatures).some((check) => !weak.has(check) && check(ends));

type Check = (ends: FileEnds) => boolean;

const latin = (bytes: Buffer, from: number, to: number): string =>
  bytes.toString('latin1', from, to);

/** True when the content has one of these texts at a place. */
const at =
  (place: number, ...texts: readonly string[]): Check =>
  ({ head }) =>
    texts.some((text) => latin(head, place, place + text.length) === text);

const all =
  (...checks: readonly Check[]): Check =>
  (ends) =>
    checks.every((check) => check(ends));

const any =
  (...checks: readonly Check[]): Check =>
  (ends) =>
    checks.some((check) => check(ends));

/** Readers accept a PDF with other bytes before its first line. */
const pdf: Check = ({ head }) => latin(head, 0, 1_024).includes('%PDF-');

const zip = at(0, 'PK\x03\x04', 'PK\x05\x06');
/**
 * True for a zip file that lists an entry below this folder: the formats of Microsoft Office since
 * 2007.
 */
const office = (folder: string): Check =>
  all(zip, ({ tail }) => latin(tail, 0, tail.length).includes(folder));
/** The formats of Microsoft Office before 2007. */
const compound = at(0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1');

/** UTF-16 and UTF-32 contain zeros, and begin with a mark that identifies them. */
const wide = at(0, '\xff\xfe', '\xfe\xff', '\0\0\xfe\xff');
/** Programs of Windows, Linux, macOS and Java, scripts, and markup that a browser would run. */
const programs = at(0, 'MZ', '\x7fELF', '\xcf\xfa\xed\xfe', '\xca\xfe\xba\xbe', '#!');
const markup = /^\s*<(?:!doctype|html|head|body|script|svg|iframe|\?xml|\?php)/i;
const isProgram: Check = (ends) =>
  programs(ends) || markup.test(latin(ends.head, 0, 512).replace(/^\xef\xbb\xbf/, ''));

// Texts contain tab, line feed, form feed, carriage return and escape.
const controls = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]/;
const text: Check = (ends) =>
  !programs(ends) && (wide(ends) || !controls.test(latin(ends.head, 0, ends.head.length)));

/** A frame of MPEG audio begins with eleven set bits. */
const frame: Check = ({ head }) => head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0;

const bitmap = at(0, 'BM');
/** Signatures that texts and other files may contain by chance. */
const weak: ReadonlySet<Check> = new Set([text, frame, bitmap]);

const signatures: Readonly<Record<string, Check>> = {
  'image/png': at(0, '\x89PNG\r\n\x1a\n'),
  'image/jpeg': at(0, '\xff\xd8\xff'),
  'image/gif': at(0, 'GIF87a', 'GIF89a'),
  'image/webp': all(at(0, 'RIFF'), at(8, 'WEBP')),
  'image/heic': all(
    at(4, 'ftyp'),
    at(8, 'heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'),
  ),
  'image/bmp': bitmap,
  'image/tiff': at(0, 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'),
  'application/pdf': pdf,
  'text/plain': text,
  'text/csv': text,
  'application/json': text,
  'message/rfc822': text,
  'application/zip': zip,
  'application/msword': compound,
  'application/vnd.ms-excel': compound,
  'application/vnd.ms-powerpoint': compound,
  'application/rtf': at(0, '{\\rtf'),
  'application/vnd.oasis.opendocument.text': all(
    zip,
    at(30, 'mimetypeapplication/vnd.oasis.opendocument.text'),
  ),
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': office('word/'),
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': office('xl/'),
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': office('ppt/'),
  'audio/mpeg': any(at(0, 'ID3'), frame),
  'audio/wav': all(at(0, 'RIFF'), at(8, 'WAVE')),
  'video/mp4': at(4, 'ftyp'),
  'video/quicktime': at(4, 'ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot'),
};
