import { after, type TestOptions } from 'node:test';
import type { Browser } from 'playwright-core';
import { chromiumProgram, launchChromium, noChromium } from '../support/chromium.ts';

/**
 * For tests that need a browser. Without one they are skipped and say how to get it; with
 * PERENNIAL_BROWSER=required they fail instead.
 */
export const withBrowser: TestOptions =
  chromiumProgram !== undefined || process.env['PERENNIAL_BROWSER'] === 'required'
    ? { timeout: 600_000 }
    : { skip: noChromium };

let launched: Promise<Browser> | undefined;

/** The browser of this test file, started when it is first needed and closed at the end. */
export function browser(): Promise<Browser> {
  launched ??= launchChromium();
  return launched;
}

after(async () => {
  await (await launched)?.close();
});
