import { useQuery } from '@tanstack/react-query';
import { NotShown, Waiting } from '../kit/states.tsx';
import { Status } from '../kit/status.tsx';
import { NewTaskLink, TaskLink } from '../objectTasks/TaskLink.tsx';
import { useCan } from '../shell/session.tsx';
import { statusWords, toneOfStatus } from '../tasks/words.ts';
import { tasksQuery } from './queries.ts';
import classes from './side.module.css';

/** The tasks about the auto order. Hidden without the permission. */
export function SideTasks({ code }: { readonly code: string }) {
  const canRead = useCan(['workflow_read']);
  const { data, error, refetch } = useQuery({ ...tasksQuery(code), enabled: canRead });
  if (!canRead) return null;
  return (
    <section>
      <h2>Tasks</h2>
      {error && !data && <NotShown refused={error} onRetry={() => void refetch()} />}
      {!error && !data && <Waiting what="the tasks" rows={1} />}
      {data?.length === 0 && <p className="soft">None.</p>}
      {data?.map((task) => (
        <p key={task.workflow_task_uuid} className={classes['itemHead']}>
          <TaskLink task={task} />
          <Status tone={toneOfStatus(task)}>{statusWords(task)}</Status>
        </p>
      ))}
      <p className={classes['small']}>
        <NewTaskLink type="auto order" id={code} />
      </p>
    </section>
  );
}
