/**
 * A value that is created when it is first used. A failed attempt is repeated at the next use. It
 * is for large modules that a start does not need, because loading modules takes most of the
 * start-up time.
 */
export class Lazy<Value> {
  readonly #make: () => Promise<Value>;
  #made: Promise<Value> | undefined;

  constructor(make: () => Promise<Value>) {
    this.#make = make;
  }

  get(): Promise<Value> {
    if (this.#made) return this.#made;
    this.#made = this.#make();
    this.#made.catch(() => (this.#made = undefined));
    return this.#made;
  }

  /** Returns the value if it was ever used. A value that was never opened need not be closed. */
  peek(): Promise<Value> | undefined {
    return this.#made;
  }
}
