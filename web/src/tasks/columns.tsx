import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import type { Column } from '../kit/columns.ts';
import { formatDistance } from '../kit/moment.ts';
import { Moment } from '../kit/momentShown.tsx';
import { useNow } from '../kit/now.ts';
import { Status } from '../kit/status.tsx';
import { isClosed } from './change.ts';
import { priorityWord } from './list.ts';
import { PriorityMark } from './PriorityMark.tsx';
import classes from './tasks.module.css';
import { objectWords, statusWords, toneOfStatus, whoShort, whoWords } from './words.ts';

/** The columns of the inbox. */
export const taskColumns: readonly Column<WorkflowTask>[] = [
  {
    id: 'number',
    label: 'No.',
    width: '38px',
    sort: 'global_task_number',
    isNumber: true,
    isUsual: true,
    cell: (task) => task.global_task_number,
  },
  {
    id: 'name',
    label: 'Task',
    width: 'minmax(200px, 3fr)',
    sort: 'priority',
    narrow: 'first',
    isUsual: true,
    cell: (task) => <Name task={task} />,
  },
  {
    id: 'object',
    label: 'About',
    width: 'minmax(100px, 0.7fr)',
    sort: 'object_id',
    narrow: 'second',
    isUsual: true,
    cell: (task) => (
      <span title={task.task_context ?? objectWords(task)}>
        {task.object_id ?? `#${task.global_task_number}`}
      </span>
    ),
  },
  {
    id: 'who',
    label: 'Who',
    width: 'minmax(84px, 0.7fr)',
    sort: 'assigned_to_user_or_group',
    narrow: 'second end',
    isUsual: true,
    cell: (task) => <span title={whoWords(task)}>{whoShort(task)}</span>,
  },
  {
    id: 'due',
    label: 'Due',
    width: '134px',
    sort: 'due_dts',
    narrow: 'first end',
    isUsual: true,
    cell: (task) => <Due task={task} />,
  },
  {
    id: 'age',
    label: 'Age',
    width: '72px',
    sort: 'created_dts',
    isUsual: true,
    cell: (task) => <Age task={task} />,
  },
  {
    id: 'status',
    label: 'Status',
    width: '118px',
    sort: 'status',
    cell: (task) => <Status tone={toneOfStatus(task)}>{statusWords(task)}</Status>,
  },
  {
    id: 'tags',
    label: 'Tags',
    width: 'minmax(72px, 0.6fr)',
    isUsual: true,
    cell: ({ tags = [] }) => tags.join(', '),
  },
  {
    id: 'priority',
    label: 'Priority',
    width: '84px',
    sort: 'priority',
    cell: ({ priority }) => priority && priorityWord(priority),
  },
  {
    id: 'snoozed',
    label: 'Snoozed until',
    width: '182px',
    sort: 'delay_until_dts',
    cell: (task) => <Moment at={task.delay_until_dts} />,
  },
  {
    id: 'changed',
    label: 'Changed',
    width: '182px',
    sort: 'last_update_dts',
    cell: (task) => <Moment at={task.last_update_dts} />,
  },
];

function Name({ task }: { readonly task: WorkflowTask }) {
  return (
    <span className={classes['name']} data-done={isClosed(task) || undefined}>
      <PriorityMark priority={task.priority} />
      <span>{task.task_name}</span>
    </span>
  );
}

/** The due date of a task; for a closed or snoozed task, that state. */
function Due({ task }: { readonly task: WorkflowTask }) {
  const now = useNow();
  if (isClosed(task)) return <span className="soft">Closed</span>;
  if (task.status === 'delayed') return <Moment at={task.delay_until_dts} style="day" />;
  if (task.due_dts === undefined) return null;
  const isLate = Date.parse(task.due_dts) < Date.parse(now);
  return (
    <span className={isLate ? classes['late'] : undefined}>
      {isLate && 'Late, '}
      <Moment at={task.due_dts} style="day" />
    </span>
  );
}

function Age({ task: { created_dts: at } }: { readonly task: WorkflowTask }) {
  const now = useNow();
  if (at === undefined) return null;
  return <span title={at}>{formatDistance(at, now).replace(/ ago$/, '')}</span>;
}
