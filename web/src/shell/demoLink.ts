import { createStore } from '../kit/store.ts';

/** The reason why the demo's link did not log in, for the log-in page. */
export const demoFault = createStore<string | undefined>(undefined);

/**
 * The demo's password in the fragment of the address that `npm start` prints. A browser never sends
 * the fragment to a server. It is removed from the address at once.
 */
export function takeDemoPassword(): string | undefined {
  const match = /^#demo=(.+)$/.exec(location.hash);
  if (!match) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return decodeURIComponent(match[1]!);
}
