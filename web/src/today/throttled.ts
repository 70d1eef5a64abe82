/**
 * Wraps a function for events that come in bursts: it runs at the first call, and then every
 * `gapMs` while calls arrive. The last run follows the last call after at most `gapMs`, so a reader
 * whose source is cached that long sees the end of the burst.
 */
export function throttled(run: () => void, gapMs: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;
  const fire = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (!isWanted) return;
      isWanted = false;
      run();
      fire();
    }, gapMs);
  };
  return () => {
    isWanted = true;
    if (timer !== undefined) return;
    run();
    fire();
  };
}
