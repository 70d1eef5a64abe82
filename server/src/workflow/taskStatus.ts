import type { Temporal } from 'temporal-polyfill';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isBefore, isReached } from '../kernel/moments.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { isOpenStatus, type Task, type TaskStatus } from './task.ts';

const work = ['open', 'delayed', 'awaiting customer feedback', 'closed'] as const;

/**
 * The statuses that a person may choose from each status. Only the server sets the other closed
 * statuses, which say why it closed a task.
 */
export const personMoves: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  open: work,
  delayed: work,
  'awaiting customer feedback': work,
  closed: ['open', 'delayed', 'awaiting customer feedback', 'closed'],
  'closed - system': ['open', 'delayed', 'awaiting customer feedback', 'closed - system'],
  'closed - customer': ['open', 'delayed', 'awaiting customer feedback', 'closed - customer'],
  'closed - expiration': ['open', 'delayed', 'awaiting customer feedback', 'closed - expiration'],
};

/** Checks whether a person may change the status; the fault names the allowed statuses. */
export function movedByPerson(from: TaskStatus, to: TaskStatus): Outcome<TaskStatus, FieldFault> {
  const allowed = personMoves[from];
  if (allowed.includes(to)) return success(to);
  return failure({
    field: 'status',
    reason: `cannot go from ${from} to ${to}`,
    fix: `Send one of: ${allowed.join(', ')}`,
  });
}

/** The statuses that the server sets when it closes a task. */
export type SystemClosing = 'closed - system' | 'closed - customer' | 'closed - expiration';

/**
 * Returns when a task changes by itself, like the column `moves_at`: a delayed one opens, and any
 * open one may expire.
 */
export function movesAt({ status, delayUntil, expiresAt }: Task): Temporal.Instant | undefined {
  if (!isOpenStatus(status)) return undefined;
  if (status !== 'delayed' || delayUntil === undefined) return expiresAt;
  return expiresAt !== undefined && isBefore(expiresAt, delayUntil) ? expiresAt : delayUntil;
}

/**
 * Returns a task after its due change by itself: it expires, or opens when its delay is over.
 * Undefined while neither is due.
 */
export function movedByTime(task: Task, now: Temporal.Instant): Task | undefined {
  if (!isOpenStatus(task.status)) return undefined;
  if (hasCome(task.expiresAt, now)) return { ...task, status: 'closed - expiration' };
  if (task.status === 'delayed' && hasCome(task.delayUntil, now))
    return { ...task, status: 'open' };
  return undefined;
}

/**
 * Returns a task that the server closes because its cause is gone. If it has expired by then, its
 * status is expired.
 */
export function closedBySystem(task: Task, closing: SystemClosing, at: Temporal.Instant): Task {
  return { ...task, status: hasCome(task.expiresAt, at) ? 'closed - expiration' : closing };
}

const hasCome = (moment: Temporal.Instant | undefined, now: Temporal.Instant): boolean =>
  moment !== undefined && isReached(moment, now);
