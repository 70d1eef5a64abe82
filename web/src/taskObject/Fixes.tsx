import { Button } from '@mantine/core';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { useState } from 'react';
import { CopyButton } from '../kit/copyButton.tsx';
import { Icon } from '../kit/icons.tsx';
import { useCan } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { CardDialog, ChargeDialog } from './moneyDialogs.tsx';
import { attempt, makeCardLink } from './queries.ts';
import classes from './taskObject.module.css';

/** The fixes for a declined card: another card, a link for the customer, a charge now. */
export function Fixes({ autoOrder }: { readonly autoOrder: AutoOrderRow }) {
  const [dialog, setDialog] = useState<'card' | 'charge'>();
  const mayWrite = useCan(['auto_order_write']);
  if (!mayWrite || autoOrder.status === 'merged') return null;
  const close = () => setDialog(undefined);
  const isDeclined = autoOrder.failure_reason !== undefined;
  return (
    <>
      <div className={classes['fixes']}>
        <Button
          size="compact-sm"
          variant={isDeclined ? 'filled' : 'default'}
          leftSection={<Icon name="card" size={16} />}
          onClick={() => setDialog('card')}
        >
          Replace the card
        </Button>
        {isDeclined && (
          <Button size="compact-sm" variant="default" onClick={() => setDialog('charge')}>
            Charge now
          </Button>
        )}
        <CardLink autoOrder={autoOrder} />
      </div>
      {dialog === 'card' && <CardDialog autoOrder={autoOrder} onClose={close} />}
      {dialog === 'charge' && <ChargeDialog autoOrder={autoOrder} onClose={close} />}
    </>
  );
}

/**
 * Creates the link through which the customer enters the card, and shows it so that it can be sent.
 */
function CardLink({ autoOrder }: { readonly autoOrder: AutoOrderRow }) {
  const [link, setLink] = useState<string>();
  const make = async () => {
    const made = await attempt(() => makeCardLink(autoOrder));
    if ('done' in made) setLink(made.done);
    else toast({ text: made.refused.message, tone: 'bad' });
  };
  if (link === undefined)
    return (
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Icon name="link" size={16} />}
        onClick={() => void make()}
      >
        Card link
      </Button>
    );
  return (
    <p className={classes['link']} role="status">
      <code>{link}</code> <CopyButton text={link} what="the card link" />
      <br />
      <span className="soft">
        Anyone with it can change the card. Send it only to the customer.
      </span>
    </p>
  );
}
