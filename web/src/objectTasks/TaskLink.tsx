import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { Link } from '@tanstack/react-router';
import { routeSearch } from '../kit/routeSearch.ts';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import type { ObjectType } from './queries.ts';

/** The name of a task as a link to it. */
export function TaskLink({ task }: { readonly task: WorkflowTask }) {
  const { global_task_number: number, task_name: name } = task;
  return (
    <Link to={paths.task} params={{ number: String(number) }}>
      {name || `Task ${number}`}
    </Link>
  );
}

/** A button that starts a task about an object; hidden from people who may not add one. */
export function NewTaskLink({ type, id }: { readonly type: ObjectType; readonly id: string }) {
  const mayWrite = useCan(['workflow_write']);
  if (!mayWrite || id === '') return null;
  return (
    <Link to={paths.tasks} search={routeSearch({ new: '1', about: `${type}:${id}` })}>
      New task
    </Link>
  );
}
