/**
 * Wraps a function for events that come in bursts: it runs at the first call, and once more when
 * `gapMs` have passed since, and so on while calls come. The last run is always after the last call
 * by up to `gapMs`: a reader whose source is cached that long then sees the end of the burst.
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
