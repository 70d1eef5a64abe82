import { browserWords } from './browserWords.ts';

/** A browser's name, with its full header as the tooltip. */
export function BrowserName({ agent }: { readonly agent: string | undefined }) {
  return agent === undefined ? '–' : <span title={agent}>{browserWords(agent)}</span>;
}
