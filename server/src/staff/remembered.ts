import type { SystemClock } from '../platform/clock/systemClock.ts';

/**
 * Caches values that are read by a text key for a short time, so that not every request reads them.
 */
export interface Remembered<Value> {
  find(text: string): Promise<Value>;
  /** Drops all cached values, after something was changed in this process. */
  forget(): void;
}

/**
 * A change by another process takes effect after this time, unless the caller requests a shorter
 * one.
 */
const defaultRememberedMs = 1000;
const rememberedMax = 10_000;

/** Wraps a reader so that it caches each value for a moment. */
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
