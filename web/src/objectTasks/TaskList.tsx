import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { sentenceCase } from '../kit/filters.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Status } from '../kit/status.tsx';
import { TaskLink } from './TaskLink.tsx';
import classes from './taskList.module.css';

/** A short list of tasks: name, state, age, assignee. */
export function TaskList({ tasks }: { readonly tasks: readonly WorkflowTask[] }) {
  if (tasks.length === 0) return <p className="soft">No tasks.</p>;
  return (
    <ul className={classes['tasks']}>
      {tasks.map((task) => (
        <li key={task.workflow_task_uuid}>
          <TaskLink task={task} />
          <span className="soft">
            <Status tone={task.status === 'open' ? 'warn' : 'quiet'}>
              {sentenceCase(task.status ?? '')}
            </Status>{' '}
            · <Moment at={task.created_dts} style="day" /> · {whoHas(task)}
          </span>
        </li>
      ))}
    </ul>
  );
}

const whoHas = ({ assigned_to_user: user, assigned_to_group: group }: WorkflowTask): string =>
  user ?? group ?? 'not assigned';
