import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** A compressed body and its `Content-Encoding`. */
export interface Compressed {
  readonly encoding: 'br' | 'gzip';
  readonly bytes: Buffer;
}

/** Bodies below this size are not compressed: the effort exceeds the gain. */
export const compressedFromBytes = 4096;

const gzipPromised = promisify(gzip);
const brotliPromised = promisify(brotliCompress);

/**
 * Compresses a text for a client that accepts it, in the thread pool and at the fastest level;
 * undefined when the client accepts neither Brotli nor gzip.
 */
export async function compress(
  text: string,
  acceptEncoding: string | undefined,
): Promise<Compressed | undefined> {
  const encoding = chooseEncoding(acceptEncoding);
  switch (encoding) {
    case 'br':
      return { encoding, bytes: await brotliPromised(text, { params: brotliFast }) };
    case 'gzip':
      return { encoding, bytes: await gzipPromised(text, { level: 1 }) };
    case undefined:
      return undefined;
  }
}

/** Returns the best encoding that the client accepts (RFC 9110, section 12.5.3). */
export function chooseEncoding(accept = ''): Compressed['encoding'] | undefined {
  const accepted = new Map(accept.split(',').map(weighted));
  const weightOf = (name: string) => accepted.get(name) ?? accepted.get('*') ?? 0;
  const [br, gzipped] = [weightOf('br'), weightOf('gzip')];
  if (br === 0 && gzipped === 0) return undefined;
  return br >= gzipped ? 'br' : 'gzip';
}

function weighted(text: string): [name: string, weight: number] {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((each) => each.startsWith('q='))?.slice(2);
  return [name, weight === undefined ? 1 : Number(weight) || 0];
}

const brotliFast = {
  [constants.BROTLI_PARAM_QUALITY]: 1,
  [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
};
