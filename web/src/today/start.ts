import type { ClockAdvance } from '@perennial/contract/clock.ts';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';

/** The person's progress with the steps of the demo. */
export interface StartState {
  /** True if the person has hidden the steps. */
  readonly isHidden?: boolean;
  /** The number of the task whose auto order the person opened. */
  readonly task?: number;
}

/** The facts about the demo for its steps. */
export interface StartFacts {
  /** The latest advances of the clock; undefined: the person may not move it. */
  readonly advances?: readonly ClockAdvance[] | undefined;
  /** The latest tasks about auto orders raised by rules; undefined: the person may not see them. */
  readonly tasks?: readonly WorkflowTask[] | undefined;
}

/** One step of the demo. */
export interface StartStep {
  readonly what: 'advance' | 'card' | 'task';
  readonly words: string;
  readonly isDone: boolean;
  /** With `card`: the code of the auto order. */
  readonly code?: string | undefined;
  /** With `card` and `task`: the number of the task. */
  readonly task?: number | undefined;
}

/** A move of the clock by at least this many days counts as a month. */
const monthDays = 28;

/** The steps that the person may do, and which of them are done. */
export function startSteps(
  { advances, tasks }: StartFacts,
  state: StartState,
  userId: number,
): StartStep[] {
  const task = tasks && raisedTask(tasks, state);
  const number = task?.global_task_number;
  return [
    ...(advances
      ? [
          {
            what: 'advance' as const,
            words: 'Advance the clock by a month and watch',
            isDone: daysPlayed(advances) >= monthDays,
          },
        ]
      : []),
    ...(task
      ? [
          {
            what: 'card' as const,
            words: 'Open an auto order whose card fails',
            isDone: state.task !== undefined,
            code: task.object_id,
            task: number,
          },
          {
            what: 'task' as const,
            words: 'Work the task that it raises',
            isDone: (tasks ?? []).some((each) => isWorked(each, state, userId)),
            task: number,
          },
        ]
      : []),
  ];
}

/** The opened task, or else the latest open one. */
function raisedTask(
  tasks: readonly WorkflowTask[],
  { task: opened }: StartState,
): WorkflowTask | undefined {
  return (
    tasks.find(({ global_task_number: number }) => number === opened) ??
    tasks.find(({ status }) => status === 'open')
  );
}

const isWorked = (task: WorkflowTask, { task: opened }: StartState, userId: number): boolean =>
  (task.status ?? '').startsWith('closed') &&
  (task.global_task_number === opened || task.assigned_to_user_id === userId);

function daysPlayed(advances: readonly ClockAdvance[]): number {
  const spans = advances.map(
    ({ from_dts: from, reached_dts: reached }) =>
      Date.parse(reached ?? '') - Date.parse(from ?? ''),
  );
  return spans.filter(Number.isFinite).reduce((sum, span) => sum + span, 0) / 86_400_000;
}
