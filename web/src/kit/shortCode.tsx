import { CopyButton } from './copyButton.tsx';

/** Enough characters for the eye to distinguish two hashes. */
const shownMax = 8;

/**
 * The beginning of a long text that is only compared, such as a hash, with a button that copies it.
 */
export function ShortCode({ text, what }: { readonly text: string; readonly what: string }) {
  const shown = text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      <code title={text}>{shown}</code> <CopyButton text={text} what={what} />
    </span>
  );
}
