import { existsSync } from 'node:fs';
import { after, type TestOptions } from 'node:test';
import { type Browser, chromium } from 'playwright-core';

const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

const found = places.find((place) => place !== undefined && existsSync(place));

/**
 * For tests that need a browser. Without one they are skipped and say how to get it; with
 * PERENNIAL_BROWSER=required they fail instead.
 */
export const withBrowser: TestOptions =
  found !== undefined || process.env['PERENNIAL_BROWSER'] === 'required'
    ? { timeout: 120_000 }
    : {
        skip:
          'this machine has no Chromium: install it (Debian: apt-get install chromium) ' +
          'or name the program in CHROMIUM',
      };

let launched: Promise<Browser> | undefined;

/** The browser of this test file, started when it is first needed and closed at the end. */
export function browser(): Promise<Browser> {
  if (found === undefined)
    throw new Error(
      'PERENNIAL_BROWSER=required, but there is no Chromium: apt-get install chromium, or CHROMIUM',
    );
  launched ??= chromium.launch({
    executablePath: found,
    // Chromium's sandbox does not start as root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-dev-shm-usage', '--force-color-profile=srgb', '--font-render-hinting=none'],
  });
  return launched;
}

after(async () => {
  await (await launched)?.close();
});
