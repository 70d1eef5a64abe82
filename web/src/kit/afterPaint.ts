/**
 * Runs a function after the next paint, so that a person sees the effect of a key or click (the row
 * is marked) before another page is drawn. In a hidden tab, which does not paint, it does not wait.
 */
export function afterPaint(act: () => void): void {
  if (document.hidden) act();
  else requestAnimationFrame(() => setTimeout(act));
}
