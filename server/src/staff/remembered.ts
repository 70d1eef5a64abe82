import type { SystemClock } from '../platform/clock/systemClock.ts';

/** What was read by a text, remembered for a short time, so that a request does not read it each time. */
export interface Remembered<Value> {
  find(text: string): Promise<Value>;
  /** Forgets everything, after something was changed in this process. */
  forget(): void;
}

/** What another process changes is seen after this long, unless the caller asks for less. */
const defaultRememberedMs = 1000;
const rememberedMax = 10_000;

export function remembered<Value>(
  clock: SystemClock,
  read: (text: string) => Promise<Value>,
  rememberedMs = defaultRememberedMs,
): Remembered<Value> {
  const known = new Map<string, { value: Promise<Value>; untilMs: number }>();
  return {
    find(text) {
      const nowMs = clock.monotonicMs();
      const entry = known.get(text);
      if (entry && entry.untilMs > nowMs) return entry.value;
      if (known.size >= rememberedMax) known.clear();
      const value = read(text);
      known.set(text, { value, untilMs: nowMs + rememberedMs });
      value.catch(() => known.delete(text));
      return value;
    },
    forget: () => known.clear(),
  };
}
