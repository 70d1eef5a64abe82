import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { formatMoment } from '../kit/moment.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { useCan, useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { parseTarget, type Target, usualMoves, wallTime } from './clock.ts';
import classes from './clockSheet.module.css';
import { Due } from './Due.tsx';
import {
  clockQuery,
  dueQuery,
  lastAdvanceQuery,
  moveClock,
  newMoveKey,
  readEverythingAgain,
} from './queries.ts';
import { clockSheet, closeClockSheet } from './sheet.ts';

/** The choice of the clock's next moment, with a preview of the charges until then. */
export function ChooseMove({ typed: given }: { readonly typed: string | undefined }) {
  const [typed, setTyped] = useState(given ?? '1mo');
  const [settled] = useDebouncedValue(typed, 200);
  const target = parseTarget(settled);
  const due = useQuery({ ...dueQuery(target ?? noTarget), enabled: target !== undefined });
  const move = useMove();
  const isSettled = settled === typed && target !== undefined && !due.isFetching;
  const until = isSettled ? due.data?.until_dts : undefined;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (until !== undefined) move.mutate(until);
  };
  return (
    <form className={classes['sheet']} onSubmit={onSubmit}>
      <Offers typed={typed} onChoose={setTyped} />
      <TextInput
        data-autofocus
        label="Or as a span or a date"
        description="For example 2w, 3mo, 1y6mo, 2027-01-31 or 2027-01-31 09:00"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={parseTarget(typed) === undefined && 'This is neither a span nor a date.'}
      />
      {target && <Due due={due.data} isOld={!isSettled} refused={due.error} />}
      <Refusal error={move.error} />
      <MoveButtons until={until} isMoving={move.isPending} />
      <LastAdvance />
    </form>
  );
}

const noTarget: Target = { advance_by: '1d' };

function Offers({ typed, onChoose }: { readonly typed: string; onChoose(typed: string): void }) {
  const { data: clock } = useQuery(clockQuery);
  const next = clock?.next_due_dts === undefined ? undefined : wallTime(clock.next_due_dts);
  const offers = [
    ...usualMoves.map(({ span, words }) => ({ value: span as string, words: words as string })),
    ...(next === undefined ? [] : [{ value: next, words: 'To the next event' }]),
  ];
  return (
    <fieldset className={classes['offers']}>
      <legend className="visually-hidden">How far</legend>
      {offers.map(({ value, words }) => (
        <Button
          key={value}
          size="compact-md"
          variant={value === typed ? 'light' : 'default'}
          aria-pressed={value === typed}
          onClick={() => onChoose(value)}
        >
          {words}
        </Button>
      ))}
    </fieldset>
  );
}

/** A button that leads back to the results of the latest advance. */
function LastAdvance() {
  const { data: advance } = useQuery(lastAdvanceQuery);
  const advanceId = advance?.advance_id;
  if (advanceId === undefined) return null;
  return (
    <p className="soft">
      The last advance ended at <Moment at={advance?.reached_dts} />.{' '}
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => clockSheet.set({ view: 'advance', advanceId })}
      >
        What it did
      </Button>
    </p>
  );
}

function MoveButtons({
  until,
  isMoving,
}: {
  readonly until: string | undefined;
  readonly isMoving: boolean;
}) {
  const { merchant } = useSession();
  const canMove = useCan(['configuration_write']);
  return (
    <div className={classes['buttons']}>
      <p className="soft">
        {canMove
          ? 'A clock is never set back: this cannot be undone.'
          : 'You may not move it: that needs the permission configuration_write.'}
      </p>
      <Button variant="default" onClick={closeClockSheet}>
        Cancel
      </Button>
      <Button type="submit" disabled={until === undefined || !canMove} loading={isMoving}>
        {until === undefined
          ? 'Advance'
          : `Advance to ${formatMoment(until, merchant.zone, 'minute', otherYear)}`}
      </Button>
    </div>
  );
}

const otherYear = '1970-01-01T00:00:00Z';

/**
 * The button that moves the clock. Pressing it again for the same decision sends the same key, so
 * the clock moves only once.
 */
function useMove() {
  const key = useRef({ until: '', key: '' });
  const move = useMutation({
    mutationFn: (until: string) => {
      if (key.current.until !== until) key.current = { until, key: newMoveKey() };
      return moveClock(until, key.current.key);
    },
    onSuccess: (advance) => {
      void readEverythingAgain();
      if (advance?.advance_id !== undefined)
        clockSheet.update((now) =>
          now.view === 'closed' ? now : { view: 'advance', advanceId: advance.advance_id! },
        );
      else {
        closeClockSheet();
        toast({ text: 'The clock shows that moment already.' });
      }
    },
  });
  return move;
}
