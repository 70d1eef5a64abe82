import type { Page } from 'playwright-core';

/*
 * Interactions as the browser measures them (Event Timing): from a key or a click until the next
 * paint, in steps of 8 ms. The browser does not report events below 16 ms; they count as 8 ms.
 */

const unreportedMs = 8;

/** Starts to record the interactions of every document that the page loads from now on. */
export async function recordInteractions(page: Page): Promise<void> {
  await page.addInitScript({ content: recorder });
}

/**
 * Returns the milliseconds until the next paint for each interaction since the document was loaded.
 */
export async function interactionsOf(page: Page): Promise<number[]> {
  const { reported, count } = await page.evaluate<{ reported: number[]; count: number }>(
    '({ reported: [...interactions.values()], count: performance.interactionCount })',
  );
  const unreported = Math.max(0, count - reported.length);
  return [...reported, ...Array.from({ length: unreported }, () => unreportedMs)];
}

/** Waits until the requested changes are painted. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
}

/** This script runs in the page. The types of this project do not describe a page. */
const recorder = `
globalThis.interactions = new Map();
new PerformanceObserver((list) => {
  for (const { interactionId: id, duration } of list.getEntries())
    if (id > 0) interactions.set(id, Math.max(duration, interactions.get(id) ?? 0));
}).observe({ type: 'event', durationThreshold: 16, buffered: true });
`;
