import assert from 'node:assert/strict';

/** Far more than any step of a run takes, and less than the time of a test file. */
const stillMsMax = 120_000;

/**
 * Ends a run that has stopped. How long a whole run takes depends on the machine and what else it
 * does, so that is not limited: a run fails when nothing has moved for two minutes.
 */
export class Standstill {
  readonly #what: string;
  readonly #msMax: number;
  #state = '';
  #sinceMs = performance.now();

  /** @param what what does not move, for the message, with the seed that repeats the run */
  constructor(what: string, msMax = stillMsMax) {
    this.#what = what;
    this.#msMax = msMax;
  }

  /** Throws when `state`, which says how far the run is, has been the same for too long. */
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
