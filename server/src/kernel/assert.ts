/** A bug in our code: it ends the request or the job, never the process, and keeps its cause. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** States what must be true here; throws {@link Bug} when it is not. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** Marks a place no value can reach; the compiler refuses it while a case is forgotten. */
export function unreachable(value: never): never {
  throw new Bug(`unexpected value ${JSON.stringify(value)}`);
}

/**
 * The value, or a {@link Bug} naming what was missing: for look-ups that cannot fail unless our
 * code is wrong.
 */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Bug(`missing ${what}`);
  return value;
}
