import { Button } from '@mantine/core';
import { useState } from 'react';
import { CopyButton } from '../kit/copyButton.tsx';
import { Icon } from '../kit/icons.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { useCan } from '../shell/session.tsx';
import classes from './ownPage.module.css';
import { makePageLink } from './queries.ts';

/** Creates a link to the customer's own page, to open it or to send it to the customer. */
export function OwnPage({ oid }: { readonly oid: number }) {
  const isAllowed = useCan(['customer_write']);
  const [link, setLink] = useState<string>();
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  if (!isAllowed) return null;
  async function make() {
    setBusy(true);
    setError(undefined);
    await makePageLink(oid).then(setLink, setError);
    setBusy(false);
  }
  return (
    <div className={classes['own']}>
      {link === undefined ? (
        <Button
          size="compact-sm"
          variant="default"
          loading={isBusy}
          leftSection={<Icon name="eye" size={15} />}
          onClick={() => void make()}
        >
          What the customer sees
        </Button>
      ) : (
        <>
          <p>
            <a href={link} target="_blank" rel="noreferrer">
              Open the customer’s page
            </a>{' '}
            <CopyButton text={link} what="the link" />
          </p>
          <p className="soft">
            The link works for an hour. Anyone with it can change the card and cancel. Send it only
            to the customer.
          </p>
        </>
      )}
      <Refusal error={error} />
    </div>
  );
}
