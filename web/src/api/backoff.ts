/**
 * Returns the delay before the next attempt to connect: 0.5 s, then twice as long each time, at
 * most 30 s. `chance` (0 to 1) varies up to half of it, so that the tabs of an office do not
 * connect all at once.
 */
export function nextDelayMs(failures: number, chance: number): number {
  const full = Math.min(500 * 2 ** Math.min(failures, 10), 30_000);
  return full / 2 + (full / 2) * chance;
}
