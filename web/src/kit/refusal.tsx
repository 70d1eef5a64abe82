import { CopyButton } from './copyButton.tsx';
import { Icon } from './icons.tsx';
import classes from './refusal.module.css';
import { Sentence } from './sentence.tsx';

/** Why something was refused, in the server's words. Interrupts a screen reader. */
export function Refusal({ error }: { readonly error: Error | null | undefined }) {
  const requestId = error && 'requestId' in error ? String(error.requestId ?? '') : '';
  return (
    <div role="alert" className={classes['region']}>
      {error && (
        <p className={classes['refusal']}>
          <Icon name="alert" />{' '}
          <span>
            <Sentence text={error.message} />
          </span>
          {requestId !== '' && <CopyButton text={requestId} what="the request id" />}
        </p>
      )}
    </div>
  );
}
