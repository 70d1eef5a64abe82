import { withDays } from './moment.ts';
import { useNow } from './now.ts';
import { browserZone, useZone } from './zone.ts';

/**
 * A sentence of the server, with its days and times formatted like others in the console. Before
 * the log-in, the merchant's zone is unknown: times are in this browser's zone, which is named.
 */
export function Sentence({ text = '' }: { readonly text: string | undefined }) {
  const zone = useZone();
  const now = useNow();
  return zone === undefined
    ? withDays(text, browserZone(), now, 'exact')
    : withDays(text, zone, now);
}
