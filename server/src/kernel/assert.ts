/** A bug in our code. It ends the request or the job, never the process, and keeps its cause. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** Asserts a condition that must be true here; throws {@link Bug} if it is false. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** Marks code that no value can reach. While a case is missing, it does not compile. */
export function unreachable(value: never): never {
  throw new Bug(`unexpected value ${JSON.stringify(value)}`);
}

/**
 * Returns the value, or throws a {@link Bug} that names what was missing. It is for look-ups that
 * fail only if our code is wrong.
 */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Bug(`missing ${what}`);
  return value;
}
