import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The size and the checksum of a copied file at the time it was written. */
export interface CheckedFile {
  readonly bytes: number;
  /** SHA-256 in hexadecimal digits. */
  readonly sha256: string;
}

/** Writes a stream to a new file that only its owner can read. Returns its size and checksum. */
export async function save(
  source: Readable,
  path: string,
  onBytes: (bytes: number) => void,
): Promise<CheckedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const meter = metered((size, chunk) => {
    bytes += size;
    hash.update(chunk);
    onBytes(size);
  });
  await pipeline(source, meter, createWriteStream(path, { mode: 0o600, flush: true }));
  return { bytes, sha256: hash.digest('hex') };
}

/** Reads a file to its end and returns its size and checksum. */
export async function fileChecksum(
  path: string,
  onBytes: (bytes: number) => void,
): Promise<CheckedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onBytes((chunk as Buffer).length);
  }
  return { bytes, sha256: hash.digest('hex') };
}

const chunkBytes = 1 << 20;

/** Passes chunks on and reports their sizes. */
export const metered = (onChunk: (bytes: number, chunk: Buffer) => void): Transform =>
  new Transform({
    highWaterMark: chunkBytes,
    transform(chunk: Buffer, _encoding, done) {
      onChunk(chunk.length, chunk);
      done(null, chunk);
    },
  });
