import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import type { ReactNode } from 'react';
import { Status } from '../kit/status.tsx';
import { PriorityMark } from './PriorityMark.tsx';
import classes from './tasks.module.css';
import { statusWords, toneOfStatus } from './words.ts';

/** Number, name and status of a task. */
export function TaskHeading({
  task,
  level,
  actions,
}: {
  readonly task: WorkflowTask;
  /** 2 in a pane; on a task's own page, the page has the heading. */
  readonly level: 2 | undefined;
  readonly actions?: ReactNode;
}) {
  return (
    <header className={classes['head']}>
      <div>
        <p className={classes['line']}>
          <PriorityMark priority={task.priority} />#{task.global_task_number}
          <Status tone={toneOfStatus(task)}>{statusWords(task)}</Status>
        </p>
        {level === 2 && <h2>{task.task_name}</h2>}
      </div>
      {actions && <div className={classes['headActions']}>{actions}</div>}
    </header>
  );
}
