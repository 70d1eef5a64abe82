import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Boundary } from '../kit/boundary.tsx';
import { Icon } from '../kit/icons.tsx';
import { formatMoment } from '../kit/moment.ts';
import { Sentence } from '../kit/sentence.tsx';
import { useStore } from '../kit/store.ts';
import { Failed } from '../shell/errorPages.tsx';
import { asFilesMissing } from '../shell/lazyPage.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { useTyped } from '../shell/typed.ts';
import { useCommands } from '../shell/useCommands.ts';
import { progressOf, shownNow, stateWords, typedSpan, usualMoves, wallTime } from './clock.ts';
import classes from './clockBar.module.css';
import { clockQuery, keepClockLive, type ReadClock, readEverythingAgain } from './queries.ts';
import { StopButton } from './StopButton.tsx';
import { chooseMove, clockSheet, closeClockSheet } from './sheet.ts';

const ClockSheet = lazy(async () => {
  const { ClockSheet } = await import('./ClockSheet.tsx').catch(asFilesMissing);
  return { default: ClockSheet };
});

/**
 * The bar of the merchant's test clock on every page: its time, the usual moves, and the progress
 * of an advance. A merchant with a real clock has no bar; the key `c` then says why.
 */
export function ClockBar() {
  const { merchant } = useSession();
  const canSee = useCan(['configuration_read']);
  const { view } = useStore(clockSheet);
  useClockCommands(merchant.isTest && canSee);
  return (
    <>
      {merchant.isTest && canSee && <Bar />}
      {view !== 'closed' && (
        <Boundary fallback={noSheet}>
          <Suspense>
            <ClockSheet />
          </Suspense>
        </Boundary>
      )}
    </>
  );
}

const noSheet = (error: unknown) => (
  <Modal opened onClose={closeClockSheet} title="Move the clock">
    <Failed error={error} />
  </Modal>
);

function useClockCommands(isTest: boolean): void {
  const canMove = useCan(['configuration_write']);
  useCommands({ clock: () => chooseMove() });
  useTyped('clock', (typed) => {
    const span = isTest && canMove ? typedSpan(typed) : undefined;
    return span === undefined
      ? undefined
      : { words: `Advance the clock by ${span}`, run: () => chooseMove(span) };
  });
}

function Bar() {
  const { data: clock, error } = useQuery(clockQuery);
  useEndOfAdvance(clock);
  useEffect(keepClockLive, []);
  useEffect(() => {
    document.documentElement.dataset['clock'] = 'test';
    return () => {
      delete document.documentElement.dataset['clock'];
    };
  }, []);
  return (
    <section className={classes['bar']} aria-label="Test clock">
      <Icon name="clock" size={16} />
      {clock && <Shown clock={clock} />}
      {error && !clock && (
        <span className={classes['fault']}>
          <Sentence text={error.message} />
        </span>
      )}
      {clock?.advance_id === undefined ? <Moves clock={clock} /> : <Playing clock={clock} />}
    </section>
  );
}

/** The clock's time; for a running clock, it continues between two reads. */
function Shown({ clock }: { readonly clock: ReadClock }) {
  const { merchant } = useSession();
  const nowMs = useTick(clock.mode === 'running');
  const now = shownNow(clock.now_dts ?? '', clock.mode, nowMs - clock.readAtMs);
  return (
    <p className={classes['shown']}>
      <time dateTime={now} title={formatMoment(now, merchant.zone, 'exact', now)}>
        {formatMoment(now, merchant.zone, 'minute', otherYear)}
      </time>
      <span>{clock.mode}</span>
    </p>
  );
}

/** The bar always shows the year, because a test clock is often in another one. */
const otherYear = '1970-01-01T00:00:00Z';

/**
 * The current time, updated every few seconds. The clock may have been read after the last tick.
 */
function useTick(isOn: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setNowMs(Date.now()), 5000);
    return () => clearInterval(timer);
  }, [isOn]);
  return Math.max(nowMs, Date.now());
}

function Moves({ clock }: { readonly clock: ReadClock | undefined }) {
  const canMove = useCan(['configuration_write']);
  if (!canMove) return null;
  const next = clock?.next_due_dts;
  return (
    <div className={classes['moves']}>
      {usualMoves.map(({ span, words }) => (
        <Button
          key={span}
          size="compact-sm"
          variant="default"
          className={classes['usual'] ?? ''}
          onClick={() => chooseMove(span)}
        >
          {words}
        </Button>
      ))}
      <Button
        size="compact-sm"
        variant="default"
        className={classes['usual'] ?? ''}
        disabled={next === undefined}
        onClick={() => chooseMove(wallTime(next ?? ''))}
      >
        To the next event
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => chooseMove()}>
        Advance …
      </Button>
    </div>
  );
}

function Playing({ clock }: { readonly clock: ReadClock }) {
  const { merchant } = useSession();
  const { advance = {} } = clock;
  const share = progressOf(advance);
  const to = formatMoment(advance.to_dts ?? '', merchant.zone, 'day', otherYear);
  return (
    <div className={classes['playing']}>
      <span>
        {stateWords(advance)} to {to}
      </span>
      <progress max={1} value={share} aria-label="The advance of the clock" />
      <span className={classes['share']}>{Math.round(share * 100)} %</span>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => clockSheet.set({ view: 'advance', advanceId: clock.advance_id ?? '' })}
      >
        Watch
      </Button>
      <StopButton advance={advance} />
    </div>
  );
}

/**
 * When an advance has ended, started by this person or another, all data on the page is read again.
 */
function useEndOfAdvance(clock: ReadClock | undefined): void {
  const before = useRef<string | undefined>(undefined);
  const advanceId = clock?.advance_id;
  useEffect(() => {
    if (before.current !== undefined && advanceId === undefined) void readEverythingAgain();
    before.current = advanceId;
  }, [advanceId]);
}
