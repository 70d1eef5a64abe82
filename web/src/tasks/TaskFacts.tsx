import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { useQuery } from '@tanstack/react-query';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { useNow } from '../kit/now.ts';
import { TaskLink } from '../objectTasks/TaskLink.tsx';
import { isClosed } from './change.ts';
import { priorityWord } from './list.ts';
import { taskQuery } from './queries.ts';
import classes from './tasks.module.css';
import { agoWords, whoWords } from './words.ts';

/** The properties of a task. */
export function TaskFacts({ task }: { readonly task: WorkflowTask }) {
  return (
    <div className={classes['properties']}>
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
            task.related_workflow_task_uuid && <OtherTask uuid={task.related_workflow_task_uuid} />,
          ],
          ...(task.properties ?? []).map(({ name = '', value }) => [name, value] as const),
        ]}
      />
    </div>
  );
}

/**
 * The assignee and the time of the assignment: the age shows a task that was taken and forgotten.
 */
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

/** The task that a task waits for, while it is open. */
export function WaitsFor({ uuid }: { readonly uuid: string }) {
  const { data } = useQuery(taskQuery(uuid));
  if (!data || isClosed(data.task)) return null;
  return (
    <p className={classes['hint']}>
      It can be closed when <OtherTask uuid={uuid} /> is closed.
    </p>
  );
}

function OtherTask({ uuid }: { readonly uuid: string }) {
  const { data } = useQuery(taskQuery(uuid));
  if (!data) return 'another task';
  return <TaskLink task={data.task} />;
}
