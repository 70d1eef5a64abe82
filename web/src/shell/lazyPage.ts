import { lazyRouteComponent } from '@tanstack/react-router';
import { call } from '../api/call.ts';
import { Refused } from '../api/refused.ts';

/** The files of a part of the console did not come: the server is gone, or has newer ones. */
export class FilesMissing extends Error {
  override readonly name = 'FilesMissing';
}

/** Marks a failed `import()`, which does not say whether the server or only the file is gone. */
export const asFilesMissing = (cause: unknown): never => {
  throw new FilesMissing('The files of this page could not be loaded.', { cause });
};

/**
 * A page whose files are loaded when it is opened. A link that is pointed at loads them ahead, and
 * when that fails nothing happens yet: the console is only loaded again for a page that was opened.
 */
export const lazyPage: typeof lazyRouteComponent = (load, name) =>
  lazyRouteComponent(() => load().catch(asFilesMissing), name);

const reloadedKey = 'perennial-reloaded';

/**
 * Loads the console again, which gets the files of the present build. Returns why it did not: the
 * server is gone, or this build was loaded again already and the file is still missing.
 */
export async function loadAgain(): Promise<Refused | undefined> {
  const gone = await whyGone();
  if (gone) return gone;
  // The name of this file changes with each build, so every upgrade of an open tab gets its reload.
  if (sessionStorage.getItem(reloadedKey) === import.meta.url) return undefined;
  sessionStorage.setItem(reloadedKey, import.meta.url);
  location.reload();
  return new Promise(() => {});
}

/** The refusal of a server that cannot be reached; whatever a server that is there says is fine. */
async function whyGone(): Promise<Refused | undefined> {
  try {
    await call('getSessionOptions', { asksForLogIn: false });
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.status === 0 ? error : undefined;
  }
}
