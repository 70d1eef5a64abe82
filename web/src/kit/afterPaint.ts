/**
 * Does something after the next paint, so that a person sees at once that the key or the click
 * counted (the row is marked) before the work of showing another page begins. A hidden tab does not
 * paint, so it does not wait there.
 */
export function afterPaint(act: () => void): void {
  if (document.hidden) act();
  else requestAnimationFrame(() => setTimeout(act));
}
