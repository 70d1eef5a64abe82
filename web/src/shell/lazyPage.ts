import { lazyRouteComponent } from '@tanstack/react-router';
import { call } from '../api/call.ts';
import { Refused } from '../api/refused.ts';

/**
 * An error: the files of a part of the console did not load, because the server is down or has
 * newer ones.
 */
export class FilesMissing extends Error {
  override readonly name = 'FilesMissing';
}

/**
 * Marks a failed `import()`, which does not show whether the server or only the file is missing.
 */
export const asFilesMissing = (cause: unknown): never => {
  throw new FilesMissing('The files of this page could not be loaded.', { cause });
};

/**
 * A page whose files are loaded when it is opened. Hovering over a link preloads them, and a
 * failure then has no effect: the console is loaded again only for a page that was opened.
 */
export const lazyPage: typeof lazyRouteComponent = (load, name) =>
  lazyRouteComponent(() => load().catch(asFilesMissing), name);

const reloadedKey = 'perennial-reloaded';

/**
 * Loads the console again, with the files of the current build. Otherwise returns the reason: the
 * server is down, or this build was already loaded again and the file is still missing.
 */
export async function loadAgain(): Promise<Refused | undefined> {
  const gone = await whyGone();
  if (gone) return gone;
  // The name of this file changes with each build, so every upgrade reloads an open tab once.
  if (sessionStorage.getItem(reloadedKey) === import.meta.url) return undefined;
  sessionStorage.setItem(reloadedKey, import.meta.url);
  location.reload();
  return new Promise(() => {});
}

/**
 * Returns the refusal of a server that cannot be reached; any response of the server means that it
 * is up.
 */
async function whyGone(): Promise<Refused | undefined> {
  try {
    await call('getSessionOptions', { asksForLogIn: false });
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.status === 0 ? error : undefined;
  }
}
