import { Button } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../kit/icons.tsx';
import { formatMoment, zoneName } from '../kit/moment.ts';
import { useNow } from '../kit/now.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { AdvanceDialog } from './AdvanceDialog.tsx';
import classes from './life.module.css';

/**
 * The merchant's current time on the axis; a test clock can be moved from here to the next event.
 */
export function NowLine({ next }: { readonly next: string | undefined }) {
  const { merchant } = useSession();
  const now = useNow();
  const canMove = useCan(['configuration_write']) && merchant.isTest;
  const [isAsking, setAsking] = useState(false);
  return (
    <div className={classes['now']}>
      <span className={classes['nowWords']}>
        <strong>Now</strong> {formatMoment(now, merchant.zone, 'minute', now)}{' '}
        {zoneName(merchant.zone)}
      </span>
      {canMove && next !== undefined && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="clock" size={15} />}
          onClick={() => setAsking(true)}
        >
          Advance to the next one
        </Button>
      )}
      {isAsking && next !== undefined && (
        <AdvanceDialog until={next} onClose={() => setAsking(false)} />
      )}
    </div>
  );
}
