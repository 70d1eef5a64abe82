import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Refused } from '../api/refused.ts';
import { CopyButton } from '../kit/copyButton.tsx';
import { Icon } from '../kit/icons.tsx';
import { Refusal } from '../kit/refusal.tsx';
import classes from './edits.module.css';
import { attempt, makeCardLink } from './queries.ts';

/** Creates a link through which the customer enters a card. */
export function CardLink({ oid }: { readonly oid: number }) {
  const [link, setLink] = useState<string>();
  const [refused, setRefused] = useState<Refused>();
  const make = async () => {
    const made = await attempt(() => makeCardLink(oid));
    if ('done' in made) setLink(made.done);
    setRefused('refused' in made ? made.refused : undefined);
  };
  return (
    <div className={classes['actions']}>
      {link === undefined ? (
        <Button
          variant="default"
          className={classes['wrapping'] ?? ''}
          styles={{ label: { whiteSpace: 'normal' } }}
          leftSection={<Icon name="link" size={16} />}
          onClick={() => void make()}
        >
          Create a link for the customer instead
        </Button>
      ) : (
        <p className={classes['link']}>
          <code>{link}</code> <CopyButton text={link} what="the link" />
          <br />
          <span className="soft">
            Anyone with it can change the card. Send it only to the customer.
          </span>
        </p>
      )}
      <Refusal error={refused} />
    </div>
  );
}
