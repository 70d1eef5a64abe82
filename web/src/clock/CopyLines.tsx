import { CopyButton } from '../kit/copyButton.tsx';
import classes from './clockSheet.module.css';

/** The same move as commands for a terminal or a test. `$KEY` is the placeholder for an API key. */
export function CopyLines({ lines }: { readonly lines: string }) {
  return (
    <details className={classes['copy']}>
      <summary>Copy as a test</summary>
      <p className="soft">
        Set KEY to an API key first. <CopyButton text={lines} what="the lines" />
      </p>
      <pre tabIndex={0}>{lines}</pre>
    </details>
  );
}
