import { write, writeSync } from 'node:fs';
import { systemClock } from './clock/systemClock.ts';

/** Where lines of the log go. */
export interface LogOutput {
  write(line: string): void;
}

/** The most characters that wait while the output takes none. */
const waitingMax = 1_000_000;
/** How often an output that is busy is tried again when the process ends. */
const lastTries = 20;

/**
 * Writes lines to a file descriptor, many at a time and without waiting. While the output takes none
 * (its disk is full, its reader is gone or slow), lines wait; when it takes them again, a
 * line says how many were lost. Nothing here fails or delays the end of the process: pino's own
 * output does both.
 */
export function logOutput(fd: number): LogOutput {
  let lines: string[] = [];
  let size = 0;
  let lost = 0;
  /** The rest of what is being written. */
  let rest: Buffer = Buffer.alloc(0);
  let isWriting = false;

  function next(): void {
    if (rest.length === 0) rest = Buffer.from(taken());
    if (isWriting || rest.length === 0) return;
    isWriting = true;
    write(fd, rest, (error, written) => {
      isWriting = false;
      if (error) return;
      rest = rest.subarray(written);
      next();
    });
  }

  function taken(): string {
    const note =
      lost === 0
        ? ''
        : `${JSON.stringify({ level: 40, time: systemClock.now().epochMilliseconds, lost, msg })}\n`;
    const text = note + lines.join('');
    lines = [];
    size = 0;
    lost = 0;
    return text;
  }

  process.on('exit', () => {
    // A write under way ends by itself.
    const last = Buffer.concat([isWriting ? Buffer.alloc(0) : rest, Buffer.from(taken())]);
    for (let done = 0, tries = 0; done < last.length && tries < lastTries; tries++) {
      try {
        done += writeSync(fd, last, done);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      }
    }
  });

  return {
    write(line) {
      if (size + line.length > waitingMax) lost++;
      else {
        lines.push(line);
        size += line.length;
      }
      if (!isWriting) next();
    },
  };
}

const msg = 'the output of the log took no lines for a while, and these were lost';
