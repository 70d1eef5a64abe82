import { useQuery } from '@tanstack/react-query';
import { NotShown, Waiting } from '../kit/states.tsx';
import { Status } from '../kit/status.tsx';
import { useCan } from '../shell/session.tsx';
import { tasksQuery } from './queries.ts';
import classes from './side.module.css';

/** The tasks about the auto order. Without the permission the part is absent. */
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
      {data?.map(({ workflow_task_uuid: uuid, task_name, global_task_number, status }) => (
        <p key={uuid} className={classes['itemHead']}>
          <span>
            {global_task_number} {task_name}
          </span>
          <Status tone={status === 'closed' ? 'quiet' : 'note'}>{status}</Status>
        </p>
      ))}
    </section>
  );
}
