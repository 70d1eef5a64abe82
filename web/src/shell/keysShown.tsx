import { Fragment } from 'react';

/** Whether the person's keyboard has a ⌘ key. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Keys as they are pressed one after the other. */
export function Keys({ words }: { readonly words: readonly string[] }) {
  return (
    <span>
      {words.map((word, index) => (
        <Fragment key={word}>
          {index > 0 && ' '}
          <kbd>{word}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
