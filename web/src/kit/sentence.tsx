import { withDays } from './moment.ts';
import { useNow } from './now.ts';
import { browserZone, useZone } from './zone.ts';

/**
 * A sentence of the server, with the days and moments in it as the console shows them. Before the
 * log-in the merchant's zone is not known: moments are those of this browser, and name its zone.
 */
export function Sentence({ text = '' }: { readonly text: string | undefined }) {
  const zone = useZone();
  const now = useNow();
  return zone === undefined
    ? withDays(text, browserZone(), now, 'exact')
    : withDays(text, zone, now);
}
