import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { Link } from '@tanstack/react-router';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { useNow } from '../kit/now.ts';
import { isClosed } from './change.ts';
import { priorityWord } from './list.ts';
import classes from './tasks.module.css';
import { agoWords, whoWords } from './words.ts';

/** The properties of a task. A task that waits for another links to it. */
export function TaskFacts({ task }: { readonly task: WorkflowTask }) {
  const isWaiting = task.dependant_workflow_task_uuid !== undefined && !isClosed(task);
  return (
    <>
      {isWaiting && (
        <p className={classes['hint']}>
          It can be closed after{' '}
          <TaskLink uuid={task.dependant_workflow_task_uuid ?? ''}>another task</TaskLink> is
          closed.
        </p>
      )}
      <Facts
        facts={[
          ['Assigned to', <Assigned task={task} />],
          ['Priority', task.priority && priorityWord(task.priority)],
          ['Due', task.due_dts && <Moment at={task.due_dts} />],
          [
            'Snoozed until',
            task.status === 'delayed' ? <Moment at={task.delay_until_dts} /> : undefined,
          ],
          ['Expires', task.expiration_dts && <Moment at={task.expiration_dts} />],
          ['Tags', task.tags?.join(', ')],
          [
            'Raised',
            <>
              <Moment at={task.created_dts} /> by {task.created_by?.user ?? 'Perennial'}
            </>,
          ],
          [
            'Related',
            task.related_workflow_task_uuid && (
              <TaskLink uuid={task.related_workflow_task_uuid}>Another task</TaskLink>
            ),
          ],
          ...(task.properties ?? []).map(({ name = '', value }) => [name, value] as const),
        ]}
      />
    </>
  );
}

/** Who has it, and since when: a task that was taken and forgotten shows its age. */
function Assigned({ task }: { readonly task: WorkflowTask }) {
  const now = useNow();
  const line = task.histories?.findLast(({ description }) => description?.includes('Assigned to'));
  const since = task.assigned_to_user !== undefined && line ? agoWords(line.activity_dts, now) : '';
  return (
    <>
      {whoWords(task)}
      {since && <span className="soft"> since {since.replace(/ ago$/, '')}</span>}
    </>
  );
}

function TaskLink({ uuid, children }: { readonly uuid: string; readonly children: string }) {
  return (
    <Link to="/tasks/$number" params={{ number: uuid }}>
      {children}
    </Link>
  );
}
