import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { NotShown, Waiting } from '../kit/states.tsx';
import { ObjectPanel } from './ObjectPanel.tsx';
import { followObjects, taskObjectQuery } from './queries.ts';

/** The object of a task, inside its page. If it cannot be read, the rest of the task stays. */
export function ObjectInPlace({ task }: { readonly task: WorkflowTask }) {
  const { data, error, refetch } = useQuery({
    ...taskObjectQuery(task),
    enabled: task.object_type !== undefined,
  });
  useEffect(followObjects, []);
  if (task.object_type === undefined) return null;
  if (error && !data) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="what it is about" rows={3} />;
  return <ObjectPanel task={task} object={data} />;
}
