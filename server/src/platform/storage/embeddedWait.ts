import { endsWithin, systemClock } from '../clock/systemClock.ts';
import { EmbeddedPostgresError } from './embeddedError.ts';

/** A wait for one of PostgreSQL's programs. */
export interface Wait {
  /** The action, as the start of a sentence: `PostgreSQL (process 7) starts on /data`. */
  readonly doing: string;
  readonly log: { warn(line: string): void };
  /** Returns a number that grows with each line that the program writes. Absent: it writes none. */
  readonly heard?: () => number;
  /** The seconds of silence after which the wait is logged; usually five. */
  readonly secondsToWord?: number;
}

const roundMs = 1000;
// The longest silent phase of PostgreSQL, the checkpoint after a recovery, takes a disk less than
// this.
const roundsToEnd = 300;

/**
 * Waits for a program that may be stopped, or whose disk may not respond. Logs this after some
 * seconds of silence, and throws {@link EmbeddedPostgresError} after five minutes. Silence is
 * counted in rounds, because the clock also runs while this process itself is stopped.
 */
export async function waitFor<Value>(result: Promise<Value>, wait: Wait): Promise<Value> {
  const { doing, log, heard = () => 0, secondsToWord = 5 } = wait;
  let [lines, rounds] = [heard(), 0];
  while (!(await endsWithin(systemClock, roundMs, result))) {
    if (heard() !== lines) [lines, rounds] = [heard(), 0];
    rounds += 1;
    if (rounds === secondsToWord)
      log.warn(
        `${doing} and has written nothing for ${secondsToWord} seconds; waiting for it, for five ` +
          'minutes at most',
      );
    if (rounds === roundsToEnd)
      throw new EmbeddedPostgresError(
        `${doing} and has written nothing for five minutes. It loses nothing: look whether the ` +
          'process is stopped (its state in ps is T) or its disk does not respond, and start again',
      );
  }
  return result;
}
