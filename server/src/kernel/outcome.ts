/** An expected outcome as a value: the result, or a named reason for the failure. */
export type Outcome<Value, Reason> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: Reason };

/** Returns the outcome of an operation that succeeded. */
export const success = <Value>(value: Value): Outcome<Value, never> => ({ ok: true, value });
/** Returns the outcome of an operation that failed, with the reason. */
export const failure = <Reason>(reason: Reason): Outcome<never, Reason> => ({ ok: false, reason });
