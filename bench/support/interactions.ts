import type { Page } from 'playwright-core';

/*
 * Interactions as the browser measures them (Event Timing): from a key or a click until the next
 * paint, in steps of 8 ms. Events below 16 ms are not reported; they count as 8.
 */

const unreportedMs = 8;

/** Starts to record the interactions of every document that the page loads from now on. */
export async function recordInteractions(page: Page): Promise<void> {
  await page.addInitScript({ content: recorder });
}

/** Milliseconds until the next paint of each interaction since the document was loaded. */
export async function interactionsOf(page: Page): Promise<number[]> {
  const { reported, count } = await page.evaluate<{ reported: number[]; count: number }>(
    '({ reported: [...interactions.values()], count: performance.interactionCount })',
  );
  const unreported = Math.max(0, count - reported.length);
  return [...reported, ...Array.from({ length: unreported }, () => unreportedMs)];
}

/** Waits until what was requested is painted. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
}

/** Runs in the page, which this project's types do not describe. */
const recorder = `
globalThis.interactions = new Map();
new PerformanceObserver((list) => {
  for (const { interactionId: id, duration } of list.getEntries())
    if (id > 0) interactions.set(id, Math.max(duration, interactions.get(id) ?? 0));
}).observe({ type: 'event', durationThreshold: 16, buffered: true });
`;
