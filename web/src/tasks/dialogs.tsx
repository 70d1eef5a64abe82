import { Modal } from '@mantine/core';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import type { Decide } from './decide.ts';
import { HandOverForm } from './HandOverForm.tsx';
import type { People } from './list.ts';
import classes from './tasks.module.css';
import { TagsForm, TextForm } from './textForms.tsx';
import { WhenForm } from './WhenForm.tsx';

/** The dialogs that change a task. */
export type TaskDialog = 'snooze' | 'due' | 'hand over' | 'tags' | 'text';

interface DialogProps {
  readonly dialog: TaskDialog | undefined;
  /** The name of the changed task, or `3 tasks`. */
  readonly what: string;
  readonly people: People;
  readonly knownTags: readonly string[];
  /** The task to change; absent when there are several. */
  readonly task?: WorkflowTask | undefined;
  onClose(): void;
  onDecide: Decide;
}

const titles: Record<TaskDialog, string> = {
  snooze: 'Snooze until …',
  due: 'Due',
  'hand over': 'Hand over to …',
  tags: 'Tags',
  text: 'Name and details',
};

/** The open dialog, if any. It closes after its decision. */
export function TaskDialogs({ dialog, onClose, onDecide, ...rest }: DialogProps) {
  const decide: Decide = (change, words) => {
    onClose();
    onDecide(change, words);
  };
  return (
    <Modal opened={dialog !== undefined} onClose={onClose} title={dialog && titles[dialog]}>
      <p className={`soft ${classes['what']}`}>{rest.what}</p>
      {(dialog === 'snooze' || dialog === 'due') && <WhenForm kind={dialog} onDecide={decide} />}
      {dialog === 'hand over' && <HandOverForm people={rest.people} onDecide={decide} />}
      {dialog === 'tags' && (
        <TagsForm task={rest.task} knownTags={rest.knownTags} onDecide={decide} />
      )}
      {dialog === 'text' && rest.task && <TextForm task={rest.task} onDecide={decide} />}
    </Modal>
  );
}
