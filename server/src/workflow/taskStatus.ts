import type { Temporal } from 'temporal-polyfill';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { FieldFault } from './fieldFault.ts';
import { isOpen, type Task, type TaskStatus } from './task.ts';

const work = ['open', 'delayed', 'awaiting customer feedback', 'closed'] as const;

/** From each status those that a person may choose. The other closed ones are the server's words: it says by them why it closed a task. */
export const personMoves: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  open: work,
  delayed: work,
  'awaiting customer feedback': work,
  closed: ['open', 'delayed', 'awaiting customer feedback', 'closed'],
  'closed - system': ['open', 'delayed', 'awaiting customer feedback', 'closed - system'],
  'closed - customer': ['open', 'delayed', 'awaiting customer feedback', 'closed - customer'],
  'closed - expiration': ['open', 'delayed', 'awaiting customer feedback', 'closed - expiration'],
};

/** Whether a person may move a task on; the fault names the statuses that it can have. */
export function movedByPerson(from: TaskStatus, to: TaskStatus): Outcome<TaskStatus, FieldFault> {
  const allowed = personMoves[from];
  if (allowed.includes(to)) return success(to);
  return failure({
    field: 'status',
    reason: `cannot go from ${from} to ${to}`,
    fix: `Send one of: ${allowed.join(', ')}`,
  });
}

/** What the server closes a task with. */
export type SystemClosing = 'closed - system' | 'closed - customer' | 'closed - expiration';

/** When a task moves by itself, as the column `moves_at` has it: a delayed one wakes, and any open one may expire. */
export function movesAt({ status, delayUntil, expiresAt }: Task): Temporal.Instant | undefined {
  if (!isOpen(status)) return undefined;
  if (status !== 'delayed' || delayUntil === undefined) return expiresAt;
  return expiresAt !== undefined && expiresAt.epochMilliseconds < delayUntil.epochMilliseconds
    ? expiresAt
    : delayUntil;
}

/** A task that moves by itself: it expires, or wakes when its delay is over. Undefined while it is not time. */
export function movedByTime(task: Task, now: Temporal.Instant): Task | undefined {
  if (!isOpen(task.status)) return undefined;
  if (hasCome(task.expiresAt, now)) return { ...task, status: 'closed - expiration' };
  if (task.status === 'delayed' && hasCome(task.delayUntil, now))
    return { ...task, status: 'open' };
  return undefined;
}

/** A task that the server closes because its cause is gone; one that had expired before has expired. */
export function closedBySystem(task: Task, closing: SystemClosing, at: Temporal.Instant): Task {
  return { ...task, status: hasCome(task.expiresAt, at) ? 'closed - expiration' : closing };
}

const hasCome = (moment: Temporal.Instant | undefined, now: Temporal.Instant): boolean =>
  moment !== undefined && moment.epochMilliseconds <= now.epochMilliseconds;
