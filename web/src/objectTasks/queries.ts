import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';

/** The kinds of objects that tasks are about. */
export type ObjectType = NonNullable<WorkflowTask['object_type']>;

/** The latest tasks about one object. */
export const objectTasksQuery = (type: ObjectType, id: string) =>
  queryOptions<readonly WorkflowTask[]>({
    queryKey: ['tasks', 'about', type, id],
    queryFn: ({ signal }) => search({ object_type: type, object_id: id }, signal),
  });

/** The latest tasks about all objects of one email address. */
export const emailTasksQuery = (email: string) =>
  queryOptions<readonly WorkflowTask[]>({
    queryKey: ['tasks', 'of', email],
    queryFn: ({ signal }) => search({ object_email: email }, signal),
  });

async function search(body: object, signal: AbortSignal): Promise<readonly WorkflowTask[]> {
  const query = { _limit: 20, _sort: '-created_dts' };
  return (await call('searchWorkflowTasks', { body, query, signal })).tasks ?? [];
}
