import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { createStore } from '../kit/store.ts';
import type { Undo } from '../shell/changes.ts';
import { newDecisionKey } from '../shell/draftWrites.ts';
import { toast } from '../shell/toasts.tsx';
import {
  type Conflict,
  conflictsOf,
  type TaskChange,
  takenBy,
  undoGroups,
  undoSteps,
} from './change.ts';
import {
  attempt,
  changeTask,
  changeTasks,
  type ReadTask,
  readTaskNow,
  tasksChangedSince,
} from './queries.ts';
import { agoWords } from './words.ts';

/** A change that conflicts with another person's change, for the person to decide. */
export interface OpenConflict {
  readonly theirs: ReadTask;
  readonly change: TaskChange;
  readonly words: string;
  readonly conflicts: readonly Conflict[];
  readonly me: number;
}

/** The conflict being shown; at most one at a time. */
export const openConflict = createStore<OpenConflict | undefined>(undefined);

/** Changes one task, with undo; returns whether it was changed. `words` describes the change. */
export async function applyChange(
  read: ReadTask,
  change: TaskChange,
  words: string,
  me: number,
): Promise<boolean> {
  const uuid = read.task.workflow_task_uuid ?? '';
  const idempotencyKey = newDecisionKey();
  const result = await attempt(async () => {
    const ifMatch = read.version ?? (await readTaskNow(uuid)).version;
    return changeTask(uuid, change, { ifMatch, idempotencyKey });
  });
  if ('done' in result) {
    toast({
      text: `${numbered(read.task)} ${words}`,
      undo: undoOf(read.task, change, result.done, me),
    });
    return true;
  }
  if (result.refused.status === 412) await meet(read.task, change, words, me);
  else toast({ text: result.refused.message, tone: 'bad' });
  return false;
}

const numbered = ({ global_task_number: number }: WorkflowTask): string => `#${number ?? '?'}`;

/**
 * Returns the undo of a change, which is refused if the task was changed since. An undo of one step
 * is stored as data, so it still works after a reload of the tab.
 */
function undoOf(before: WorkflowTask, change: TaskChange, after: ReadTask, me: number): Undo {
  const uuid = before.workflow_task_uuid ?? '';
  const steps = undoSteps(before, change, me);
  const [step] = steps;
  if (steps.length === 1 && step && after.version !== undefined)
    return {
      operation: 'updateWorkflowTask',
      params: { task_uuid: uuid },
      body: step,
      ifMatch: after.version,
    };
  return async () => {
    let ifMatch = after.version;
    for (const each of steps) ifMatch = (await changeTask(uuid, each, { ifMatch })).version;
  };
}

/**
 * Handles a change of the task by another person since it was shown. If both changed the same
 * field, this person decides; otherwise there is no conflict, and the change is sent again for the
 * current version.
 */
async function meet(before: WorkflowTask, change: TaskChange, words: string, me: number) {
  const theirs = await readTaskNow(before.workflow_task_uuid ?? '');
  const conflicts = conflictsOf(before, theirs.task, change);
  if (conflicts.length > 0) openConflict.set({ theirs, change, words, conflicts, me });
  else await applyChange(theirs, change, words, me);
}

/**
 * Takes a task. Sends no version: the server gives the task to the first person, whatever else
 * changed. The other person is told who has it and since when. `nowIso` is the merchant's current
 * time.
 */
export async function takeTask(task: WorkflowTask, me: number, nowIso: string): Promise<void> {
  const uuid = task.workflow_task_uuid ?? '';
  const change = { assigned_to_user_id: me };
  const result = await attempt(() => changeTask(uuid, change));
  if ('done' in result)
    return toast({
      text: `${numbered(task)} is yours`,
      undo: undoOf(task, change, result.done, me),
    });
  const { code, message } = result.refused;
  const now = await attempt(() => readTaskNow(uuid));
  const taken = 'done' in now ? takenBy(now.done.task) : undefined;
  const isLost = code === 'state_conflict' && taken !== undefined;
  const ago = agoWords(taken?.at, nowIso);
  return toast({
    text: isLost ? `${taken.user} took ${numbered(task)} ${ago}`.trim() : message,
    tone: 'bad',
  });
}

/** A refused task of a bulk change. */
export interface BulkRefusal {
  readonly task: WorkflowTask;
  readonly reason: string;
}

/**
 * Changes many tasks. When some are refused, the others are still changed. Returns the refused
 * ones.
 */
export async function applyToMany(
  tasks: readonly WorkflowTask[],
  change: TaskChange & { readonly add_tags?: readonly string[] },
  words: string,
): Promise<readonly BulkRefusal[]> {
  const byUuid = new Map(tasks.map((task) => [task.workflow_task_uuid ?? '', task]));
  const results = await changeTasks([...byUuid.keys()], change);
  const refused: BulkRefusal[] = [];
  const changed: { before: WorkflowTask; after: WorkflowTask }[] = [];
  for (const { workflow_task_uuid: uuid = '', success, failure_reason, task = {} } of results) {
    const before = byUuid.get(uuid);
    if (before && success) changed.push({ before, after: task });
    else if (before) refused.push({ task: before, reason: failure_reason ?? 'It was refused.' });
  }
  if (changed.length > 0)
    toast({
      text: `${changed.length} ${changed.length === 1 ? 'task' : 'tasks'} ${words}`,
      undo: () => undoMany(changed, change),
    });
  return refused;
}

/**
 * Undoes a bulk change, using the rows as they were before it. Removes the added tags; does not
 * change a task that another person has changed since.
 */
async function undoMany(
  changed: readonly { readonly before: WorkflowTask; readonly after: WorkflowTask }[],
  { add_tags: tags, ...change }: TaskChange & { readonly add_tags?: readonly string[] },
): Promise<void> {
  const still = await unchangedSince(changed);
  const groups = tags
    ? still.map(({ before }) => ({
        uuids: [before.workflow_task_uuid ?? ''],
        change: { remove_tags: tags.filter((tag) => !before.tags?.includes(tag)) },
      }))
    : undoGroups(
        still.map(({ before }) => before),
        change,
      );
  let refused = changed.length - still.length;
  for (const group of groups) {
    const results = await changeTasks(group.uuids, group.change);
    refused += results.filter(({ success }) => !success).length;
  }
  if (refused > 0)
    toast({ text: `${refused} of them have changed since and stay as they are.`, tone: 'bad' });
}

async function unchangedSince<Pair extends { readonly after: WorkflowTask }>(
  pairs: readonly Pair[],
): Promise<Pair[]> {
  const updated = pairs.map(({ after }) => after.last_update_dts ?? '').sort();
  const now = await tasksChangedSince(updated[0] ?? '');
  return pairs.filter(({ after }) => {
    const task = now.get(after.workflow_task_uuid ?? '');
    return task?.histories?.length === after.histories?.length;
  });
}
