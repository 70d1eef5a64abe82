import type { Temporal } from 'temporal-polyfill';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isReached } from '../kernel/moments.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { attachmentsAfter, notesAfter, type Uploads } from './noteEdit.ts';
import { type ChangeAuthor, isOpenStatus, type Task } from './task.ts';
import { type TaskChange, tidyTags } from './taskChange.ts';
import { movedByPerson } from './taskStatus.ts';

/** The author of a change, and the records that it may refer to. */
export interface Editor {
  readonly person: ChangeAuthor;
  readonly groupIds: readonly number[];
  readonly now: Temporal.Instant;
  readonly uploads: Uploads;
  /** The current state of the task that this one waits for. */
  readonly dependency?: Pick<Task, 'taskUuid' | 'name' | 'status'> | undefined;
  /** Returns the name of a user. */
  readonly nameOf: (userId: number) => string;
}

/** Why a change is refused: an invalid field, or a state that does not allow the change. */
export type EditFault =
  | ({ readonly kind: 'field' } & FieldFault)
  | { readonly kind: 'conflict'; readonly reason: string; readonly fix: string };

/** Returns the task after a person's change, or why the change is refused. */
export function edited(task: Task, change: TaskChange, editor: Editor): Outcome<Task, EditFault> {
  const status = statusAfter(task, change);
  const moved = movedByPerson(task.status, status);
  if (!moved.ok) return fieldFault(moved.reason);
  const assignment = assignmentAfter(task, change, editor);
  if (!assignment.ok) return assignment;
  const attachments = attachmentsAfter(task.attachments, change.attachments, editor.uploads);
  if (!attachments.ok) return fieldFault(attachments.reason);
  const notes = notesAfter(task.notes, change.notes ?? [], editor);
  if (!notes.ok) return fieldFault(notes.reason);
  const after: Task = {
    ...task,
    ...assignment.value,
    status,
    name: change.name ?? task.name,
    details: chosen(change.details, task.details),
    context: chosen(change.context, task.context),
    objectUrl: chosen(change.objectUrl, task.objectUrl),
    objectEmail: chosen(change.objectEmail, task.objectEmail),
    relatedUuid: chosen(change.relatedUuid, task.relatedUuid),
    dependantUuid: chosen(change.dependantUuid, task.dependantUuid),
    priority: change.priority ?? task.priority,
    dueAt: chosen(change.dueAt, task.dueAt),
    delayUntil: chosen(change.delayUntil, task.delayUntil),
    expiresAt: chosen(change.expiresAt, task.expiresAt),
    tags: tagsAfter(task.tags, change),
    properties: change.properties === undefined ? task.properties : (change.properties ?? []),
    attachments: attachments.value,
    notes: notes.value,
  };
  const fault = faultOf(task, after, change, editor);
  return fault ? failure(fault) : success(after);
}

const fieldFault = (fault: FieldFault): Outcome<never, EditFault> =>
  failure({ kind: 'field', ...fault });

/** Returns the given value; undefined when null clears it; else the stored value. */
const chosen = <Value>(
  given: Value | null | undefined,
  stored: Value | undefined,
): Value | undefined => (given === undefined ? stored : (given ?? undefined));

/** Returns the status after a change. A delay without a status makes the task delayed. */
function statusAfter(task: Task, { status, delayUntil }: TaskChange): Task['status'] {
  if (status !== undefined && status !== null) return status;
  return delayUntil && isOpenStatus(task.status) ? 'delayed' : task.status;
}

/**
 * Returns the assignment after a change. Assigning a task to a user removes the group, and the
 * other way round. Callers may take a task for themselves only if it has no other user and, if it
 * is assigned to a group, only as members of the group: if many take a task at once, the first
 * wins. Assigning it to another user is always possible.
 */
function assignmentAfter(
  task: Task,
  change: TaskChange,
  { person, groupIds, nameOf }: Editor,
): Outcome<Pick<Task, 'assignedUserId' | 'assignedGroupId'>, EditFault> {
  const user = chosen(change.assignedUserId, task.assignedUserId);
  const group = chosen(change.assignedGroupId, task.assignedGroupId);
  const newUser = user !== task.assignedUserId && user !== undefined;
  const newGroup = group !== task.assignedGroupId && group !== undefined;
  if (newUser && newGroup)
    return fieldFault({
      field: 'assigned_to_group_id',
      reason: 'is given along with another assigned_to_user_id',
      fix: 'Assign the task to a user or to a group',
    });
  if (newUser && user === person.userId) {
    const holder = task.assignedUserId;
    if (holder !== undefined)
      return failure({
        kind: 'conflict',
        reason: `The task is already taken by ${nameOf(holder)}`,
        fix: 'Ask them to hand it over, or choose another task',
      });
    if (task.assignedGroupId !== undefined && !groupIds.includes(task.assignedGroupId)) {
      return failure({
        kind: 'conflict',
        reason: `The task waits for the group ${task.assignedGroupId}, of which you are not a member`,
        fix: 'Ask a member of the group to take it',
      });
    }
  }
  if (newUser) return success({ assignedUserId: user, assignedGroupId: undefined });
  if (newGroup) return success({ assignedUserId: undefined, assignedGroupId: group });
  return success({ assignedUserId: user, assignedGroupId: group });
}

function tagsAfter(
  tags: readonly string[],
  { tags: given, addTags = [], removeTags = [] }: TaskChange,
): readonly string[] {
  const base = given === undefined ? tags : (given ?? []);
  if (addTags.length === 0 && removeTags.length === 0) return base;
  const removed = new Set(tidyTags(removeTags));
  return tidyTags([...base, ...addTags]).filter((tag) => !removed.has(tag));
}

function faultOf(
  before: Task,
  after: Task,
  change: TaskChange,
  editor: Editor,
): EditFault | undefined {
  const field = (name: string, reason: string, fix: string): EditFault => ({
    kind: 'field',
    field: name,
    reason,
    fix,
  });
  if (change.name === null)
    return field('task_name', 'is empty', 'Say in a few words what has to be done');
  if (after.objectUrl !== before.objectUrl && !isHarmlessLink(after.objectUrl))
    return field('object_url', 'is not a link that may be opened', 'Send http, https or mailto');
  if (after.status === 'delayed' && after.delayUntil === undefined)
    return field(
      'delay_until_dts',
      'is missing on a delayed task',
      'Send the moment at which the task opens again',
    );
  if (after.status === 'delayed' && isNewlyPast(before.delayUntil, after.delayUntil, editor.now))
    return field('delay_until_dts', 'has passed', 'Send a later moment');
  if (isOpenStatus(after.status) && isNewlyPast(before.expiresAt, after.expiresAt, editor.now))
    return field('expiration_dts', 'has passed', 'Send a later moment');
  if (after.dependantUuid === after.taskUuid)
    return field('dependant_workflow_task_uuid', 'is the task itself', 'Name another task');
  const waited = editor.dependency;
  if (
    isOpenStatus(before.status) &&
    !isOpenStatus(after.status) &&
    waited &&
    isOpenStatus(waited.status)
  ) {
    return {
      kind: 'conflict',
      reason: `"${after.name}" cannot be closed while "${waited.name}" is ${waited.status}`,
      fix: `Close "${waited.name}" (${waited.taskUuid}) first`,
    };
  }
  return undefined;
}

/**
 * People click these links: `javascript:` and similar schemes would run in the page that shows
 * them.
 */
const isHarmlessLink = (url: string | undefined): boolean => {
  const scheme = url === undefined ? undefined : URL.parse(url)?.protocol;
  return scheme === undefined || ['http:', 'https:', 'mailto:'].includes(scheme);
};

function isNewlyPast(
  before: Temporal.Instant | undefined,
  after: Temporal.Instant | undefined,
  now: Temporal.Instant,
): boolean {
  return (
    after !== undefined &&
    isReached(after, now) &&
    before?.epochMilliseconds !== after.epochMilliseconds
  );
}
