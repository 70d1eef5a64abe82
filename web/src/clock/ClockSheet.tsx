import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useStore } from '../kit/store.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { AdvanceView } from './AdvanceView.tsx';
import { ChooseMove } from './ChooseMove.tsx';
import classes from './clockSheet.module.css';
import { clockQuery } from './queries.ts';
import { clockSheet, closeClockSheet } from './sheet.ts';

/** The sheet of the clock: the due work, the move, and the results. */
export function ClockSheet() {
  const { merchant } = useSession();
  const canSee = useCan(['configuration_read']);
  const sheet = useStore(clockSheet);
  return (
    <Modal
      opened
      onClose={closeClockSheet}
      title={sheet.view === 'advance' ? 'The advance of the clock' : 'Move the clock'}
      size={720}
    >
      {merchant.isTest && canSee ? <Body /> : <NotMoved isTest={merchant.isTest} />}
    </Modal>
  );
}

/** A running advance is always shown, because a second one cannot begin. */
function Body() {
  const sheet = useStore(clockSheet);
  const { data: clock } = useQuery(clockQuery);
  if (sheet.view === 'advance')
    return <AdvanceView key={sheet.advanceId} advanceId={sheet.advanceId} />;
  if (clock?.advance_id !== undefined)
    return <AdvanceView key={clock.advance_id} advanceId={clock.advance_id} />;
  return <ChooseMove typed={sheet.view === 'choose' ? sheet.typed : undefined} />;
}

function NotMoved({ isTest }: { readonly isTest: boolean }) {
  if (isTest)
    return (
      <p className={classes['words']}>
        You may not see the clock: that needs the permission <code>configuration_read</code>.
      </p>
    );
  return (
    <p className={classes['words']}>
      This merchant has the real clock, which cannot be moved. To see what a month brings, use a
      merchant with a test clock: <code>npm run perennial -- merchant create … --test-clock</code>
    </p>
  );
}
