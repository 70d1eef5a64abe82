import { createStore } from '../kit/store.ts';

/** Why the link of the demo did not log in; for the log-in page. */
export const demoFault = createStore<string | undefined>(undefined);

/**
 * The demo's password in the fragment of the address that `npm start` prints. A fragment is never
 * sent to a server. It is taken out of the address at once.
 */
export function takeDemoPassword(): string | undefined {
  const match = /^#demo=(.+)$/.exec(location.hash);
  if (!match) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return decodeURIComponent(match[1]!);
}
