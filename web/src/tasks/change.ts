import type { WorkflowTask } from '@perennial/contract/workflow.ts';

/** The fields of a task that the console can change; null clears one. */
export type TaskChange = {
  readonly [Field in ChangedField]?: WorkflowTask[Field] | null;
};

export type ChangedField =
  | 'status'
  | 'delay_until_dts'
  | 'due_dts'
  | 'priority'
  | 'assigned_to_user_id'
  | 'assigned_to_group_id'
  | 'tags'
  | 'task_name'
  | 'task_details';

/** Whether a task is done. */
export const isClosed = ({ status }: WorkflowTask): boolean =>
  status?.startsWith('closed') ?? false;

/**
 * Returns the change that undoes a change. After the undo, a task closed by a rule counts as closed
 * by a person.
 */
export function inverseOf(before: WorkflowTask, change: TaskChange): TaskChange {
  const fields = new Set(Object.keys(change) as ChangedField[]);
  if (fields.has('assigned_to_user_id') || fields.has('assigned_to_group_id'))
    fields.add('assigned_to_user_id').add('assigned_to_group_id');
  if (fields.has('status') || fields.has('delay_until_dts'))
    fields.add('status').add('delay_until_dts');
  return Object.fromEntries([...fields].map((field) => [field, valueOf(before, field)]));
}

function valueOf(task: WorkflowTask, field: ChangedField): unknown {
  if (field === 'status') return isClosed(task) ? 'closed' : task.status;
  if (field === 'tags') return task.tags ?? [];
  return task[field] ?? null;
}

/**
 * Returns the changes that restore the earlier state, in order. A task cannot be taken from another
 * person directly, so it first returns to the queue.
 */
export function undoSteps(before: WorkflowTask, change: TaskChange, me: number): TaskChange[] {
  const inverse = inverseOf(before, change);
  const given = change.assigned_to_user_id ?? change.assigned_to_group_id;
  return inverse.assigned_to_user_id === me && given !== null && given !== undefined
    ? [{ assigned_to_user_id: null, assigned_to_group_id: null }, inverse]
    : [inverse];
}

/** A field that two people changed at once. */
export interface Conflict {
  readonly field: ChangedField;
  readonly was: unknown;
  readonly theirs: unknown;
  readonly mine: unknown;
}

/**
 * Returns the fields of a change that another person has set to another value since. The other
 * fields have no conflict.
 */
export function conflictsOf(
  before: WorkflowTask,
  theirs: WorkflowTask,
  change: TaskChange,
): Conflict[] {
  return (Object.keys(change) as ChangedField[])
    .map((field) => ({
      field,
      was: before[field] ?? null,
      theirs: theirs[field] ?? null,
      mine: change[field] ?? null,
    }))
    .filter(({ was, theirs, mine }) => !isSame(was, theirs) && !isSame(theirs, mine));
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Returns a change without the fields for which the person keeps the other value. */
export function withoutFields(change: TaskChange, kept: ReadonlySet<ChangedField>): TaskChange {
  return Object.fromEntries(
    Object.entries(change).filter(([field]) => !kept.has(field as ChangedField)),
  );
}

/** The fields that decide which lists contain a task. */
const deciding = [
  'status',
  'priority',
  'assigned_to_user_id',
  'assigned_to_group_id',
  'due_dts',
  'delay_until_dts',
  'tags',
] as const;

/** Returns whether a change that arrived live may have moved a task into or out of a list. */
export const mayMove = (before: WorkflowTask, after: WorkflowTask): boolean =>
  deciding.some((field) => !isSame(before[field], after[field]));

/** Groups tasks whose changes have the same undo, so that each group needs one request. */
export function undoGroups(
  before: readonly WorkflowTask[],
  change: TaskChange,
): { readonly change: TaskChange; readonly uuids: readonly string[] }[] {
  const groups = new Map<string, { change: TaskChange; uuids: string[] }>();
  for (const task of before) {
    const inverse = inverseOf(task, change);
    const key = JSON.stringify(inverse);
    const group = groups.get(key) ?? { change: inverse, uuids: [] };
    group.uuids.push(task.workflow_task_uuid ?? '');
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Returns who took a task and when, from the newest line about the assignment in its history. */
export function takenBy({ assigned_to_user: user, histories = [] }: WorkflowTask) {
  const line = histories.findLast(({ description }) => /assign/i.test(description ?? ''));
  return user === undefined ? undefined : { user, at: line?.activity_dts };
}
