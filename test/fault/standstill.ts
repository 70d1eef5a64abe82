import assert from 'node:assert/strict';

/**
 * The limit is much longer than any step of a run, and shorter than the time limit of a test file.
 */
const stillMsMax = 120_000;

/**
 * Ends a run that no longer makes progress. A whole run has no time limit, because its duration
 * depends on the machine and its load: a run fails when nothing has changed for two minutes.
 */
export class Standstill {
  readonly #what: string;
  readonly #msMax: number;
  #state = '';
  #sinceMs = performance.now();

  /** @param what names the state in the message, with the seed that repeats the run */
  constructor(what: string, msMax = stillMsMax) {
    this.#what = what;
    this.#msMax = msMax;
  }

  /** Throws when `state`, which describes the progress of the run, has not changed for too long. */
  check(state: unknown): void {
    const text = JSON.stringify(state) ?? 'unknown';
    if (text !== this.#state) {
      this.#state = text;
      this.#sinceMs = performance.now();
    }
    assert.ok(
      performance.now() - this.#sinceMs < this.#msMax,
      `${this.#what}: nothing has moved for ${this.#msMax / 1000} seconds: ${text}`,
    );
  }
}
