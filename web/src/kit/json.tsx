import { CopyButton } from './copyButton.tsx';
import classes from './json.module.css';

/** A JSON value as text that can be copied completely. */
export function Json({ value, what }: { readonly value: unknown; readonly what: string }) {
  const text = JSON.stringify(value, undefined, 2) ?? '';
  return (
    <div className={classes['json']}>
      <CopyButton text={text} what={what} />
      {/* It scrolls, so it must be focusable. */}
      <pre tabIndex={0} aria-label={what}>
        {text}
      </pre>
    </div>
  );
}
