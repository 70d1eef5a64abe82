import type { Page } from 'playwright-core';

/**
 * Goes to another page of the console without loading the console again, as a link does, and waits
 * until that page is drawn. Until then the page before is there, with rows, buttons and keys that
 * often have the same names.
 */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate(`history.pushState({}, '', ${JSON.stringify(address)})`);
  await page.waitForFunction(isDrawn);
}

/** This script runs in the page. The types of this project do not describe a page. */
const isDrawn = `(() => {
  const { status, resolvedLocation } = __TSR_ROUTER__.state;
  return status === 'idle' && resolvedLocation?.pathname === location.pathname;
})()`;
