import { TextInput } from '@mantine/core';
import { useState } from 'react';
import form from '../kit/form.module.css';
import { Choices, type ListedChoice } from './Choices.tsx';
import type { TaskChange } from './change.ts';
import type { Decide } from './decide.ts';
import type { People } from './list.ts';

/** Assigns a task to a person, a group or the queue. Enter chooses the first match. */
export function HandOverForm({
  people,
  onDecide,
}: {
  readonly people: People;
  readonly onDecide: Decide;
}) {
  const [typed, setTyped] = useState('');
  const shown = takersOf(people).filter(({ words }) =>
    words.toLowerCase().includes(typed.trim().toLowerCase()),
  );
  const choose = ({ change, done }: Taker) => onDecide(change, done);
  return (
    <form
      className={form['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (shown[0]) choose(shown[0]);
      }}
    >
      <TextInput
        data-autofocus
        label="Person or group"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Choices label="People and groups" choices={shown} onChoose={choose} />
      {shown.length === 0 && <p className="soft">No person or group has this name.</p>}
    </form>
  );
}

interface Taker extends ListedChoice {
  readonly change: TaskChange;
  /** The text of the message: `handed over to Ray`. */
  readonly done: string;
}

function takersOf({ users, groups }: People): Taker[] {
  const taker = (name: string, key: string, change: TaskChange, note?: string): Taker => ({
    key,
    words: name,
    change,
    done: `handed over to ${name}`,
    ...(note !== undefined && { note }),
  });
  return [
    ...users.map(({ id, name }) => taker(name, `user ${id}`, { assigned_to_user_id: id })),
    ...groups.map(({ id, name }) =>
      taker(name, `group ${id}`, { assigned_to_group_id: id }, 'group'),
    ),
    {
      key: 'no one',
      words: 'No one',
      note: 'back to the queue',
      change: { assigned_to_user_id: null, assigned_to_group_id: null },
      done: 'returned to the queue',
    },
  ];
}
