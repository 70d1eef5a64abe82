import { write, writeSync } from 'node:fs';
import { systemClock } from './clock/systemClock.ts';

/** The output for lines of the log. */
export interface LogOutput {
  write(line: string): void;
}

/** The most characters that are kept while the output accepts none. */
const waitingMax = 1_000_000;
/** The pause between attempts to write to a busy output when the process ends. */
const lastTries = 20;

/**
 * Writes lines to a file descriptor, many at a time and without waiting. While the output accepts
 * none (its disk is full, its reader is gone or slow), lines are kept up to a limit; when it
 * accepts them again, a line reports how many were lost. It never throws or delays the end of the
 * process, unlike pino's own output.
 */
export function logOutput(fd: number): LogOutput {
  let lines: string[] = [];
  let size = 0;
  let lost = 0;
  /** The unwritten rest of the current write. */
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
    // A running write ends by itself.
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
