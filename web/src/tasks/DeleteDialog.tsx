import { Button, Modal } from '@mantine/core';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import classes from './tasks.module.css';

/** Asks for confirmation before a task is deleted, because that cannot be undone. */
export function DeleteDialog({
  isOpen,
  task,
  onClose,
  onDelete,
}: {
  readonly isOpen: boolean;
  readonly task: WorkflowTask;
  onClose(): void;
  onDelete(): Promise<void>;
}) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Delete #${task.global_task_number}?`}>
      <p>
        “{task.task_name}” is deleted with its notes, files and history. This cannot be undone.
        Closing it keeps them.
      </p>
      <div className={classes['foot']}>
        <Button data-autofocus variant="default" onClick={onClose}>
          Keep it
        </Button>
        <Button color="clay" onClick={() => void onDelete()}>
          Delete
        </Button>
      </div>
    </Modal>
  );
}
