/**
 * A value that is made when it is first asked for; what could not be made is tried again at the next asking. Around libraries that are large and that no start needs: most of the time until a server answers goes
 * into loading modules.
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

  /** The value if it was ever asked for: what was never opened need not be closed. */
  peek(): Promise<Value> | undefined {
    return this.#made;
  }
}
