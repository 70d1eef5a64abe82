import { useZone } from '../shell/session.tsx';
import { withDays } from './moment.ts';
import { useNow } from './now.ts';

/** A sentence of the server, with the days and moments in it as the console shows them. */
export function Sentence({ text }: { readonly text: string | undefined }) {
  const zone = useZone();
  const now = useNow();
  return zone === undefined ? text : withDays(text ?? '', zone, now);
}
