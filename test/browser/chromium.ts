import { after, type TestOptions } from 'node:test';
import type { Browser } from 'playwright-core';
import { chromiumProgram, launchChromium, noChromium } from '../support/chromium.ts';

/**
 * Registers tests that need a browser. Without one they are skipped, with a message on how to
 * install it; with PERENNIAL_BROWSER=required they fail instead.
 */
export const withBrowser: TestOptions =
  chromiumProgram !== undefined || process.env['PERENNIAL_BROWSER'] === 'required'
    ? { timeout: 600_000 }
    : { skip: noChromium };

let launched: Promise<Browser> | undefined;

/** Returns the browser of this test file. It is started at the first use and closed at the end. */
export function browser(): Promise<Browser> {
  launched ??= launchChromium();
  return launched;
}

after(async () => {
  await (await launched)?.close();
});
