import { Button, Modal, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { type FormEvent, useState } from 'react';
import form from '../kit/form.module.css';
import { useNow } from '../kit/now.ts';
import { Refusal } from '../kit/refusal.tsx';
import { useDecision } from '../kit/useDecision.ts';
import { useSession } from '../shell/session.tsx';
import { type People, parseAbout, priorities, priorityWord } from './list.ts';
import { localTime, localWords, parseWhen } from './when.ts';

interface NewTaskProps {
  readonly about: string | undefined;
  readonly people: People;
  onClose(): void;
  /** Resolves to the server's refusal, or to undefined. */
  onAdd(task: WorkflowTask, idempotencyKey: string): Promise<Error | undefined>;
}

/** The texts that a person typed for a new task. */
interface Entry {
  readonly name: string;
  readonly details: string;
  readonly priority: string;
  readonly who: string;
  readonly due: string;
  readonly type: string;
  readonly id: string;
}

/** A new task, optionally about an object (`?new=1&about=auto order:CODE`). */
export function NewTaskDialog(props: NewTaskProps) {
  const { entry, set, due, refusal, isSending, submit } = useEntry(props);
  return (
    <Modal opened onClose={props.onClose} title="New task" size={560}>
      <form onSubmit={(event) => void submit(event)} className={form['form']}>
        <TextInput
          data-autofocus
          label="Name"
          value={entry.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Textarea
          label="Details"
          rows={3}
          value={entry.details}
          onChange={(event) => set({ details: event.currentTarget.value })}
        />
        <Parts entry={entry} due={due} people={props.people} onSet={set} />
        <Refusal error={refusal} />
        <div className={form['buttons']}>
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isSending}>
            Add the task
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function useEntry({ about, onAdd }: NewTaskProps) {
  const { merchant } = useSession();
  const now = localTime(useNow(), merchant.zone);
  const [entry, setEntry] = useState(() => emptyEntry(about));
  const [refusal, setRefusal] = useState<Error>();
  const [isSending, setSending] = useState(false);
  const decision = useDecision();
  const due = parseWhen(entry.due, now);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const fault = faultOf(entry, due);
    if (fault !== undefined) return setRefusal(new Error(fault));
    setSending(true);
    const task = taskOf(entry, due);
    const refused = await onAdd(task, decision.key(task));
    decision.end(refused);
    setRefusal(refused);
    setSending(false);
  };
  const set = (change: Partial<Entry>) => setEntry({ ...entry, ...change });
  return { entry, set, due, refusal, isSending, submit };
}

function emptyEntry(about: string | undefined): Entry {
  const { type = '', id = '' } = parseAbout(about ?? '') ?? {};
  return { name: '', details: '', priority: '2 - medium', who: '', due: '', type, id };
}

function faultOf(entry: Entry, due: string | undefined): string | undefined {
  if (entry.name.trim() === '') return 'Say in a few words what has to be done.';
  return entry.due.trim() !== '' && due === undefined
    ? 'The due date is not a moment after now. Try “tomorrow 9”.'
    : undefined;
}

function Parts({
  entry,
  due,
  people,
  onSet,
}: {
  readonly entry: Entry;
  readonly due: string | undefined;
  readonly people: People;
  onSet(change: Partial<Entry>): void;
}) {
  return (
    <div className={form['fields']} style={{ alignItems: 'start' }}>
      <NativeSelect
        label="Priority"
        value={entry.priority}
        data={priorities.map((value) => ({ value, label: priorityWord(value) }))}
        onChange={(event) => onSet({ priority: event.currentTarget.value })}
      />
      <NativeSelect
        label="Assigned to"
        value={entry.who}
        data={whoData(people)}
        onChange={(event) => onSet({ who: event.currentTarget.value })}
      />
      <TextInput
        label="Due"
        placeholder="tomorrow 9"
        value={entry.due}
        description={due ? localWords(due) : 'In words, or empty'}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        onChange={(event) => onSet({ due: event.currentTarget.value })}
      />
      <NativeSelect
        label="About"
        value={entry.type}
        data={aboutData}
        onChange={(event) => onSet({ type: event.currentTarget.value })}
      />
      {entry.type !== '' && (
        <TextInput
          label="Id"
          placeholder="Code, order id, item id or profile"
          value={entry.id}
          onChange={(event) => onSet({ id: event.currentTarget.value })}
        />
      )}
    </div>
  );
}

const aboutData = [
  { value: '', label: 'Nothing in particular' },
  { value: 'auto order', label: 'Auto order' },
  { value: 'order', label: 'Order' },
  { value: 'customer profile', label: 'Customer profile' },
  { value: 'item', label: 'Item' },
];

const whoData = ({ users, groups }: People) => [
  { value: '', label: 'No one yet' },
  ...users.map(({ id, name }) => ({ value: `user:${id}`, label: name })),
  ...groups.map(({ id, name }) => ({ value: `group:${id}`, label: `${name} (group)` })),
];

function taskOf(entry: Entry, due: string | undefined): WorkflowTask {
  const [kind, id] = entry.who.split(':');
  return {
    task_name: entry.name.trim(),
    priority: entry.priority as NonNullable<WorkflowTask['priority']>,
    ...(entry.details.trim() !== '' && { task_details: entry.details.trim() }),
    ...(kind === 'user' && { assigned_to_user_id: Number(id) }),
    ...(kind === 'group' && { assigned_to_group_id: Number(id) }),
    ...(due !== undefined && { due_dts: due }),
    ...(entry.type !== '' && {
      object_type: entry.type as NonNullable<WorkflowTask['object_type']>,
      object_id: entry.id.trim(),
    }),
  };
}
