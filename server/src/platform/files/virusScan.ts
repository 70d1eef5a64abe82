import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { systemClock, withTimeLimit } from '../clock/systemClock.ts';

/** The address of a clamd: a host and port, or the path of a unix socket. */
export type VirusScanner =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

/** The result of a scan: the name of the virus, or undefined. */
export type ScanResult = { readonly virus: string | undefined };

/**
 * Sends a file to clamd (command INSTREAM of its protocol) and returns what it found. Throws when
 * the scanner cannot be reached or returns something else than a result, because the file may then
 * be harmful.
 */
export function scanFile(scanner: VirusScanner, file: Readable): Promise<ScanResult> {
  const late = new Error(`clamd did not scan the file within ${scanMsMax / 1000} seconds`);
  return withTimeLimit(systemClock, scanMsMax, late, (signal) => scan(scanner, file, signal));
}

async function scan(
  scanner: VirusScanner,
  file: Readable,
  signal: AbortSignal,
): Promise<ScanResult> {
  const socket = connect({ ...scanner, timeout: silenceMsMax });
  const stop = () => {
    socket.destroy(signal.reason);
    // The file may come from a bucket that stopped sending.
    file.destroy(signal.reason);
  };
  signal.addEventListener('abort', stop);
  socket.setEncoding('utf8');
  socket.on('timeout', () => socket.destroy(new Error('clamd does not respond')));
  const answered = readAnswer(socket);
  // Awaited below. If sending fails, that error is thrown first.
  answered.catch(() => {});
  try {
    await once(socket, 'connect');
    socket.write('zINSTREAM\0');
    for await (const chunk of file as AsyncIterable<Buffer>) {
      if (socket.destroyed || socket.readableEnded) break;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(chunk.length);
      socket.write(length);
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), answered]);
    }
    socket.write(Buffer.alloc(4));
    return resultOf(await answered);
  } finally {
    signal.removeEventListener('abort', stop);
    file.destroy();
    socket.destroy();
  }
}

const silenceMsMax = 60_000;
const scanMsMax = 300_000;

async function readAnswer(socket: Readable): Promise<string> {
  let text = '';
  for await (const part of socket as AsyncIterable<string>) {
    text += part;
    if (text.includes('\0')) break;
  }
  return text.replace(/\0.*$/s, '').trim();
}

function resultOf(answer: string): ScanResult {
  if (answer === 'stream: OK') return { virus: undefined };
  const [, virus] = /^stream: (.+) FOUND$/.exec(answer) ?? [];
  if (virus === undefined) throw new Error(`clamd did not scan the file: ${answer || 'no answer'}`);
  return { virus };
}
