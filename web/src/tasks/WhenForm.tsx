import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import form from '../kit/form.module.css';
import { useNow } from '../kit/now.ts';
import { useSession } from '../shell/session.tsx';
import { Choices } from './Choices.tsx';
import type { Decide } from './decide.ts';
import classes from './tasks.module.css';
import { localTime, localWords, parseWhen, whenSuggestions } from './when.ts';

/** A time in words, with the exact time that will be sent. */
export function WhenForm({
  kind,
  onDecide,
}: {
  readonly kind: 'snooze' | 'due';
  readonly onDecide: Decide;
}) {
  const { merchant } = useSession();
  const now = localTime(useNow(), merchant.zone);
  const [typed, setTyped] = useState('');
  const [isTried, setTried] = useState(false);
  const moment = parseWhen(typed, now);
  const choose = (at: string) =>
    kind === 'snooze'
      ? onDecide({ status: 'delayed', delay_until_dts: at }, `snoozed until ${localWords(at)}`)
      : onDecide({ due_dts: at }, `due ${localWords(at)}`);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (moment !== undefined) choose(moment);
  };
  return (
    <form onSubmit={submit} className={form['form']}>
      <TextInput
        data-autofocus
        label="When"
        description="For example: tomorrow 9 · in 3 days · mon 14:30 · 3 mar"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={
          isTried &&
          moment === undefined &&
          'This is not a moment after now. Try “tomorrow 9” or “in 3 days”.'
        }
      />
      <p className={classes['moment']} role="status">
        {moment === undefined ? `Now it is ${localWords(now)}.` : localWords(moment)}
      </p>
      <Choices
        label="Suggestions"
        choices={whenSuggestions.flatMap((words) => {
          const at = parseWhen(words, now);
          return at === undefined ? [] : [{ key: words, words, note: localWords(at), at }];
        })}
        onChoose={({ at }) => choose(at)}
      />
      <div className={form['buttons']}>
        {kind === 'due' && (
          <Button variant="default" onClick={() => onDecide({ due_dts: null }, 'has no due date')}>
            No due date
          </Button>
        )}
        <Button type="submit">{kind === 'snooze' ? 'Snooze' : 'Set the date'}</Button>
      </div>
    </form>
  );
}
