import { browserWords } from './browserWords.ts';

/** A browser in words, with its whole header on hover. */
export function BrowserName({ agent }: { readonly agent: string | undefined }) {
  return agent === undefined ? '–' : <span title={agent}>{browserWords(agent)}</span>;
}
