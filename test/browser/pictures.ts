import { mkdirSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** The folder of the pictures; git ignores it. */
const folder = new URL('./out/', import.meta.url);
const taken: string[] = [];
/** Whether pictures are taken; PICTURES=on turns them on. */
export const isPictured = process.env['PICTURES'] === 'on';

/** Takes a picture of the visible part of the page when PICTURES=on is set. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (!isPictured) return;
  // Several test files write to the folder at the same time, so none of them clears it.
  if (taken.length === 0) mkdirSync(folder, { recursive: true });
  taken.push(name);
  await page.screenshot({ path: new URL(`${name}.png`, folder).pathname });
}

/**
 * Writes `out/index.html`, which shows all pictures on one page; without pictures it does nothing.
 */
export function writeContactSheet(): void {
  if (!isPictured) return;
  const figures = taken.map(
    (name) =>
      `<figure><a href="${name}.png"><img src="${name}.png" alt=""></a>` +
      `<figcaption>${name}</figcaption></figure>`,
  );
  writeFileSync(
    new URL('index.html', folder),
    `<!doctype html><title>Pages of the console</title><style>
body { display: flex; flex-wrap: wrap; gap: 16px; font: 13px sans-serif; background: #888 }
figure { margin: 0 } img { height: 320px; display: block }
</style>${figures.join('\n')}\n`,
  );
}
