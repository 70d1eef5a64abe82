import { Button, Modal } from '@mantine/core';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { useState } from 'react';
import { saveRows } from '../kit/listExport.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { toast } from '../shell/toasts.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { applyToMany, type BulkRefusal } from './actions.ts';
import type { Decide } from './decide.ts';
import { type TaskDialog, TaskDialogs } from './dialogs.tsx';
import { type People, priorities, priorityWord } from './list.ts';
import { attempt } from './queries.ts';
import classes from './tasks.module.css';

/** The most tasks that one change may have. */
const bulkMax = 500;

/** The actions on the selected tasks. Each task has its result; the refused ones are listed. */
export function BulkBar({
  tasks,
  me,
  people,
  knownTags,
  onClear,
}: {
  readonly tasks: readonly WorkflowTask[];
  readonly me: number;
  readonly people: People;
  readonly knownTags: readonly string[];
  onClear(): void;
}) {
  const [dialog, setDialog] = useState<TaskDialog>();
  const [refused, setRefused] = useState<readonly BulkRefusal[]>([]);
  const isTooMany = tasks.length > bulkMax;
  const decide: Decide = (change, words) => {
    void attempt(() => applyToMany(tasks, change, words)).then((result) => {
      if ('done' in result) setRefused(result.done);
      else toast({ text: result.refused.message, tone: 'bad' });
    });
  };
  const runs = bulkRuns(decide, setDialog, me);
  useCommands(isTooMany ? {} : runs);
  const what = `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  return (
    <section className={classes['bulk']} aria-label="Selected tasks">
      <strong role="status">{what} selected</strong>
      {isTooMany ? (
        <span className={classes['late']}>At most {bulkMax} can be changed at once.</span>
      ) : (
        <>
          {buttons.map(([id, words]) => (
            <Button key={id} size="compact-sm" variant="default" onClick={runs[id]}>
              {words}
            </Button>
          ))}
        </>
      )}
      <Button size="compact-sm" variant="default" onClick={() => saveRows('tasks', tasks)}>
        Save as CSV
      </Button>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        Clear the selection
      </Button>
      <TaskDialogs
        dialog={dialog}
        what={what}
        people={people}
        knownTags={knownTags}
        onClose={() => setDialog(undefined)}
        onDecide={decide}
      />
      <RefusedTasks refused={refused} count={tasks.length} onClose={() => setRefused([])} />
    </section>
  );
}

/** The tasks that the last change did not apply to, and why. */
function RefusedTasks({
  refused,
  count,
  onClose,
}: {
  readonly refused: readonly BulkRefusal[];
  readonly count: number;
  onClose(): void;
}) {
  return (
    <Modal
      opened={refused.length > 0}
      onClose={onClose}
      title={`${refused.length} of ${count} were not changed`}
    >
      <ul className={classes['refused']}>
        {refused.map(({ task, reason }) => (
          <li key={task.workflow_task_uuid}>
            <strong>
              #{task.global_task_number} {task.task_name}
            </strong>
            <br />
            <Sentence text={reason} />
          </li>
        ))}
      </ul>
    </Modal>
  );
}

const buttons = [
  ['task.take', 'Take'],
  ['task.handOver', 'Hand over …'],
  ['task.snooze', 'Snooze …'],
  ['task.due', 'Due …'],
  ['task.tags', 'Add tags …'],
  ['task.close', 'Close'],
] as const;

function bulkRuns(decide: Decide, setDialog: (dialog: TaskDialog) => void, me: number) {
  const priority = (index: number) => () => {
    const chosen = priorities[index]!;
    decide({ priority: chosen }, `got ${priorityWord(chosen).toLowerCase()} priority`);
  };
  return {
    'task.take': () => decide({ assigned_to_user_id: me }, 'taken'),
    'task.handOver': () => setDialog('hand over'),
    'task.snooze': () => setDialog('snooze'),
    'task.due': () => setDialog('due'),
    'task.tags': () => setDialog('tags'),
    'task.close': () => decide({ status: 'closed' }, 'closed'),
    'task.priority1': priority(0),
    'task.priority2': priority(1),
    'task.priority3': priority(2),
    'task.priority4': priority(3),
  };
}
