import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { refuse } from './refusal.ts';

/**
 * Decodes the text of a body. Removes a byte order mark before UTF-8, as RFC 8259 allows. Refuses
 * any other encoding, because its letters would be stored as question marks. Refuses compressed
 * bodies as well, which rules out decompression bombs.
 */
export function bodyText(bytes: Buffer, headers: IncomingHttpHeaders): string {
  if (bytes.length === 0) return '';
  const { 'content-type': contentType = '', 'content-encoding': coding } = headers;
  if (coding !== undefined && !/^(identity)?$/i.test(coding))
    return refuse('wrong_encoding', { given: coding, expected: 'UTF-8 without compression' });
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1];
  if (charset !== undefined && !/^(utf-?8|(us-)?ascii)$/i.test(charset)) return refuseFor(charset);
  if (isUtf16(bytes)) return refuseFor('UTF-16');
  if (!isUtf8(bytes)) return refuseFor('another encoding than UTF-8, such as ISO-8859-1');
  return bytes.toString(
    'utf8',
    bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0,
  );
}

/** Returns whether every percent-encoded part of a query or form is UTF-8. */
export function isPercentEncodedUtf8(text: string): boolean {
  if (!text.includes('%')) return true;
  return text
    .matchAll(/(?:%[0-9a-f]{2})+/gi)
    .every(({ 0: part }) => isUtf8(Buffer.from(part.replaceAll('%', ''), 'hex')));
}

/**
 * Detects UTF-16 and UTF-32 by a byte order mark, or by the zeros in each ASCII character: JSON and
 * forms begin with two of them.
 */
const isUtf16 = ([first, second]: Buffer): boolean =>
  (first === 0xfe && second === 0xff) ||
  (first === 0xff && second === 0xfe) ||
  (first !== undefined && second !== undefined && (first === 0) !== (second === 0));

const refuseFor = (encoding: string): never =>
  refuse('wrong_encoding', { given: encoding, expected: 'UTF-8' });
