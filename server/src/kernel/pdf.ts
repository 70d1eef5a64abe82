/*
 * A small writer of PDF documents (ISO 32000-1): text in the standard fonts Helvetica and
 * Helvetica-Bold, and horizontal lines. The maintained libraries contain a font engine of 25 MB,
 * which an invoice does not need. Coordinates are in points (1/72 inch) from the lower left corner.
 */

/** A text at a position on a page. */
export interface PdfText {
  readonly kind: 'text';
  readonly x: number;
  readonly y: number;
  /** The font size. */
  readonly size: number;
  readonly isBold: boolean;
  readonly text: string;
}

/** A thin horizontal line. */
export interface PdfLine {
  readonly kind: 'line';
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** The contents of one page. */
export type PdfPage = readonly (PdfText | PdfLine)[];

/** The size of a page: US Letter. */
export const pageSize = { width: 612, height: 792 };

/** Returns a document with these pages. */
export function pdfDocument(title: string, pages: readonly PdfPage[]): Buffer {
  const firstPage = 6;
  const kids = pages.map((_, index) => `${firstPage + 2 * index} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    fontObject('Helvetica'),
    fontObject('Helvetica-Bold'),
    `<< /Title ${stringOf(title)} /Producer (Perennial) >>`,
    ...pages.flatMap((page, index) => pageObjects(page, firstPage + 2 * index + 1)),
  ];
  return fileOf(objects);
}

const fontObject = (name: string): string =>
  `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;

function pageObjects(page: PdfPage, contentNumber: number): [string, string] {
  const content = page.map(operatorsOf).join('\n');
  return [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${pageSize.width} ${pageSize.height}] ` +
      `/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${contentNumber} 0 R >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ];
}

const operatorsOf = (mark: PdfText | PdfLine): string =>
  mark.kind === 'line'
    ? `0.5 w ${numberOf(mark.x)} ${numberOf(mark.y)} m ${numberOf(mark.x + mark.width)} ${numberOf(mark.y)} l S`
    : `BT /${mark.isBold ? 'F2' : 'F1'} ${mark.size} Tf ${numberOf(mark.x)} ${numberOf(mark.y)} Td ` +
      `${stringOf(mark.text)} Tj ET`;

const numberOf = (value: number): string => String(Math.round(value * 100) / 100);

/** Every character is one byte, so the length of the text is the length of the file. */
function fileOf(objects: readonly string[]): Buffer {
  let text = '%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n';
  const places = objects.map((object, index) => {
    const place = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const start = text.length;
  const entries = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  text +=
    `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}` +
    `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

const stringOf = (text: string): string =>
  `(${[...encoded(text).text].map((character) => escapes[character] ?? character).join('')})`;

const escapes: Readonly<Record<string, string>> = { '(': '\\(', ')': '\\)', '\\': '\\\\' };

/** Converts text to the characters of the fonts. */
interface Encoded {
  readonly text: string;
  /** False if the fonts lack a character, which is then shown as a question mark. */
  readonly isWhole: boolean;
}

/** Whether the fonts have every character of a text. They have the characters of Windows-1252. */
export const isPrintable = (text: string): boolean => encoded(text).isWhole;

function encoded(text: string): Encoded {
  let isWhole = true;
  const characters = [...text.normalize('NFC')].map((character) => {
    const code = codeOf(character) ?? codeOf(baseOf(character));
    if (codeOf(character) === undefined) isWhole = false;
    return String.fromCharCode(code ?? 0x3f);
  });
  return { text: characters.join(''), isWhole };
}

const baseOf = (character: string): string => [...character.normalize('NFKD')][0] ?? '?';

function codeOf(character: string): number | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x09 || code === 0x0a || code === 0x0d || code === 0x202f) return 0x20;
  if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff)) return code;
  const place = windows1252.indexOf(character);
  return place === -1 || character === ' ' ? undefined : 0x80 + place;
}

// The codes 0x80 to 0x9f. A space marks a code without a character.
const windows1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** Returns the width of a text in Helvetica, in points. Bold text is a little wider. */
export const widthOf = (text: string, size: number): number =>
  ([...encoded(text).text].reduce((sum, character) => sum + widthOfOne(character), 0) * size) /
  1000;

const widthOfOne = (character: string): number =>
  widths[baseOf(character).charCodeAt(0) - 0x20] ?? 556;

// Adobe's metrics of Helvetica, starting with the space, in thousandths of the size.
const widths = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
  556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
  611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
  667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
  222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
