import assert from 'node:assert/strict';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { browser } from './chromium.ts';

/** A page whose faults are collected: errors of the console, CSP violations, foreign requests. */
export interface WatchedPage {
  readonly page: Page;
  /** Fails when the page had a fault that `expected` does not match. */
  assertQuiet(expected?: RegExp): void;
  /** Returns the faults since the last call, and clears them. */
  takeFaults(): string[];
  close(): Promise<void>;
}

/**
 * Opens a page in a new context, without cookies. `prepare` runs before the page is opened, for
 * example to log in.
 */
export async function watchedPage(
  url: string,
  options: BrowserContextOptions = {},
  prepare?: (context: BrowserContext) => Promise<unknown>,
): Promise<WatchedPage> {
  const context = await (await browser()).newContext({
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  // The timeout is long because a machine may be slow. A missing element still fails the test, only
  // later.
  context.setDefaultTimeout(90_000);
  await context.addInitScript({ content: reportViolations });
  await prepare?.(context);
  const page = await context.newPage();
  const faults = collectFaults(page, new URL(url).host);
  await page.goto(url);
  return {
    page,
    assertQuiet(expected) {
      const unexpected = faults.filter((fault) => !expected?.test(fault));
      assert.deepEqual(unexpected, [], 'faults of the page');
    },
    takeFaults: () => faults.splice(0),
    close: () => context.close(),
  };
}

function collectFaults(page: Page, host: string): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      faults.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(`${error.name}: ${error.message}`));
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (/^(https?|wss?):$/.test(to.protocol) && to.host !== host)
      faults.push(`request to another host: ${request.url()}`);
  });
  return faults;
}

/** This script runs in the page. The types of this project do not describe a page. */
const reportViolations = `
addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP violation', event.violatedDirective, event.blockedURI, event.sample));
`;
