import { Button } from '@mantine/core';
import { useState } from 'react';
import { DeedForm } from '../kit/deed.tsx';
import { useCan } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { retryParked } from './queries.ts';
import classes from './retryParked.module.css';

/**
 * A button that checks a parked auto order at once. It asks for confirmation, because a charge may
 * follow.
 */
export function RetryParked({ oid, code }: { readonly oid: number; readonly code: string }) {
  const canWrite = useCan(['auto_order_write']);
  const [isAsking, setAsking] = useState(false);
  if (!canWrite) return null;
  if (!isAsking)
    return (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Look again at ${code}`}
        onClick={() => setAsking(true)}
      >
        Look again …
      </Button>
    );
  async function retry(idempotencyKey: string) {
    await retryParked(oid, idempotencyKey);
    toast({ text: `Auto order ${code} was checked again.` });
    setAsking(false);
  }
  return (
    <div className={classes['question']}>
      <DeedForm button="Look again now" isDangerous={false} deed={retry}>
        <p>Charges a due rebill if the fault is gone. A charge cannot be undone.</p>
      </DeedForm>
      <Button size="compact-sm" variant="default" onClick={() => setAsking(false)}>
        Not now
      </Button>
    </div>
  );
}
