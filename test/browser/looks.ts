import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { takePicture } from './pictures.ts';

/** A page in one of its states, open in the browser. */
export interface Sighted {
  /** The name of its pictures, which is also shown with its faults. */
  readonly name: string;
  readonly heading?: string | RegExp | undefined;
  readonly shows: string;
  readonly page: Page;
  takeFaults(): string[];
}

interface Look {
  readonly scheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
  /**
   * The rules that axe checks. A colour scheme changes only colours and a width only the layout, so
   * not every look checks every rule: each rule is checked in both layouts, and the rules about
   * colours in both schemes.
   */
  readonly rules: 'all' | 'colours' | 'none';
}

/** The four looks: light and dark, wide and narrow. */
export const looks: readonly Look[] = [
  { scheme: 'light', width: 1280, height: 800, rules: 'all' },
  { scheme: 'dark', width: 1280, height: 800, rules: 'colours' },
  { scheme: 'dark', width: 320, height: 640, rules: 'all' },
  { scheme: 'light', width: 320, height: 640, rules: 'none' },
];

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** The result of checking a page in all its looks. */
export interface Looked {
  readonly checks: number;
  /** The faults; empty when none was found. */
  readonly faults: readonly string[];
}

/** The light, wide look, in which axe checks all rules. */
export const firstLook: readonly Look[] = looks.slice(0, 1);

/**
 * Waits until the page shows its content, then checks it in light and dark, wide and narrow, or
 * only in the given looks.
 */
export async function lookAt(sighted: Sighted, inLooks: readonly Look[] = looks): Promise<Looked> {
  const { name, page, takeFaults } = sighted;
  const missing = await missingFrom(sighted);
  if (missing) return { checks: 1, faults: [missing] };
  /** The looks by their fault, so that the same fault in several looks is reported once. */
  const faults = new Map<string, string[]>();
  let checks = 1;
  for (const { scheme, width, height, rules } of inLooks) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height });
    for (const fault of [...(await faultsOf(page, rules)), ...takeFaults()])
      faults.set(fault, [...(faults.get(fault) ?? []), `${scheme} ${width}`]);
    await takePicture(page, `${name}-${scheme}-${width}`);
    checks += rules === 'none' ? checksPerLook - 1 : checksPerLook;
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  return {
    checks,
    faults: [...faults].map(([fault, where]) => `${name} (${where.join(', ')}): ${fault}`),
  };
}

/** A sentence with days as the server may send it. A page shows such a day as `Tue 31 Mar`. */
export const rawMoments = 'It was due on 2026-03-31, and again at 2026-04-01T09:00:00Z.';

/**
 * The checks are: one h1, a title, no sideways scrolling, nothing raw, no violation of axe, no
 * fault in the console.
 */
const checksPerLook = 6;

/** Waits for the page. If its content does not appear, returns what the page shows instead. */
async function missingFrom({ name, heading, shows, page }: Sighted): Promise<string | undefined> {
  try {
    if (heading !== undefined)
      await page.getByRole('heading', { level: 1, name: heading }).waitFor({ timeout: waitMs });
    await page.getByText(shows).filter({ visible: true }).first().waitFor({ timeout: waitMs });
    await page
      .locator('[aria-busy="true"]')
      .first()
      .waitFor({ state: 'detached', timeout: waitMs });
    return undefined;
  } catch {
    const text = (await page.locator('body').innerText()).replace(/\s+/g, ' ');
    return `${name} does not show “${shows}” but “${text.slice(0, 1500)}”`;
  }
}

const waitMs = 60_000;

/**
 * Reads the state of the page. It is a script as text, because the types of this project do not
 * describe a page. The bar and the navigation are most of a small page, so axe skips them where it
 * has checked the same markup in the same look. Content behind a dialog counts as not checked,
 * because axe cannot judge its colours.
 */
const stateOf = (runOnly: readonly string[]): string => `(async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const runOnly = ${JSON.stringify(runOnly)};
  const nav = document.getElementById('nav');
  const frame = nav ? [nav.previousElementSibling, nav] : [];
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const look = [runOnly, isDark, innerWidth, ...frame.map((part) => part.outerHTML)].join();
  globalThis.examined ??= new Set();
  const exclude = examined.has(look) ? frame : [];
  const { violations } = runOnly.length === 0 ? { violations: [] } : await axe.run(
    { include: [document], exclude },
    { runOnly, resultTypes: ['violations'], preload: false, iframes: false },
  );
  if (!document.querySelector('[role="dialog"], [aria-modal]')) examined.add(look);
  const { scrollWidth, clientWidth } = document.documentElement;
  // A date must show its year, and a button of the bars must not extend over the edge.
  const cut = [...document.querySelectorAll('[role="gridcell"] time, header button, [aria-label="Test clock"] button')]
    .filter((part) => part.getClientRects().length > 0)
    .filter((part) => {
      const cell = part.closest('[role="gridcell"]');
      return cell ? cell.scrollWidth > cell.clientWidth : part.getBoundingClientRect().right > innerWidth;
    })
    .map((part) => part.textContent || part.getAttribute('aria-label'));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const rawDays = [];
  const rawJson = [];
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (/\\d{4}-\\d\\d-\\d\\d/.test(data) && !parentElement.closest('pre, code, script, [id$="-description"]'))
      rawDays.push(data);
    if (/^[[{]+"/.test(data) && !parentElement.closest('pre, code, script')) rawJson.push(data);
  }
  return {
    headings: document.querySelectorAll('h1').length,
    title: document.title,
    sideways: scrollWidth - clientWidth,
    rawDays,
    rawJson,
    cut,
    violations: violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) =>
        id + ' ' + html.slice(0, 200) + ' ' + failureSummary.replace(/\\s+/g, ' '))),
  };
})()`;

interface State {
  readonly headings: number;
  readonly title: string;
  readonly sideways: number;
  /** Texts that contain a day in the API's format, except in JSON, commands and input hints. */
  readonly rawDays: readonly string[];
  /** Texts that are JSON, except where JSON is shown on purpose. */
  readonly rawJson: readonly string[];
  /** Dates in lists and buttons of the bars that are not completely visible. */
  readonly cut: readonly string[];
  readonly violations: readonly string[];
}

const axeRules: Readonly<Record<Look['rules'], readonly string[]>> = {
  all: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  colours: ['color-contrast'],
  none: [],
};

async function faultsOf(page: Page, rules: Look['rules']): Promise<string[]> {
  if (!(await page.evaluate<boolean>('typeof axe === "object"'))) await page.evaluate(axeSource);
  const { headings, title, sideways, rawDays, rawJson, cut, violations } =
    await page.evaluate<State>(stateOf(axeRules[rules]));
  return [
    ...(headings === 1 ? [] : [`${headings} h1 elements`]),
    ...(/^\S.* · Perennial$/.test(title) ? [] : [`the title is “${title}”`]),
    ...(sideways <= 0 ? [] : [`it scrolls sideways by ${sideways} px`]),
    ...rawDays.map((text) => `it shows a raw day: ${text}`),
    ...rawJson.map((text) => `it shows raw JSON: ${text}`),
    ...cut.map((text) => `it cuts off: ${text}`),
    ...violations,
  ];
}
