import { Button, Textarea, TextInput } from '@mantine/core';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { type FormEvent, useId, useState } from 'react';
import form from '../kit/form.module.css';
import type { Decide } from './decide.ts';

/** The form of all tags of one task, or of tags to add to several. */
export function TagsForm({
  task,
  knownTags,
  onDecide,
}: {
  readonly task: WorkflowTask | undefined;
  readonly knownTags: readonly string[];
  readonly onDecide: Decide;
}) {
  const [typed, setTyped] = useState(task?.tags?.join(', ') ?? '');
  const list = useId();
  const tags = [
    ...new Set(
      typed
        .split(',')
        .map((tag) => tag.trim())
        .filter(Boolean),
    ),
  ];
  const save = (event: FormEvent) => {
    event.preventDefault();
    const words = tags.length === 0 ? 'has no tags' : `tagged ${tags.join(', ')}`;
    if (task) onDecide({ tags }, words);
    else if (tags.length > 0) onDecide({ add_tags: tags }, words);
  };
  return (
    <form onSubmit={save} className={form['form']}>
      <TextInput
        data-autofocus
        label={task ? 'Tags' : 'Tags to add'}
        description="Separated by commas"
        list={list}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <datalist id={list}>
        {knownTags.map((tag) => (
          <option key={tag} value={[...tags.slice(0, -1), tag].join(', ')} />
        ))}
      </datalist>
      <div className={form['buttons']}>
        <Button type="submit">{task ? 'Save' : 'Add'}</Button>
      </div>
    </form>
  );
}

/** The form of a task's name and details. */
export function TextForm({
  task,
  onDecide,
}: {
  readonly task: WorkflowTask;
  readonly onDecide: Decide;
}) {
  const [name, setName] = useState(task.task_name ?? '');
  const [details, setDetails] = useState(task.task_details ?? '');
  const isEmpty = name.trim() === '';
  return (
    <form
      className={form['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isEmpty)
          onDecide({ task_name: name.trim(), task_details: details.trim() || null }, 'changed');
      }}
    >
      <TextInput
        data-autofocus
        label="Name"
        value={name}
        error={isEmpty && 'Say in a few words what has to be done.'}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label="Details"
        rows={5}
        value={details}
        onChange={(event) => setDetails(event.currentTarget.value)}
      />
      <div className={form['buttons']}>
        <Button type="submit">Save</Button>
      </div>
    </form>
  );
}
