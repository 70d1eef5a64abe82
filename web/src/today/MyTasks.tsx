import { Button } from '@mantine/core';
import type { Overview } from '@perennial/contract/screens.ts';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { useNow } from '../kit/now.ts';
import { Panel } from '../kit/panel.tsx';
import { Status } from '../kit/status.tsx';
import { TaskLink } from '../objectTasks/TaskLink.tsx';
import { useCan, useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { FigureLink } from './FigureLink.tsx';
import { type Figure, taskFigures } from './figures.ts';
import { myTasksQuery, takeNext } from './queries.ts';
import classes from './today.module.css';

/** The person's open tasks by due date, the unassigned tasks, and a button to take the next one. */
export function MyTasks({ overview }: { readonly overview: Overview | undefined }) {
  const { user } = useSession();
  const mine = useQuery(myTasksQuery(user.id));
  const canTake = useCan(['workflow_write']);
  return (
    <Panel title="My tasks" actions={canTake && <TakeNext />}>
      <Loaded result={mine} what="your tasks" rows={4}>
        {(tasks) => <Tasks tasks={tasks} />}
      </Loaded>
      {overview && <Counts figures={taskFigures(overview)} />}
    </Panel>
  );
}

function Tasks({ tasks }: { readonly tasks: readonly WorkflowTask[] }) {
  if (tasks.length === 0) return <p className="soft">You have no open tasks.</p>;
  return (
    <ul className={classes['tasks']}>
      {tasks.map((task) => (
        <li key={task.workflow_task_uuid}>
          <TaskLink task={task} />
          <DueDay at={task.due_dts} />
        </li>
      ))}
    </ul>
  );
}

function DueDay({ at }: { readonly at: string | undefined }) {
  const now = useNow();
  if (at === undefined) return <span className="soft">no due date</span>;
  if (Date.parse(at) >= Date.parse(now))
    return (
      <span className="soft">
        due <Moment at={at} style="day" />
      </span>
    );
  return (
    <Status tone="warn">
      <span>
        was due <Moment at={at} style="day" />
      </span>
    </Status>
  );
}

function Counts({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <ul className={classes['states']}>
      {figures.map((figure) => (
        <li key={figure.label}>
          <FigureLink figure={{ ...figure, label: `tasks: ${figure.label}` }} />
          <span>{figure.label}</span>
        </li>
      ))}
    </ul>
  );
}

function TakeNext() {
  const { user } = useSession();
  const [isBusy, setBusy] = useState(false);
  async function next() {
    setBusy(true);
    try {
      const taken = await takeNext(user.id);
      if (!taken) toast({ text: 'No task waits for your groups or for anyone.' });
      else toast({ text: `You took “${taken.task.task_name ?? ''}”.`, undo: taken.undo });
    } catch (error) {
      toast({ text: (error as Error).message, tone: 'bad' });
    }
    setBusy(false);
  }
  return (
    <Button size="compact-sm" variant="default" loading={isBusy} onClick={() => void next()}>
      Take the next
    </Button>
  );
}
