import type { ClockAdvance } from '@perennial/contract/clock.ts';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Moment } from '../kit/momentShown.tsx';
import { formatCount } from '../kit/money.ts';
import { NotShown, Waiting } from '../kit/states.tsx';
import { progressOf, stateWords } from './clock.ts';
import classes from './clockSheet.module.css';
import { EventLog } from './EventLog.tsx';
import { Happened } from './Happened.tsx';
import { advanceQuery, readEverythingAgain } from './queries.ts';
import { StopButton } from './StopButton.tsx';
import { useEventLog } from './useEventLog.ts';

/** One advance: its progress with the events as they arrive; afterwards its results. */
export function AdvanceView({ advanceId }: { readonly advanceId: string }) {
  const { data: advance, error, refetch } = useQuery(advanceQuery(advanceId));
  const isPlaying = advance !== undefined && !advance.done;
  const log = useEventLog(advance);
  useEffect(() => {
    if (isPlaying) return () => void readEverythingAgain();
    return undefined;
  }, [isPlaying]);
  if (error && !advance) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!advance) return <Waiting what="the advance" rows={3} />;
  return (
    <div className={classes['sheet']}>
      <Progress advance={advance} />
      <Counters advance={advance} />
      {isPlaying ? <EventLog log={log} /> : <Happened advance={advance} log={log} />}
    </div>
  );
}

function Progress({ advance }: { readonly advance: ClockAdvance }) {
  const share = progressOf(advance);
  return (
    <div className={classes['progress']}>
      <p role="status">
        <strong>{stateWords(advance)}</strong>
      </p>
      <StopButton advance={advance} />
      <progress max={1} value={share} aria-label="How much has been played" />
      <p className={classes['ends']}>
        <span>
          From <Moment at={advance.from_dts} />
        </span>
        <span>
          Reached <Moment at={advance.reached_dts} />
        </span>
        <span>
          To <Moment at={advance.to_dts} />
        </span>
      </p>
    </div>
  );
}

function Counters({ advance }: { readonly advance: ClockAdvance }) {
  const {
    rebill_count: paid = 0,
    decline_count: declined = 0,
    notice_count: notices = 0,
  } = advance;
  return (
    <dl className={classes['figures']}>
      <div>
        <dt>Rebills paid</dt>
        <dd>{formatCount(paid)}</dd>
      </div>
      <div>
        <dt>Charges declined</dt>
        <dd>{formatCount(declined)}</dd>
      </div>
      <div>
        <dt>Notices</dt>
        <dd>{formatCount(notices)}</dd>
      </div>
    </dl>
  );
}
