import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { browser } from './chromium.ts';

/** A page whose faults are collected: errors of the console, CSP violations, foreign requests. */
export interface WatchedPage {
  readonly page: Page;
  /** Fails when the page had a fault that `expected` does not match. */
  assertQuiet(expected?: RegExp): void;
  close(): Promise<void>;
}

/** Opens a page in a new context, without cookies. */
export async function watchedPage(
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await (await browser()).newContext({
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const faults: string[] = [];
  await context.addInitScript({ content: reportViolations });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      faults.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(`${error.name}: ${error.message}`));
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (/^(https?|wss?):$/.test(to.protocol) && to.host !== new URL(url).host)
      faults.push(`request to another host: ${request.url()}`);
  });
  await page.goto(url);
  return {
    page,
    assertQuiet(expected) {
      const unexpected = faults.filter((fault) => !expected?.test(fault));
      assert.deepEqual(unexpected, [], 'faults of the page');
    },
    close: () => context.close(),
  };
}

/** Runs in the page, which this project's types know nothing of. */
const reportViolations = `
addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP violation', event.violatedDirective, event.blockedURI, event.sample));
`;
