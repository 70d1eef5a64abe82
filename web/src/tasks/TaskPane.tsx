import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { NotShown, Waiting } from '../kit/states.tsx';
import { Files } from '../taskFiles/Files.tsx';
import { ObjectInPlace } from '../taskObject/ObjectInPlace.tsx';
import { isClosed } from './change.ts';
import { DeleteDialog } from './DeleteDialog.tsx';
import { type TaskDialog, TaskDialogs } from './dialogs.tsx';
import { History } from './History.tsx';
import { Notes } from './Notes.tsx';
import { noPeople } from './people.ts';
import { peopleQuery, type ReadTask, tagsQuery, taskQuery, taskUuidQuery } from './queries.ts';
import { TaskActions } from './TaskActions.tsx';
import { TaskFacts, WaitsFor } from './TaskFacts.tsx';
import classes from './tasks.module.css';
import { useRuns } from './useRuns.ts';
import { type TaskWrites, useTaskWrites } from './useTaskWrites.ts';
import { closesItself } from './words.ts';

interface PaneProps {
  /** The number or the uuid of the task. */
  readonly id: string;
  /** The level of the pane's heading on its page. */
  heading(task: WorkflowTask): ReactNode;
  /** Opens the next task; absent on the task's own page. */
  onNext?(): void;
  /** Called when the task is deleted or the person closes the pane. */
  onClose(): void;
}

/** One complete task, which is read, changed and closed here. */
export function TaskPane(props: PaneProps) {
  const uuid = useQuery(taskUuidQuery(props.id));
  const read = useQuery({ ...taskQuery(uuid.data ?? ''), enabled: uuid.data !== undefined });
  const error = uuid.error ?? read.error;
  const retry = () => void (uuid.error ? uuid.refetch() : read.refetch());
  if (error && !read.data) return <NotShown refused={error} onRetry={retry} />;
  if (!read.data) return <Waiting what="the task" rows={6} />;
  return <Task key={uuid.data} read={read.data} {...props} />;
}

function Task({ read, heading, onNext, onClose }: PaneProps & { readonly read: ReadTask }) {
  const { task } = read;
  const writes = useTaskWrites(read);
  const [dialog, setDialog] = useState<TaskDialog | 'delete'>();
  const noteField = useRef<HTMLTextAreaElement>(null);
  const close = useCallback(() => setDialog(undefined), []);
  const finish = async (opensNext: boolean) => {
    const isDone = await writes.change({ status: 'closed' }, 'closed');
    if (isDone && opensNext) onNext?.();
  };
  const runs = useRuns(task, writes, {
    setDialog,
    finish,
    hasNext: onNext !== undefined,
    note: () => noteField.current?.focus(),
  });
  usePastedFiles(writes.mayWrite ? writes.addFiles : undefined);
  const words = closesItself(task);
  return (
    <div className={classes['task']}>
      {heading(task)}
      <TaskActions task={task} me={writes.me} mayWrite={writes.mayWrite} runs={runs} />
      {task.task_details && <p className={classes['details']}>{task.task_details}</p>}
      {words && !isClosed(task) && <p className={classes['hint']}>{words}</p>}
      {task.dependant_workflow_task_uuid !== undefined && !isClosed(task) && (
        <WaitsFor uuid={task.dependant_workflow_task_uuid} />
      )}
      <TaskFacts task={task} />
      <ObjectInPlace task={task} />
      <Notes
        notes={task.notes ?? []}
        me={writes.me}
        mayWrite={writes.mayWrite}
        field={noteField}
        onAdd={writes.addNote}
        onEdit={writes.editNote}
      />
      <Files
        files={task.attachments ?? []}
        mayWrite={writes.mayWrite}
        progress={writes.progress}
        onAdd={writes.addFiles}
        onRemove={writes.removeFile}
      />
      <History histories={task.histories ?? []} />
      <Dialogs task={task} writes={writes} dialog={dialog} onClose={close} onDeleted={onClose} />
    </div>
  );
}

/** The open dialog, if any. */
function Dialogs({
  task,
  writes,
  dialog,
  onClose,
  onDeleted,
}: {
  readonly task: WorkflowTask;
  readonly writes: TaskWrites;
  readonly dialog: TaskDialog | 'delete' | undefined;
  onClose(): void;
  onDeleted(): void;
}) {
  const { data: people = noPeople } = useQuery(peopleQuery);
  const { data: knownTags = [] } = useQuery({ ...tagsQuery, enabled: dialog === 'tags' });
  return (
    <>
      <TaskDialogs
        dialog={dialog === 'delete' ? undefined : dialog}
        what={`#${task.global_task_number} ${task.task_name}`}
        people={people}
        knownTags={knownTags}
        task={task}
        onClose={onClose}
        onDecide={(change, done) => void writes.change(change, done)}
      />
      <DeleteDialog
        isOpen={dialog === 'delete'}
        task={task}
        onClose={onClose}
        onDelete={async () => {
          onClose();
          if (await writes.remove()) onDeleted();
        }}
      />
    </>
  );
}

/** Files that are pasted anywhere on the page are attached to this task. */
function usePastedFiles(add: ((files: readonly File[]) => void) | undefined): void {
  const latest = useRef(add);
  latest.current = add;
  useEffect(() => {
    const onPaste = ({ clipboardData }: ClipboardEvent) => {
      const files = [...(clipboardData?.files ?? [])];
      if (files.length > 0) latest.current?.(files);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, []);
}
