import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { progressOf, stateWords } from '../clock/clock.ts';
import { clockQuery } from '../clock/queries.ts';
import { clockSheet } from '../clock/sheet.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Panel } from '../kit/panel.tsx';
import { useCan, useSession } from '../shell/session.tsx';
import classes from './today.module.css';

/** The running advance of the clock, with a link to watch it. */
export function Advancing() {
  const { merchant } = useSession();
  const canSee = useCan(['configuration_read']);
  const { data: clock } = useQuery({ ...clockQuery, enabled: merchant.isTest && canSee });
  const { advance, advance_id: advanceId } = clock ?? {};
  if (!advance || advanceId === undefined) return null;
  return (
    <div className={classes['moving']}>
      <Panel
        title="The clock is moving"
        actions={
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => clockSheet.set({ view: 'advance', advanceId })}
          >
            Watch
          </Button>
        }
      >
        <div className={classes['advancing']}>
          <progress max={1} value={progressOf(advance)} aria-label="How much has been played" />
          <span className="soft">
            {stateWords(advance)}, reached <Moment at={advance.reached_dts} /> of{' '}
            <Moment at={advance.to_dts} />
          </span>
        </div>
      </Panel>
    </div>
  );
}
