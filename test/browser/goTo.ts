import type { Page } from 'playwright-core';

/**
 * Goes to another page of the console without loading the console again, as a link does, and waits
 * until that page is drawn. Until then the page before is there, with rows, buttons and keys that
 * often have the same names.
 */
export const goTo = (page: Page, address: string): Promise<unknown> =>
  page.evaluate(`new Promise((resolve, reject) => {
    history.pushState({}, '', ${JSON.stringify(address)});
    setTimeout(() => reject(new Error(${JSON.stringify(`${address} was not drawn`)})), 90_000);
    const look = () => {
      const { status, resolvedLocation } = __TSR_ROUTER__.state;
      const isDrawn = status === 'idle' && resolvedLocation?.pathname === location.pathname;
      if (isDrawn) resolve();
      else setTimeout(look, 10);
    };
    look();
  })`);
