import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [
  process.env['CHROMIUM'],
  // This program has no parts for a window, and needs a quarter less processor time.
  '/usr/bin/chromium-headless-shell',
  // This is Debian's program itself. Its launcher adds flags for the GPU, which cost time on a
  // machine without one.
  '/usr/lib/chromium/chromium',
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

/** The path of this machine's Chromium; undefined when there is none. */
export const chromiumProgram = places.find((place) => place !== undefined && existsSync(place));

/** How to install Chromium. */
export const noChromium =
  'this machine has no Chromium: install it (Debian: apt-get install chromium) ' +
  'or name the program in CHROMIUM';

/** Starts Chromium without a window. Fails where Chromium is not installed. */
export function launchChromium(): Promise<Browser> {
  if (chromiumProgram === undefined) throw new Error(noChromium);
  return chromium.launch({
    executablePath: chromiumProgram,
    // Chromium's sandbox does not start as root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-dev-shm-usage', '--force-color-profile=srgb', '--font-render-hinting=none'],
  });
}
